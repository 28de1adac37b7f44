// Access that is the same on every node of a Citus cluster: what Citus does not bring to the workers, and what was changed on one of them
// only, is found, told by node, and healed. On real Citus where the server under test offers it; with a stand-in elsewhere.
#include <gmock/gmock.h>

#include "pgcharter/reconcile.h"
#include "pgcharter/report.h"

#include "support/citus_cluster.h"
#include "support/live_server.h"

namespace pgcharter::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr const char* kCharter = R"Y(charter: 1
name: nodes
roles:
  app_owner: { comment: "owns \"app\", 100%" }
  reader: { settings: { work_mem: 7MB } }
  "odd '$sql$ role": { login: true, connection_limit: 5, member_of: [reader] }
schemas: { app: { owner: app_owner } }
grants:
  - { to: reader, privileges: [usage], objects: { schemas: app } }
  - { to: reader, privileges: [select], objects: { tables: "app.*" }, future: true }
  - { to: "odd '$sql$ role", privileges: [insert], objects: { tables: [app.alerts, app.on_coordinator] } }
  - { to: public, privileges: [execute], objects: { functions: "app.f(integer, app.level)" }, ensure: absent }
  - { to: reader, privileges: [usage], objects: { types: app.level } }
)Y";

class CitusNodesTest : public ::testing::TestWithParam<bool> {
 protected:
  std::unique_ptr<CitusCluster> cluster;
  std::string charter = kCharter;

  void SetUp() override {
    const std::string obstacle = CitusCluster::obstacle(GetParam(), *LiveServer::instance().open());
    if (!obstacle.empty()) GTEST_SKIP() << obstacle;
    cluster = std::make_unique<CitusCluster>(GetParam(), 2);
    cluster->run_everywhere("CREATE SCHEMA app");
    cluster->run_everywhere("CREATE TYPE app.level AS ENUM ('low', 'high')");
    cluster->run_everywhere("CREATE TABLE app.alerts (id bigint PRIMARY KEY, at app.level)");
    cluster->run_everywhere("CREATE FUNCTION app.f(integer, app.level) RETURNS integer LANGUAGE sql AS 'SELECT 1'");
    if (cluster->real()) {
      cluster->open(0)->execute("SELECT pg_catalog.create_distributed_table('app.alerts', 'id')");
      cluster->open(0)->execute("SELECT pg_catalog.create_distributed_function('app.f(integer, app.level)')");
    }
    cluster->open(0)->execute("CREATE TABLE app.on_coordinator (id int)");
  }

  Connector connector(int server = 0) {
    return [this, server](const std::optional<std::string>&) { return cluster->open(server); };
  }

  static ReconcileOptions options() {
    ReconcileOptions options;
    options.allow = {Hazard::DropRole, Hazard::LoginLoss, Hazard::LockOut, Hazard::PrivilegeEscalation};
    return options;
  }

  std::unique_ptr<Planned> plan(int server = 0) {
    CharterSources sources;
    sources.documents.push_back({"nodes.yaml", "", charter});
    Diagnostics diagnostics;
    const auto loaded = load_charter(sources, diagnostics);
    auto planned = loaded ? make_planned(*loaded, connector(server), options(), diagnostics) : nullptr;
    std::ostringstream text;
    for (const Diagnostic& diagnostic : diagnostics.all()) write_diagnostic(text, diagnostic);
    EXPECT_NE(planned, nullptr) << text.str();
    return planned;
  }

  void apply(const Planned& shown, ReconcileOptions with = options()) {
    ApplyObserver nobody;
    apply_planned(shown, connector(), with, nobody);
  }

  void converge() {
    try {
      apply(*plan());
    } catch (const Error& error) {
      FAIL() << error.what() << "\n" << error.detail << "\n" << error.hint << "\n" << error.statement;
    }
    const auto again = plan();
    EXPECT_FALSE(changes_anything(*again)) << text(*again);
    EXPECT_TRUE(unread_nodes(*again).empty());
  }

  static std::string text(const Planned& planned) {
    std::ostringstream out;
    write_text(out, planned, {.as_drift = true});
    return out.str();
  }

  static std::vector<std::string> sql_for(const Planned& planned, const std::string& node) {
    std::vector<std::string> all;
    for (const Statement& statement : all_statements(planned).statements) {
      if (statement.node == node) all.push_back(statement.sql);
    }
    return all;
  }
};

