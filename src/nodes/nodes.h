// The workers of a Citus cluster: each is held against the same charter, through the same stages, and gets what Citus does not bring there
// (docs/citus.md).
#pragma once

#include "pgcharter/reconcile.h"

namespace pgcharter {

/// Throws Error where one of the plan's databases is connected to a worker.
void check_is_coordinator(const State& actual);

/// Fills `planned.nodes` and counts their changes in the plan's summary, where the server is the coordinator of a cluster with workers. No
/// transaction of ours may be open: the nodes see nothing of it, and would wait for its locks.
void plan_nodes(Planned& planned, const Connector& connector, Diagnostics& diagnostics);

/// Before everything else: gives the nodes the roles that only the coordinator has and that its statements will name there. Throws
/// as apply_nodes() does; returns the number of statements.
std::size_t make_missing_roles(const Planned& shown, const Connector& connector, const ReconcileOptions& options, ApplyObserver& observer);

/// After everything else is committed: reads the nodes again, and carries out what is still to be done there, verified by reading once
/// more. Throws Refusal 3 for what was not shown where exactly that was approved, 4 for a guard, 5 for what remains, Error for nodes that
/// failed or could not be read. Returns the number of statements.
std::size_t apply_nodes(const Planned& shown, const Connector& connector, const ReconcileOptions& options, ApplyObserver& observer);

}  // namespace pgcharter
