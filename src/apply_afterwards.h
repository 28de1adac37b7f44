// What no transaction can hold, after everything that one can.
#pragma once

#include <cstddef>

#include "pgcharter/reconcile.h"

namespace pgcharter {

/// Runs the statements of `shown` that stand outside of any transaction, one by one, from a fresh plan of each database, and verifies by
/// reading again. Returns how many. What fails stays to be done by the next apply. Throws as apply_planned() does.
std::size_t apply_afterwards(const Planned& shown, const Connector& connector, const ReconcileOptions& options, ApplyObserver& observer);

}  // namespace pgcharter
