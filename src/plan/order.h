// Changes in the order in which they can run.
#pragma once

#include <vector>

#include "pgcharter/plan.h"

namespace pgcharter {

/// One step per change, without hazards: sorted by group of phases, database, phase, rank, kind and names.
std::vector<Step> ordered_steps(const State& actual, const Desired& desired, std::vector<Change> changes);

}  // namespace pgcharter
