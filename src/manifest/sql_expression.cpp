// The lexical shape of an SQL expression (PostgreSQL documentation 4.1): strings, quoted names, dollar quotes, comments, brackets.
//
// A default becomes part of CREATE TABLE, so it must not be able to end it, to go on as the next column, or to swallow what comes after it
// with an open quote or a comment. Sessions have standard_conforming_strings on: a backslash means something in E'' only.
#include "manifest/sql_expression.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace pgcharter {

namespace {

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || static_cast<signed char>(c) < 0;
}

class Scanner {
 public:
  explicit Scanner(std::string_view sql) : sql_(sql) {}

  std::string problem() {
    for (at_ = 0; at_ < sql_.size(); ++at_) {
      if (std::string found = step(); !found.empty()) return found;
    }
    return brackets_.empty() ? "" : "a bracket is not closed";
  }

 private:
  std::string_view sql_;
  std::size_t at_ = 0;
  std::string brackets_;  // the closing ones that are awaited

  [[nodiscard]] bool is(std::string_view text) const { return sql_.substr(at_).starts_with(text); }
  [[nodiscard]] char before(std::size_t n) const { return at_ >= n ? sql_[at_ - n] : ' '; }

  // Judges the byte at at_, or leaves at_ on the last byte of what it skipped.
  std::string step() {
    const char c = sql_[at_];
    if (c == '\0') return "it holds a zero byte";
    if (is("--") || is("/*")) return "it holds a comment";
    if (c == ';') return "it holds a semicolon";
    if (c == ',' && brackets_.empty()) return "it holds a comma, so it is more than one expression";
    if (c == '\'') return skip('\'', (before(1) == 'e' || before(1) == 'E') && !is_word_byte(before(2)));
    if (c == '"') return skip('"', false);
    if (c == '$' && !is_word_byte(before(1))) return skip_dollar();
    if (c == '(' || c == '[') {
      brackets_ += c == '(' ? ')' : ']';
    } else if (c == ')' || c == ']') {
      if (brackets_.empty() || brackets_.back() != c) return "a bracket is closed that was not opened";
      brackets_.pop_back();
    }
    return {};
  }

  std::string skip(char quote, bool escapes) {
    for (++at_; at_ < sql_.size(); ++at_) {
      const char c = sql_[at_];
      if (c == '\0') return "it holds a zero byte";
      if (escapes && c == '\\') {
        ++at_;
      } else if (c == quote) {
        if (at_ + 1 >= sql_.size() || sql_[at_ + 1] != quote) return {};
        ++at_;
      }
    }
    return "a quote is not closed";
  }

  std::string skip_dollar() {
    std::size_t end = at_ + 1;
    while (end < sql_.size() && is_word_byte(sql_[end])) ++end;
    const bool digit = sql_.size() > at_ + 1 && sql_[at_ + 1] >= '0' && sql_[at_ + 1] <= '9';
    if (digit) return "it holds a parameter";
    if (end >= sql_.size() || sql_[end] != '$') return "it holds a dollar sign";
    const std::string_view tag = sql_.substr(at_, end - at_ + 1);
    const std::size_t close = sql_.find(tag, end + 1);
    if (close == std::string_view::npos) return "a dollar quote is not closed";
    at_ = close + tag.size() - 1;
    return {};
  }
};

}  // namespace

std::string expression_problem(std::string_view sql) {
  if (trim(sql).empty()) return "it is empty";
  return Scanner(sql).problem();
}

bool is_bare_word(std::string_view sql) {
  static constexpr std::array<std::string_view, 15> kValues{
      "true",         "false",        "null", "current_timestamp", "current_date",    "current_time",   "localtime",  "localtimestamp",
      "current_user", "session_user", "user", "current_role",      "current_catalog", "current_schema", "system_user"};
  const std::string word = to_lower(trim(sql));
  if (word.empty() || (word.front() >= '0' && word.front() <= '9')) return false;
  return std::ranges::all_of(word, is_word_byte) && std::ranges::find(kValues, word) == kValues.end();
}

}  // namespace pgcharter
