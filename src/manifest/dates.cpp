// Dates of manifests as points in time, in UTC: a role's valid_until and the expiry of a grant.
//
// What PostgreSQL would make of such a text depends on its TimeZone and DateStyle; a charter must mean the same
// everywhere, so only ISO 8601 is read, and it is brought to one spelling here. Years end at 9999: a later date is
// more likely a slip than a wish, and "infinity" is for that.
#include "manifest/dates.h"

#include <chrono>

#include <fmt/format.h>

namespace pgcharter {

namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}
  // Exactly `count` digits.
  std::optional<int> digits(int count) {
    if (rest_.size() < static_cast<std::size_t>(count)) return std::nullopt;
    int value = 0;
    for (int i = 0; i < count; ++i) {
      const char c = rest_[static_cast<std::size_t>(i)];
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(static_cast<std::size_t>(count));
    return value;
  }
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  // ".5" as microseconds; 0 where there is no fraction.
  std::optional<int> fraction() {
    if (!take(".")) return 0;
    int micros = 0;
    int count = 0;
    for (; !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9' && count < 6; ++count) micros = micros * 10 + *digits(1);
    if (count == 0) return std::nullopt;
    for (; count < 6; ++count) micros *= 10;
    return micros;
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

struct Clock {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int micros = 0;
};

std::optional<Clock> read_clock(Scanner& scan) {
  const auto hour = scan.digits(2);
  if (!hour || !scan.take(":")) return std::nullopt;
  const auto minute = scan.digits(2);
  if (!minute) return std::nullopt;
  Clock clock{*hour, *minute, 0, 0};
  if (scan.take(":")) {
    const auto second = scan.digits(2);
    const auto micros = second ? scan.fraction() : std::nullopt;
    if (!micros) return std::nullopt;
    clock.second = *second;
    clock.micros = *micros;
  }
  if (clock.hour > 23 || clock.minute > 59 || clock.second > 59) return std::nullopt;
  return clock;
}

// Minutes east of UTC.
std::optional<int> read_zone(Scanner& scan) {
  scan.take(" ");
  if (scan.done() || scan.take("Z") || scan.take("UTC")) return 0;
  const bool west = scan.take("-");
  if (!west && !scan.take("+")) return std::nullopt;
  const auto hours = scan.digits(2);
  if (!hours) return std::nullopt;
  int minutes = 0;
  if (!scan.done()) {
    scan.take(":");
    const auto written = scan.digits(2);
    if (!written) return std::nullopt;
    minutes = *written;
  }
  if (*hours > 15 || minutes > 59) return std::nullopt;
  return (west ? -1 : 1) * (*hours * 60 + minutes);
}

}  // namespace

std::optional<std::string> utc_timestamp(std::string_view text) {
  namespace chrono = std::chrono;
  Scanner scan(text);
  const auto year = scan.digits(4);
  if (!year || *year == 0 || !scan.take("-")) return std::nullopt;
  const auto month = scan.digits(2);
  if (!month || !scan.take("-")) return std::nullopt;
  const auto day = scan.digits(2);
  if (!day) return std::nullopt;
  const chrono::year_month_day date{chrono::year(*year), chrono::month(static_cast<unsigned>(*month)),
                                    chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  Clock clock;
  int zone = 0;
  if (scan.take("T") || scan.take(" ")) {
    const auto written = read_clock(scan);
    const auto written_zone = written ? read_zone(scan) : std::nullopt;
    if (!written_zone) return std::nullopt;
    clock = *written;
    zone = *written_zone;
  }
  if (!scan.done()) return std::nullopt;

  const chrono::sys_seconds local =
      chrono::sys_days(date) + chrono::hours(clock.hour) + chrono::minutes(clock.minute - zone) + chrono::seconds(clock.second);
  const chrono::year_month_day utc{chrono::floor<chrono::days>(local)};
  const chrono::hh_mm_ss time{local - chrono::floor<chrono::days>(local)};
  std::string result = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(utc.year()), static_cast<unsigned>(utc.month()),
                                   static_cast<unsigned>(utc.day()), time.hours().count(), time.minutes().count(), time.seconds().count());
  if (clock.micros != 0) {
    std::string micros = fmt::format(".{:06}", clock.micros);
    micros.erase(micros.find_last_not_of('0') + 1);
    result += micros;
  }
  return result;
}

}  // namespace pgcharter
