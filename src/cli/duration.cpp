// Durations as PostgreSQL and people write them. Instants are computed on the server's clock (the text that the server
// gave), so that a plan's expiry does not depend on the clock of the machine that runs this program.

#include "cli/duration.h"

#include <array>
#include <charconv>
#include <ctime>

#include "pgcharter/diagnostics.h"

namespace pgcharter::cli {

std::chrono::milliseconds parse_duration(const std::string& option, const std::string& text) {
  struct Unit {
    std::string_view name;
    long long milliseconds;
  };
  static constexpr std::array<Unit, 7> kUnits{
      {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  constexpr long long kMaximum = 1'000'000'000;
  long long number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  if (error == std::errc() && number >= 0 && number <= kMaximum) {
    for (const Unit& u : kUnits) {
      if (u.name == unit) return std::chrono::milliseconds(number * u.milliseconds);
    }
  }
  throw Error("wrong duration for " + option + ": " + printable(text), "Write a number with a unit: 500ms, 30s, 15min, 1h, 2d.");
}

std::string instant_after(const std::string& instant, std::chrono::seconds later) {
  std::tm time{};
  if (strptime(instant.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time) == nullptr)
    throw Error("the server's clock can't be read: " + printable(instant));
  const std::time_t sum = timegm(&time) + static_cast<std::time_t>(later.count());
  gmtime_r(&sum, &time);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &time);
  return text.data();
}

}  // namespace pgcharter::cli
