// Planning on a connection whose transaction is open: what apply_planned.cpp shares with reconcile.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pgcharter/reconcile.h"

namespace pgcharter {

/// Error::code where the charter makes no sense on the server as it is now.
inline constexpr std::string_view kCharterError = "charter";

/// Plans with what is visible inside the connection's open transaction: the server's part and the charter's first database. `functions` are
/// known from database postgres, see make_planned(). Throws Error where the charter makes no sense there.
std::unique_ptr<Planned> plan_inside(Connection& connection, const SharedCharter& charter, const std::optional<EntraFunctions>& functions,
                                     const ReconcileOptions& options);

/// Only reads: `actual` is all that is filled.
std::unique_ptr<Planned> read_inside(Connection& connection, const SharedCharter& charter);

/// Where the plan's only transaction is in the database that has Azure's functions, they run inside it; else in one before all others.
bool principals_in_one_transaction(const Planned& planned);

/// For two sessions that read at the same time: parallel workers of one would take from the other, and take longer to start than they save.
inline constexpr std::string_view kWithoutWorkers = "SET LOCAL max_parallel_workers_per_gather = 0";

/// A name under which other sessions can join the snapshot of the open transaction; nothing where that is not allowed.
std::optional<std::string> export_snapshot(Connection& connection);

/// The name to connect with; nothing for the database that the user named.
std::optional<std::string> database_of(const DatabaseCharter& database);

}  // namespace pgcharter
