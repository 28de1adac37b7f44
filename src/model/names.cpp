// Quoting follows quote_identifier() and quote_literal_internal() (src/backend/utils/adt): a quote is doubled, and a text
// with a backslash becomes E'…', which means the same whatever standard_conforming_strings is. Identifiers are quoted
// always, so no list of keywords of some version can be wrong; only reports print bare words (display_name).

#include "pgcharter/names.h"

#include <algorithm>
#include <array>

namespace pgcharter {
namespace {

// Words that are no plain identifiers in PostgreSQL 14 to 18 (documentation, appendix C: reserved, also those that can be
// function or type).
constexpr std::array kReserved = std::to_array<std::string_view>({"all",
                                                                  "analyse",
                                                                  "analyze",
                                                                  "and",
                                                                  "any",
                                                                  "array",
                                                                  "as",
                                                                  "asc",
                                                                  "asymmetric",
                                                                  "authorization",
                                                                  "binary",
                                                                  "both",
                                                                  "case",
                                                                  "cast",
                                                                  "check",
                                                                  "collate",
                                                                  "collation",
                                                                  "column",
                                                                  "concurrently",
                                                                  "constraint",
                                                                  "create",
                                                                  "cross",
                                                                  "current_catalog",
                                                                  "current_date",
                                                                  "current_role",
                                                                  "current_schema",
                                                                  "current_time",
                                                                  "current_timestamp",
                                                                  "current_user",
                                                                  "default",
                                                                  "deferrable",
                                                                  "desc",
                                                                  "distinct",
                                                                  "do",
                                                                  "else",
                                                                  "end",
                                                                  "except",
                                                                  "false",
                                                                  "fetch",
                                                                  "for",
                                                                  "foreign",
                                                                  "freeze",
                                                                  "from",
                                                                  "full",
                                                                  "grant",
                                                                  "group",
                                                                  "having",
                                                                  "ilike",
                                                                  "in",
                                                                  "initially",
                                                                  "inner",
                                                                  "intersect",
                                                                  "into",
                                                                  "is",
                                                                  "isnull",
                                                                  "join",
                                                                  "lateral",
                                                                  "leading",
                                                                  "left",
                                                                  "like",
                                                                  "limit",
                                                                  "localtime",
                                                                  "localtimestamp",
                                                                  "natural",
                                                                  "not",
                                                                  "notnull",
                                                                  "null",
                                                                  "offset",
                                                                  "on",
                                                                  "only",
                                                                  "or",
                                                                  "order",
                                                                  "outer",
                                                                  "overlaps",
                                                                  "placing",
                                                                  "primary",
                                                                  "references",
                                                                  "returning",
                                                                  "right",
                                                                  "select",
                                                                  "session_user",
                                                                  "similar",
                                                                  "some",
                                                                  "symmetric",
                                                                  "system_user",
                                                                  "table",
                                                                  "tablesample",
                                                                  "then",
                                                                  "to",
                                                                  "trailing",
                                                                  "true",
                                                                  "union",
                                                                  "unique",
                                                                  "user",
                                                                  "using",
                                                                  "variadic",
                                                                  "verbose",
                                                                  "when",
                                                                  "where",
                                                                  "window",
                                                                  "with"});
static_assert(std::is_sorted(kReserved.begin(), kReserved.end()));

bool lower(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

bool bare(std::string_view name) {
  return !name.empty() && lower(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return lower(c) || digit(c) || c == '$'; }) &&
         !std::binary_search(kReserved.begin(), kReserved.end(), name);
}

std::string doubled(std::string_view text, char quote) {
  std::string result(1, quote);
  result.reserve(text.size() + 2);
  for (const char c : text) {
    if (c == quote) result += quote;
    result += c;
  }
  result += quote;
  return result;
}

}  // namespace

std::string quote_identifier(std::string_view name) { return doubled(name, '"'); }

std::string quote_literal(std::string_view text) {
  std::string quoted = doubled(text, '\'');
  if (text.find('\\') == std::string_view::npos) return quoted;
  std::string result = "E";
  for (const char c : quoted) {
    if (c == '\\') result += c;
    result += c;
  }
  return result;
}

std::string display_name(std::string_view name) { return bare(name) ? std::string(name) : quote_identifier(name); }

std::string display_name(const ObjectName& object) {
  const IdentityShape identity = info(object.kind).identity;
  if (identity == IdentityShape::Oid || object.kind == ObjectKind::Parameter) return object.name;
  std::string result = object.schema.empty() ? std::string() : display_name(object.schema) + ".";
  result += display_name(object.name);
  if (identity == IdentityShape::Signature) result += "(" + object.args + ")";
  return result;
}

}  // namespace pgcharter
