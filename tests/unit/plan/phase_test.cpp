// Every phase and hazard has a name of its own; hazards are read back from it.
#include "plan/phase.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace pgcharter {
namespace {

TEST(PlanPhase, NamesAreDifferent) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < kPhaseCount; ++i) names.emplace(name(static_cast<Phase>(i)));
  EXPECT_EQ(names.size(), kPhaseCount);
  EXPECT_EQ(name(Phase::GrantMembership), "grant-membership");
}

TEST(PlanPhase, ClusterPhasesSurroundTheDatabases) {
  EXPECT_TRUE(is_cluster_phase(Phase::ClusterRevoke));
  EXPECT_FALSE(is_cluster_phase(Phase::CreateSchema));
  EXPECT_FALSE(is_cluster_phase(Phase::DropSchema));
  EXPECT_TRUE(is_cluster_phase(Phase::RevokeMembership));
  EXPECT_EQ(info(Phase::RenameRole).group, PhaseGroup::First);
  EXPECT_EQ(info(Phase::CreateRole).group, PhaseGroup::ClusterBefore);
  EXPECT_EQ(info(Phase::DropRole).group, PhaseGroup::ClusterAfter);
}

TEST(PlanHazard, NamesAreReadBack) {
  for (const Hazard hazard : {Hazard::DropRole, Hazard::DropObject, Hazard::DataMovement, Hazard::LongLock, Hazard::LoginLoss,
                              Hazard::LockOut, Hazard::SelfMembership, Hazard::PrivilegeEscalation}) {
    EXPECT_EQ(hazard_by_name(name(hazard)), hazard);
  }
  EXPECT_FALSE(hazard_by_name("drop"));
}

}  // namespace
}  // namespace pgcharter
