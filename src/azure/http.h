// One blocking HTTP exchange. The only file that knows libcurl is http.cpp; everything else asks an HttpClient.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgcharter::azure {

/// Who may be asked without TLS. A client secret or a CI's token leaves the machine over TLS only; the endpoints of managed identities are
/// served by the host itself and speak plain HTTP (Azure documentation, "How to use managed identities for App Service").
enum class PlainHttp {
  Loopback,  ///< 127.0.0.0/8, [::1], localhost
  Host,      ///< those, and addresses that are never routed: 169.254.0.0/16, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  PlainHttp plain_http = PlainHttp::Loopback;
  bool use_proxy = true;  ///< never for the endpoints of managed identities: a proxy would get their tokens
  std::chrono::milliseconds connect_timeout{10000};
  std::chrono::milliseconds timeout{30000};
};

struct HttpResponse {
  long status = 0;                             ///< 0: there was no answer, see `failure`
  std::map<std::string, std::string> headers;  ///< names in lower case; the last one of several
  std::string body;
  std::string failure;  ///< libcurl's reason, or ours; holds neither the query nor the body

  [[nodiscard]] std::string header(const std::string& name) const;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Never throws for what the other side does. Throws Error for a URL that must not be asked.
  virtual HttpResponse send(const HttpRequest& request) = 0;
};

/// The process must ignore SIGPIPE, as the program does: a TLS peer may hang up at any time.
/// libcurl: TLS verified, no redirect followed, answers up to 1 MiB.
class CurlClient final : public HttpClient {
 public:
  /// `interrupted` is asked while an answer is waited for. `ca_file` replaces the system's certificate authorities.
  explicit CurlClient(std::function<bool()> interrupted = {}, std::string ca_file = {});
  HttpResponse send(const HttpRequest& request) override;

 private:
  std::function<bool()> interrupted_;
  std::string ca_file_;
};

/// The parts of a URL that matter here.
struct Url {
  std::string scheme, host, port, path, query;  ///< host without brackets, in lower case; path begins with '/', or is empty
};
/// Throws Error, without repeating the text, where it is no http(s) URL or holds user information, a fragment, or a control character.
Url parse_url(std::string_view text);
/// "https://host:port/path": what a message may show.
std::string shown_url(std::string_view text);
bool is_loopback(const std::string& host);
bool is_unrouted(const std::string& host);

std::string percent_encode(std::string_view text);
std::string form_encode(const std::vector<std::pair<std::string, std::string>>& fields);
/// `url` with fields appended to its query, whether or not it has one.
std::string with_query(const std::string& url, const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace pgcharter::azure
