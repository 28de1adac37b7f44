// One worker through the stages from reading to SQL.
#pragma once

#include "nodes/propagation.h"

namespace pgcharter {

/// `by_itself` is what Citus will do there. What can't be read, or makes no sense there, is said in the
/// result. Warnings that are about this worker only go to `diagnostics`.
NodePlanned plan_node(const Worker& worker, const SharedCharter& charter, const Propagation& by_itself, Diagnostics& diagnostics);

}  // namespace pgcharter
