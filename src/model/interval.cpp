// Intervals as manifests write them and as interval_out() prints them with IntervalStyle = postgres: pairs of a number and a unit, and a
// time of day at the end (PostgreSQL documentation 8.5.4). What PostgreSQL accepts beyond that (ISO 8601, abbreviations of one letter) is
// left out: a manifest has one way to say a day.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "pgcharter/structure.h"

#include "base/strings.h"

namespace pgcharter {
namespace {

constexpr long long kSecond = 1'000'000;
constexpr long long kDay = 86'400 * kSecond;
constexpr double kMost = 1e9;  // of any unit: PostgreSQL's own bounds are not far

struct Unit {
  std::string_view name;
  long months;
  long days;
  long long microseconds;
};
constexpr std::array<Unit, 20> kUnits{{
    {"microsecond", 0, 0, 1},
    {"us", 0, 0, 1},
    {"millisecond", 0, 0, 1000},
    {"ms", 0, 0, 1000},
    {"second", 0, 0, kSecond},
    {"sec", 0, 0, kSecond},
    {"s", 0, 0, kSecond},
    {"minute", 0, 0, 60 * kSecond},
    {"min", 0, 0, 60 * kSecond},
    {"hour", 0, 0, 3600 * kSecond},
    {"hr", 0, 0, 3600 * kSecond},
    {"h", 0, 0, 3600 * kSecond},
    {"day", 0, 1, 0},
    {"d", 0, 1, 0},
    {"week", 0, 7, 0},
    {"w", 0, 7, 0},
    {"month", 1, 0, 0},
    {"mon", 1, 0, 0},
    {"year", 12, 0, 0},
    {"y", 12, 0, 0},
}};

const Unit* find_unit(std::string_view word) {
  std::string lower = to_lower(word);
  if (lower.size() > 2 && lower.ends_with('s')) lower.pop_back();
  const auto* unit = std::ranges::find(kUnits, lower, &Unit::name);
  return unit == kUnits.end() ? nullptr : unit;
}

std::optional<double> number(std::string_view word) {
  if (word.starts_with('+')) word.remove_prefix(1);
  double value = 0;
  const auto [rest, problem] = std::from_chars(word.data(), word.data() + word.size(), value, std::chars_format::fixed);
  if (word.empty() || problem != std::errc() || rest != word.data() + word.size() || !(std::abs(value) <= kMost)) return std::nullopt;
  return value;
}

// "12:00", "12:00:00", "-00:00:01.5"
std::optional<long long> time_of_day(std::string_view word) {
  const bool negative = word.starts_with('-');
  if (negative || word.starts_with('+')) word.remove_prefix(1);
  const auto parts = split(word, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  double seconds = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto part = i < parts.size() ? number(parts[i]) : std::optional(0.0);
    if (!part || *part < 0 || (i < 2 && *part != std::floor(*part))) return std::nullopt;
    seconds = seconds * 60 + *part;
  }
  const auto microseconds = std::llround(seconds * static_cast<double>(kSecond));
  return negative ? -microseconds : microseconds;
}

// A part of a day is hours, a part of a month is days: what is left of whole units goes into the next smaller part.
void add(Interval& interval, double value, const Unit& unit) {
  const double months = value * static_cast<double>(unit.months);
  interval.months += static_cast<long>(months);
  const double days = value * static_cast<double>(unit.days) + (months - std::trunc(months)) * 30;
  interval.days += static_cast<long>(days);
  interval.microseconds +=
      std::llround((days - std::trunc(days)) * static_cast<double>(kDay) + value * static_cast<double>(unit.microseconds));
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' || c == '\t') continue;
    const char before = i == 0 ? ' ' : text[i - 1];
    const bool digit_before = before >= '0' && before <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (before == ' ' || before == '\t' || words.empty() || (digit_before && letter)) words.emplace_back();
    words.back() += c;
  }
  return words;
}

double length(const Interval& i) {
  return (static_cast<double>(i.months) * 30 + static_cast<double>(i.days)) * static_cast<double>(kDay) +
         static_cast<double>(i.microseconds);
}

}  // namespace

std::optional<Interval> parse_interval(std::string_view text) {
  const auto words = words_of(text);
  if (words.empty()) return std::nullopt;
  Interval interval;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].find(':') != std::string::npos) {
      const auto time = time_of_day(words[i]);
      if (!time || i + 1 != words.size()) return std::nullopt;
      interval.microseconds += *time;
      continue;
    }
    const auto value = number(words[i]);
    const Unit* unit = ++i < words.size() ? find_unit(words[i]) : nullptr;
    if (!value || unit == nullptr) return std::nullopt;
    add(interval, *value, *unit);
  }
  return interval;
}

bool same_interval(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto left = parse_interval(a);
  const auto right = parse_interval(b);
  return left && right && std::abs(length(*left) - length(*right)) < 1;
}

}  // namespace pgcharter
