// Grants as SQL: batching, columns, grantors, cascades, limits.
#include <gtest/gtest.h>

#include "sql/rectangles.h"
#include "support/state_builder.h"

namespace pgcharter {
namespace {

using testing::Fixture;
using Lines = std::vector<std::string>;
constexpr PrivilegeSet kSelect = PrivilegeSet::of(Privilege::Select);

class SqlGrants : public ::testing::Test {
 protected:
  SqlGrants() : db(f.database("app")) {}
  void tables(int count) {
    for (int i = 0; i < count; ++i) f.table(db, "s", "t" + std::to_string(1000000 + i), "owner");
  }
  Fixture f;
  int db;
};

TEST_F(SqlGrants, JoinsObjectsAndGrantees) {
  tables(2);
  for (const char* role : {"b", "a", "public"}) f.add(db, f.grant(Fixture::list({0, 1}), role, kSelect));
  EXPECT_EQ(f.sql(), (Lines{R"(GRANT SELECT ON TABLE "s"."t1000000", "s"."t1000001" TO "a", "b", PUBLIC)"}));
  const Script script = f.script();
  EXPECT_TRUE(script.statements[0].checks_warnings);
  EXPECT_EQ(script.statements[0].database, "app");
  EXPECT_EQ(script.statements[0].phase, Phase::Grant);
  EXPECT_EQ(script.statements[0].objects, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(script.statements[0].steps, (std::vector<std::size_t>{0, 1, 2}));
}

TEST_F(SqlGrants, SplitsByEqualGrantees) {
  tables(3);
  f.add(db, f.grant(Fixture::list({0, 1, 2}), "a", kSelect));
  f.add(db, f.grant(Fixture::list({1, 2}), "b", kSelect));
  EXPECT_EQ(f.sql(), (Lines{R"(GRANT SELECT ON TABLE "s"."t1000000" TO "a")",
                            R"(GRANT SELECT ON TABLE "s"."t1000001", "s"."t1000002" TO "a", "b")"}));
}

TEST_F(SqlGrants, TakesGranteesTogetherWhereThatIsShorter) {
  tables(3);
  f.add(db, f.grant(Fixture::list({0}), "a", kSelect));
  f.add(db, f.grant(Fixture::list({1}), "b", kSelect));
  f.add(db, f.grant(Fixture::list({0, 1}), "c", kSelect));
  EXPECT_EQ(f.sql(), (Lines{R"(GRANT SELECT ON TABLE "s"."t1000000" TO "a", "c")", R"(GRANT SELECT ON TABLE "s"."t1000001" TO "b", "c")"}));
}

TEST_F(SqlGrants, KeepsOptionsAndVerbsApart) {
  tables(1);
  const ObjectList list = Fixture::list({0});
  ChangePrivileges option = f.grant(list, "a", kSelect);
  option.grant_option = true;
  f.add(db, option);
  f.add(db, f.grant(list, "b", kSelect));
  ChangePrivileges revoke = f.revoke(list, "c", kSelect);
  revoke.grant_option = true;
  revoke.cascade = true;
  f.add(db, revoke);
  EXPECT_EQ(f.sql(),
            (Lines{R"(GRANT SELECT ON TABLE "s"."t1000000" TO "a" WITH GRANT OPTION)", R"(GRANT SELECT ON TABLE "s"."t1000000" TO "b")",
                   R"(REVOKE GRANT OPTION FOR SELECT ON TABLE "s"."t1000000" FROM "c" CASCADE)"}));
}

TEST_F(SqlGrants, JoinsColumns) {
  tables(1);
  for (const char* role : {"a", "b"}) {
    for (const char* column : {"y", "x"}) {
      ChangePrivileges change = f.grant(Fixture::list({0}), role, PrivilegeSet::of(Privilege::Select, Privilege::Update));
      change.column = column;
      f.add(db, change);
    }
  }
  EXPECT_EQ(f.sql(), (Lines{R"(GRANT SELECT ("x", "y"), UPDATE ("x", "y") ON TABLE "s"."t1000000" TO "a", "b")"}));
  EXPECT_EQ(f.script().statements[0].steps.size(), 4U);
}

TEST_F(SqlGrants, AnotherGrantorsEntriesAreRevokedAsThatRole) {
  tables(2);
  f.desired.databases[0].objects.desired[1].owner = f.id("other");
  f.add(db, f.revoke(Fixture::list({0, 1}), "a", kSelect, "owner"));
  EXPECT_EQ(f.sql(),
            (Lines{R"([owner] REVOKE SELECT ON TABLE "s"."t1000001" FROM "a")", R"(REVOKE SELECT ON TABLE "s"."t1000000" FROM "a")"}));
}

TEST_F(SqlGrants, WhatACascadeTakesHasNoStatementOfItsOwn) {
  tables(2);
  ChangePrivileges cascade = f.revoke(Fixture::list({0, 1}), "a", kSelect, "owner");
  cascade.cascade = true;
  f.add(db, cascade);
  ChangePrivileges implied = f.revoke(Fixture::list({1}), "b", kSelect, "a");
  implied.implied = true;
  f.add(db, implied);
  const Script script = f.script();
  ASSERT_EQ(script.statements.size(), 1U);
  EXPECT_EQ(script.statements[0].sql, R"(REVOKE SELECT ON TABLE "s"."t1000000", "s"."t1000001" FROM "a" CASCADE)");
  EXPECT_EQ(script.statements[0].steps, (std::vector<std::size_t>{0, 1}));
}

TEST_F(SqlGrants, KindsAndParameters) {
  f.object(-1, {ObjectKind::Parameter, {}, "work_mem", {}}, "postgres");
  f.object(db, {ObjectKind::Function, "s", "f", "integer"});
  f.object(db, {ObjectKind::LargeObject, {}, "16423", {}});
  f.add(-1, f.grant(Fixture::list({0}), "a", PrivilegeSet::of(Privilege::Set, Privilege::AlterSystem), ObjectKind::Parameter));
  f.add(db, f.grant(Fixture::list({0}), "a", PrivilegeSet::of(Privilege::Execute), ObjectKind::Function));
  f.add(db, f.grant(Fixture::list({1}), "a", kSelect, ObjectKind::LargeObject));
  EXPECT_EQ(f.sql(), (Lines{R"(GRANT SET, ALTER SYSTEM ON PARAMETER "work_mem" TO "a")",
                            R"(GRANT EXECUTE ON ROUTINE "s"."f"(integer) TO "a")", R"(GRANT SELECT ON LARGE OBJECT 16423 TO "a")"}));
}

TEST_F(SqlGrants, CutsLongStatements) {
  tables(1201);
  std::vector<std::uint32_t> all;
  for (std::uint32_t i = 0; i < 1201; ++i) all.push_back(i);
  f.add(db, f.grant(Fixture::list(all), "a", kSelect));
  const Script script = f.script();
  ASSERT_EQ(script.statements.size(), 3U);
  EXPECT_EQ(script.statements[0].objects.size(), kMaxObjects);
  EXPECT_EQ(script.statements[2].objects.size(), 201U);
}

TEST_F(SqlGrants, ProvenanceNamesTheRules) {
  tables(1);
  f.add(db, f.grant(Fixture::list({0}), "a", kSelect));
  f.add(db, f.grant(Fixture::list({0}), "b", kSelect));
  f.add(db, f.grant(Fixture::list({0}), "c", kSelect), "keeps");
  f.changes[0].reason.source = SourcePos{"weavix.yaml", 42, 3};
  f.changes[1].reason = {"expired", SourcePos{"weavix.yaml", 50, 3}};
  EXPECT_EQ(f.script().statements[0].provenance, "weavix.yaml:42; weavix.yaml:50: expired; keeps");
}

TEST(SqlRectangles, CoverEveryPairOnce) {
  // A fixed pseudo-random matrix, with lists shared between grantees, repeated and overlapping.
  std::uint32_t seed = 12345;
  const auto next = [&](std::uint32_t bound) { return (seed = seed * 1664525U + 1013904223U) / 65536U % bound; };
  for (int round = 0; round < 200; ++round) {
    std::vector<std::vector<std::uint32_t>> lists(1 + next(6));
    for (auto& list : lists) {
      for (std::uint32_t object = 100; object < 112; ++object) {
        if (next(2) == 0) list.push_back(object);
      }
    }
    std::vector<RectangleItem> items;
    std::set<std::pair<std::uint32_t, RoleId>> wanted;
    for (std::uint32_t i = next(12); i > 0; --i) {
      items.push_back({&lists[next(static_cast<std::uint32_t>(lists.size()))], RoleId{next(5)}});
      for (const std::uint32_t object : *items.back().objects) wanted.emplace(object, items.back().grantee);
    }
    std::set<std::pair<std::uint32_t, RoleId>> covered;
    for (const Rectangle& rectangle : cover(items)) {
      for (const std::uint32_t object : rectangle.objects) {
        for (const RoleId grantee : rectangle.grantees) EXPECT_TRUE(covered.emplace(object, grantee).second);
      }
      for (const std::size_t item : rectangle.items) {
        EXPECT_TRUE(
            std::ranges::any_of(*items[item].objects, [&](std::uint32_t o) { return std::ranges::count(rectangle.objects, o) > 0; }));
      }
    }
    EXPECT_EQ(covered, wanted);
  }
}

TEST_F(SqlGrants, FiftyFiveThousandObjectsForThreeHundredRoles) {
  tables(55000);
  std::vector<ObjectList> classes;
  for (std::uint32_t i = 0; i < 200; ++i) {
    std::vector<std::uint32_t> list;
    for (std::uint32_t o = i * 275; o < (i + 1) * 275; ++o) list.push_back(o);
    classes.push_back(Fixture::list(std::move(list)));
  }
  for (int role = 0; role < 300; ++role) {
    for (const ObjectList& list : classes) f.add(db, f.grant(list, "role" + std::to_string(role), kSelect));
  }
  const Script script = f.script();
  EXPECT_EQ(script.statements.size(), 110U);
  EXPECT_EQ(script.statements[0].steps.size(), 600U);  // 500 objects lie in two classes
}

}  // namespace
}  // namespace pgcharter
