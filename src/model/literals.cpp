// COPY takes no parameters, and neither does a query that Citus runs on its nodes.

#include "model/literals.h"

#include <algorithm>
#include <charconv>

namespace pgcharter {

std::string with_literals(std::string_view sql, const std::vector<std::string>& literals) {
  std::string result;
  for (std::size_t at = 0; at < sql.size();) {
    if (sql.substr(at, 2) == "--") {
      at = std::min(sql.find('\n', at), sql.size());
      continue;
    }
    std::size_t number = 0;
    if (sql[at] == '$') {
      const auto [end, problem] = std::from_chars(sql.data() + at + 1, sql.data() + sql.size(), number);
      if (problem == std::errc() && number >= 1 && number <= literals.size()) {
        result += literals[number - 1];
        at = static_cast<std::size_t>(end - sql.data());
        continue;
      }
    }
    result += sql[at++];
  }
  return result;
}

}  // namespace pgcharter
