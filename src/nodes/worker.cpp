// A worker is read by the same queries as the server itself, one after the other, each with a snapshot of its own. Its charter has just the
// databases that are there, without the rules for external roles that are not: who made those roles decides where they are.

#include "nodes/worker.h"

#include <algorithm>

#include "pgcharter/catalog.h"

#include "nodes/same_settings.h"

namespace pgcharter {
namespace {

/// The roles that the charter can't make on a worker.
std::set<std::string> absent_externals(const Charter& charter, const State& state) {
  std::set<std::string> absent;
  for (const auto& [name, rule] : charter.roles) {
    const RoleId id = state.names->find(name);
    if (rule.external && (id == kNoRole || state.cluster.find_role(id) == nullptr)) absent.insert(name);
  }
  return absent;
}

void leave_out(Charter& charter, const std::set<std::string>& roles) {
  const auto gone = [&](const std::string& role) { return roles.contains(role); };
  for (const std::string& role : roles) charter.roles.erase(role);
  for (auto& [name, rule] : charter.roles) {
    std::erase_if(rule.member_of, [&](const MembershipRule& edge) { return gone(edge.role); });
    std::erase_if(rule.members, [&](const MembershipRule& edge) { return gone(edge.member); });
  }
  for (DatabaseCharter& database : charter.databases) {
    for (GrantRule& rule : database.grants) {
      if (std::ranges::none_of(rule.to, gone)) continue;
      std::erase_if(rule.to, gone);
      rule.to_pos.clear();
    }
    for (DefaultPrivilegeRule& rule : database.default_privileges) {
      std::erase_if(rule.to, gone);
      std::erase_if(rule.by, gone);
    }
  }
}

}  // namespace

std::vector<DistributedDatabase> open_databases(const Charter& charter, const State& actual, const Connector& connector) {
  std::vector<DistributedDatabase> databases;
  for (std::size_t i = 0; i < charter.databases.size() && i < actual.databases.size(); ++i) {
    if (!actual.databases[i].citus) continue;
    const std::string& name = charter.databases[i].name;
    DistributedDatabase database{.index = i, .name = actual.databases[i].name, .connection = {}, .queries = {}, .citus = {}, .objects = {}};
    database.connection = connector(name.empty() ? std::nullopt : std::optional(name));
    database.queries = std::make_unique<NodeQueries>(*database.connection);
    read_citus_nodes(*database.connection, database.citus);
    database.objects = read_citus_objects(*database.connection);
    databases.push_back(std::move(database));
  }
  return databases;
}

std::vector<Worker> workers_of(std::vector<DistributedDatabase>& databases) {
  std::vector<Worker> workers;
  for (DistributedDatabase& database : databases) {
    for (const CitusNode& node : database.citus.nodes) {
      if (node.group == 0) continue;
      auto worker = std::ranges::find(workers, node.text(), [](const Worker& w) { return w.node.text(); });
      if (worker == workers.end()) worker = workers.insert(worker, Worker{.node = node, .places = {}});
      worker->places.push_back({.database = &database, .node = node});
    }
  }
  return workers;
}

State read_worker(const Worker& worker, SharedCharter& charter) {
  State state;
  const Charter& whole = *charter;
  auto mine = std::make_shared<Charter>(whole);
  mine->databases.clear();
  for (const Worker::Place& place : worker.places) {
    NodeConnection connection(*place.database->queries, place.node);
    const DatabaseCharter& database = whole.databases[place.database->index];
    ReadScope scope = read_scope(whole, database);
    // The structure of tables and functions is Citus' to bring.
    for (std::vector<std::string>* names : {&scope.table_schemas, &scope.table_names, &scope.routine_schemas, &scope.routine_names})
      names->clear();
    scope.hypertables = false;
    if (state.databases.empty()) read_cluster(connection, scope, state);
    read_database(connection, scope, state);
    mine->databases.push_back(database);
  }
  const RoleId me = state.names->find(state.server.user);
  const Role* role = me == kNoRole ? nullptr : state.cluster.find_role(me);
  state.server.superuser = role != nullptr && role->attributes.superuser;
  leave_out(*mine, absent_externals(*mine, state));
  take_written_forms(*mine, *worker.places.front().database->connection, state);
  charter = std::move(mine);
  return state;
}

}  // namespace pgcharter
