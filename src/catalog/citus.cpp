// pg_dist_node and pg_dist_object are readable by everybody and the same on every node; pg_dist_local_group says which node one is on.

#include "catalog/citus.h"

#include "base/strings.h"
#include "catalog/acl_row.h"
#include "catalog/queries.h"

namespace pgcharter {

void read_citus_nodes(Connection& connection, CitusState& citus) {
  citus.nodes.clear();
  connection.query(find_query("citus_nodes"), {}, [&](const Row& row) {
    citus.nodes.push_back({.id = static_cast<int>(row.number(0)),
                           .group = static_cast<int>(row.number(1)),
                           .host = std::string(row.text(2)),
                           .port = static_cast<int>(row.number(3)),
                           .active = row.boolean(4)});
  });
}

CitusObjects read_citus_objects(Connection& connection) {
  CitusObjects objects;
  connection.query(find_query("citus_objects"), {}, [&](const Row& row) { objects.emplace(row.text(0), oid_of(row.text(1))); });
  return objects;
}

std::map<std::string, SettingForm> read_setting_forms(Connection& connection, const std::vector<std::string>& names) {
  std::map<std::string, SettingForm> forms;
  connection.query(find_query("setting_units"), {array_parameter(names)}, [&](const Row& row) {
    forms[to_lower(row.text(0))] = {.type = std::string(row.text(1)), .unit = std::string(row.text(2))};
  });
  return forms;
}

}  // namespace pgcharter
