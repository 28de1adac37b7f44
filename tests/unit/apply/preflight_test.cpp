// What an executor without superuser lacks, and what it can do about it. tests/live/executors_test.cpp asks real servers the same.
#include "pgcharter/preflight.h"

#include <gtest/gtest.h>

#include "model/rights.h"
#include "support/state_builder.h"

namespace pgcharter {
namespace {

using testing::Fixture;
using Texts = std::vector<std::string>;
constexpr PrivilegeSet kSelect = PrivilegeSet::of(Privilege::Select);
constexpr int k15 = 150018;
constexpr int k16 = 160014;

/// A database "app" of its executor, who has CREATEROLE.
struct Case : Fixture {
  explicit Case(int version, const RoleAttributes& attributes = {.createrole = true, .login = true}, std::string_view database_owner = "me")
      : Fixture(version, "me") {
    role("me", attributes);
    desired.inheritance = std::make_shared<const Inheritance>();
    const PrivilegeSet all = PrivilegeSet::of(Privilege::Create, Privilege::Connect, Privilege::Temporary);
    const Acl acl{entry(database_owner, database_owner, all)};
    object(-1, {ObjectKind::Database, {}, "app", {}}, database_owner, acl, acl);
    db = database("app");
    actual.databases.push_back({});
    actual.databases.back().name = "app";
  }

  std::uint32_t schema(std::string_view name, std::string_view owner) {
    const Acl acl{entry(owner, owner, PrivilegeSet::of(Privilege::Usage, Privilege::Create))};
    return object(db, {ObjectKind::Schema, {}, std::string(name), {}}, owner, acl, acl);
  }

  void member(std::string_view group, std::string_view member, bool admin = false, bool inherit = true, bool set = true,
              std::string_view grantor = "postgres") {
    Membership row = edge(group, member, grantor);
    row.admin = admin;
    row.inherit = inherit;
    row.set = set;
    actual.cluster.memberships.push_back(row);
  }

  /// "SQL" or "(only a superuser) what", sorted.
  Texts missing() {
    actual.databases.front().objects = *desired.databases.front().objects.actual;
    Texts result;
    for (const MissingRight& right : preflight(plan()))
      result.push_back(right.sql.empty() ? "(only a superuser) " + right.what : right.sql);
    return result;
  }

  Texts joined() {
    actual.databases.front().objects = *desired.databases.front().objects.actual;
    add_self_memberships(actual, desired, changes);
    return sql();
  }

