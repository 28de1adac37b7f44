// The writer of SQL: tokens are appended by what they are, so that a raw name can't get in. Quoting itself is pgcharter/names.h.

#include "sql/writer.h"

#include <algorithm>
#include <cassert>

#include "sql/dollar_quotes.h"

namespace pgcharter {
namespace {

[[maybe_unused]] bool digit(char c) { return c >= '0' && c <= '9'; }
[[maybe_unused]] bool lower(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

}  // namespace

SqlWriter& SqlWriter::token(std::string_view text) {
  if (blank_) text_ += ' ';
  text_ += text;
  blank_ = true;
  return *this;
}

SqlWriter& SqlWriter::keyword(std::string_view words) {
  assert(!words.empty() && std::all_of(words.begin(), words.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == ' '; }));
  return token(words);
}

SqlWriter& SqlWriter::identifier(std::string_view name) { return token(quote_identifier(name)); }

SqlWriter& SqlWriter::grantee(const RoleNames& names, RoleId role) {
  return role == kPublic ? keyword("PUBLIC") : identifier(names.name(role));
}

SqlWriter& SqlWriter::dotted(std::string_view name) {
  std::string text;
  for (std::size_t begin = 0;;) {
    const std::size_t dot = name.find('.', begin);
    text += quote_identifier(name.substr(begin, dot - begin));
    if (dot == std::string_view::npos) break;
    text += '.';
    begin = dot + 1;
  }
  return token(text);
}

SqlWriter& SqlWriter::literal(std::string_view text) { return token(quote_literal(text)); }

SqlWriter& SqlWriter::number(long long value) { return token(std::to_string(value)); }

SqlWriter& SqlWriter::oid(std::string_view digits) {
  assert(!digits.empty() && std::all_of(digits.begin(), digits.end(), digit));
  return token(digits);
}

SqlWriter& SqlWriter::qualified(const ObjectName& object, bool with_modes) {
  const IdentityShape identity = info(object.kind).identity;
  if (identity == IdentityShape::Oid) return oid(object.name);
  if (object.kind == ObjectKind::Parameter) return dotted(object.name);
  if (object.schema.empty()) {
    identifier(object.name);
  } else {
    identifier(object.schema);
    text_ += '.';
    text_ += quote_identifier(object.name);
  }
  if (identity == IdentityShape::Signature) trusted_types(object.args, with_modes);
  return *this;
}

void SqlWriter::trusted_types(std::string_view types, bool with_modes) {
  static constexpr std::string_view kMode = "IN ";
  text_ += '(';
  if (with_modes && !types.empty()) text_ += kMode;
  bool quoted = false;
  for (std::size_t i = 0; i < types.size(); ++i) {
    text_ += types[i];
    if (types[i] == '"') quoted = !quoted;
    const bool next_type = !quoted && types[i] == ' ' && i > 0 && types[i - 1] == ',';
    if (with_modes && next_type) text_ += kMode;
  }
  text_ += ')';
}

SqlWriter& SqlWriter::qualified_column(const ObjectName& table, std::string_view column) {
  qualified(table);
  text_ += '.';
  text_ += quote_identifier(column);
  return *this;
}

SqlWriter& SqlWriter::privileges(PrivilegeSet privileges) { return token(to_sql(privileges)); }

SqlWriter& SqlWriter::secret(std::string_view name) {
  assert(std::all_of(name.begin(), name.end(), [](char c) { return lower(c) || digit(c); }));
  return token(":'" + std::string(name) + "'");
}

SqlWriter& SqlWriter::call(std::string_view function) {
  assert(std::all_of(function.begin(), function.end(), lower));
  token("pg_catalog.");
  text_ += function;
  text_ += '(';
  blank_ = false;
  return *this;
}

SqlWriter& SqlWriter::call(std::string_view schema, std::string_view function) {
  assert(std::all_of(function.begin(), function.end(), [](char c) { return lower(c) || digit(c); }));
  identifier(schema);
  text_ += '.';
  text_ += quote_identifier(function);
  text_ += '(';
  blank_ = false;
  return *this;
}

SqlWriter& SqlWriter::argument(std::string_view name) {
  assert(std::all_of(name.begin(), name.end(), lower));
  return token(std::string(name) + " =>");
}

SqlWriter& SqlWriter::expression(std::string_view sql) { return token(sql); }

SqlWriter& SqlWriter::dollar_quoted(std::string_view text) { return token(pgcharter::dollar_quoted(text, "body")); }

SqlWriter& SqlWriter::boolean(bool value) { return token(value ? "true" : "false"); }

SqlWriter& SqlWriter::open() {
  token("(");
  blank_ = false;
  return *this;
}

SqlWriter& SqlWriter::close() {
  text_ += ')';
  blank_ = true;
  return *this;
}

SqlWriter& SqlWriter::comma() {
  text_ += ',';
  blank_ = true;
  return *this;
}

}  // namespace pgcharter
