// When two values of a configuration parameter are the same one: lists are compared by their elements.

#include "model/settings.h"

#include <vector>

namespace pgcharter {
namespace {

/// The elements of a list-valued parameter, as SplitIdentifierString() in src/backend/utils/adt/varlena.c reads them.
std::vector<std::string> elements(std::string_view value) {
  std::vector<std::string> list;
  std::string item;
  bool quoted = false;
  bool was_quoted = false;
  auto finish = [&] {
    if (!was_quoted) {
      while (!item.empty() && item.back() == ' ') item.pop_back();
    }
    list.push_back(std::move(item));
    item.clear();
    was_quoted = false;
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '"') {
      if (quoted && i + 1 < value.size() && value[i + 1] == '"') {
        item.push_back(c);
        ++i;
      } else {
        quoted = !quoted;
        was_quoted = true;
      }
    } else if (quoted) {
      item.push_back(c);
    } else if (c == ',') {
      finish();
    } else if (c != ' ' || !item.empty()) {
      if (!was_quoted) item.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  finish();
  return list;
}

}  // namespace

bool same_setting(const std::string& name, const std::string& a, const std::string& b) {
  if (a == b) return true;
  if (name == "search_path" || name == "temp_tablespaces" || name.ends_with("_preload_libraries")) return elements(a) == elements(b);
  return false;
}

}  // namespace pgcharter
