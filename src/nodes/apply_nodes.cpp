// The last part of an apply. A node's statements are one statement of the coordinator's (src/sql/node_script.h), outside of any transaction
// of ours: the node carries out all of them or none, and keeps them whatever becomes of other nodes. So each node is told by itself, a
// failure keeps nobody else from being healed, and running again goes on where it stopped.

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "nodes/nodes.h"
#include "nodes/plan_node.h"
#include "nodes/single_changes.h"
#include "sql/node_script.h"
#include "sql/writer.h"

namespace pgcharter {
namespace {

std::string listed(const Script& script) {
  std::string text;
  for (std::size_t i = 0; i < script.statements.size() && i < 10; ++i) text += fmt::format("\n  {}", printable(script.statements[i].sql));
  if (script.statements.size() > 10) text += fmt::format("\n  … and {} more", script.statements.size() - 10);
  return text;
}

class ApplyNodes {
 public:
  ApplyNodes(const Planned& shown, const Connector& connector, const ReconcileOptions& options, ApplyObserver& observer)
      : shown_(shown), options_(options), observer_(observer), databases_(open_databases(*shown.charter, shown.actual, connector)) {}

  std::size_t make_roles() {
    before_.clear();
    for (const Worker& worker : workers_of(databases_)) {
      const Planned* shown = shown_for(worker);
      if (shown == nullptr || roles_for(*shown, worker).statements.empty()) continue;
      const NodePlanned fresh = plan(worker, Propagation(shown_, databases_));
      check_shown(worker, *fresh.planned);
      send(worker, roles_for(*fresh.planned, worker));
    }
    return statements_;
  }

  std::size_t run() {
    const std::vector<Worker> workers = workers_of(databases_);
    for (const Worker& worker : workers) {
      if (g_interrupted != 0) throw Error(fmt::format("interrupted before node {}", worker.node.text()), kAgain);
      try {
        carry_out(worker);
      } catch (const Refusal& refusal) {
        if (refusal.exit_code != 5) throw;
        residue_ += (residue_.empty() ? "" : "\n") + std::string(refusal.what());
      } catch (const Error& error) {
        if (error.connection_lost || g_interrupted != 0) throw;
        if (!failure_) failure_ = error;
        failed_ += fmt::format("{}{}", failed_.empty() ? "" : ", ", worker.node.text());
      }
    }
    if (failure_) {
      failure_->hint = fmt::format("Not as the charter says, or not known to be: {}. {}", failed_, kAgain);
      throw *failure_;
    }
    if (!residue_.empty()) throw Refusal(5, residue_, "Another session may have worked on the same node. Run apply again.");
    return statements_;
  }

 private:
  static constexpr const char* kAgain = "Everything else is committed; run apply again for the rest.";

  const Planned& shown_;
  const ReconcileOptions& options_;
  ApplyObserver& observer_;
  std::vector<DistributedDatabase> databases_;
  std::size_t statements_ = 0;
  std::optional<Error> failure_;
  std::string failed_;
  std::string residue_;
  std::string before_ = "Everything before is committed. ";

  void carry_out(const Worker& worker) {
    const NodePlanned fresh = plan(worker, Propagation());
    if (fresh.planned->script.statements.empty()) return;
    check_shown(worker, *fresh.planned);
    send(worker, fresh.planned->script);
    const NodePlanned after = plan(worker, Propagation());
    if (after.planned->script.statements.empty()) return;
    throw Refusal(5, fmt::format("not converged: this remains on node {}:{}", worker.node.text(), listed(after.planned->script)));
  }

  /// Read anew: nothing of what was asked before counts.
  NodePlanned plan(const Worker& worker, const Propagation& by_itself) {
    for (const Worker::Place& place : worker.places) place.database->queries = std::make_unique<NodeQueries>(*place.database->connection);
    Diagnostics nobody;
    NodePlanned node = plan_node(worker, shown_.charter, by_itself, nobody);
    if (node.planned == nullptr) throw Error(node.error);
    return node;
  }

  /// Roles that statements of the coordinator's will name on the node, and that it lacks: those of the node's plan that the coordinator
  /// has already, and those that the coordinator renames or drops, which are renamed or dropped there with them.
  [[nodiscard]] Script roles_for(const Planned& node, const Worker& worker) const {
    std::map<RoleId, std::string> leaving;  // under the names that they have on the server
    for (const Step& step : shown_.plan.steps) {
      if (const auto* rename = std::get_if<RenameRole>(&step.change.body)) leaving.emplace(rename->role, rename->from);
      if (const auto* drop = std::get_if<DropRole>(&step.change.body)) leaving.emplace(drop->role, shown_.actual.names->name(drop->role));
    }
    std::set<std::string> staying;
    for (const Role& role : shown_.actual.cluster.roles) {
      if (!leaving.contains(role.id)) staying.insert(shown_.actual.names->name(role.id));
    }
    const auto is_known = [&](std::size_t step) {
      const auto* create = std::get_if<CreateRole>(&node.plan.steps[step].change.body);
      return create != nullptr && staying.contains(node.actual.names->name(create->role));
    };
    Script roles;
    std::ranges::copy_if(node.script.statements, std::back_inserter(roles.statements),
                         [&](const Statement& s) { return !s.steps.empty() && std::ranges::all_of(s.steps, is_known); });
    for (const auto& role : leaving) {  // no structured binding: the lambda below captures
      const std::string& name = role.second;
      // The node's own plan knows a role that it renames by its new name.
      const bool renamed = std::ranges::any_of(node.desired.roles, [&](const DesiredRole& r) { return r.rename_from == name; });
      if (renamed || node.actual.cluster.find_role(node.actual.names->find(name)) != nullptr) continue;
      Statement& create = roles.statements.emplace_back();
      create.sql = SqlWriter().keyword("CREATE ROLE").identifier(name).take();
      create.database = worker.places.front().database->name;
      create.node = worker.node.text();
      create.transactional = false;
      create.phase = Phase::Node;
    }
    return roles;
  }

