// What is dangerous about Entra principals: whoever a role is bound to inherits all that it was granted.
#include <gtest/gtest.h>

#include "support/state_builder.h"

namespace pgcharter {
namespace {

using testing::Fixture;
using Hazards = std::set<Hazard>;

const EntraPrincipal kOne{.type = "service", .object_id = "one"};
const EntraPrincipal kOther{.type = "service", .object_id = "other"};

template <typename Change>
Hazards hazards_of(const Change& change, std::string_view executor = "postgres") {
  Fixture f(160000, executor);
  Change own = change;
  own.role = f.id("app");
  f.add(-1, own);
  return f.plan().steps.at(0).hazards;
}

EntraPrincipal with(EntraPrincipal principal, bool EntraPrincipal::*flag) {
  principal.*flag = true;
  return principal;
}

TEST(PlanPrincipals, AnAdministratorIsAnEscalation) {
  EXPECT_EQ(hazards_of(CreatePrincipal{{}, kOne}), Hazards{});
  EXPECT_EQ(hazards_of(CreatePrincipal{{}, with(kOne, &EntraPrincipal::admin)}), Hazards{Hazard::PrivilegeEscalation});
  EXPECT_EQ(hazards_of(BindPrincipal{{}, kOne, with(kOne, &EntraPrincipal::admin)}), Hazards{Hazard::PrivilegeEscalation});
  EXPECT_EQ(hazards_of(BindPrincipal{{}, with(kOne, &EntraPrincipal::admin), kOne}), Hazards{});
}

TEST(PlanPrincipals, AnotherIdentityIsAnEscalation) {
  EXPECT_EQ(hazards_of(BindPrincipal{{}, kOne, kOther}), Hazards{Hazard::PrivilegeEscalation});
  EXPECT_EQ(hazards_of(BindPrincipal{{}, std::nullopt, kOther}), Hazards{Hazard::PrivilegeEscalation});
  EXPECT_EQ(hazards_of(BindPrincipal{{}, kOne, EntraPrincipal{.type = "user", .object_id = "one"}}), Hazards{Hazard::PrivilegeEscalation});
  EXPECT_EQ(hazards_of(BindPrincipal{{}, kOne, with(kOne, &EntraPrincipal::mfa)}), Hazards{});
  EXPECT_EQ(hazards_of(BindPrincipal{{}, kOne, std::nullopt}), Hazards{Hazard::LoginLoss});
}

TEST(PlanPrincipals, TheExecutorCanLockItselfOut) {
  EXPECT_EQ(hazards_of(BindPrincipal{{}, kOne, kOther}, "app"), (Hazards{Hazard::PrivilegeEscalation, Hazard::LockOut}));
  EXPECT_EQ(hazards_of(BindPrincipal{{}, with(kOne, &EntraPrincipal::admin), kOne}, "app"), Hazards{Hazard::LockOut});
}

}  // namespace
}  // namespace pgcharter
