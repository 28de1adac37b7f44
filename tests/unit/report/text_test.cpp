// The text report: what it says, how it counts, and that nothing reaches a terminal raw.

#include <sstream>

#include <gtest/gtest.h>

#include "pgcharter/report.h"

#include "support/planned_fixture.h"

namespace pgcharter {
namespace {

using testing::Fixture;

std::string text_of(const Planned& planned, const TextStyle& style = {}) {
  std::ostringstream out;
  write_text(out, planned, style);
  return out.str();
}

class ReportText : public ::testing::Test {
 protected:
  ReportText() {
    testing::add_sample_changes(fixture);
    planned = testing::to_planned(fixture);
  }
  Fixture fixture;
  std::unique_ptr<Planned> planned;
};

TEST_F(ReportText, GroupsByDatabaseAndConcern) {
  EXPECT_EQ(text_of(*planned), R"(Charter weavix, database app on db.example:5432 (PostgreSQL 15.18)

Server
  Roles
    + role deployer (login, connection_limit 5)  # declared
    ~ role reader: createrole false -> true, login true -> false  ! login-loss  ! privilege-escalation  # declared
  Memberships
    + membership of deployer in reader  # declared
  Settings
    ~ role reader: setting search_path nothing -> 'a, b'  # declared

Database app
  Owners
    ~ owner of function events.f(integer, text): postgres -> owner  # declared
  Grants
    - DELETE on table events.a from PUBLIC  # not in the charter
    + SELECT, INSERT on 5 tables in events to reader  # weavix.yaml:42
    + SELECT, INSERT on table other."Odd ""name""" to reader  # weavix.yaml:42
  Default privileges
    + SELECT on future tables of owner in events to reader  # weavix.yaml:42

Hazards, each needs --allow: login-loss (1), privilege-escalation (1)
Plan: 14 to grant, 1 to revoke, 1 to create, 0 to drop, 4 to alter  (1 database, 8 statements, 2 hazards)
)");
}

TEST_F(ReportText, NamesEveryObjectWhenAsked) {
  EXPECT_NE(text_of(*planned, {.full = true}).find("        events.a\n        events.b\n        events.c\n"), std::string::npos);
}

TEST_F(ReportText, ContrastsDatabaseAndCharterAsDrift) {
  const std::string text = text_of(*planned, {.as_drift = true});
  EXPECT_NE(text.find("- DELETE on table events.a from PUBLIC: the database has it, the charter does not"), std::string::npos) << text;
  EXPECT_NE(text.find("login: the database has true, the charter says false"), std::string::npos) << text;
  EXPECT_NE(text.find("\nDrift: 14 to grant, 1 to revoke"), std::string::npos) << text;
}

TEST_F(ReportText, UsesColoursOnlyWhenAsked) {
  EXPECT_EQ(text_of(*planned).find('\x1b'), std::string::npos);
  EXPECT_NE(text_of(*planned, {.color = true}).find("\x1b[32m+ role deployer"), std::string::npos);
}

TEST_F(ReportText, ShowsASavedPlanAsItWasShownBefore) {
  const SavedPlan saved = read_plan_file(to_plan_file(*planned, {}, {}));
  for (const TextStyle style : {TextStyle{}, TextStyle{.full = true}, TextStyle{.as_drift = true}}) {
    std::ostringstream out;
    write_text(out, saved, style);
    EXPECT_EQ(out.str(), text_of(*planned, style));
  }
}

TEST(ReportTextEmpty, SaysThatThereIsNothingToDo) {
  Fixture fixture;
  const auto planned = testing::to_planned(fixture);
  EXPECT_NE(text_of(*planned).find("No changes. The server matches the charter.\n"), std::string::npos);
  EXPECT_NE(text_of(*planned, {.as_drift = true}).find("No drift. The server matches the charter.\n"), std::string::npos);
}

TEST(ReportTextHostile, EscapesNamesAndValues) {
  Fixture fixture;
  fixture.database("app");
  fixture.add(-1, CreateRole{.role = fixture.id("bad\x1b[31m\nrole"), .attributes = {}, .password = {}}, "because\x1b[2J");
  fixture.add(-1, CommentRole{.role = fixture.id("x"), .before = "\u202e", .after = "\a"});
  const std::string text = text_of(*testing::to_planned(fixture));
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
  EXPECT_EQ(text.find("\u202e"), std::string::npos) << text;
  EXPECT_EQ(text.find('\a'), std::string::npos) << text;
}

TEST(ReportTextCoverage, SaysWhatWasNotCompared) {
  Fixture fixture;
  const auto planned = testing::to_planned(fixture);
  planned->desired.coverage = {{"large_object: not readable", 3}};
  planned->desired.extras = {"SELECT on table s.t to bob"};
  const std::string text = text_of(*planned);
  EXPECT_NE(text.find("Not compared: large_object: not readable (3)\n"), std::string::npos) << text;
  EXPECT_NE(text.find("left alone (additive): 1\n    SELECT on table s.t to bob\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace pgcharter
