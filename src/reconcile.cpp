// THE NARRATIVE. A charter becomes access on a server:
//
//   manifests → Charter → (held against) State → Desired → Changes → Plan → Script → executed, verified, committed
//
// This file calls the stages in order and knows nothing of what they do inside. It is the only place that sees all of them.
// Planning reads one REPEATABLE READ snapshot; applying runs READ COMMITTED under the advisory lock, reads again before COMMIT, and commits
// only when nothing is left to do (docs/reliability.md says what is promised).

#include "pgcharter/reconcile.h"

#include <algorithm>
#include <random>
#include <thread>

#include <fmt/format.h>

namespace pgcharter {
namespace {

void tell_limits(const Planned& planned, Diagnostics& diagnostics) {
  for (const Change& change : planned.unremovable) {
    const Unremovable told = describe_unremovable(planned.actual, change);
    diagnostics.warning("unremovable", {}, told.text, told.hint);
  }
  for (const MissingRight& right : planned.missing) {
    diagnostics.warning("missing-right", {}, fmt::format("{} lacks the right {}", planned.actual.server.user, right.what),
                        right.sql.empty() ? "Only a superuser can do that." : fmt::format("An administrator can run: {};", right.sql));
  }
}

void finish_plan(Planned& planned, const ReconcileOptions& options, Diagnostics& diagnostics) {
  // The fingerprint covers what was read, before anything is made of it.
  planned.fingerprint = fingerprint(planned.actual);
  planned.generated_at = planned.actual.server.now;

  // Patterns, scope, variables of the server's version: what every object, role and edge must become.
  planned.desired = resolve(planned.charter, planned.actual, options.resolve, diagnostics);
  if (diagnostics.has_errors()) return;

  // From here on the plan depends on these two values only.
  std::vector<Change> changes = diff(planned.actual, planned.desired);

  // What only a grantor could take away whom this executor can't become is told, not planned.
  planned.unremovable = take_unremovable(planned.actual, planned.desired, changes);

  // Where it may administer a role and not act for it, it becomes a member for the time of the plan.
  add_self_memberships(planned.actual, planned.desired, changes);

  // Order them and name the risks. Beyond this point no change is added or removed.
  planned.plan = make_plan(planned.actual, planned.desired, std::move(changes));
  planned.missing = preflight(planned.plan);
  planned.script = render(planned.plan);
  planned.plan.summary.statements = planned.script.statements.size();
  tell_limits(planned, diagnostics);
}

/// Plans with what is visible inside the connection's open transaction: the server's part and the charter's first database.
std::unique_ptr<Planned> plan_inside(Connection& connection, const Charter& charter, const ReconcileOptions& options) {
  auto planned = std::make_unique<Planned>();
  planned->charter = charter;
  const ReadScope scope = read_scope(charter, charter.databases.front());
  read_cluster(connection, scope, planned->actual);
  read_database(connection, scope, planned->actual);
  finish_plan(*planned, options, planned->diagnostics);
  if (planned->diagnostics.has_errors()) {
    const auto first = std::ranges::find(planned->diagnostics.all(), Severity::Error, &Diagnostic::severity);
    Error error(fmt::format("{}: {}", to_string(first->pos), first->message), first->hint);
    error.code = "charter";
    throw error;
  }
  return planned;
}

std::optional<std::string> database_of(const DatabaseCharter& database) {
  return database.name.empty() ? std::nullopt : std::optional(database.name);
}

}  // namespace

std::unique_ptr<Planned> make_planned(const Charter& charter, const Connector& connector, const ReconcileOptions& options,
                                      Diagnostics& diagnostics) {
  auto planned = std::make_unique<Planned>();
  planned->charter = charter;
  for (const DatabaseCharter& database : charter.databases) {
    // One snapshot per database; the server's own part is read with the first.
    const std::unique_ptr<Connection> connection = connector(database_of(database));
    const ReadScope scope = read_scope(charter, database);
    connection->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (planned->actual.databases.empty()) read_cluster(*connection, scope, planned->actual);
    read_database(*connection, scope, planned->actual);
    connection->execute("COMMIT");
    planned->queries[planned->actual.databases.back().name] = connection->round_trips();
  }
  finish_plan(*planned, options, diagnostics);
  planned->diagnostics = diagnostics;
  return diagnostics.has_errors() ? nullptr : std::move(planned);
}

std::unique_ptr<Planned> plan_state(const Charter& charter, State actual, const ReconcileOptions& options, Diagnostics& diagnostics) {
  auto planned = std::make_unique<Planned>();
  planned->charter = charter;
  planned->actual = std::move(actual);
  finish_plan(*planned, options, diagnostics);
  planned->diagnostics = diagnostics;
  return diagnostics.has_errors() ? nullptr : std::move(planned);
}

std::unique_ptr<Planned> plan_snapshot(const Charter& charter, State snapshot, const ReconcileOptions& options, Diagnostics& diagnostics) {
  std::vector<DatabaseState> selected;
  for (const DatabaseCharter& database : charter.databases) {
    const std::string& name = database.name.empty() ? snapshot.server.database : database.name;
    const auto found = std::ranges::find(snapshot.databases, name, &DatabaseState::name);
    if (found == snapshot.databases.end()) {
      throw Error(fmt::format("the snapshot does not hold the database \"{}\"", name),
                  "Take one with pgcharter snapshot --databases, or while connected to that database.");
    }
    selected.push_back(*found);
    std::erase_if(selected.back().role_dependencies, [&](const RoleDependency& d) {
      const auto rule = charter.roles.find(snapshot.names->name(d.role));
      return rule == charter.roles.end() || rule->second.ensure != Ensure::Absent;
    });
  }
  snapshot.databases = std::move(selected);
  const bool complete = std::ranges::all_of(snapshot.databases, &DatabaseState::all_role_dependencies);
  for (const auto& [name, rule] : charter.roles) {
    if (rule.ensure == Ensure::Absent && !complete) {
      diagnostics.warning("snapshot-dependencies", rule.pos,
                          fmt::format("this snapshot does not tell what keeps role \"{}\" from being dropped", name),
                          "Plan against the server before you apply.");
    }
  }
  return plan_state(charter, std::move(snapshot), options, diagnostics);
}

void check_guards(const Planned& planned, const ReconcileOptions& options) {
  if (!planned.missing.empty()) {
    std::string sql;
    for (const MissingRight& right : planned.missing) {
      sql += fmt::format("\n  {};  -- {}", right.sql.empty() ? "-- only a superuser can do that" : right.sql, right.what);
    }
    throw Refusal(4, fmt::format("{} lacks rights that the plan needs; an administrator must run:{}", planned.actual.server.user, sql));
  }
  const Summary& summary = planned.plan.summary;
  std::string missing;
  for (const auto& [hazard, count] : summary.hazards) {
    if (options.allow.contains(hazard)) continue;
    missing += fmt::format("{}{}", missing.empty() ? "" : ",", name(hazard));
  }
  if (!missing.empty()) {
    throw Refusal(4, fmt::format("the plan has hazards that are not allowed: {}", missing),
                  fmt::format("Read them in the plan, then add --allow {}.", missing));
  }
  if (summary.revoke > options.max_revokes) {
    throw Refusal(4, fmt::format("the plan revokes {} privileges, more than --max-revokes {}", summary.revoke, options.max_revokes),
                  "Check the charter's scope, or raise the bound.");
  }
  if (summary.drop > options.max_drops) {
    throw Refusal(4, fmt::format("the plan drops {} things, more than --max-drops {}", summary.drop, options.max_drops),
                  "Check the charter, or raise the bound.");
  }
}

namespace {

/// What one transaction of an apply covers.
struct Unit {
  std::string what;  ///< for messages: "database weavix"
  std::optional<std::string> database;
  Charter charter;  ///< its database first, and the others for what they say about the server
  enum class Part { All, ClusterBefore, Database, ClusterAfter } part = Part::All;