TEST_P(CitusNodesTest, BringsAndHealsWhatIsNotTheSame) {
  converge();
  for (int i = 0; i < cluster->size(); ++i) {
    EXPECT_EQ(cluster->value(i, "select pg_catalog.has_type_privilege('reader', 'app.level', 'USAGE')"), "t");
    EXPECT_EQ(cluster->value(i, "select pg_catalog.count(*) from pg_catalog.pg_default_acl"), "1");
    EXPECT_EQ(cluster->value(i, "select pg_catalog.has_table_privilege('odd ''$sql$ role', 'app.alerts', 'INSERT')"), "t");
    EXPECT_EQ(cluster->value(i, "select proacl::text like '%{=X%' from pg_catalog.pg_proc where proname = 'f'"), "f");
  }

  cluster->run_apart(1, R"(ALTER ROLE reader CREATEDB; REVOKE SELECT ON app.alerts FROM reader;
    ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA app REVOKE SELECT ON TABLES FROM reader;
    REVOKE reader FROM "odd '$sql$ role"; ALTER ROLE reader SET work_mem = 8192; ALTER TYPE app.level OWNER TO postgres)");
  const auto found = plan();
  EXPECT_TRUE(found->plan.steps.empty()) << "the coordinator is as it was";
  EXPECT_TRUE(sql_for(*found, cluster->node(2)).empty());
  const std::vector<std::string> sql = sql_for(*found, cluster->node(1));
  EXPECT_THAT(sql, Contains(R"(ALTER ROLE "reader" NOCREATEDB)"));
  EXPECT_THAT(sql, Contains(R"(GRANT SELECT ON TABLE "app"."alerts" TO "reader")"));
  EXPECT_THAT(sql, Contains(HasSubstr(R"(GRANT "reader" TO "odd '$sql$ role")")));  // 16 and later: WITH INHERIT TRUE
  EXPECT_THAT(sql, Contains(R"(ALTER ROLE "reader" SET "work_mem" TO '7MB')"));
  EXPECT_THAT(sql, Contains(R"(ALTER DEFAULT PRIVILEGES FOR ROLE "app_owner" IN SCHEMA "app" GRANT SELECT ON TABLES TO "reader")"));
  EXPECT_THAT(text(*found), HasSubstr("On node " + cluster->node(1) + ":"));
  EXPECT_EQ(found->plan.summary.statements, sql.size()) << "nodes count";
  converge();
  EXPECT_EQ(cluster->value(1, "select rolcreatedb from pg_catalog.pg_roles where rolname = 'reader'"), "f");
}

TEST_P(CitusNodesTest, ARoleThatOnlyTheCoordinatorHasComesBeforeItsGrants) {
  struct Order : ApplyObserver {
    std::vector<std::string> all;
    void statement_begins(const Statement& statement, std::size_t, std::size_t) override {
      all.push_back(statement.node + " " + statement.sql.substr(0, statement.sql.find(" NOSUPERUSER")));
    }
  } order;
  cluster->run_apart(0, "CREATE ROLE reader; CREATE ROLE app_owner");
  ASSERT_NO_THROW(apply_planned(*plan(), connector(), options(), order));
  ASSERT_GE(order.all.size(), 4U);
  order.all.resize(4);
  EXPECT_THAT(order.all, ::testing::UnorderedElementsAre(
                             cluster->node(1) + R"( CREATE ROLE "app_owner")", cluster->node(1) + R"( CREATE ROLE "reader")",
                             cluster->node(2) + R"( CREATE ROLE "app_owner")", cluster->node(2) + R"( CREATE ROLE "reader")"));
  EXPECT_FALSE(changes_anything(*plan()));
}

TEST_P(CitusNodesTest, ARoleThatIsRenamedOrDroppedMayBeMissingOnANode) {
  converge();
  cluster->run_everywhere("CREATE ROLE passing");
  cluster->run_apart(1, "DROP ROLE passing");
  cluster->run_everywhere("CREATE ROLE former_everywhere");
  cluster->run_apart(0, "CREATE ROLE former");
  charter += "  - { to: named, privileges: [usage], objects: { schemas: app } }\n";
  charter.replace(
      charter.find("roles:\n"), 7,
      "roles:\n  passing: { ensure: absent }\n  named: { renamed_from: former }\n  as_named: { renamed_from: former_everywhere }\n");
  converge();
  for (int i = 0; i < cluster->size(); ++i) {
    EXPECT_EQ(cluster->value(i, "select pg_catalog.count(*) from pg_catalog.pg_roles where rolname like 'former%' or rolname = 'passing'"),
              "0")
        << i;
    EXPECT_EQ(cluster->value(i, "select pg_catalog.count(*) from pg_catalog.pg_roles where rolname in ('named', 'as_named')"), "2") << i;
  }
}

TEST_P(CitusNodesTest, ComparesSettingsAsNumbers) {
  converge();
  for (const char* same : {"7168", "'7168kB'"}) {
    cluster->run_apart(2, std::string("ALTER ROLE reader SET work_mem = ") + same);
    EXPECT_FALSE(changes_anything(*plan())) << same;
  }
}

TEST_P(CitusNodesTest, TellsANodeThatIsDown) {
  converge();
  cluster->server(2).stop();
  const auto planned = plan();
  ASSERT_EQ(unread_nodes(*planned).size(), 1U);
  EXPECT_THAT(unread_nodes(*planned)[0]->error, HasSubstr("node " + cluster->node(2) + " can't be read"));
  EXPECT_THAT(text(*planned), ::testing::Not(HasSubstr("No drift")));
  EXPECT_THROW(apply(*planned), Error);
  cluster->server(2).start();
  converge();
}

TEST_P(CitusNodesTest, BringsANodeThatJoinsLaterIntoAccord) {
  converge();
  const int added = cluster->add_server();
  if (!cluster->real()) {
    cluster->open(added)->execute(
        "CREATE SCHEMA app; CREATE TYPE app.level AS ENUM ('low', 'high'); CREATE TABLE app.alerts (id bigint PRIMARY KEY, at app.level);"
        "CREATE FUNCTION app.f(integer, app.level) RETURNS integer LANGUAGE sql AS 'SELECT 1'");
  }
  cluster->join(added);
  const auto planned = plan();
  EXPECT_TRUE(planned->plan.steps.empty());
  EXPECT_FALSE(sql_for(*planned, cluster->node(added)).empty());
  converge();
  EXPECT_EQ(cluster->value(added, "select pg_catalog.count(*) from pg_catalog.pg_default_acl"), "1");
}

TEST_P(CitusNodesTest, DoesNoMoreThanWasApproved) {
  converge();
  cluster->run_apart(1, "ALTER ROLE reader CREATEDB");
  const auto shown = plan();
  cluster->run_apart(1, "ALTER ROLE reader CREATEROLE");
  ReconcileOptions approved = options();
  approved.expected_fingerprint = shown->fingerprint;
  try {
    apply(*shown, approved);
    ADD_FAILURE() << "more than was approved";
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.exit_code, 3);
    EXPECT_THAT(refusal.what(), HasSubstr(cluster->node(1)));
  }
  EXPECT_EQ(cluster->value(1, "select rolcreatedb from pg_catalog.pg_roles where rolname = 'reader'"), "t");
  // Less is no reason to stop.
  const auto both = plan();
  approved.expected_fingerprint = both->fingerprint;
  cluster->run_apart(1, "ALTER ROLE reader NOCREATEROLE");
  apply(*both, approved);
  EXPECT_FALSE(changes_anything(*plan()));
}

TEST_P(CitusNodesTest, ListsWhatIsNotRehearsed) {
  converge();
  cluster->run_apart(1, "ALTER ROLE reader CREATEDB");
  ReconcileOptions rehearsal = options();
  rehearsal.rehearse = true;
  ApplyObserver nobody;
  const ApplyOutcome outcome = apply_planned(*plan(), connector(), rehearsal, nobody);
  EXPECT_EQ(outcome.not_rehearsed, std::vector<std::string>{"on node " + cluster->node(1) + R"(: ALTER ROLE "reader" NOCREATEDB)"});
  EXPECT_TRUE(changes_anything(*plan()));
}

TEST_P(CitusNodesTest, WantsTheCoordinator) {
  try {
    plan(1);
    ADD_FAILURE() << "that is a worker";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("connected to a worker"));
  }
}

INSTANTIATE_TEST_SUITE_P(Nodes, CitusNodesTest, ::testing::Values(true, false),
                         [](const ::testing::TestParamInfo<bool>& real) { return real.param ? "Citus" : "StandIn"; });

}  // namespace
}  // namespace pgcharter::testing
