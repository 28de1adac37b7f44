// What Citus brings to a worker by itself, and what stays to be done there.
#include "nodes/propagation.h"

#include <gtest/gtest.h>

#include "nodes/single_changes.h"
#include "support/planned_fixture.h"

namespace pgcharter {
namespace {

using testing::Fixture;

/// A coordinator's plan and a worker's changes, on the same objects and roles with numbers of their own.
class PropagationTest : public ::testing::Test {
 protected:
  Fixture coordinator;
  Fixture worker;
  int db = 0;

  PropagationTest() {
    worker.role("elsewhere");  // so that numbers differ
    for (Fixture* f : {&coordinator, &worker}) {
      f->role("owner");
      f->role("reader");
      db = f->database("app");
      f->object(db, {ObjectKind::Schema, {}, "s", {}});
      f->table(db, "s", "a", "owner");
      f->table(db, "s", "b", "owner");
      f->actual.databases.emplace_back().name = "app";
    }
    coordinator.actual.databases.front().citus.emplace();
  }

  /// The worker's changes that are left, as keys; `objects` of the coordinator are in pg_dist_object.
  std::vector<Change> left(const CitusObjects& objects = {}) {
    std::vector<DistributedDatabase> databases;
    databases.push_back({.index = 0, .name = "app", .connection = {}, .queries = {}, .citus = {}, .objects = objects});
    const auto planned = to_planned(coordinator);
    std::vector<Change> changes = worker.changes;
    Propagation(*planned, databases).subtract(worker.actual, worker.desired, changes);
    return changes;
  }
  CitusObjects all() {
    CitusObjects objects;
    for (const Role& role : coordinator.actual.cluster.roles) objects.emplace("pg_authid", role.oid);
    auto& actual = const_cast<std::vector<Object>&>(*coordinator.desired.databases[0].objects.actual);
    for (std::size_t i = 0; i < actual.size(); ++i) {
      actual[i].oid = static_cast<std::uint32_t>(100 + i);
      objects.emplace(actual[i].id.kind == ObjectKind::Schema ? "pg_namespace" : "pg_class", actual[i].oid);
    }
    return objects;
  }
};

const PrivilegeSet kSelect = PrivilegeSet::of(Privilege::Select);

TEST_F(PropagationTest, LeavesOutTheSameGrant) {
  coordinator.add(db, coordinator.grant(Fixture::list({1}), "reader", kSelect));
  worker.add(db, worker.grant(Fixture::list({1, 2}), "reader", kSelect));
  const std::vector<Change> changes = left(all());
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(*std::get<ChangePrivileges>(changes[0].body).objects, std::vector<std::uint32_t>{2});
}

TEST_F(PropagationTest, ShowsWhatCitusDoesNotKnow) {
  coordinator.add(db, coordinator.grant(Fixture::list({1}), "reader", kSelect));
  worker.add(db, worker.grant(Fixture::list({1}), "reader", kSelect));
  EXPECT_EQ(left().size(), 1U) << "the table is not in pg_dist_object";
}

TEST_F(PropagationTest, NeverLeavesOutDefaultPrivileges) {
  for (Fixture* f : {&coordinator, &worker}) {
    f->actual.databases[0].objects = *f->desired.databases[0].objects.actual;
    f->add(db, ChangeDefaultPrivileges{.grant = true,
                                       .creator = f->id("owner"),
                                       .schema = "s",
                                       .objects = ObjectKind::Table,
                                       .grantee = f->id("reader"),
                                       .privileges = kSelect});
  }
  EXPECT_EQ(left(all()).size(), 1U);
  worker.actual.databases[0].objects.clear();
  EXPECT_TRUE(left(all()).empty()) << "the worker has no such schema, and will not get it";
}

TEST_F(PropagationTest, TakesAttributesOneByOne) {
  coordinator.add(-1, AlterRole{.role = coordinator.id("reader"), .before = {}, .after = {.login = true}});
  worker.add(-1, AlterRole{.role = worker.id("reader"), .before = {.createdb = true}, .after = {.login = true}});
  const std::vector<Change> changes = left(all());
  ASSERT_EQ(changes.size(), 1U);
  const auto& alter = std::get<AlterRole>(changes[0].body);
  EXPECT_TRUE(alter.before.createdb);
  EXPECT_FALSE(alter.after.createdb);
  EXPECT_TRUE(alter.before.login) << "LOGIN comes from the coordinator";
  EXPECT_EQ(left().size(), 1U);
}

TEST_F(PropagationTest, ANewRoleOfASuperuserIsWholeEverywhere) {
  coordinator.add(-1, CreateRole{.role = coordinator.id("new"), .attributes = {.login = true}, .password = {}});
  worker.add(-1, CreateRole{.role = worker.id("new"), .attributes = {.login = true}, .password = {}});
  EXPECT_TRUE(left().empty());
  worker.changes.clear();
  worker.add(-1, AlterRole{.role = worker.id("new"), .before = {.superuser = true}, .after = {.login = true}});
  EXPECT_TRUE(left().empty());
  coordinator.actual.server.superuser = false;
  EXPECT_EQ(left().size(), 1U) << "nobody else may write NOSUPERUSER";
}

TEST_F(PropagationTest, ComparesMembershipsWithTheirOptions) {
  for (Fixture* f : {&coordinator, &worker}) f->add(-1, GrantMembership{.before = {}, .after = f->edge("owner", "reader")});
  EXPECT_TRUE(left(all()).empty());
  auto& grant = std::get<GrantMembership>(worker.changes[0].body);
  grant.before = grant.after;
  grant.before->admin = true;
  EXPECT_EQ(left(all()).size(), 1U) << "the worker's row is altered, not made";
}

}  // namespace
}  // namespace pgcharter
