// Citus copies the settings of roles to a node that joins, and writes them as numbers in the parameter's own unit: 7MB becomes 7168, 2min
// becomes 120000. Units are those of guc.c (convert_to_base_unit() in src/backend/utils/misc/guc.c): multiples of a byte, or of a second.

#include "nodes/same_settings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "base/strings.h"

namespace pgcharter {
namespace {

struct Unit {
  std::string_view name;
  double size;  ///< in bytes, or in microseconds
};
constexpr double kKilo = 1024;
constexpr std::array<Unit, 12> kUnits{{{"B", 1},
                                       {"kB", kKilo},
                                       {"MB", kKilo* kKilo},
                                       {"GB", kKilo* kKilo* kKilo},
                                       {"TB", kKilo* kKilo* kKilo* kKilo},
                                       {"us", 1},
                                       {"ms", 1e3},
                                       {"s", 1e6},
                                       {"min", 60e6},
                                       {"h", 3600e6},
                                       {"d", 24 * 3600e6},
                                       {"", 1}}};

/// "8kB" counts eight of them.
std::optional<double> size_of_unit(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  const double count = digits == 0 ? 1 : std::strtod(std::string(text.substr(0, digits)).c_str(), nullptr);
  for (const Unit& unit : kUnits) {
    if (unit.name == text.substr(digits)) return count * unit.size;
  }
  return std::nullopt;
}

std::optional<double> number(const SettingForm& form, const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || !std::isfinite(value)) return std::nullopt;
  const std::string_view unit = trim(end);
  const std::optional<double> size = size_of_unit(unit.empty() ? std::string_view(form.unit) : unit);
  if (!size) return std::nullopt;
  return value < 0 && unit.empty() ? value : value * *size;  // -1 mostly means "none", whatever the unit
}

std::optional<bool> truth(const std::string& text) {
  const std::string word = to_lower(text);
  if (word == "on" || word == "true" || word == "yes" || word == "1" || word == "t" || word == "y") return true;
  if (word == "off" || word == "false" || word == "no" || word == "0" || word == "f" || word == "n") return false;
  return std::nullopt;
}

/// Calls `each(scope, name, value)` for every value that the charter sets.
template <typename Each>
void for_each_setting(const Charter& charter, const State& state, const Each& each) {
  const auto all = [&](const SettingsScope& scope, const SettingRules& rules) {
    for (const auto& [name, rule] : rules) {
      if (rule.value) each(scope, name, *rule.value);
    }
  };
  for (const auto& [name, role] : charter.roles) {
    const RoleId id = state.names->find(name);
    if (id == kNoRole) continue;
    all({.database = {}, .role = id}, role.settings);
    for (const auto& [database, rules] : role.settings_in) all({.database = database, .role = id}, rules);
  }
  for (const DatabaseCharter& database : charter.databases) {
    all({.database = database.name.empty() ? state.server.database : database.name, .role = kNoRole}, database.settings);
  }
}

/// Where the state's value is another text.
std::string* other_value(State& state, const SettingsScope& scope, const std::string& name, const std::string& value) {
  const auto settings = state.cluster.settings.find(scope);
  if (settings == state.cluster.settings.end()) return nullptr;
  const auto found = settings->second.find(name);
  return found == settings->second.end() || found->second == value ? nullptr : &found->second;
}

}  // namespace

bool same_setting(const SettingForm& form, const std::string& a, const std::string& b) {
  if (a == b) return true;
  if (form.type == "bool") return truth(a) && truth(a) == truth(b);
  const std::optional<double> x = number(form, a);
  const std::optional<double> y = number(form, b);
  return x && y && std::abs(*x - *y) <= 1e-9 * std::max(std::abs(*x), std::abs(*y));
}

void take_written_forms(const Charter& charter, Connection& connection, State& state) {
  std::vector<std::string> names;
  for_each_setting(charter, state, [&](const SettingsScope& scope, const std::string& name, const std::string& value) {
    if (other_value(state, scope, name, value) != nullptr) names.push_back(name);
  });
  if (names.empty()) return;
  const std::map<std::string, SettingForm> forms = read_setting_forms(connection, names);
  for_each_setting(charter, state, [&](const SettingsScope& scope, const std::string& name, const std::string& value) {
    std::string* is = other_value(state, scope, name, value);
    const auto form = forms.find(name);
    if (is != nullptr && form != forms.end() && same_setting(form->second, *is, value)) *is = value;
  });
}

}  // namespace pgcharter
