// The workers are planned after the coordinator, so that what its plan brings about there can be left out.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "pgcharter/names.h"

#include "nodes/nodes.h"
#include "nodes/plan_node.h"

namespace pgcharter {
namespace {

void add(Summary& all, const Summary& more) {
  all.create += more.create;
  all.alter += more.alter;
  all.drop += more.drop;
  all.grant += more.grant;
  all.revoke += more.revoke;
  all.statements += more.statements;
  for (const auto& [hazard, count] : more.hazards) all.hazards[hazard] += count;
}

/// What runs as a role that may not log in is carried to the nodes by their own statements, which know nothing of shards.
void tell_shards(const Planned& planned, Diagnostics& diagnostics) {
  std::set<std::string> roles;
  for (const Statement& statement : planned.script.statements) {
    if (statement.local) roles.insert(statement.run_as);
  }
  for (const std::string& role : roles) {
    diagnostics.warning(
        "shards-left", {},
        fmt::format("what runs as {} does not reach the shards of distributed tables: Citus can't connect to its nodes as a "
                    "role without LOGIN",
                    display_name(role)),
        "Apply as a superuser or as the owner, or give the owner LOGIN.");
  }
}

}  // namespace

void check_is_coordinator(const State& actual) {
  for (const DatabaseState& database : actual.databases) {
    if (!database.citus || database.citus->group == 0) continue;
    Error error(fmt::format("connected to a worker of a Citus cluster (database \"{}\", group {})", database.name, database.citus->group),
                "Connect to the coordinator: only there statements reach every node, and only there a plan sees them all.");
    const auto coordinator = std::ranges::find(database.citus->nodes, 0, &CitusNode::group);
    if (coordinator != database.citus->nodes.end()) error.hint += fmt::format(" Citus knows it as {}.", coordinator->text());
    throw error;
  }
}

void plan_nodes(Planned& planned, const Connector& connector, Diagnostics& diagnostics) {
  if (!planned.actual.has_citus()) return;
  tell_shards(planned, diagnostics);
  std::vector<DistributedDatabase> databases = open_databases(*planned.charter, planned.actual, connector);
  const std::vector<Worker> workers = workers_of(databases);
  if (workers.empty()) return;
  const Propagation by_itself(planned, databases);
  int statements = static_cast<int>(planned.script.statements.size());
  for (const Worker& worker : workers) {
    NodePlanned& node = planned.nodes.emplace_back(plan_node(worker, planned.charter, by_itself, diagnostics));
    if (node.planned == nullptr) {
      diagnostics.warning("node-unread", {}, node.error, "Nobody knows whether that node is as the charter says; run this again.");
      continue;
    }
    for (Statement& statement : node.planned->script.statements) statement.id = ++statements;
    add(planned.plan.summary, node.planned->plan.summary);
  }
  for (const DistributedDatabase& database : databases) planned.queries[database.name] += database.connection->round_trips();
}

}  // namespace pgcharter
