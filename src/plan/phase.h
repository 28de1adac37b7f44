// The table of phases: the order of execution, and why it is this one.
#pragma once

#include <string_view>

#include "pgcharter/plan.h"

namespace pgcharter {

/// Where a phase runs: first of all (principals and new names; grantors only where one transaction carries everything, see
/// Desired::grantors_first), on the server before the databases, in each database, on the server after them.
enum class PhaseGroup { First, ClusterBefore, Database, ClusterAfter };

struct PhaseInfo {
  Phase phase{};
  std::string_view name;
  PhaseGroup group{};
  std::string_view reason;  ///< why it stands where it stands
};

const PhaseInfo& info(Phase phase);

}  // namespace pgcharter
