// Argument types of a signature in the one spelling that format_type(oid, NULL) prints.
//
// The aliases are those of the grammar (src/backend/parser/gram.y, Numeric, Character, ConstDatetime) and the internal
// names of the types that format_type() spells out (src/backend/utils/adt/format_type.c). Length, precision and
// array bounds are no part of a signature and are dropped. Case is folded for built-in words only; other types are
// written with their schema, exactly as in the catalog.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgcharter/charter.h"

#include "base/strings.h"

namespace pgcharter {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 40> kAliases{{
    {"int", "integer"},
    {"int4", "integer"},
    {"integer", "integer"},
    {"int2", "smallint"},
    {"smallint", "smallint"},
    {"int8", "bigint"},
    {"bigint", "bigint"},
    {"bool", "boolean"},
    {"boolean", "boolean"},
    {"float4", "real"},
    {"real", "real"},
    {"float8", "double precision"},
    {"float", "double precision"},
    {"double precision", "double precision"},
    {"decimal", "numeric"},
    {"dec", "numeric"},
    {"numeric", "numeric"},
    {"varchar", "character varying"},
    {"character varying", "character varying"},
    {"char varying", "character varying"},
    {"national character varying", "character varying"},
    {"national char varying", "character varying"},
    {"nchar varying", "character varying"},
    {"char", "character"},
    {"character", "character"},
    {"bpchar", "character"},
    {"national character", "character"},
    {"national char", "character"},
    {"nchar", "character"},
    {"varbit", "bit varying"},
    {"bit varying", "bit varying"},
    {"timestamp", "timestamp without time zone"},
    {"timestamp without time zone", "timestamp without time zone"},
    {"timestamptz", "timestamp with time zone"},
    {"timestamp with time zone", "timestamp with time zone"},
    {"time", "time without time zone"},
    {"time without time zone", "time without time zone"},
    {"timetz", "time with time zone"},
    {"time with time zone", "time with time zone"},
    {"bit", "bit"},
}};

// What quote_identifier() leaves bare (keywords aside).
bool is_lower_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == ' '; });
}

// Splits at commas outside of quotes and parentheses.
std::vector<std::string> split_types(std::string_view text) {
  std::vector<std::string> types;
  std::string current;
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && c == '(') ++depth;
    if (!quoted && c == ')') --depth;
    if (!quoted && depth == 0 && c == ',') {
      types.push_back(std::exchange(current, {}));
    } else {
      current += c;
    }
  }
  types.push_back(current);
  return types;
}

// Without (n,m) and with single blanks, both outside of quotes.
std::string plain_words(std::string_view text) {
  std::string words;
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && c == '(') ++depth;
    if (!quoted && depth == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
      if (!words.empty() && words.back() != ' ') words += ' ';
    } else if (depth == 0) {
      words += c;
    }
    if (!quoted && c == ')') {
      --depth;
      if (!words.empty() && words.back() != ' ') words += ' ';
    }
  }
  return std::string(trim(words));
}

// Cuts [], [3] and ARRAY off; true where there was one.
bool cut_array(std::string& type) {
  bool array = false;
  while (type.ends_with(']') && type.find('[') != std::string::npos) {
    type = std::string(trim(std::string_view(type).substr(0, type.rfind('['))));
    array = true;
  }
  if (to_lower(type).ends_with(" array")) {
    type = std::string(trim(std::string_view(type).substr(0, type.size() - 6)));
    array = true;
  }
  return array;
}

// One part of a type's name as quote_identifier() of PostgreSQL prints it.
std::string quoted_part(std::string_view part) {
  if (part.size() >= 2 && part.front() == '"' && part.back() == '"') {
    std::string_view inner = part.substr(1, part.size() - 2);
    if (!inner.empty() && is_lower_word(inner) && inner.find(' ') == std::string_view::npos && !(inner[0] >= '0' && inner[0] <= '9')) {
      return std::string(inner);
    }
    return std::string(part);
  }
  if (is_lower_word(part) && part.find(' ') == std::string_view::npos) return std::string(part);
  return "\"" + std::string(part) + "\"";
}

std::string qualified_type(std::string_view type) {
  std::vector<std::string> parts{""};
  bool quoted = false;
  for (const char c : type) {
    if (c == '"') quoted = !quoted;
    if (c == '.' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  for (std::string& part : parts) part = quoted_part(trim(part));
  return join(parts, ".");
}

std::string base_type(std::string type) {
  if (to_lower(type).starts_with("pg_catalog.")) type.erase(0, 11);
  if (type == "\"char\"") return type;  // the one-byte type, not character
  const std::string lower = to_lower(type);
  const auto* alias = std::find_if(kAliases.begin(), kAliases.end(), [&](const auto& row) { return row.first == lower; });
  if (alias != kAliases.end()) return std::string(alias->second);
  if (lower == "interval" || lower.starts_with("interval ")) return "interval";
  // A word without schema can only be a built-in type, and those have no capitals.
  if (type.find('.') == std::string::npos && type.find('"') == std::string::npos) return lower;
  return qualified_type(type);
}

std::string normalised_type(std::string_view written) {
  std::string type = plain_words(written);
  const std::string lower = to_lower(type);
  for (const std::string_view mode : {"in ", "inout ", "variadic "}) {
    if (lower.starts_with(mode)) {
      type = std::string(trim(std::string_view(type).substr(mode.size())));
      break;
    }
  }
  bool array = cut_array(type);
  std::string base = base_type(type);
  // The internal name of an array type: _int4.
  if (base.starts_with('_') && base.find('.') == std::string::npos && base.size() > 1 && !array) {
    base = base_type(base.substr(1));
    array = true;
  }
  return array ? base + "[]" : base;
}

}  // namespace

std::string normalised_types(std::string_view types) {
  if (trim(types).empty()) return {};
  std::vector<std::string> result;
  for (const std::string& type : split_types(types)) result.push_back(normalised_type(type));
  return join(result, ", ");
}

}  // namespace pgcharter
