// The order of steps: phases, dependencies inside a phase, names.
#include <algorithm>

#include <gtest/gtest.h>

#include "support/state_builder.h"

namespace pgcharter {
namespace {

using testing::Fixture;
constexpr PrivilegeSet kSelect = PrivilegeSet::of(Privilege::Select);

std::vector<Phase> phases(const Plan& plan) {
  std::vector<Phase> result;
  for (const Step& step : plan.steps) result.push_back(step.phase);
  return result;
}

TEST(PlanOrder, ClusterThenEachDatabaseThenClusterDrops) {
  Fixture f;
  const int one = f.database("one");
  const int two = f.database("two");
  f.table(one, "s", "t");
  f.table(two, "s", "t");
  f.add(-1, DropRole{f.id("gone")});
  f.add(two, f.grant(Fixture::list({0}), "reader", kSelect));
  f.add(one, f.revoke(Fixture::list({0}), "reader", kSelect));
  f.add(one, ChangeDefaultPrivileges{
                 .grant = true, .creator = f.id("o"), .objects = ObjectKind::Table, .grantee = f.id("reader"), .privileges = kSelect});
  f.add(one, ReassignOwned{f.id("gone"), f.id("o")});
  f.add(-1, RevokeMembership{f.edge("g", "m")});
  f.add(-1, CreateRole{.role = f.id("reader")});
  f.add(-1, GrantMembership{.after = f.edge("g", "reader")});
  f.add(two, CreateSchema{.name = "s"});
  const Plan plan = f.plan();
  using enum Phase;
  EXPECT_EQ(phases(plan), (std::vector{CreateRole, GrantMembership, ReassignOwned, DefaultGrant, Revoke, CreateSchema, Grant,
                                       RevokeMembership, DropRole}));
  EXPECT_EQ(plan.steps[4].change.database, one);
  EXPECT_EQ(plan.steps[5].change.database, two);
}

TEST(PlanOrder, DoesNotDependOnTheOrderOfChanges) {
  Fixture f;
  const int db = f.database("app");
  for (const char* name : {"a", "b", "c", "d"}) f.table(db, "s", name);
  for (const char* role : {"zoe", "adam", "mia"}) {
    f.add(-1, CreateRole{.role = f.id(role)});
    f.add(-1, GrantMembership{.after = f.edge("g", role)});
    f.add(db, f.grant(Fixture::list({0, 2}), role, kSelect));
    f.add(db, f.grant(Fixture::list({1, 3}), role, kSelect));
  }
  const std::vector<std::string> expected = f.sql();
  std::reverse(f.changes.begin(), f.changes.end());
  EXPECT_EQ(f.sql(), expected);
  EXPECT_EQ(expected.front(), R"(CREATE ROLE "adam")");
}

TEST(PlanOrder, DeeperGrantorsRevokeFirst) {
  Fixture f;
  const int db = f.database("app");
  const AclEntry a = f.entry("a", "owner", kSelect, kSelect);
  const AclEntry b = f.entry("b", "a", kSelect, kSelect);
  const AclEntry c = f.entry("c", "b", kSelect);
  f.object(db, {ObjectKind::Table, "s", "t", {}}, "owner", {a, b, c});
  f.add(db, f.revoke(Fixture::list({0}), "a", kSelect, "owner"));
  f.add(db, f.revoke(Fixture::list({0}), "b", kSelect, "a"));
  f.add(db, f.revoke(Fixture::list({0}), "c", kSelect, "b"));
  EXPECT_EQ(f.sql(),
            (std::vector<std::string>{R"([b] REVOKE SELECT ON TABLE "s"."t" FROM "c")", R"([a] REVOKE SELECT ON TABLE "s"."t" FROM "b")",
                                      R"(REVOKE SELECT ON TABLE "s"."t" FROM "a")"}));
}

TEST(PlanOrder, TableLevelRevokeComesBeforeColumnGrants) {
  Fixture f;
  const int db = f.database("app");
  f.table(db, "s", "t");
  ChangePrivileges column = f.grant(Fixture::list({0}), "r", kSelect);
  column.column = "a";
  f.add(db, column);
  ChangePrivileges revoke = f.revoke(Fixture::list({0}), "r", kSelect);
  revoke.before_grants = true;
  f.add(db, revoke);
  EXPECT_EQ(phases(f.plan()), (std::vector{Phase::RevokeFirst, Phase::Grant}));
}

TEST(PlanOrder, SchemasGetUsageFirstAndLoseItLast) {
  Fixture f;
  const int db = f.database("app");
  f.object(db, {ObjectKind::Schema, "", "s", {}});
  f.table(db, "s", "t");
  const auto usage = PrivilegeSet::of(Privilege::Usage);
  f.add(db, f.grant(Fixture::list({1}), "r", kSelect));
  f.add(db, f.grant(Fixture::list({0}), "r", usage, ObjectKind::Schema));
  f.add(db, f.revoke(Fixture::list({0}), "x", usage, {}, ObjectKind::Schema));
  f.add(db, f.revoke(Fixture::list({1}), "x", kSelect));
  const std::vector<std::string> sql = f.sql();
  ASSERT_EQ(sql.size(), 4U);
  EXPECT_EQ(sql[0], R"(GRANT USAGE ON SCHEMA "s" TO "r")");
  EXPECT_EQ(sql[3], R"(REVOKE USAGE ON SCHEMA "s" FROM "x")");
}

TEST(PlanOrder, GroupsOfGroupsComeFirst) {
  Fixture f;
  f.add(-1, GrantMembership{.after = f.edge("a_bottom", "user")});
  f.add(-1, GrantMembership{.after = f.edge("z_top", "a_bottom")});
  EXPECT_EQ(f.sql(), (std::vector<std::string>{R"(GRANT "z_top" TO "a_bottom")", R"(GRANT "a_bottom" TO "user")"}));
}

TEST(PlanOrder, AnEdgeThatWouldCloseACircleGoesFirst) {
  Fixture f;
  f.actual.cluster.memberships = {f.edge("a", "b"), f.edge("x", "y")};
  f.add(-1, RevokeMembership{f.edge("x", "y")});
  f.add(-1, RevokeMembership{f.edge("a", "b")});
  f.add(-1, GrantMembership{.after = f.edge("b", "a")});
  EXPECT_EQ(f.sql(), (std::vector<std::string>{R"(REVOKE "a" FROM "b")", R"(GRANT "b" TO "a")", R"(REVOKE "x" FROM "y")"}));
}

TEST(PlanOrder, WhatAnAdministratorGrantedGoesBeforeItsAdminOption) {
  Fixture f(160000);
  Membership admin = f.edge("g", "zoe");
  admin.admin = true;
  const Membership granted = f.edge("g", "adam", "zoe");
  f.actual.cluster.memberships = {admin, granted};
  Membership plain = admin;
  plain.admin = false;
  f.add(-1, GrantMembership{.before = admin, .after = plain});
  f.add(-1, RevokeMembership{granted});
  EXPECT_EQ(f.sql(), (std::vector<std::string>{R"(REVOKE "g" FROM "adam" GRANTED BY "zoe")", R"(REVOKE ADMIN OPTION FOR "g" FROM "zoe")"}));
}

TEST(PlanOrder, WhatTheExecutorLosesComesLast) {
  Fixture f(150000, "deployer");
  const RoleAttributes before{.createrole = true, .login = true};
  f.role("deployer", before);
  f.add(-1, AlterRole{.role = f.id("deployer"), .before = before, .after = {.login = true}});
  f.add(-1, DropRole{f.id("gone")});
  EXPECT_EQ(phases(f.plan()), (std::vector{Phase::DropRole, Phase::AlterSelf}));
}

TEST(PlanSummary, CountsDifferencesByAction) {
  Fixture f;
  const int db = f.database("app");
  for (const char* name : {"a", "b", "c"}) f.table(db, "s", name);
  f.add(-1, CreateRole{.role = f.id("r")});
  f.add(-1, CommentRole{.role = f.id("r"), .after = "text"});
  f.add(-1, DropRole{f.id("gone")});
  f.add(db, f.grant(Fixture::list({0, 1, 2}), "r", PrivilegeSet::of(Privilege::Select, Privilege::Insert)));
  ChangePrivileges implied = f.revoke(Fixture::list({0, 1}), "x", kSelect);
  implied.implied = true;
  f.add(db, implied);
  const Summary summary = f.plan().summary;
  EXPECT_EQ(summary.create, 1U);
  EXPECT_EQ(summary.alter, 1U);
  EXPECT_EQ(summary.drop, 1U);
  EXPECT_EQ(summary.grant, 6U);
  EXPECT_EQ(summary.revoke, 2U);
  EXPECT_EQ(summary.hazards, (std::map<Hazard, std::size_t>{{Hazard::DropRole, 1}}));
}

}  // namespace
}  // namespace pgcharter