  [[nodiscard]] bool covers(const Statement& s) const {
    switch (part) {
      case Part::All:
        return true;
      case Part::ClusterBefore:
        return s.database.empty() && s.phase < Phase::CreateSchema;
      case Part::ClusterAfter:
        return s.database.empty() && s.phase >= Phase::CreateSchema;
      case Part::Database:
        return !s.database.empty();
    }
    return true;
  }
  [[nodiscard]] Script own(const Script& script) const {
    Script mine;
    std::ranges::copy_if(script.statements, std::back_inserter(mine.statements), [this](const Statement& s) { return covers(s); });
    return mine;
  }
};

std::vector<Unit> units_of(const Charter& charter) {
  if (charter.databases.size() == 1) {
    return {{.what = "the transaction", .database = database_of(charter.databases.front()), .charter = charter, .part = Unit::Part::All}};
  }
  std::vector<Unit> units;
  auto add = [&](std::string what, std::size_t i, Unit::Part part) {
    Charter own = charter;
    std::swap(own.databases.front(), own.databases[i]);
    units.push_back({.what = std::move(what), .database = charter.databases[i].name, .charter = std::move(own), .part = part});
  };
  add("the server's roles and databases", 0, Unit::Part::ClusterBefore);
  for (std::size_t i = 0; i < charter.databases.size(); ++i)
    add(fmt::format("database \"{}\"", charter.databases[i].name), i, Unit::Part::Database);
  add("the server's last part", 0, Unit::Part::ClusterAfter);
  return units;
}

/// True where every change of the script is about objects that the earlier read did not see.
bool only_newborn(const Planned& residue, const Script& script, const State& earlier) {
  for (const Statement& statement : script.statements) {
    for (std::size_t s : statement.steps) {
      const Change& change = residue.plan.steps[s].change;
      if (residue.plan.steps[s].hazards.contains(Hazard::SelfMembership)) continue;
      const auto* privileges = std::get_if<ChangePrivileges>(&change.body);
      if (privileges == nullptr || change.database < 0) return false;
      const DesiredObjects& objects = residue.desired.databases[static_cast<std::size_t>(change.database)].objects;
      const DatabaseState& before = earlier.databases[static_cast<std::size_t>(change.database)];
      for (std::uint32_t i : *privileges->objects) {
        if (before.find(objects.object(i).id)) return false;
      }
    }
  }
  return true;
}

std::string listed(const Script& script) {
  std::string text;
  for (std::size_t i = 0; i < script.statements.size() && i < 20; ++i) text += fmt::format("\n  {}", printable(script.statements[i].sql));
  if (script.statements.size() > 20) text += fmt::format("\n  … and {} more", script.statements.size() - 20);
  return text;
}

/// Reads again inside the transaction until nothing is left to do; throws Refusal 5 for what can't be explained.
std::size_t verify(Connection& connection, const Unit& unit, const ReconcileOptions& options, const Planned& first,
                   ApplyObserver& observer) {
  ReconcileOptions again = options;
  again.resolve.set_passwords = false;
  std::size_t more = 0;
  std::unique_ptr<Planned> residue = plan_inside(connection, unit.charter, again);
  for (int round = 0;; ++round) {
    const Script left = unit.own(residue->script);
    if (left.statements.empty()) return more;
    if (round == 3 || !only_newborn(*residue, left, first.actual)) {
      throw Refusal(5, fmt::format("not converged: {} was rolled back, because this would remain:{}", unit.what, listed(left)),
                    "Nothing of it was changed. Another session may have worked on the same objects, or a grantor could not be acted for.");
    }
    observer.message(fmt::format("objects appeared meanwhile; {} more statements", left.statements.size()));
    execute(connection, left, observer);
    more += left.statements.size();
    residue = plan_inside(connection, unit.charter, again);
  }
}

/// COMMIT, and the truth about it where the answer is lost.
void commit(Connection& connection, const Unit& unit, const Connector& connector, const ReconcileOptions& options) {
  try {
    connection.execute("COMMIT");
  } catch (const Error& error) {
    if (!error.connection_lost) throw;
    const std::unique_ptr<Connection> fresh = connector(unit.database);
    fresh->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const std::unique_ptr<Planned> now = plan_inside(*fresh, unit.charter, options);
    if (unit.own(now->script).statements.empty()) return;
    Error told(fmt::format("the connection was lost at COMMIT; {} was not committed", unit.what), "Run apply again.");
    told.connection_lost = true;
    throw told;
  }
}

bool same_statements(const Script& a, const Script& b) { return a.statements == b.statements; }

std::size_t apply_unit(const Unit& unit, const Planned& shown, const Connector& connector, Connection& lock,
                       const ReconcileOptions& options, ApplyObserver& observer) {
  const std::unique_ptr<Connection> connection = connector(unit.database);
  begin_apply(*connection, options.apply);

  // A fresh plan, made inside the transaction that will carry it out.
  const std::unique_ptr<Planned> fresh = plan_inside(*connection, unit.charter, options);
  if (options.expected_fingerprint && fresh->fingerprint != *options.expected_fingerprint && unit.part == Unit::Part::All) {
    throw Refusal(3, "the plan is stale: the server has changed since it was made",
                  "Plan again, and read the new plan. What would be done now:" + listed(fresh->script));
  }
  if (!same_statements(unit.own(fresh->script), unit.own(shown.script))) {
    if (options.expected_fingerprint)
      throw Refusal(3, "the plan is stale: it would no longer do what it shows", "Plan again, and read the new plan.");
    observer.message("the server has changed since the plan was shown; it was planned again");
    check_guards(*fresh, options);
  }
  const Script script = unit.own(fresh->script);
  if (script.statements.empty()) return 0;

  execute(*connection, script, observer);
  const std::size_t more = verify(*connection, unit, options, *fresh, observer);

  if (g_interrupted != 0) throw Error("interrupted; " + unit.what + " was rolled back");

  // Whoever lost the lock must not commit: another apply may be running.
  lock.execute("SELECT 1");
  commit(*connection, unit, connector, options);
  observer.committed(unit.what);
  return script.statements.size() + more;
}

}  // namespace

ApplyOutcome apply_planned(const Planned& shown, const Connector& connector, const ReconcileOptions& options, ApplyObserver& observer) {
  check_guards(shown, options);
  ApplyOutcome outcome;
  const std::unique_ptr<Connection> lock = connector(options.lock_database);
  take_lock(*lock, options.apply);
  std::minstd_rand jitter(std::random_device{}());
  for (const Unit& unit : units_of(shown.charter)) {
    for (int attempt = 1;; ++attempt) {
      try {
        outcome.statements += apply_unit(unit, shown, connector, *lock, options, observer);
        break;
      } catch (const Error& error) {
        if (!is_retryable(error) || attempt > options.apply.retries || g_interrupted != 0) throw;
        const auto pause = std::chrono::milliseconds(50 * attempt + static_cast<int>(jitter() % 100));
        observer.message(
            fmt::format("{} ({}); trying again from a fresh plan, {} of {}", error.what(), error.code, attempt, options.apply.retries));
        std::this_thread::sleep_for(pause);
        ++outcome.attempts;
      }
    }
  }
  outcome.changed = outcome.statements > 0;
  return outcome;
}

}  // namespace pgcharter
