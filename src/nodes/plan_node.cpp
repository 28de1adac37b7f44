// The pipeline of reconcile.cpp once more, for a worker: what differs is where the state comes from, and that Citus' share is taken out
// before the plan is made.

#include "nodes/plan_node.h"

#include <algorithm>

#include <fmt/format.h>

#include "pgcharter/names.h"

namespace pgcharter {
namespace {

/// Findings that the coordinator's plan has not: prefixed with the node's name.
void pass_on(const Diagnostics& found, const std::string& node, Diagnostics& diagnostics) {
  for (const Diagnostic& d : found.all()) {
    const auto same = [&](const Diagnostic& other) { return other.code == d.code && other.pos == d.pos && other.message == d.message; };
    if (d.severity != Severity::Warning || std::ranges::any_of(diagnostics.all(), same)) continue;
    diagnostics.warning(d.code, d.pos, fmt::format("on node {}: {}", node, d.message), d.hint);
  }
}

void tell(const Planned& planned, const std::string& node, Diagnostics& diagnostics) {
  for (const Change& change : planned.unremovable) {
    const Unremovable told = describe_unremovable(planned.actual, change);
    diagnostics.warning("unremovable", {}, fmt::format("on node {}: {}", node, told.text), told.hint);
  }
  for (const MissingRight& right : planned.missing) {
    diagnostics.warning("missing-right", {}, fmt::format("on node {}: {} lacks the right {}", node, planned.actual.server.user, right.what),
                        "An administrator must give it on that node too.");
  }
  for (const Step& step : planned.plan.steps) {
    const auto* create = std::get_if<CreateRole>(&step.change.body);
    if (create == nullptr) continue;
    const std::string& name = planned.actual.names->name(create->role);
    const auto rule = planned.charter->roles.find(name);
    if (rule == planned.charter->roles.end()) continue;
    if (rule->second.password) {
      diagnostics.warning(
          "node-password", rule->second.pos,
          fmt::format("role {} is made on node {} without its password, which nobody can read", display_name(name), node),
          "Set it on that node by hand: Citus sends the passwords of roles that it brought there itself, and of no others.");
    }
    if (rule->second.entra) {
      diagnostics.warning(
          "node-principal", rule->second.pos,
          fmt::format("role {} is made on node {} as a plain role: it stands for no identity there", display_name(name), node),
          "Log in through the coordinator.");
    }
  }
}

/// A statement of a worker runs in one of its databases.
void address(Planned& planned, const Worker& worker) {
  for (Statement& statement : planned.script.statements) {
    if (statement.database.empty()) statement.database = worker.places.front().database->name;
    statement.node = worker.node.text();
    statement.transactional = false;
    statement.phase = Phase::Node;
    statement.batch = 0;
    statement.local = false;
  }
}

std::string first_error(const Diagnostics& found) {
  const auto first = std::ranges::find(found.all(), Severity::Error, &Diagnostic::severity);
  const std::string place = to_string(first->pos);
  return place.empty() ? first->message : place + ": " + first->message;
}

}  // namespace

NodePlanned plan_node(const Worker& worker, const SharedCharter& charter, const Propagation& by_itself, Diagnostics& diagnostics) {
  NodePlanned result{.node = worker.node, .planned = std::make_unique<Planned>(), .error = {}};
  Planned& planned = *result.planned;
  Diagnostics found;
  try {
    planned.charter = charter;
    planned.actual = read_worker(worker, planned.charter);
    planned.desired = resolve(*planned.charter, planned.actual, {.set_passwords = false, .on_worker = true}, found);
    if (found.has_errors()) throw Error(fmt::format("the charter makes no sense on node {}: {}", worker.node.text(), first_error(found)));
  } catch (const Error& error) {
    result.planned.reset();
    result.error = error.what();
    return result;
  }
  std::vector<Change> changes = diff(planned.actual, planned.desired);
  by_itself.subtract(planned.actual, planned.desired, changes);
  planned.unremovable = take_unremovable(planned.actual, planned.desired, changes);
  add_self_memberships(planned.actual, planned.desired, changes);
  planned.plan = make_plan(planned.actual, planned.desired, std::move(changes));
  planned.missing = preflight(planned.plan);
  planned.obstacles = find_obstacles(planned.plan);
  planned.script = render(planned.plan);
  planned.plan.summary.statements = planned.script.statements.size();
  planned.generated_at = planned.actual.server.now;
  address(planned, worker);
  pass_on(found, worker.node.text(), diagnostics);
  tell(planned, worker.node.text(), diagnostics);
  return result;
}

}  // namespace pgcharter
