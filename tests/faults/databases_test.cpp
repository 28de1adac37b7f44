// A charter of two databases, and a failure in the second.
#include <algorithm>

#include <fmt/format.h>

#include "faults/hooked.h"
#include "faults/process.h"
#include "faults/world.h"

namespace pgcharter::testing {
namespace {

const std::string kTwo = R"(charter: 1
name: two
roles:
  f_two_owner: {}
  f_two_reader: { login: true }
  f_two_gone: { ensure: absent }
databases:
  faults_a:
    schemas: { app: { owner: f_two_owner } }
    grants: [{ to: f_two_reader, privileges: [usage], objects: { schemas: app } }]
    ownership: [{ owner: f_two_owner, of: { tables: "app.*" } }]
  faults_b:
    schemas: { app: { owner: f_two_owner } }
    grants: [{ to: f_two_reader, privileges: [usage], objects: { schemas: app } }]
    ownership: [{ owner: f_two_owner, of: { tables: "app.*" } }]
)";

class Databases : public FaultTest {
 protected:
  void SetUp() override {
    FaultTest::SetUp();
    for (const char* name : {"faults_a", "faults_b"}) {
      LiveServer::instance().create_database(name);
      admin(name)->execute("CREATE SCHEMA app; CREATE TABLE app.t (id integer)");
    }
    admin()->execute("CREATE ROLE f_two_gone");
    start = all();
  }
  void TearDown() override {
    for (const char* name : {"faults_a", "faults_b"}) admin("postgres")->execute(fmt::format("DROP DATABASE {} WITH (FORCE)", name));
  }

  static Dumps all() { return dump(LiveServer::instance(), {"faults_a", "faults_b"}); }

  /// The first database is done, the second as it was, the roles are there, and what comes last has not happened.
  void expect_first_committed() {
    const Dumps left = all();
    EXPECT_NE(left.at("faults_a"), start.at("faults_a"));
    EXPECT_EQ(left.at("faults_b"), start.at("faults_b"));
    EXPECT_NE(left.at("server").find("f_two_owner"), std::string::npos);
    EXPECT_NE(left.at("server").find("f_two_gone"), std::string::npos);
  }
  void expect_finished() {
    const Dumps left = all();
    EXPECT_NE(left.at("faults_a"), start.at("faults_a"));
    EXPECT_NE(left.at("faults_b"), start.at("faults_b"));
    EXPECT_EQ(left.at("server").find("f_two_gone"), std::string::npos);
    EXPECT_TRUE(plan(direct(), kTwo)->plan.steps.empty());
  }

  Dumps start;
};

TEST_F(Databases, SessionKilledInTheSecondLeavesTheFirstCommitted) {
  const auto killer = admin("postgres");
  const Connector connector = [&](const std::optional<std::string>& database) {
    return std::make_unique<HookedConnection>(direct()(database), [&, database](HookedConnection& connection, std::string_view sql, bool) {
      if (database == "faults_b" && sql.starts_with("ALTER ")) end_session(*killer, connection.pid);
    });
  };
  const Told told = apply(*plan(direct(), kTwo), connector);
  EXPECT_FALSE(told.succeeded) << told;
  EXPECT_EQ(told.committed, (std::vector<std::string>{"the server's roles and databases", "database \"faults_a\""})) << told;
  expect_first_committed();
  const Told again = apply(*plan(direct(), kTwo), direct());
  EXPECT_TRUE(again.succeeded) << again;
  expect_finished();
}

// Side by side: which of the two was committed when the other failed is open; what is said must be what is.
TEST_F(Databases, SessionKilledInOneOfTwoAtATime) {
  const auto killer = admin("postgres");
  const Connector connector = [&](const std::optional<std::string>& database) {
    return std::make_unique<HookedConnection>(direct()(database), [&, database](HookedConnection& connection, std::string_view sql, bool) {
      if (database == "faults_b" && sql.starts_with("ALTER ")) end_session(*killer, connection.pid);
    });
  };
  ReconcileOptions parallel = options();
  parallel.jobs = 2;
  const Told told = apply(*plan(direct(), kTwo), connector, parallel);
  EXPECT_FALSE(told.succeeded) << told;
  const bool said = std::ranges::find(told.committed, "database \"faults_a\"") != told.committed.end();
  const Dumps left = all();
  EXPECT_EQ(left.at("faults_a") != start.at("faults_a"), said) << told;
  EXPECT_TRUE(left.at("faults_b") == start.at("faults_b"));
  EXPECT_NE(left.at("server").find("f_two_gone"), std::string::npos);
  const Told again = apply(*plan(direct(), kTwo), direct(), parallel);
  EXPECT_TRUE(again.succeeded) << again;
  expect_finished();
}

TEST_F(Databases, LockInTheSecondIsToldByTheProgram) {
  const WorkFolder folder;
  const std::string charter = folder.write("two.yaml", kTwo);
  const std::vector<std::string> arguments = {
      "apply",          "-d",  LiveServer::instance().sandbox().conninfo("postgres"), charter, "--allow", "drop-role", "--auto-approve",
      "--lock-timeout", "50ms"};
  const auto other = admin("faults_b");
  other->execute("BEGIN; LOCK TABLE app.t IN ACCESS SHARE MODE");
  const Ended failed = run_program(folder, arguments);
  EXPECT_EQ(failed.exit_code, 1) << failed.err;
  EXPECT_NE(failed.err.find("committed before that: the server's roles and databases, database \"faults_a\""), std::string::npos)
      << failed.err;
  EXPECT_NE(failed.err.find("55P03"), std::string::npos) << failed.err;
  expect_first_committed();
  other->execute("COMMIT");
  const Ended again = run_program(folder, arguments);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  expect_finished();
}

}  // namespace
}  // namespace pgcharter::testing
