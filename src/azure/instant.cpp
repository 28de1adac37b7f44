// When a token expires, in the forms in which endpoints say it: seconds since 1970 as a number or a string (IMDS, App Service), RFC 3339
// (azd), the American form of .NET (App Service 2017-09-01), and Python's naive local time (az before 2.54).

#include <charconv>
#include <ctime>

#include "azure/token_reply.h"
#include "base/strings.h"

namespace pgcharter::azure {
namespace {

/// Takes a number of 1 to `digits` digits from the front.
bool take_number(std::string_view& text, std::size_t digits, int& value) {
  std::size_t n = 0;
  value = 0;
  while (n < text.size() && n < digits && text[n] >= '0' && text[n] <= '9') value = value * 10 + (text[n++] - '0');
  text.remove_prefix(n);
  return n > 0;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_date(std::string_view& text, std::tm& tm) {
  int a = 0;
  int b = 0;
  int c = 0;
  if (!take_number(text, 4, a)) return false;
  const char separator = text.empty() ? '\0' : text.front();
  if ((separator != '-' && separator != '/') || !take(text, separator) || !take_number(text, 2, b) || !take(text, separator)) return false;
  if (!take_number(text, 4, c)) return false;
  const bool american = separator == '/';
  tm.tm_year = (american ? c : a) - 1900;
  tm.tm_mon = (american ? a : b) - 1;
  tm.tm_mday = american ? b : c;
  return tm.tm_mon >= 0 && tm.tm_mon < 12 && tm.tm_mday >= 1 && tm.tm_mday <= 31 && tm.tm_year >= 70 && tm.tm_year < 8000;
}

bool take_time(std::string_view& text, std::tm& tm) {
  if (!take_number(text, 2, tm.tm_hour) || !take(text, ':') || !take_number(text, 2, tm.tm_min)) return false;
  if (take(text, ':') && !take_number(text, 2, tm.tm_sec)) return false;
  if (take(text, '.')) {
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
  }
  text = trim(text);
  const std::string half = to_upper(text.substr(0, 2));
  if (half == "AM" || half == "PM") {
    tm.tm_hour = tm.tm_hour % 12 + (half == "PM" ? 12 : 0);
    text = trim(text.substr(2));
  }
  return tm.tm_hour < 24 && tm.tm_min < 60 && tm.tm_sec < 61;
}

/// Seconds east of Greenwich; nothing where the text is no zone.
std::optional<int> take_zone(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  const int sign = text.starts_with('-') ? -1 : 1;
  if (!text.starts_with('-') && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take_number(text, 2, hours)) return std::nullopt;
  take(text, ':');
  if (!text.empty() && !take_number(text, 2, minutes)) return std::nullopt;
  if (!text.empty() || hours > 15 || minutes > 59) return std::nullopt;
  return sign * (hours * 3600 + minutes * 60);
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text, bool local_without_zone) {
  text = trim(text);
  long long seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size()) {
    if (seconds <= 0 || seconds > 4102444800LL) return std::nullopt;  // until 2100: more is no time in seconds
    return Instant(std::chrono::seconds(seconds));
  }
  std::tm tm{};
  if (!take_date(text, tm)) return std::nullopt;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  if (!take_time(text, tm)) return std::nullopt;
  if (text.empty()) {
    tm.tm_isdst = -1;
    const std::time_t time = local_without_zone ? std::mktime(&tm) : timegm(&tm);
    if (time <= 0) return std::nullopt;
    return Instant(std::chrono::seconds(time));
  }
  const std::optional<int> zone = take_zone(text);
  if (!zone) return std::nullopt;
  return Instant(std::chrono::seconds(timegm(&tm) - *zone));
}

}  // namespace pgcharter::azure