  [[nodiscard]] const Planned* shown_for(const Worker& worker) const {
    const auto found = std::ranges::find(shown_.nodes, worker.node.text(), [](const NodePlanned& n) { return n.node.text(); });
    return found == shown_.nodes.end() ? nullptr : found->planned.get();
  }

  /// True where the change is about an object that the node did not have when it was shown.
  static bool is_newborn(const Planned& fresh, const Change& change, const SingleChange& single, const Planned* shown) {
    if (shown == nullptr || change.database < 0) return false;
    if (!std::holds_alternative<ChangePrivileges>(change.body) && !std::holds_alternative<ChangeOwner>(change.body)) return false;
    const ObjectName& id = fresh.desired.databases[static_cast<std::size_t>(change.database)].objects.object(single.object).id;
    const std::string& database = fresh.actual.databases[static_cast<std::size_t>(change.database)].name;
    const auto before = std::ranges::find(shown->actual.databases, database, &DatabaseState::name);
    return before != shown->actual.databases.end() && !before->find(id);
  }

  /// What was shown is done, or less: the coordinator's part, or somebody, may have done some of it by now.
  void check_shown(const Worker& worker, const Planned& fresh) {
    const Planned* shown = shown_for(worker);
    std::set<std::string> keys;
    if (shown != nullptr) {
      for (const Step& step : shown->plan.steps) {
        for_each_single(shown->actual, shown->desired, step.change, [&](const SingleChange& single) { keys.insert(single.key); });
      }
    }
    bool more = false;
    for (const Step& step : fresh.plan.steps) {
      for_each_single(fresh.actual, fresh.desired, step.change, [&](const SingleChange& single) {
        more = more || (!keys.contains(single.key) && !is_newborn(fresh, step.change, single, shown));
      });
    }
    if (!more) return;
    if (options_.expected_fingerprint) {
      Refusal refusal(
          3,
          fmt::format("the plan is stale: node {} now needs something else than it shows; nothing was changed there", worker.node.text()),
          before_ + "Plan again, and read the new plan.");
      refusal.detail = "What would be done now:" + listed(fresh.script);
      throw refusal;
    }
    observer_.message(fmt::format("node {} has changed since the plan was shown; it was planned again", worker.node.text()));
    check_guards(fresh, options_);
  }

  void send(const Worker& worker, const Script& script) {
    const std::string what = fmt::format("node {}", worker.node.text());
    observer_.begins(what);
    try {
      for (const Worker::Place& place : worker.places) send(worker, *place.database, script);
    } catch (const Error& error) {
      observer_.rolled_back(what, error.what());
      throw;
    }
    observer_.committed(what);
    statements_ += script.statements.size();
  }

  void send(const Worker& worker, DistributedDatabase& database, const Script& script) {
    std::vector<Statement> mine;
    std::ranges::copy_if(script.statements, std::back_inserter(mine), [&](const Statement& s) { return s.database == database.name; });
    if (mine.empty()) return;
    for (std::size_t i = 0; i < mine.size(); ++i) observer_.statement_begins(mine[i], i, mine.size());
    const auto began = std::chrono::steady_clock::now();
    const auto ended = [&](const Error* error) {
      const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
      for (const Statement& statement : mine) observer_.statement_ended(statement, error, took / static_cast<long>(mine.size()));
    };
    try {
      database.connection->execute(node_script(worker.node.text(), mine, options_.apply.lock_timeout));
    } catch (Error& error) {
      if (error.statement.empty() || mine.size() == 1) error.statement = mine.front().sql;
      ended(&error);
      throw;
    }
    ended(nullptr);
  }
};

}  // namespace

std::size_t make_missing_roles(const Planned& shown, const Connector& connector, const ReconcileOptions& options, ApplyObserver& observer) {
  if (!shown.actual.has_citus()) return 0;
  return ApplyNodes(shown, connector, options, observer).make_roles();
}

std::size_t apply_nodes(const Planned& shown, const Connector& connector, const ReconcileOptions& options, ApplyObserver& observer) {
  if (!shown.actual.has_citus()) return 0;
  return ApplyNodes(shown, connector, options, observer).run();
}

}  // namespace pgcharter
