// What counts as dangerous, and what does not.
#include <gtest/gtest.h>

#include "support/state_builder.h"

namespace pgcharter {
namespace {

using testing::Fixture;
using Hazards = std::set<Hazard>;
const Hazards kNone{};
const Hazards kEscalation{Hazard::PrivilegeEscalation};

/// The hazards of the only step.
Hazards only(const Fixture& f) { return f.plan().steps.at(0).hazards; }

TEST(PlanHazard, AttributesThatGivePower) {
  for (bool RoleAttributes::*member :
       {&RoleAttributes::superuser, &RoleAttributes::bypassrls, &RoleAttributes::replication, &RoleAttributes::createrole}) {
    Fixture created;
    RoleAttributes attributes;
    attributes.*member = true;
    created.add(-1, CreateRole{.role = created.id("r"), .attributes = attributes});
    EXPECT_EQ(only(created), kEscalation);
    Fixture lost;
    lost.add(-1, AlterRole{.role = lost.id("r"), .before = attributes, .after = {}});
    EXPECT_EQ(only(lost), kNone);
  }
  Fixture f;
  f.add(-1, CreateRole{.role = f.id("r"), .attributes = {.createdb = true, .login = true}});
  EXPECT_EQ(only(f), kNone);
}

TEST(PlanHazard, LoginLoss) {
  Fixture f;
  f.add(-1, AlterRole{.role = f.id("r"), .before = {.login = true}, .after = {}});
  EXPECT_EQ(only(f), (Hazards{Hazard::LoginLoss}));
}

TEST(PlanHazard, MembershipThatReachesPowerThroughOtherMemberships) {
  Fixture f;
  f.actual.cluster.memberships = {f.edge("pg_read_server_files", "files")};
  f.desired.memberships = {{.role = f.id("files"), .member = f.id("group")}};
  f.add(-1, GrantMembership{.after = f.edge("group", "user")});
  EXPECT_EQ(only(f), kEscalation);
}

TEST(PlanHazard, MembershipThatReachesASuperuserOfTheCharter) {
  Fixture f;
  DesiredRole root;
  root.id = f.id("root");
  root.attributes.superuser = true;
  f.desired.roles.push_back(root);
  f.add(-1, GrantMembership{.after = f.edge("root", "user")});
  EXPECT_EQ(only(f), kEscalation);
}

TEST(PlanHazard, MembershipWhoseWayToPowerIsTakenAway) {
  Fixture f;
  f.actual.cluster.memberships = {f.edge("pg_read_all_data", "group")};
  f.desired.unwanted_memberships = f.actual.cluster.memberships;
  f.add(-1, GrantMembership{.after = f.edge("group", "user")});
  EXPECT_EQ(only(f), kNone);
}

TEST(PlanHazard, AdminOption) {
  Fixture f;
  Membership admin = f.edge("group", "user");
  admin.admin = true;
  f.add(-1, GrantMembership{.after = admin});
  EXPECT_EQ(only(f), kEscalation);
  Fixture off;
  Membership before = off.edge("group", "user");
  before.admin = true;
  off.add(-1, GrantMembership{.before = before, .after = off.edge("group", "user")});
  EXPECT_EQ(only(off), kNone);
}

TEST(PlanHazard, ParameterGrants) {
  Fixture f;
  f.object(-1, {ObjectKind::Parameter, "", "work_mem", {}});
  f.add(-1, f.grant(Fixture::list({0}), "r", PrivilegeSet::of(Privilege::Set), ObjectKind::Parameter));
  EXPECT_EQ(only(f), kEscalation);
}

TEST(PlanHazard, DroppingSchemasAndRoles) {
  Fixture f;
  const int db = f.database("app");
  f.add(db, DropSchema{"s"});
  EXPECT_EQ(only(f), (Hazards{Hazard::DropObject}));
}

TEST(PlanHazard, ExecutorLosesItsMembership) {
  Fixture f(150000, "deployer");
  f.add(-1, RevokeMembership{f.edge("g", "deployer")});
  EXPECT_EQ(only(f), (Hazards{Hazard::LockOut}));
  Fixture other(150000, "deployer");
  other.add(-1, RevokeMembership{other.edge("g", "somebody")});
  EXPECT_EQ(only(other), kNone);
}

class ConnectLoss : public ::testing::Test {
 protected:
  static constexpr PrivilegeSet kConnect = PrivilegeSet::of(Privilege::Connect);
  static Hazards revoke_from_public(Fixture& f, Acl acl) {
    f.object(-1, {ObjectKind::Database, "", "app", {}}, "postgres", {f.entry("public", "postgres", kConnect)}, std::move(acl));
    f.add(-1, f.revoke(Fixture::list({0}), "public", kConnect, "postgres", ObjectKind::Database));
    return only(f);
  }
};

TEST_F(ConnectLoss, OfTheOnlyWayIn) {
  Fixture f(150000, "deployer");
  f.role("deployer", {.login = true});
  EXPECT_EQ(revoke_from_public(f, {}), (Hazards{Hazard::LockOut}));
}

TEST_F(ConnectLoss, WithAnotherWayInThroughAGroup) {
  Fixture f(150000, "deployer");
  f.role("deployer", {.login = true});
  f.desired.memberships = {{.role = f.id("deployers"), .member = f.id("deployer")}};
  EXPECT_EQ(revoke_from_public(f, {f.entry("deployers", "postgres", kConnect)}), kNone);
}

TEST_F(ConnectLoss, WithTheDatabaseThatWasItsOwn) {
  for (const bool other_way : {false, true}) {
    Fixture f(150000, "deployer");
    f.role("deployer", {.login = true});
    const Acl acl{f.entry("boss", "boss", kConnect), f.entry(other_way ? "public" : "somebody", "boss", kConnect)};
    f.object(-1, {ObjectKind::Database, "", "app", {}}, "deployer", acl, acl);
    f.desired.cluster.desired[0].owner = f.id("boss");
    f.add(-1, ChangeOwner{.kind = ObjectKind::Database, .objects = Fixture::list({0}), .before = f.id("deployer"), .after = f.id("boss")});
    EXPECT_EQ(only(f), other_way ? kNone : (Hazards{Hazard::LockOut}));
  }
}

TEST_F(ConnectLoss, DoesNotMatterToASuperuser) {
  Fixture f;
  EXPECT_EQ(revoke_from_public(f, {}), kNone);
}

}  // namespace
}  // namespace pgcharter