  int db = 0;
};

TEST(Executor, FollowsTheOptionsOfEachRow) {
  Case c(k16);
  for (const char* name : {"a", "b", "c", "d"}) c.role(name);
  c.member("a", "me", false, true, false);
  c.member("b", "me", false, false, true);
  c.member("c", "a", true, true, true);
  c.member("d", "b", true, true, true);
  const Executor me(c.actual);
  EXPECT_TRUE(me.acts_for(c.id("a")) && me.acts_for(c.id("c")));
  EXPECT_FALSE(me.acts_for(c.id("b")) || me.acts_for(c.id("d")));
  EXPECT_TRUE(me.can_become(c.id("b")) && me.can_become(c.id("d")));
  EXPECT_FALSE(me.can_become(c.id("a")) || me.can_become(c.id("c")));
  // ADMIN OPTION on any way; as a grantor only where its holder is inherited.
  EXPECT_TRUE(me.administers(c.id("c")) && me.administers(c.id("d")));
  EXPECT_TRUE(me.grants(c.id("c")));
  EXPECT_FALSE(me.grants(c.id("d")));
  EXPECT_FALSE(me.grants_itself(c.id("c")));
}

TEST(Preflight, ASuperuserLacksNothing) {
  Fixture f(k16);
  f.add(-1, AlterRole{.role = f.role("x", {.superuser = true}), .before = {.superuser = true}, .after = {}});
  EXPECT_TRUE(preflight(f.plan()).empty());
}

TEST(Preflight, CreateroleIsEnoughBefore16AndAdminOptionIsNeededSince) {
  for (const int version : {k15, k16}) {
    Case c(version);
    c.add(-1, AlterRole{.role = c.role("a"), .before = {}, .after = {.login = true}});
    c.add(-1, DropRole{c.role("b")});
    c.add(-1, GrantMembership{.after = c.edge("a", "b")});
    c.add(-1, SetPassword{.role = c.id("me"), .password = {}});
    EXPECT_EQ(c.missing(), version == k15 ? Texts{}
                                          : (Texts{R"(GRANT "a" TO "me" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE)",
                                                   R"(GRANT "b" TO "me" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE)"}));
  }
  Case weak(k15, {.login = true});
  weak.add(-1, AlterRole{.role = weak.role("a"), .before = {}, .after = {.login = true}});
  weak.add(-1, CreateRole{.role = weak.id("new")});
  EXPECT_EQ(weak.missing(), Texts{R"(ALTER ROLE "me" CREATEROLE)"});
}

TEST(Preflight, AdministersWhatItCreates) {
  Case c(k16);
  c.role("b");
  c.add(-1, CreateRole{.role = c.id("new")});
  c.add(-1, CommentRole{.role = c.id("new"), .after = "x"});
  c.add(-1, ChangeSetting{.scope = {.database = {}, .role = c.id("new")}, .name = "work_mem", .after = "8MB"});
  c.add(-1, GrantMembership{.after = c.edge("new", "b")});
  EXPECT_EQ(c.missing(), Texts{});
}

TEST(Preflight, SomeAttributesAreHandedOnOnlyByThoseWhoHaveThem) {
  const RoleAttributes special{.createdb = true, .replication = true, .bypassrls = true};
  Case old(k15);
  old.add(-1, CreateRole{.role = old.id("new"), .attributes = special});
  EXPECT_EQ(old.missing(), (Texts{"(only a superuser) to change BYPASSRLS", "(only a superuser) to change REPLICATION"}));
  Case now(k16);
  now.add(-1, CreateRole{.role = now.id("new"), .attributes = special});
  EXPECT_EQ(now.missing(), (Texts{R"(ALTER ROLE "me" BYPASSRLS)", R"(ALTER ROLE "me" CREATEDB)", R"(ALTER ROLE "me" REPLICATION)"}));
  Case super(k16);
  super.add(
      -1,
      AlterRole{.role = super.role("a", {.superuser = true}), .before = {.superuser = true}, .after = {.superuser = true, .login = true}});
  EXPECT_EQ(super.missing(), (Texts{"(only a superuser) to alter or drop the superuser a"}));
}

TEST(Preflight, SpeaksOfRenamedRolesByTheNameThatTheyStillHave) {
  Case c(k16);
  const RoleId role = c.role("new_name");
  c.add(-1, RenameRole{.from = "old_name", .role = role});
  EXPECT_EQ(c.missing(), Texts{R"(GRANT "old_name" TO "me" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE)"});
  Case itself(k16);
  itself.add(-1, RenameRole{.from = "me", .role = itself.role("you")});
  EXPECT_EQ(itself.missing(), Texts{R"(ALTER ROLE "me" RENAME TO "you")"});
}

TEST(Preflight, AsksOnceForEachRoleAndForNoOptionThatIsThere) {
  Case c(k16);
  c.role("owner");
  c.role("reader");
  c.schema("s", "owner");
  c.member("owner", "me", false, false, true);
  const std::uint32_t table = c.table(c.db, "s", "t", "owner");
  c.add(c.db, c.grant(Fixture::list({table}), "reader", kSelect));
  c.add(c.db, ChangeDefaultPrivileges{
                  .grant = true, .creator = c.id("owner"), .objects = ObjectKind::Table, .grantee = c.id("reader"), .privileges = kSelect});
  c.add(-1, AlterRole{.role = c.id("owner"), .before = {}, .after = {.login = true}});
  EXPECT_EQ(c.missing(), Texts{R"(GRANT "owner" TO "me" WITH ADMIN TRUE, INHERIT TRUE)"});
}

TEST(Preflight, LeavesOutWhatComesWithAnotherMembership) {
  Case c(k16);
  for (const char* name : {"a", "b", "reader"}) c.role(name);
  c.member("a", "b");
  c.schema("s", "a");
  const std::uint32_t one = c.table(c.db, "s", "t", "a");
  const std::uint32_t two = c.table(c.db, "s", "u", "b");
  c.add(c.db, c.grant(Fixture::list({one}), "reader", kSelect));
  c.add(c.db, c.grant(Fixture::list({two}), "reader", kSelect));
  EXPECT_EQ(c.missing(), Texts{R"(GRANT "b" TO "me" WITH INHERIT TRUE, SET FALSE)"});
}

TEST(Preflight, AsksForUsageOfTheSchemaAndForCreateOfTheNewOwner) {
  Case c(k15);
  c.role("other");
  c.role("next");
  c.member("next", "me");
  c.schema("s", "other");
  const std::uint32_t table = c.table(c.db, "s", "t", "me");
  ChangeOwner change{.kind = ObjectKind::Table, .objects = Fixture::list({table}), .before = c.id("me"), .after = c.id("next")};
  c.add(c.db, std::move(change));
  EXPECT_EQ(c.missing(), (Texts{R"(GRANT CREATE ON SCHEMA "s" TO "next")", R"(GRANT USAGE ON SCHEMA "s" TO "me")"}));
}

TEST(Preflight, AsksForTheObjectAndNeverForASuperuser) {
  Case c(k16);
  c.role("reader");
  c.schema("s", "me");
  const std::uint32_t table = c.table(c.db, "s", "t");
  c.add(c.db, c.grant(Fixture::list({table}), "reader", kSelect));
  EXPECT_EQ(c.missing(), Texts{R"(GRANT SELECT ON TABLE "s"."t" TO "me" WITH GRANT OPTION)"});
  c.changes.clear();
  c.add(c.db, c.revoke(Fixture::list({table}), "reader", kSelect));
  EXPECT_EQ(c.missing(), Texts{"(only a superuser) to grant and revoke on objects of the superuser postgres"});
  c.changes.clear();
  c.add(c.db, ChangeOwner{.kind = ObjectKind::Table, .objects = Fixture::list({table}), .before = c.id("postgres"), .after = c.id("me")});
  EXPECT_EQ(c.missing(), Texts{R"(ALTER TABLE "s"."t" OWNER TO "me")"});
  c.changes.clear();
  c.add(-1, GrantMembership{.after = c.edge("postgres", "reader")});
  EXPECT_EQ(c.missing(), Texts{"(only a superuser) to grant and revoke the superuser postgres"});
}

TEST(Preflight, TheOwnerOfTheDatabaseStandsForPgDatabaseOwner) {
  Case own(k15);
  own.role("pg_database_owner");
  own.role("reader");
  own.schema("public", "pg_database_owner");
  own.add(own.db, own.grant(Fixture::list({0}), "reader", PrivilegeSet::of(Privilege::Usage), ObjectKind::Schema));
  EXPECT_EQ(own.missing(), Texts{});
  Case others(k16, {.login = true}, "boss");
  others.role("boss");
  others.role("pg_database_owner");
  others.role("reader");
  others.schema("public", "pg_database_owner");
  others.add(others.db, others.grant(Fixture::list({0}), "reader", PrivilegeSet::of(Privilege::Usage), ObjectKind::Schema));
  others.add(others.db, CreateSchema{.name = "s"});
  EXPECT_EQ(others.missing(), Texts{R"(GRANT "boss" TO "me" WITH INHERIT TRUE, SET FALSE)"});
}

TEST(Preflight, NoinheritBefore16IsAnAttributeOfTheExecutor) {
  Case c(k15, {.inherit = false, .login = true});
  c.role("owner");
  c.role("reader");
  c.schema("s", "owner");
  const std::uint32_t table = c.table(c.db, "s", "t", "owner");
  c.add(c.db, c.grant(Fixture::list({table}), "reader", kSelect));
  EXPECT_EQ(c.missing(), Texts{R"(GRANT "owner" TO "me")"});  // SET ROLE needs no more
  c.add(c.db, DropSchema{.name = "s"});
  EXPECT_EQ(c.missing(), (Texts{R"(ALTER ROLE "me" INHERIT)", R"(GRANT "owner" TO "me")"}));
  c.member("owner", "me", false, false);
  EXPECT_EQ(c.missing(), Texts{R"(ALTER ROLE "me" INHERIT)"});
}

TEST(Preflight, BecomesTheOwnerWhereAnotherRoleOfItsCouldBeTheGrantor) {
  Case c(k16);
  for (const char* name : {"owner", "other", "reader"}) c.role(name);
  c.schema("s", "owner");
  c.member("owner", "me", false, true, false);
  const Acl acl{c.entry("other", "owner", kSelect, kSelect), c.entry("reader", "owner", kSelect)};
  const std::uint32_t table = c.object(c.db, {ObjectKind::Table, "s", "t", {}}, "owner", acl, acl);
  c.add(c.db, c.revoke(Fixture::list({table}), "reader", kSelect));
  EXPECT_EQ(c.missing(), Texts{});
  EXPECT_EQ(c.sql(), Texts{R"(REVOKE SELECT ON TABLE "s"."t" FROM "reader")"});
  c.member("other", "me");
  EXPECT_EQ(c.missing(), Texts{R"(GRANT "owner" TO "me" WITH SET TRUE)"});
  c.member("owner", "me", false, true, true, "me");
  EXPECT_EQ(c.missing(), Texts{});
  EXPECT_EQ(c.sql(), Texts{R"([owner] REVOKE SELECT ON TABLE "s"."t" FROM "reader")"});
}

TEST(SelfMembership, BeginsAndEndsWhatTheExecutorMayAdminister) {
  for (const int version : {k15, k16}) {
    Case c(version);
    c.add(-1, CreateRole{.role = c.id("owner")});
    c.add(c.db, CreateSchema{.name = "s", .owner = c.id("owner")});
    const Texts sql = c.joined();
    EXPECT_EQ(sql, (Texts{R"(CREATE ROLE "owner")", std::string(R"(GRANT "owner" TO "me")") + (version == k16 ? " WITH INHERIT FALSE" : ""),
                          R"(CREATE SCHEMA "s" AUTHORIZATION "owner")", R"(REVOKE "owner" FROM "me")"}));
    EXPECT_EQ(c.missing(), Texts{});
    EXPECT_EQ(c.plan().summary.hazards, (std::map<Hazard, std::size_t>{{Hazard::SelfMembership, 2}}));
  }
}

TEST(SelfMembership, GivesBackTheOptionsOfARowThatWasThere) {
  Case c(k16);
  c.role("owner");
  c.role("reader");
  c.schema("s", "owner");
  c.member("owner", "me", true, false, false);
  c.member("owner", "me", false, false, true, "me");
  c.add(c.db, DropSchema{.name = "s"});
  EXPECT_EQ(c.joined(),
            (Texts{R"(GRANT "owner" TO "me" WITH INHERIT TRUE)", R"(DROP SCHEMA "s")", R"(GRANT "owner" TO "me" WITH INHERIT FALSE)"}));
  EXPECT_EQ(c.missing(), Texts{});
}

TEST(SelfMembership, IsNotBegunWhereItCouldNotBeUndoneExactly) {
  Case circle(k16);
  circle.add(-1, CreateRole{.role = circle.id("owner")});
  circle.add(-1, GrantMembership{.after = circle.edge("me", "owner")});
  circle.member("me", "someone", true);
  circle.add(circle.db, CreateSchema{.name = "s", .owner = circle.id("owner")});
  const std::size_t before = circle.changes.size();
  circle.joined();
  EXPECT_EQ(circle.changes.size(), before);
  // Where a group of the executor holds the admin option, the row would be the group's.
  Case group(k16);
  for (const char* name : {"owner", "ops"}) group.role(name);
  group.member("ops", "me");
  group.member("owner", "ops", true);
  group.add(group.db, CreateSchema{.name = "s", .owner = group.id("owner")});
  group.desired.inheritance = std::make_shared<const Inheritance>();
  group.joined();
  EXPECT_EQ(group.changes.size(), 1U);
}

TEST(SelfMembership, IsBegunAndEndedInEachTransaction) {
  Case c(k16);
  c.desired.one_transaction = false;
  c.role("old");
  c.member("old", "me", true, false, false);
  c.add(-1, CreateRole{.role = c.id("owner")});
  c.add(c.db, CreateSchema{.name = "s", .owner = c.id("owner")});
  c.add(c.db, ReassignOwned{.role = c.id("old"), .to = c.id("owner")});
  c.joined();
  Texts phases;
  for (const Step& step : c.plan().steps) {
    if (step.hazards.contains(Hazard::SelfMembership)) phases.emplace_back(name(step.phase));
  }
  EXPECT_EQ(phases, (Texts{"database-self-membership", "database-self-membership", "database-self-membership-end",
                           "database-self-membership-end"}));
}

TEST(TakeUnremovable, LeavesWhatTheExecutorCanDoOrMustDo) {
  Case c(k16, {.login = true});
  for (const char* name : {"middle", "reader", "gone", "last"}) c.role(name);
  c.schema("s", "me");
  const std::uint32_t table = c.table(c.db, "s", "t", "me");
  const auto list = Fixture::list({table});
  ChangePrivileges cascading = c.revoke(list, "reader", kSelect, "middle");
  cascading.cascade = true;
  ChangePrivileges implied = c.revoke(list, "last", kSelect, "reader");
  implied.implied = true;
  c.add(c.db, cascading);                                  // as a grantor that it can't become
  c.add(c.db, implied);                                    // falls with it
  c.add(c.db, c.revoke(list, "gone", kSelect, "middle"));  // DROP ROLE needs it: a missing right
  c.add(c.db, c.revoke(list, "last", kSelect));            // as the owner
  c.add(-1, RevokeMembership{.membership = c.edge("reader", "last")});
  DesiredRole gone;
  gone.id = c.id("gone");
  gone.drop = true;
  c.desired.roles.push_back(gone);
  EXPECT_EQ(take_unremovable(c.actual, c.desired, c.changes).size(), 3U);
  EXPECT_EQ(c.sql(), (Texts{R"([middle] REVOKE SELECT ON TABLE "s"."t" FROM "gone")", R"(REVOKE SELECT ON TABLE "s"."t" FROM "last")"}));
  EXPECT_EQ(c.missing(), (Texts{R"(GRANT "middle" TO "me" WITH INHERIT FALSE, SET TRUE)", R"(GRANT USAGE ON SCHEMA "s" TO "middle")"}));
}

}  // namespace
}  // namespace pgcharter
