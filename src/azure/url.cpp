// URLs as far as token endpoints need them, after RFC 3986. They come from the environment, so a malformed one is an ordinary mistake; its
// text may hold a secret (a query of an identity endpoint, user information) and is therefore never repeated whole.

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "pgcharter/diagnostics.h"

#include "azure/http.h"
#include "base/strings.h"

namespace pgcharter::azure {
namespace {

Error malformed(const char* what) {
  return Error(fmt::format("a URL from the environment or the command line is malformed: {}", what), "The form is https://host:port/path.");
}

/// The four numbers of an IPv4 address in its usual form; others (octal, one number) are names to us.
bool ipv4(const std::string& host, std::array<int, 4>& out) {
  const std::vector<std::string> parts = split(host, '.');
  if (parts.size() != 4) return false;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string& p = parts[i];
    if (p.empty() || p.size() > 3 || (p.size() > 1 && p[0] == '0')) return false;
    const auto [end, error] = std::from_chars(p.data(), p.data() + p.size(), out[i]);
    if (error != std::errc() || end != p.data() + p.size() || out[i] > 255 || out[i] < 0) return false;
  }
  return true;
}

/// host[:port], the host perhaps in brackets.
void take_authority(std::string_view authority, Url& url) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) throw malformed("a bracket is open");
    url.host = to_lower(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
    if (!port.empty() && port[0] != ':') throw malformed("something stands between host and port");
    if (!port.empty()) port.remove_prefix(1);
  } else {
    const std::size_t colon = authority.find(':');
    url.host = to_lower(authority.substr(0, colon));
    if (colon != std::string_view::npos) port = authority.substr(colon + 1);
    const auto fits = [](unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_'; };
    if (!std::ranges::all_of(url.host, fits)) throw malformed("the host has a character that no host has");
  }
  if (url.host.empty()) throw malformed("it has no host");
  if (port.size() > 5 || !std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; })) throw malformed("the port is no number");
  url.port = port;
}

}  // namespace

Url parse_url(std::string_view text) {
  Url url;
  const auto control = [](unsigned char c) { return c <= 0x20 || c >= 0x7F; };
  if (std::ranges::any_of(text, control)) throw malformed("it holds a blank or a character that must be percent-encoded");
  const std::size_t scheme = text.find("://");
  url.scheme = scheme == std::string_view::npos ? "" : to_lower(text.substr(0, scheme));
  if (url.scheme != "http" && url.scheme != "https") throw malformed("it begins neither with https:// nor with http://");
  std::string_view rest = text.substr(scheme + 3);
  if (rest.find('#') != std::string_view::npos) throw malformed("it has a fragment");
  const std::size_t end = rest.find_first_of("/?\\");
  const std::string_view authority = rest.substr(0, end);
  if (authority.find('@') != std::string_view::npos) throw malformed("it holds a user name");
  take_authority(authority, url);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end);
  const std::size_t query = rest.find('?');
  url.path = rest.substr(0, query);
  if (query != std::string_view::npos) url.query = rest.substr(query + 1);
  if (url.path.find('\\') != std::string::npos) throw malformed("it holds a backslash");
  return url;
}

std::string shown_url(std::string_view text) {
  const Url url = parse_url(text);
  const bool bracket = url.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}{}{}{}", url.scheme, bracket ? "[" : "", url.host, bracket ? "]" : "", url.port.empty() ? "" : ":",
                     url.port, url.path);
}

bool is_loopback(const std::string& host) {
  std::array<int, 4> a{};
  // libcurl resolves localhost itself, to loopback addresses (since 7.78).
  return host == "localhost" || host == "::1" || (ipv4(host, a) && a[0] == 127);
}

bool is_unrouted(const std::string& host) {
  std::array<int, 4> a{};
  if (!ipv4(host, a)) return false;
  return (a[0] == 169 && a[1] == 254) || a[0] == 10 || (a[0] == 172 && a[1] >= 16 && a[1] < 32) || (a[0] == 192 && a[1] == 168);
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += static_cast<char>(c);
    } else {
      out += fmt::format("%{:02X}", static_cast<int>(c));
    }
  }
  return out;
}

std::string form_encode(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string text;
  for (const auto& [key, value] : fields) text += fmt::format("{}{}={}", text.empty() ? "" : "&", key, percent_encode(value));
  return text;
}

std::string with_query(const std::string& url, const std::vector<std::pair<std::string, std::string>>& fields) {
  const bool has_query = url.find('?') != std::string::npos;
  const bool open = has_query && (url.ends_with('?') || url.ends_with('&'));
  return url + (has_query ? (open ? "" : "&") : "?") + form_encode(fields);
}

}  // namespace pgcharter::azure
