// Types with length and precision, in the one spelling that format_type(oid, typmod) prints (src/backend/utils/adt/format_type.c).
//
// A type's text becomes part of CREATE TABLE and CREATE FUNCTION, so it is read here word by word: whatever is no name of a type, be it
// NOT NULL, a default or a second statement, is refused. What the bare name means is said in one place, normalised_types().
#include "model/column_types.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "pgcharter/charter.h"

#include "base/strings.h"

namespace pgcharter {

namespace {

constexpr std::array<std::string_view, 17> kBuiltIn{"integer",
                                                    "smallint",
                                                    "bigint",
                                                    "boolean",
                                                    "real",
                                                    "double precision",
                                                    "numeric",
                                                    "character varying",
                                                    "character",
                                                    "bit",
                                                    "bit varying",
                                                    "timestamp without time zone",
                                                    "timestamp with time zone",
                                                    "time without time zone",
                                                    "time with time zone",
                                                    "interval",
                                                    "\"char\""};

constexpr std::array<std::string_view, 13> kIntervalFields{
    "year",        "month",         "day",           "hour",           "minute",         "second",          "year to month",
    "day to hour", "day to minute", "day to second", "hour to minute", "hour to second", "minute to second"};

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<signed char>(c) < 0;
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// A type's parts: "timestamp", "3", "with time zone", an array.
struct Parts {
  std::string head;
  std::optional<std::string> modifier;
  std::string tail;
  bool array = false;
};

class TypeParser {
 public:
  explicit TypeParser(std::string_view text) : text_(trim(text)) {}

  std::optional<Parts> parse() {
    Parts parts;
    if (!words(parts.head) || parts.head.empty()) return std::nullopt;
    if (at_ < text_.size() && text_[at_] == '(') {
      parts.modifier = modifier();
      if (!parts.modifier || !words(parts.tail)) return std::nullopt;
    }
    std::string& last = parts.tail.empty() ? parts.head : parts.tail;
    if (to_lower(last).ends_with(" array") || (&last == &parts.tail && to_lower(last) == "array")) {
      last.resize(last.size() - (last.size() == 5 ? 5 : 6));
      parts.array = true;
    }
    while (at_ < text_.size()) {
      if (!bounds()) return std::nullopt;
      parts.array = true;
    }
    return parts;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;

  // Words, quoted names and dots, with single blanks; up to a bracket or the end. False for any other byte.
  bool words(std::string& result) {
    for (; at_ < text_.size() && text_[at_] != '(' && text_[at_] != '['; ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        if (!quoted(result)) return false;
      } else if (is_blank(c)) {
        if (!result.empty() && result.back() != ' ') result += ' ';
      } else if (is_word_byte(c) || (c == '.' && !result.empty())) {
        result += c;
      } else {
        return false;
      }
    }
    result = std::string(trim(result));
    return true;
  }

  // Leaves `at_` on the closing quote.
  bool quoted(std::string& result) {
    const std::size_t begin = at_++;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] != '"') continue;
      if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        ++at_;
        continue;
      }
      result += text_.substr(begin, at_ - begin + 1);
      return at_ - begin > 1;
    }
    return false;
  }

  std::optional<std::string> modifier() {
    std::string result;
    for (++at_; at_ < text_.size() && text_[at_] != ')'; ++at_) {
      const char c = text_[at_];
      if (is_blank(c)) continue;
      if (!is_word_byte(c) && c != ',' && c != '-') return std::nullopt;
      result += c;
    }
    if (at_ == text_.size() || result.empty()) return std::nullopt;
    ++at_;
    return result;
  }

  bool bounds() {
    if (is_blank(text_[at_])) return ++at_, true;
    if (text_[at_] != '[') return false;
    for (++at_; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
    }
    return at_ < text_.size() && text_[at_++] == ']';
  }
};

bool has_blank_outside_quotes(std::string_view text) {
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == ' ' && !quoted) return true;
  }
  return false;
}

bool names_one_type(std::string_view name) {
  if (name.starts_with('.') || name.ends_with('.') || name.find("..") != std::string_view::npos) return false;
  return name.front() < '0' || name.front() > '9';
}

std::optional<std::string> interval_type(const std::string& words, const std::optional<std::string>& modifier) {
  std::string type = to_lower(words);
  if (type != "interval" && std::ranges::find(kIntervalFields, std::string_view(type).substr(9)) == kIntervalFields.end())
    return std::nullopt;
  if (modifier && type != "interval" && !type.ends_with("second")) return std::nullopt;
  return modifier ? type + "(" + *modifier + ")" : type;
}

