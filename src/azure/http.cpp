// HTTP through libcurl, with what a program that carries credentials must insist on: certificates are verified; no redirect is followed
// (it would carry a secret to another host); nothing but http and https, and http only to this host; no .netrc, no cookies; answers have
// a bound; every exchange has a time limit. Signals are left alone (CURLOPT_NOSIGNAL): they belong to src/cli/run.cpp.
// libcurl's error texts name hosts and certificates; they do not hold what was sent.

#include "azure/http.h"

#include <array>
#include <memory>
#include <mutex>

#include <curl/curl.h>
#include <fmt/format.h>

#include "pgcharter/diagnostics.h"

#include "base/strings.h"

namespace pgcharter::azure {
namespace {

constexpr std::size_t kMaximalBody = std::size_t{1} << 20U;
constexpr std::size_t kMaximalHeaders = std::size_t{1} << 16U;

struct Exchange {
  HttpResponse response;
  std::size_t header_bytes = 0;
  bool too_large = false;
  const std::function<bool()>* interrupted = nullptr;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user) {
  Exchange& exchange = *static_cast<Exchange*>(user);
  if (exchange.response.body.size() + size * count > kMaximalBody) {
    exchange.too_large = true;
    return 0;
  }
  exchange.response.body.append(data, size * count);
  return size * count;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* user) {
  Exchange& exchange = *static_cast<Exchange*>(user);
  exchange.header_bytes += size * count;
  if (exchange.header_bytes > kMaximalHeaders) {
    exchange.too_large = true;
    return 0;
  }
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) exchange.response.headers.clear();  // the answer of a proxy stands before the server's
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    exchange.response.headers[to_lower(trim(line.substr(0, colon)))] = trim(line.substr(colon + 1));
  }
  return size * count;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const Exchange& exchange = *static_cast<Exchange*>(user);
  return *exchange.interrupted && (*exchange.interrupted)() ? 1 : 0;
}

/// Throws Error for plain HTTP to another machine.
void check_scheme(const HttpRequest& request) {
  const Url url = parse_url(request.url);
  if (url.scheme == "https" || is_loopback(url.host)) return;
  if (request.plain_http == PlainHttp::Host && is_unrouted(url.host)) return;
  throw Error(fmt::format("{} is not asked, because it would send a credential without TLS", shown_url(request.url)), "Use https.");
}

template <typename Value>
void set(CURL* curl, CURLoption option, Value value) {
  if (curl_easy_setopt(curl, option, value) != CURLE_OK)
    throw Error("this libcurl lacks an option that pgcharter needs", "Use 7.85 or later.");
}

void initialize_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

Headers header_list(const HttpRequest& request) {
  curl_slist* list = nullptr;
  for (const auto& [name, value] : request.headers) {
    if (value.find_first_of("\r\n") != std::string::npos || value.find('\0') != std::string::npos) {
      curl_slist_free_all(list);
      throw Error(fmt::format("the value of the header {} holds a line end", name), "Look at the variable or file that it comes from.");
    }
    list = curl_slist_append(list, fmt::format("{}: {}", name, value).c_str());
  }
  list = curl_slist_append(list, "Expect:");  // no waiting for 100-continue
  return {list, &curl_slist_free_all};
}

void configure(CURL* curl, const HttpRequest& request, const std::string& ca_file) {
  set(curl, CURLOPT_URL, request.url.c_str());
  set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  set(curl, CURLOPT_FOLLOWLOCATION, 0L);
  set(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  set(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  set(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(curl, CURLOPT_NOSIGNAL, 1L);
  set(curl, CURLOPT_USERAGENT, "pgcharter");
  set(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  set(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  set(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (!ca_file.empty()) set(curl, CURLOPT_CAINFO, ca_file.c_str());
  if (!request.use_proxy || is_loopback(parse_url(request.url).host)) {
    set(curl, CURLOPT_PROXY, "");
    set(curl, CURLOPT_NOPROXY, "*");
  }
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    set(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(curl, CURLOPT_POSTFIELDS, request.body.c_str());
  }
}

void note_failure(CURLcode code, const char* text, Exchange& exchange) {
  HttpResponse& response = exchange.response;
  if (code == CURLE_ABORTED_BY_CALLBACK) throw Error("interrupted");
  response.failure = exchange.too_large                 ? "the answer is larger than a token or a secret can be"
                     : code == CURLE_OPERATION_TIMEDOUT ? "there was no answer in time"
                     : *text != '\0'                    ? std::string(text)
                                                        : std::string(curl_easy_strerror(code));
  response.body.clear();
  response.status = 0;
}

}  // namespace

std::string HttpResponse::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

CurlClient::CurlClient(std::function<bool()> interrupted, std::string ca_file)
    : interrupted_(std::move(interrupted)), ca_file_(std::move(ca_file)) {}

HttpResponse CurlClient::send(const HttpRequest& request) {
  check_scheme(request);
  initialize_once();
  const Headers headers = header_list(request);
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) throw Error("libcurl can't be started");
  Exchange exchange;
  exchange.interrupted = &interrupted_;
  std::array<char, CURL_ERROR_SIZE> text{};
  configure(curl.get(), request, ca_file_);
  set(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  set(curl.get(), CURLOPT_ERRORBUFFER, text.data());
  set(curl.get(), CURLOPT_WRITEFUNCTION, &take_body);
  set(curl.get(), CURLOPT_WRITEDATA, &exchange);
  set(curl.get(), CURLOPT_HEADERFUNCTION, &take_header);
  set(curl.get(), CURLOPT_HEADERDATA, &exchange);
  set(curl.get(), CURLOPT_NOPROGRESS, 0L);
  set(curl.get(), CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(curl.get(), CURLOPT_XFERINFODATA, &exchange);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK) {
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &exchange.response.status);
  } else {
    note_failure(code, text.data(), exchange);
  }
  return std::move(exchange.response);
}

}  // namespace pgcharter::azure
