// Lists are parameters whose elements the server quotes one by one when it stores them (GUC_LIST_QUOTE, src/include/utils/guc.h): given one
// literal, SET would take "events, public" for one schema with a comma in its name. pg_dump knows the same six names
// (variable_is_guc_list_quote).

#include "model/settings.h"

#include <algorithm>
#include <array>

namespace pgcharter {
namespace {

struct ListParameter {
  std::string_view name;
  bool folds;  ///< elements are SQL names: unquoted ones are folded to lower case
};
constexpr std::array kListParameters = std::to_array<ListParameter>({
    {"local_preload_libraries", false},
    {"search_path", true},
    {"session_preload_libraries", false},
    {"shared_preload_libraries", false},
    {"temp_tablespaces", true},
    {"unix_socket_directories", false},
});

const ListParameter* list_parameter(std::string_view parameter) {
  const auto it = std::find_if(kListParameters.begin(), kListParameters.end(), [&](const ListParameter& p) { return p.name == parameter; });
  return it == kListParameters.end() ? nullptr : &*it;
}

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

}  // namespace

bool is_quoted_list(std::string_view parameter) { return list_parameter(parameter) != nullptr; }

std::vector<std::string> split_setting(std::string_view parameter, std::string_view value) {
  const ListParameter* list = list_parameter(parameter);
  const bool folds = list != nullptr && list->folds;
  std::vector<std::string> elements;
  std::string element;
  std::size_t kept = 0;  // blanks after this length are trailing ones
  bool quoted = false;
  bool inside = false;
  const auto end_element = [&] {
    element.resize(kept);
    if (quoted || !element.empty()) elements.push_back(element);
    element.clear();
    kept = 0;
    quoted = false;
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    char c = value[i];
    if (c == '"') {
      if (inside && i + 1 < value.size() && value[i + 1] == '"') {
        element += value[++i];
      } else {
        inside = !inside;
        quoted = true;
      }
      kept = element.size();
    } else if (inside) {
      element += c;
      kept = element.size();
    } else if (c == ',') {
      end_element();
    } else if (!blank(c)) {
      if (folds && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      element += c;
      kept = element.size();
    } else if (!element.empty()) {
      element += c;
    }
  }
  end_element();
  if (elements.empty()) elements.emplace_back();
  return elements;
}

bool same_setting(const std::string& name, const std::string& a, const std::string& b) {
  return a == b || (is_quoted_list(name) && split_setting(name, a) == split_setting(name, b));
}

}  // namespace pgcharter
