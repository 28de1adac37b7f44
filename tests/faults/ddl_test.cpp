// DDL of others between the plan and its apply, and between the apply's own plan and its statements.
#include "faults/process.h"
#include "faults/world.h"

namespace pgcharter::testing {
namespace {

struct Ddl {
  std::string name, sql;
};

const std::vector<Ddl> kDdl = {
    {"a table is dropped", "DROP TABLE app.t1"},
    {"a table is renamed", "ALTER TABLE app.t1 RENAME TO t9"},
    {"a schema is dropped", "DROP SCHEMA app CASCADE"},
    {"a role is dropped", "DROP OWNED BY f_stray; REVOKE f_group FROM f_stray; DROP ROLE f_stray"},
    {"a role is renamed", "ALTER ROLE f_writer RENAME TO f_writer_once"},
    {"a table is created", "CREATE TABLE app.t4 (id integer)"},
    {"a privilege is granted", "GRANT DELETE ON app.t2 TO f_stray"},
};

class DdlBetween : public FaultTest {
 protected:
  static Dumps now() { return dump(LiveServer::instance(), {kDatabase}); }
};

TEST_F(DdlBetween, ApprovedPlanIsStale) {
  for (const Ddl& ddl : kDdl) {
    reset();
    const auto shown = plan(direct());
    admin()->execute(ddl.sql);
    const Dumps changed = now();
    ReconcileOptions approved = options();
    approved.expected_fingerprint = shown->fingerprint;
    const Told told = apply(*shown, direct(), approved);
    EXPECT_EQ(told.exit_code, 3) << ddl.name << ": " << told;
    EXPECT_NE(told.error.find("stale"), std::string::npos) << ddl.name << ": " << told;
    EXPECT_TRUE(now() == changed) << ddl.name;
  }
}

// Without an approval of the very plan a fresh one is made; where the charter makes no sense any more, nothing is done.
TEST_F(DdlBetween, CharterIsPlannedAgainOrCleanlyRefused) {
  for (const Ddl& ddl : kDdl) {
    reset();
    const auto shown = plan(direct());
    admin()->execute(ddl.sql);
    const Dumps changed = now();
    const Told told = apply(*shown, direct());
    if (told.succeeded) {
      EXPECT_TRUE(plan(direct())->plan.steps.empty()) << ddl.name;
      continue;
    }
    EXPECT_EQ(told.exit_code, 1) << ddl.name << ": " << told;
    EXPECT_TRUE(told.committed.empty()) << ddl.name << ": " << told;
    EXPECT_NE(told.error.find("faults.yaml:"), std::string::npos) << ddl.name << ": " << told;
    EXPECT_TRUE(now() == changed) << ddl.name;
  }
}

// The worst moment: the apply has read the server, and sends its first statement.
TEST_F(DdlBetween, ObjectThatGoesDuringTheApplyIsCleanlyToldOrPlannedAgain) {
  for (const Ddl& ddl : kDdl) {
    reset();
    const auto shown = plan(direct());
    bool done = false;
    const Told told = apply(*shown, direct(), options(), [&](const Statement&) {
      if (done) return;
      done = true;
      admin()->execute(ddl.sql);
    });
    EXPECT_TRUE(done);
    if (ddl.name == "a table is created") {
      EXPECT_TRUE(told.succeeded) << told;  // what was born meanwhile is planned again
    }
    if (told.succeeded) {
      EXPECT_TRUE(plan(direct())->plan.steps.empty()) << ddl.name;
      continue;
    }
    // What the DDL makes alone is what must be left.
    const Dumps left = now();
    reset();
    admin()->execute(ddl.sql);
    const Dumps alone = now();
    EXPECT_TRUE(left == alone) << ddl.name << ": " << told << difference(alone, left);
    EXPECT_TRUE(told.committed.empty()) << ddl.name << ": " << told;
    EXPECT_NE(told.exit_code, 0) << ddl.name << ": " << told;
  }
}

TEST_F(DdlBetween, SavedPlanOfTheProgramExitsThree) {
  const WorkFolder folder;
  const std::string charter = folder.write("faults.yaml", manifest());
  const std::string where = LiveServer::instance().sandbox().conninfo(kDatabase);
  for (const Ddl& ddl : kDdl) {
    reset();
    const std::string saved = folder.path("plan.json");
    std::filesystem::remove(saved);
    const Ended made = run_program(folder, {"plan", "-d", where, charter, "--out", saved});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    admin()->execute(ddl.sql);
    const Dumps changed = now();
    const Ended ended = run_program(folder, {"apply", "-d", where, saved, "--auto-approve", "--allow", "drop-role"});
    EXPECT_EQ(ended.exit_code, 3) << ddl.name << ": " << ended.err;
    EXPECT_NE(ended.err.find("stale"), std::string::npos) << ddl.name << ": " << ended.err;
    EXPECT_TRUE(now() == changed) << ddl.name;
  }
}

}  // namespace
}  // namespace pgcharter::testing
