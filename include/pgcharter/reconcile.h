// The program's verbs as functions: what the command line calls, and what another client would.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pgcharter/apply.h"
#include "pgcharter/catalog.h"
#include "pgcharter/charter.h"
#include "pgcharter/connection.h"
#include "pgcharter/desired.h"
#include "pgcharter/diff.h"
#include "pgcharter/plan.h"
#include "pgcharter/preflight.h"
#include "pgcharter/sql.h"

namespace pgcharter {

/// A charter may be large, so it is shared and not copied.
using SharedCharter = std::shared_ptr<const Charter>;

struct Planned;

/// One worker of a Citus cluster, held against the same charter: what differs there, and the plan for the coordinator does not bring about.
struct NodePlanned {
  CitusNode node;
  std::unique_ptr<Planned> planned;  ///< its script is for that node alone; null where it could not be read
  std::string error;                 ///< why it could not be read
};

/// One finished planning run. Everything points into itself, so it is kept on the heap and not copied.
struct Planned {
  SharedCharter charter;
  State actual;
  Desired desired;
  std::vector<Change> unremovable;  ///< what must go and this executor can't remove: reported, never planned
  Plan plan;
  std::vector<MissingRight> missing;  ///< what the executor lacks for the plan
  std::vector<Obstacle> obstacles;    ///< why the plan can't be carried out, whatever is granted
  Script script;
  Diagnostics diagnostics;
  std::string fingerprint;
  std::string generated_at;
  std::vector<NodePlanned> nodes;       ///< the workers of a Citus cluster, by group
  std::map<std::string, long> queries;  ///< by database: what reading it took; does not grow with the database
};

/// True where an apply would do something, on the server or on a node.
bool changes_anything(const Planned& planned);
/// The nodes that could not be read: nobody knows whether they are as the charter says.
std::vector<const NodePlanned*> unread_nodes(const Planned& planned);
/// The plan's statements, and behind them those for its nodes.
Script all_statements(const Planned& planned);

struct ReconcileOptions {
  ResolveOptions resolve;
  ApplyOptions apply;
  std::set<Hazard> allow;
  std::size_t max_revokes = 1000;
  std::size_t max_drops = 10;
  std::string lock_database = "postgres";           ///< where the advisory lock is taken
  std::optional<std::string> expected_fingerprint;  ///< of a saved or approved plan: anything else is stale (exit 3)
  bool rehearse = false;                            ///< run everything that a transaction can hold, verify it, and roll back
  bool inverse = false;                             ///< make the inverse of each transaction, and hand it to the observer before COMMIT
  std::size_t jobs = 1;                             ///< databases at a time
};

/// A server that is being read while a charter is loaded.
class ReadingAhead;

/// Begins to read the connected database before the charter is known. Null where its files are so small that this does not pay. What fails
/// is not told: it is tried again when the charter is known.
std::shared_ptr<ReadingAhead> read_ahead(const Connector& connector, const std::vector<CharterFile>& files);

/// Charter → actual state (one snapshot) → desired state → diff → plan → SQL. Nothing where the charter and the
/// server do not go together; why is in `diagnostics`. What was read `ahead` is used up, where it is of the charter's only database.
std::unique_ptr<Planned> make_planned(const SharedCharter& charter, const Connector& connector, const ReconcileOptions& options,
                                      Diagnostics& diagnostics, const std::shared_ptr<ReadingAhead>& ahead = nullptr);

/// The same with a charter of the caller's, which is copied.
std::unique_ptr<Planned> make_planned(const Charter& charter, const Connector& connector, const ReconcileOptions& options,
                                      Diagnostics& diagnostics);

/// The same without a server: for tests, and for planning against a snapshot.
std::unique_ptr<Planned> plan_state(const SharedCharter& charter, State actual, const ReconcileOptions& options, Diagnostics& diagnostics);

/// plan_state() for a snapshot of any databases: those of the charter are taken out of it. Throws Error where one is missing.
std::unique_ptr<Planned> plan_snapshot(const SharedCharter& charter, State snapshot, const ReconcileOptions& options,
                                       Diagnostics& diagnostics);

/// Throws Refusal 4 where the plan has a hazard that is not allowed, or goes beyond the bounds of the options.
void check_guards(const Planned& planned, const ReconcileOptions& options);

struct ApplyOutcome {
  bool changed = false;
  std::size_t statements = 0;
  int attempts = 1;
  bool rehearsed = false;
  std::vector<std::string> not_rehearsed;  ///< statements that a rehearsal had to leave out
};

/// Executes a plan under the lock: a fresh plan is made inside, compared with what was shown, executed, verified and
/// committed. Throws Refusal 3 where the state has moved since `shown`, 4 for a guard, 5 where verification found a residue. With
/// `options.rehearse` nothing is committed. A failure leaves every transaction that is not reported as committed() undone.
ApplyOutcome apply_planned(const Planned& shown, const Connector& connector, const ReconcileOptions& options, ApplyObserver& observer);

}  // namespace pgcharter
