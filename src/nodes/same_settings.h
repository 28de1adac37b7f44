// Settings that mean the same and are written differently.
#pragma once

#include <optional>
#include <string>

#include "pgcharter/charter.h"

#include "catalog/citus.h"

namespace pgcharter {

/// True where both texts set a parameter of that form to the same value: 7MB and 7168 for one that counts in kB.
bool same_setting(const SettingForm& form, const std::string& a, const std::string& b);

/// Writes the settings of roles and databases in `state` as the charter does, where they mean the same.
void take_written_forms(const Charter& charter, Connection& connection, State& state);

}  // namespace pgcharter
