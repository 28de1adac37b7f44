// THE SECOND HALF OF THE NARRATIVE. A plan that was shown is carried out:
//
//   lock → for each transaction: fresh plan, held against what was shown → executed → verified → committed, and the truth told about it
//
// A charter of one database is one transaction. With several, the server's first part, each database and the server's last part are
// transactions of their own; so are Entra principals, which are made in database postgres before everything else; a part that needs more
// locks than the server has is several (src/sql/batches.cpp), of which each plans anew what the one before left. The workers of a Citus
// cluster come last, when all of that is committed (src/nodes), but for the roles that only the coordinator has, which they get first.
// Applying runs READ COMMITTED, so that what others commit meanwhile is seen by the verification (docs/reliability.md says what is
// promised).

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "pgcharter/inverse.h"
#include "pgcharter/reconcile.h"

#include "apply/commit.h"
#include "apply_afterwards.h"
#include "apply_parts.h"
#include "base/parallel.h"
#include "nodes/nodes.h"
#include "planning.h"
#include "serial_observer.h"

namespace pgcharter {
namespace {

bool is_end_of_self_membership(Phase phase) {
  return phase == Phase::SelfMembershipEnd || phase == Phase::DatabaseSelfMembershipEnd || phase == Phase::LastSelfMembershipEnd;
}

/// What the next transaction runs. A membership that the executor gives itself ends with every transaction.
Script first_batch(const Script& script) {
  Script batch;
  const int first = script.statements.empty() ? 0 : script.statements.front().batch;
  std::ranges::copy_if(script.statements, std::back_inserter(batch.statements),
                       [&](const Statement& s) { return s.batch == first || is_end_of_self_membership(s.phase); });
  return batch;
}

std::size_t differences(const Summary& s) { return s.create + s.alter + s.drop + s.grant + s.revoke; }

/// True where every change of the script is about objects that the earlier read did not see.
bool only_newborn(const Planned& residue, const Script& script, const State& earlier) {
  for (const Statement& statement : script.statements) {
    for (std::size_t s : statement.steps) {
      const Change& change = residue.plan.steps[s].change;
      if (residue.plan.steps[s].hazards.contains(Hazard::SelfMembership)) continue;
      const auto* privileges = std::get_if<ChangePrivileges>(&change.body);
      const auto* owner = std::get_if<ChangeOwner>(&change.body);
      if ((privileges == nullptr && owner == nullptr) || change.database < 0) return false;
      const DesiredObjects& objects = residue.desired.databases[static_cast<std::size_t>(change.database)].objects;
      const DatabaseState& before = earlier.databases[static_cast<std::size_t>(change.database)];
      for (std::uint32_t i : *(privileges != nullptr ? privileges->objects : owner->objects)) {
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

/// COMMIT. Where its answer is lost: a new connection, to a server that says that it was committed; see settle_commit() for the rest.
std::unique_ptr<Connection> commit(Connection& connection, const LostCommit& lost,
                                   const std::function<std::unique_ptr<Connection>()>& reconnect, const ApplyOptions& options) {
  try {
    connection.execute("COMMIT");
    return nullptr;
  } catch (const Error& error) {
    if (!error.connection_lost) throw;
    return settle_commit(lost, reconnect, options);
  }
}

class Apply {
 public:
  Apply(const Planned& shown, const Connector& connector, const ReconcileOptions& options, ApplyObserver& observer)
      : shown_(shown), connector_(connector), options_(options), observer_(observer), apply_(options.apply) {
    apply_.citus = shown.actual.has_citus();
  }

  ApplyOutcome run() {
    lock_ = connector_(options_.lock_database);
    take_lock(*lock_, options_.apply);
    const SharedCharter& charter = shown_.charter;
    if (!options_.rehearse) statements_ += make_missing_roles(shown_, connector_, options_, observer_);
    const bool apart = has_principals() && !principals_in_one_transaction(shown_);
    if (apart) {
      if (charter->databases.size() == 1) check_not_stale(part_of(charter, 0, Part::Of::Everything, "the transaction"));
      carry_out(part_of_principals(shown_));
    }
    if (options_.rehearse && charter->databases.size() > 1) {
      carry_out(parts_of_databases(charter, Part::Of::Rehearsal));
    } else if (charter->databases.size() == 1) {
      Part everything = part_of(charter, 0, Part::Of::Everything, "the transaction");
      everything.with_principals = !apart;
      carry_out(everything);
    } else {
      const std::size_t server = database_for_the_server();
      carry_out({part_of(charter, server, Part::Of::ServerFirst, "the server's roles and databases")});
      carry_out(parts_of_databases(charter, Part::Of::Database));
      carry_out({part_of(charter, server, Part::Of::ServerLast, "the server's last part")});
    }
    if (!options_.rehearse && has_more_after_commit()) {
      check_lock();
      statements_ += apply_afterwards(shown_, connector_, options_, observer_);
      statements_ += apply_nodes(shown_, connector_, options_, observer_);
    }
    ApplyOutcome outcome{.statements = statements_, .attempts = attempts_};
    outcome.changed = statements_ > 0 && !options_.rehearse;
    outcome.rehearsed = options_.rehearse;
    if (options_.rehearse) outcome.not_rehearsed = not_rehearsed();
    return outcome;
  }

 private:
  struct Done {
    std::size_t statements = 0;
    std::optional<Script> left;  ///< where another transaction must follow: what it will find
  };

  /// Where the server's own changes are sent from: Citus takes roles along to its nodes only from a database that has it.
  [[nodiscard]] std::size_t database_for_the_server() const {
    const auto& databases = shown_.actual.databases;
    const auto distributed = std::ranges::find_if(databases, [](const DatabaseState& d) { return d.citus.has_value(); });
    return distributed == databases.end() ? 0 : static_cast<std::size_t>(distributed - databases.begin());
  }

  /// Where nothing follows, a lock that is lost after the last COMMIT is no failure.
  [[nodiscard]] bool has_more_after_commit() const {
    return shown_.actual.has_citus() || std::ranges::any_of(shown_.script.statements, [](const Statement& s) { return !s.transactional; });
  }

  [[nodiscard]] bool has_principals() const {
    return std::ranges::any_of(shown_.script.statements, [](const Statement& s) { return is_principal_phase(s.phase); });
  }

  /// Parts that do not depend on each other, `jobs` at a time. After a failure none begins any more, and those that are at work end.
  void carry_out(const std::vector<Part>& parts) {
    for_each_parallel(parts.size(), options_.jobs, [&](std::size_t i) { carry_out(parts[i]); });
  }

  void carry_out(const Part& part) {
    std::optional<Script> expected = part.own(shown_.script);
    for (int number = 1; expected; ++number) {
      const std::string what = number == 1 && expected->statements.size() == first_batch(*expected).statements.size()
                                   ? part.what
                                   : fmt::format("{}: part {}", part.what, number);
      expected = with_retries(part, what, *expected);
    }
  }

  /// Returns what the part still has to do.
  std::optional<Script> with_retries(const Part& part, const std::string& what, const Script& expected) {
    thread_local std::minstd_rand jitter(std::random_device{}());
    bool committed = false;
    for (int attempt = 1;; ++attempt) {
      try {
        Done done = transact(part, what, expected, committed);
        statements_ += done.statements;
        return std::move(done.left);
      } catch (Error& error) {
        if (committed) throw;  // an observer could not take it down
        if (error.code != kOutcomeUnknown) observer_.rolled_back(what, error.what());
        if (!is_retryable(error) || g_interrupted != 0) throw;
        if (attempt > options_.apply.retries) {
          if (error.hint.empty())
            error.hint = fmt::format("It was tried again {} times; other sessions are at work on the same objects.", attempt - 1);
          throw;
        }
        observer_.message(
            fmt::format("{} ({}); trying again from a fresh plan, {} of {}", error.what(), error.code, attempt, options_.apply.retries));
        std::this_thread::sleep_for(std::chrono::milliseconds(50 * attempt + static_cast<int>(jitter() % 100)));
        ++attempts_;
      }
    }
  }

  Done transact(const Part& part, const std::string& what, const Script& expected, bool& committed) {
    const std::unique_ptr<Connection> connection = connector_(part.database);
    begin_apply(*connection, apply_);

    // A fresh plan, made inside the transaction that will carry it out.
    const std::unique_ptr<Planned> fresh = fresh_plan(*connection, part);
    const Script script = part.own(fresh->script);
    check_still_shown(part, *fresh, script, expected);
    if (script.statements.empty()) return {};

    observer_.begins(what);
    const Script batch = first_batch(script);
    execute_stand_ins(*connection, part, *fresh);
    execute(*connection, batch, observer_);
    const bool last = batch.statements.size() == script.statements.size();
    std::unique_ptr<Planned> after = plan_again(*connection, part);
    Done done{.statements = batch.statements.size(), .left = {}};
    if (last) {
      done.statements += verify(*connection, part, *fresh, after);
    } else {
      verify_progress(part, *fresh, *after);
      done.left = part.own(after->script);
    }
    if (options_.inverse) observer_.inverse(what, inverse_of(*connection, part, *fresh, *after));
    if (g_interrupted != 0) throw Error("interrupted; " + what + " was rolled back");
    if (options_.rehearse) {
      connection->execute("ROLLBACK");
      observer_.rolled_back(what, "it was a rehearsal");
      return {.statements = done.statements, .left = {}};
    }
    const LostCommit lost{.what = what, .transaction = transaction_id(*connection), .server = connection->server()};
    check_lock();
    const auto asked = commit(
        *connection, lost, [&] { return connector_(part.database); }, options_.apply);
    if (asked) confirm(*asked, part, lost, done);
    committed = true;
    ++committed_;
    observer_.committed(what);
    return done;
  }

  /// The server has said that it was committed. The state must say so too: after a crash or a failover the number may be another's.
  void confirm(Connection& connection, const Part& part, const LostCommit& lost, const Done& done) {
    Script left;
    try {
      connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      left = part.own(plan_again(connection, part)->script);
    } catch (const Error& error) {
      throw unknown_outcome(lost, fmt::format("the server says yes, but can't be read: {}", error.what()));
    }
    if (left.statements != (done.left ? done.left->statements : std::vector<Statement>())) {
      Error told = unknown_outcome(lost, "the server says yes, but more would be left to do than should be");
      told.detail = listed(left);
      throw told;
    }
    observer_.message(fmt::format("the answer to COMMIT was lost; the server says that {} was committed", lost.what));
  }

  /// The plan as it is now. Where the very plan was approved, a charter that makes no sense any more shows that it is stale.
  std::unique_ptr<Planned> fresh_plan(Connection& connection, const Part& part) {
    try {
      return plan_inside(connection, part.charter, shown_.actual.server.entra_functions, options_);
    } catch (const Error& error) {
      if (!options_.expected_fingerprint || error.code != kCharterError) throw;
      throw Refusal(3, fmt::format("the plan is stale: the server has changed since it was made; {}", error.what()), "Make a new plan.");
    }
  }

  /// Principals are made from a plan that sees little more than roles; whether the whole plan is stale is asked before.
  void check_not_stale(const Part& part) {
    if (!options_.expected_fingerprint) return;
    const std::unique_ptr<Connection> connection = connector_(part.database);
    connection->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const std::unique_ptr<Planned> fresh = fresh_plan(*connection, part);
    check_still_shown(part, *fresh, fresh->script, shown_.script);
  }

  /// What a person approved, or reviewed in a saved plan, is what is done; where the charter was approved, it is within the guards.
  void check_still_shown(const Part& part, const Planned& fresh, const Script& script, const Script& expected) {
    const auto& approved = options_.expected_fingerprint;
    if (approved && part.of == Part::Of::Everything && fresh.fingerprint != *approved && committed_ == 0) {
      throw Refusal(3, "the plan is stale: the server has changed since it was made",
                    "Plan again, and read the new plan. What would be done now:" + listed(fresh.script));
    }
    if (script.statements == expected.statements) return;
    if (approved) throw Refusal(3, "the plan is stale: it would no longer do what it shows", "Plan again, and read the new plan.");
    observer_.message("the server has changed since the plan was shown; it was planned again");
    check_guards(fresh, options_);
  }

  /// What is left to do; whether passwords are as they were just set, nobody can read.
  std::unique_ptr<Planned> plan_again(Connection& connection, const Part& part) {
    ReconcileOptions again = options_;
    again.resolve.set_passwords = false;
    return plan_inside(connection, part.charter, shown_.actual.server.entra_functions, again);
  }

  /// A rehearsal rolls the principals back, so that what follows needs roles in their place.
  void execute_stand_ins(Connection& connection, const Part& part, const Planned& fresh) {
    if (!options_.rehearse || part.of == Part::Of::Principals || part.with_principals) return;
    Script script;
    for (Statement statement : fresh.script.statements) {
      if (statement.stand_in.empty()) continue;
      statement.sql = std::move(statement.stand_in);
      script.statements.push_back(std::move(statement));
    }
    ApplyObserver nobody;
    execute(connection, script, nobody);
  }

  /// Reads again inside the transaction until nothing is left to do; throws Refusal 5 for what can't be explained. Returns how many
  /// statements that took.
  std::size_t verify(Connection& connection, const Part& part, const Planned& first, std::unique_ptr<Planned>& residue) {
    std::size_t more = 0;
    for (int round = 0;; ++round) {
      Script left = part.own(residue->script);
      if (!options_.rehearse && part.of != Part::Of::Principals && !part.with_principals) {
        // Somebody has taken a principal away again since the transaction before.
        std::ranges::copy_if(residue->script.statements, std::back_inserter(left.statements),
                             [](const Statement& s) { return is_principal_phase(s.phase); });
      }
      if (left.statements.empty()) return more;
      if (round == 3 || !only_newborn(*residue, left, first.actual)) {
        throw Refusal(
            5, fmt::format("not converged: {} was rolled back, because this would remain:{}", part.what, listed(left)),
            part.of == Part::Of::Principals
                ? "Nothing of it was changed. The server found another kind of identity under that name: correct `type`, or write its "
                  "`object_id`."
                : "Nothing of it was changed. Another session may have worked on the same objects, or a grantor could not be acted for.");
      }
      observer_.message(fmt::format("objects appeared meanwhile; {} more statements", left.statements.size()));
      execute(connection, left, observer_);
      more += left.statements.size();
      residue = plan_again(connection, part);
    }
  }

  /// The inverse, and whether it is one: it runs behind a savepoint, and what it leaves is what can't be restored.
  Inverse inverse_of(Connection& connection, const Part& part, const Planned& done, const Planned& after) {
    const bool server_only = part.of == Part::Of::Principals || part.of == Part::Of::ServerFirst || part.of == Part::Of::ServerLast;
    const InverseScope scope{.server = part.of != Part::Of::Database, .database = !server_only};
    Inverse inverse = make_inverse(done.plan, after.actual, scope);
    const auto elsewhere = [&](const Statement& s) {
      return is_principal_phase(s.phase) && connection.server().database != kEntraDatabase;
    };
    if (std::ranges::any_of(inverse.script.statements, [&](const Statement& s) { return s.batch > 0 || elsewhere(s); })) return inverse;
    ApplyObserver nobody;
    connection.execute("SAVEPOINT pgcharter_inverse");
    try {
      execute(connection, inverse.script, nobody);
      const std::unique_ptr<Planned> again = read_inside(connection, part.charter);
      for (const Statement& left : make_inverse(done.plan, again->actual, scope).script.statements)
        inverse.not_restored.push_back(left.sql);
      inverse.tried = true;
    } catch (const Error& error) {
      if (error.connection_lost || g_interrupted != 0) throw;
      inverse.not_restored.push_back(fmt::format("all of it: {} ({})", error.what(), error.statement));
    }
    connection.execute("ROLLBACK TO SAVEPOINT pgcharter_inverse; RELEASE SAVEPOINT pgcharter_inverse");
    return inverse;
  }

  static void verify_progress(const Part& part, const Planned& before, const Planned& after) {
    if (differences(after.plan.summary) < differences(before.plan.summary)) return;
    throw Refusal(5, fmt::format("not converged: a transaction of {} was rolled back, because it brought nothing nearer", part.what),
                  "Another session may have worked on the same objects.");
  }

  /// Whoever lost the lock must not commit: another apply may be running.
  void check_lock() {
    const std::lock_guard lock(lock_mutex_);
    try {
      lock_->execute("SELECT 1");
    } catch (Error& error) {
      if (!error.connection_lost) throw;
      Error told("the session that keeps other applies away was lost; the open transaction was rolled back", "Run apply again.");
      told.code = error.code;
      told.detail = error.what();
      throw told;
    }
  }

  [[nodiscard]] std::vector<std::string> not_rehearsed() const {
    std::vector<std::string> result;
    for (const NodePlanned& node : shown_.nodes) {
      if (node.planned == nullptr) continue;
      for (const Statement& s : node.planned->script.statements) result.push_back(fmt::format("on node {}: {}", s.node, s.sql));
    }
    const bool several = shown_.charter->databases.size() > 1;
    for (const Statement& s : shown_.script.statements) {
      if (!s.transactional || s.batch > 0 || (several && s.phase == Phase::DropRole)) result.push_back(s.sql);
    }
    return result;
  }

  const Planned& shown_;
  const Connector& connector_;
  const ReconcileOptions& options_;
  SerialObserver observer_;
  ApplyOptions apply_;
  std::unique_ptr<Connection> lock_;
  std::mutex lock_mutex_;
  std::atomic<std::size_t> committed_ = 0;
  std::atomic<std::size_t> statements_ = 0;
  std::atomic<int> attempts_ = 1;
};

}  // namespace

ApplyOutcome apply_planned(const Planned& shown, const Connector& connector, const ReconcileOptions& options, ApplyObserver& observer) {
  check_guards(shown, options);
  return Apply(shown, connector, options, observer).run();
}

}  // namespace pgcharter
