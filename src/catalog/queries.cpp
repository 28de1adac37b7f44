// The only source of SQL in this stage: named texts from queries/*.sql, which CMake embeds. Parameters never become part of a text.

#include "catalog/queries.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace pgcharter {
namespace {
#include "queries.inc"

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }
}  // namespace

Query find_query(std::string_view name) {
  const auto* found = std::ranges::find(kQueries, name, &EmbeddedFile::name);
  assert(found != std::end(kQueries));
  return {found->name, found->text};
}

bool mentions_catalog(const Query& query, std::string_view catalog) {
  const std::string needle = "pg_catalog." + std::string(catalog);
  for (std::size_t at = query.sql.find(needle); at != std::string_view::npos; at = query.sql.find(needle, at + 1)) {
    const std::size_t end = at + needle.size();
    if (end == query.sql.size() || !is_word(query.sql[end])) return true;
  }
  return false;
}

std::string array_parameter(const std::vector<std::string>& elements) {
  std::string text = "{";
  for (const std::string& element : elements) {
    if (text.size() > 1) text += ',';
    text += '"';
    for (char c : element) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + '}';
}

}  // namespace pgcharter
