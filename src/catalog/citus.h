// What this database knows of its Citus cluster as a whole. Only where the extension is installed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "pgcharter/connection.h"

namespace pgcharter {

/// `nodes` of a CitusState.
void read_citus_nodes(Connection& connection, CitusState& citus);

/// What Citus keeps the same on all nodes, as (catalog, oid): ("pg_authid", 16384).
using CitusObjects = std::set<std::pair<std::string, std::uint32_t>>;
CitusObjects read_citus_objects(Connection& connection);

/// How the values of a parameter are written.
struct SettingForm {
  std::string type;  ///< "bool", "integer" or "real"
  std::string unit;  ///< of a number without one: "kB", "ms"; empty: none
};
/// Of those among `names` whose values can be written in several ways, by lower-case name.
std::map<std::string, SettingForm> read_setting_forms(Connection& connection, const std::vector<std::string>& names);

}  // namespace pgcharter