std::string with_modifier(const std::string& name, const std::optional<std::string>& modifier, std::string_view written) {
  if (!modifier) {
    if ((name == "character" && written != "bpchar") || name == "bit") return name + "(1)";
    return name == "character" ? "bpchar" : name;
  }
  if (written == "float") {
    const bool single = modifier->size() <= 2 && std::stoi("0" + *modifier) <= 24;
    return single ? "real" : "double precision";
  }
  const std::string part = "(" + *modifier + (name == "numeric" && modifier->find(',') == std::string::npos ? ",0)" : ")");
  if (name.starts_with("time")) {
    const auto blank = name.find(' ');
    return name.substr(0, blank) + part + name.substr(blank);
  }
  return name + part;
}

bool is_number(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Splits at commas outside of quotes and parentheses.
std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> items;
  int depth = 0;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    if (text[i] != ',' || depth != 0) continue;
    items.push_back(trim(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  items.push_back(trim(text.substr(begin)));
  return items;
}

// "id bigint" of RETURNS TABLE: an unquoted name is folded, as SQL does.
std::optional<std::string> table_column(std::string_view written) {
  std::size_t end = 0;
  if (written.starts_with('"')) {
    end = written.find('"', 1);
    end = end == std::string_view::npos ? written.size() : end + 1;
  } else {
    while (end < written.size() && is_word_byte(written[end])) ++end;
  }
  if (end == 0 || end == written.size() || !is_blank(written[end])) return std::nullopt;
  const std::string name = written.starts_with('"') ? std::string(written.substr(0, end)) : to_lower(written.substr(0, end));
  const std::string_view type = trim(written.substr(end));
  if (!column_type(type)) return std::nullopt;
  return name + " " + normalised_types(type);
}

}  // namespace

std::optional<std::string> column_type(std::string_view written) {
  const auto parts = TypeParser(written).parse();
  if (!parts) return std::nullopt;
  const std::string words = parts->tail.empty() ? parts->head : parts->head + " " + parts->tail;
  const std::string lower = to_lower(words);
  std::string type;
  if (lower == "interval" || lower.starts_with("interval ")) {
    const auto interval = interval_type(words, parts->modifier);
    if (!interval) return std::nullopt;
    type = *interval;
  } else {
    if (words.empty() || !names_one_type(words)) return std::nullopt;
    const std::string name = normalised_types(words);
    const bool built_in = std::ranges::find(kBuiltIn, name) != kBuiltIn.end();
    if (!built_in && has_blank_outside_quotes(words)) return std::nullopt;
    if (lower == "float" && parts->modifier && !is_number(*parts->modifier)) return std::nullopt;
    type = with_modifier(name, parts->modifier, lower.starts_with("pg_catalog.") ? std::string_view(lower).substr(11) : lower);
  }
  return parts->array && !type.ends_with("[]") ? type + "[]" : type;
}

std::optional<std::string> result_type(std::string_view written) {
  const std::string_view text = trim(written);
  const std::string lower = to_lower(text);
  if (lower == "setof" || lower == "table") return std::nullopt;
  if (lower.starts_with("setof ")) {
    const std::string_view of = trim(text.substr(6));
    return column_type(of) ? std::optional("SETOF " + normalised_types(of)) : std::nullopt;
  }
  if (lower.starts_with("table(") || lower.starts_with("table (")) {
    const auto open = text.find('(');
    if (!text.ends_with(')')) return std::nullopt;
    std::vector<std::string> columns;
    for (const std::string_view item : split_list(text.substr(open + 1, text.size() - open - 2))) {
      auto column = table_column(item);
      if (!column) return std::nullopt;
      columns.push_back(std::move(*column));
    }
    return "TABLE(" + join(columns, ", ") + ")";
  }
  return column_type(text) ? std::optional(normalised_types(text)) : std::nullopt;
}

bool is_type_list(std::string_view written) {
  if (trim(written).empty()) return true;
  return std::ranges::all_of(split_list(written), [](std::string_view type) { return column_type(type).has_value(); });
}

bool is_serial(std::string_view written) {
  static constexpr std::array<std::string_view, 6> kSerials{"serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"};
  return std::ranges::find(kSerials, to_lower(trim(written))) != kSerials.end();
}

}  // namespace pgcharter
