// Where Citus keeps tables: distributed, moved, gathered, and refused before anything runs. On real Citus where the server under test
// offers the extension; elsewhere with a stand-in that has its catalogs and its checks.
#include <algorithm>

#include <gmock/gmock.h>

#include "pgcharter/reconcile.h"
#include "pgcharter/report.h"

#include "support/citus_cluster.h"
#include "support/live_server.h"

namespace pgcharter::testing {
namespace {

using ::testing::HasSubstr;

class CitusPlacementTest : public ::testing::TestWithParam<bool> {
 protected:
  /// One cluster for all tests of a kind: each test has a schema of its own, made anew.
  static CitusCluster* cluster_of(bool real) {
    static std::unique_ptr<CitusCluster> clusters[2];
    std::unique_ptr<CitusCluster>& cluster = clusters[real ? 1 : 0];
    if (cluster == nullptr) cluster = std::make_unique<CitusCluster>(real, real ? 2 : 0);
    return cluster.get();
  }

  void SetUp() override {
    const std::string obstacle = CitusCluster::obstacle(GetParam(), *LiveServer::instance().open());
    if (!obstacle.empty()) GTEST_SKIP() << obstacle;
    cluster_ = cluster_of(GetParam());
    const auto admin = cluster_->open(0);
    admin->execute("DROP SCHEMA IF EXISTS app CASCADE");
    if (!GetParam()) admin->execute("DELETE FROM pg_catalog.pg_dist_partition; DELETE FROM pg_catalog.pg_dist_shard");
    admin->execute("CREATE SCHEMA app");
  }

  void run(const std::string& sql) { cluster_->open(0)->execute(sql); }
  std::string value(const std::string& sql) { return cluster_->value(0, sql); }

  static std::string charter(const std::string& tables) {
    return "charter: 1\nname: placement\nroles: { placement_reader: {} }\nschemas: { app: {} }\n" + tables;
  }

  std::unique_ptr<Planned> plan(const std::string& tables) {
    CharterSources sources;
    sources.documents.push_back({"placement.yaml", "", charter(tables)});
    diagnostics_ = {};
    const auto loaded = load_charter(sources, diagnostics_);
    const Connector connector = [this](const std::optional<std::string>&) { return cluster_->open(0); };
    return loaded ? make_planned(*loaded, connector, options(), diagnostics_) : nullptr;
  }

  static ReconcileOptions options() {
    ReconcileOptions options;
    options.allow = {Hazard::DataMovement, Hazard::LongLock};
    return options;
  }

  std::string told() {
    std::ostringstream text;
    for (const Diagnostic& diagnostic : diagnostics_.all()) write_diagnostic(text, diagnostic);
    return text.str();
  }

  std::vector<std::string> sql(const Planned& planned) {
    std::vector<std::string> result;
    for (const Statement& s : planned.script.statements) result.push_back(s.sql);
    return result;
  }

  void converge(const std::string& tables) {
    const auto planned = plan(tables);
    ASSERT_NE(planned, nullptr) << told();
    ApplyObserver nobody;
    const Connector connector = [this](const std::optional<std::string>&) { return cluster_->open(0); };
    try {
      apply_planned(*planned, connector, options(), nobody);
    } catch (const Error& error) {
      FAIL() << error.what() << "\n" << error.detail << "\n" << error.statement;
    }
    const auto again = plan(tables);
    ASSERT_NE(again, nullptr) << told();
    EXPECT_EQ(sql(*again), std::vector<std::string>{});
  }

  void refused(const std::string& tables, const std::string& why) {
    EXPECT_EQ(plan(tables), nullptr);
    EXPECT_THAT(told(), HasSubstr(why));
  }

  /// "h", "n/t" …: how the catalog has it, with its number of shards.
  std::string placed(const std::string& table) {
    return value(
        "select coalesce((select p.partmethod::text || p.repmodel::text || "
        "coalesce(':' || column_to_column_name(p.logicalrelid, p.partkey), '') || ' ' || (select count(*) from pg_dist_shard s where "
        "s.logicalrelid = p.logicalrelid) from pg_dist_partition p where p.logicalrelid = '" +
        table + "'::regclass), 'none')");
  }
  bool together(const std::string& a, const std::string& b) {
    const auto group = [&](const std::string& t) {
      return value("select colocationid::text from pg_dist_partition where logicalrelid = '" + t + "'::regclass");
    };
    return group(a) == group(b);
  }

  CitusCluster* cluster_ = nullptr;
  Diagnostics diagnostics_;
};

TEST_P(CitusPlacementTest, ATableGoesThroughAllPlaces) {
  run("CREATE TABLE app.t (a int, b int, PRIMARY KEY (a, b)); INSERT INTO app.t SELECT n, n % 7 FROM generate_series(1, 100) n");
  const auto tables = [](const std::string& how) { return "tables: { app.t: { distribute: " + how + " } }\n"; };
  converge(tables("{ by: a, shards: 8, colocate_with: none }"));
  EXPECT_EQ(placed("app.t"), "hs:a 8");
  converge(tables("{ by: a, shards: 4, colocate_with: none }"));
  EXPECT_EQ(placed("app.t"), "hs:a 4");
  converge(tables("{ by: b, shards: 4, colocate_with: none }"));
  EXPECT_EQ(placed("app.t"), "hs:b 4");
  converge(tables("reference"));
  EXPECT_EQ(placed("app.t"), "nt 1");
  converge(tables("single-shard"));
  EXPECT_EQ(placed("app.t"), "ns 1");
  converge(tables("local"));
  EXPECT_EQ(placed("app.t"), "ns 1");
  converge(tables("none"));
  EXPECT_EQ(placed("app.t"), "none");
  EXPECT_EQ(value("select count(*) from app.t"), "100");
}

TEST_P(CitusPlacementTest, GroupsAreSetsOfTables) {
  run("CREATE TABLE app.a (k int); CREATE TABLE app.b (k int); CREATE TABLE app.c (k int)");
  const std::string head = "app.a: { distribute: { by: k, shards: 4, colocate_with: none } }, ";
  converge("tables: { " + head +
           "app.b: { distribute: { by: k, colocate_with: app.a } }, app.c: { distribute: { by: k, colocate_with: app.b } } }\n");
  EXPECT_TRUE(together("app.a", "app.b") && together("app.a", "app.c"));
  converge("tables: { " + head +
           "app.b: { distribute: { by: k, shards: 4, colocate_with: none } }, "
           "app.c: { distribute: { by: k, colocate_with: app.b } } }\n");
  EXPECT_TRUE(!together("app.a", "app.b") && together("app.b", "app.c"));
  // The whole group changes its number of shards with the table at its head.
  converge("tables: { " + head +
           "app.b: { distribute: { by: k, shards: 8, colocate_with: none } }, "
           "app.c: { distribute: { by: k, colocate_with: app.b } } }\n");
  EXPECT_EQ(placed("app.c"), "hs:k 8");
  EXPECT_TRUE(together("app.b", "app.c"));
}

TEST_P(CitusPlacementTest, ARewriteLosesNothing) {
  run("CREATE TABLE app.t (a int, b int); CREATE VIEW app.v AS SELECT a FROM app.t; COMMENT ON TABLE app.t IS 'the ''table'''; "
      "COMMENT ON COLUMN app.t.b IS 'its column'; COMMENT ON VIEW app.v IS 'its view'; COMMENT ON COLUMN app.v.a IS 'the view''s column'");
  const auto rest = [](const std::string& shards) {
    return "tables: { app.t: { distribute: { by: a, shards: " + shards + ", colocate_with: none } } }\n" +
           "grants: [ { to: placement_reader, privileges: [select], objects: { tables: app.v } } ]\n";
  };
  converge(rest("4"));
  run("GRANT INSERT ON app.v TO PUBLIC");  // not the charter's
  const auto planned = plan(rest("8"));
  ASSERT_NE(planned, nullptr) << told();
  EXPECT_TRUE(planned->plan.summary.hazards.contains(Hazard::DataMovement));
  converge(rest("8"));
  EXPECT_EQ(value("select has_table_privilege('placement_reader', 'app.v', 'SELECT')"), "t");
  EXPECT_EQ(value("select relacl::text like '%=a/%' from pg_class where oid = 'app.v'::regclass"), "t");
  EXPECT_EQ(value("select obj_description('app.t'::regclass)"), "the 'table'");
  EXPECT_EQ(value("select col_description('app.t'::regclass, 2)"), "its column");
  EXPECT_EQ(value("select obj_description('app.v'::regclass)"), "its view");
  EXPECT_EQ(value("select col_description('app.v'::regclass, 1)"), "the view's column");
}

TEST_P(CitusPlacementTest, NorDoesWhatIsMadeAnewWithIt) {
  // The other tables of its group, partitions, views of all of them, and privileges on columns of those.
  run("CREATE TABLE app.h (k int); CREATE TABLE app.f (k int); CREATE VIEW app.fv AS SELECT k FROM app.f; "
      "CREATE TABLE app.p (k int, at int) PARTITION BY LIST (at); CREATE TABLE app.p_1 PARTITION OF app.p FOR VALUES IN (1); "
      "CREATE VIEW app.pv AS SELECT k FROM app.p_1; CREATE VIEW app.pw AS SELECT k FROM app.pv; "
      "COMMENT ON TABLE app.f IS 'f'; COMMENT ON VIEW app.fv IS 'fv'; COMMENT ON TABLE app.p_1 IS 'p_1'; COMMENT ON VIEW app.pw IS 'pw'");
  const auto rest = [](const std::string& shards) {
    return "tables: { app.h: { distribute: { by: k, shards: " + shards + ", colocate_with: none } }, " +
           "app.f: { distribute: { by: k, colocate_with: app.h } }, " + "app.p: { distribute: { by: k, shards: " + shards +
           ", colocate_with: none } } }\n" +
           "grants: [ { to: placement_reader, privileges: [select], objects: { tables: [app.fv, app.pw] } }, " +
           "{ to: placement_reader, privileges: [select], objects: { tables: app.pv }, columns: [k] } ]\n";
  };
  converge(rest("4"));
  run("GRANT INSERT ON app.fv TO PUBLIC");  // not the charter's
  converge(rest("8"));
  EXPECT_EQ(value("select has_table_privilege('placement_reader', 'app.fv', 'SELECT')"), "t");
  EXPECT_EQ(value("select relacl::text like '%=a/%' from pg_class where oid = 'app.fv'::regclass"), "t");
  EXPECT_EQ(value("select has_column_privilege('placement_reader', 'app.pv', 'k', 'SELECT')"), "t");
  EXPECT_EQ(value("select has_table_privilege('placement_reader', 'app.pw', 'SELECT')"), "t");
  EXPECT_EQ(value("select string_agg(obj_description(t::regclass), ' ' order by n) from "
                  "unnest(array['app.f', 'app.fv', 'app.p_1', 'app.pw']) with ordinality as l (t, n)"),
            "f fv p_1 pw");
}

TEST_P(CitusPlacementTest, AGroupOfItsOwnMovesNothing) {
  run("CREATE TABLE app.a (k int); CREATE TABLE app.b (k int); CREATE VIEW app.bv AS SELECT k FROM app.b");
  converge(
      "tables: { app.a: { distribute: { by: k, shards: 4, colocate_with: none } }, "
      "app.b: { distribute: { by: k, colocate_with: app.a } } }\n");
  run("GRANT INSERT ON app.bv TO PUBLIC");
  const std::string apart =
      "tables: { app.a: { distribute: { by: k, shards: 4, colocate_with: none } }, app.b: { distribute: { by: k, colocate_with: none } } "
      "}\n";
  const auto planned = plan(apart);
  ASSERT_NE(planned, nullptr) << told();
  EXPECT_EQ(sql(*planned).size(), 1U);
  EXPECT_FALSE(planned->plan.summary.hazards.contains(Hazard::DataMovement));
  converge(apart);
  EXPECT_EQ(value("select relacl::text like '%=a/%' from pg_class where oid = 'app.bv'::regclass"), "t");
}

TEST_P(CitusPlacementTest, IsRefusedBeforehand) {
  run("CREATE TABLE app.keyed (id int PRIMARY KEY, k int); CREATE TABLE app.part (k int) PARTITION BY LIST (k); "
      "CREATE TABLE app.part_1 PARTITION OF app.part FOR VALUES IN (1); CREATE VIEW app.v AS SELECT 1 AS k; "
      "CREATE TABLE app.parent (k int PRIMARY KEY); CREATE TABLE app.child (k int REFERENCES app.parent); "
      "CREATE TABLE app.gen (k int, g int GENERATED ALWAYS AS (k + 1) STORED); CREATE TABLE app.words (k text); "
      "CREATE TABLE app.numbers (k int); CREATE TABLE app.triggered (k int)");
  run("CREATE FUNCTION app.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
      "CREATE TRIGGER t AFTER INSERT ON app.triggered EXECUTE FUNCTION app.nothing()");
  const auto by = [](const std::string& table, const std::string& column) {
    return "tables: { app." + table + ": { distribute: { by: " + column + ", colocate_with: none } } }\n";
  };
  refused(by("keyed", "k"), "unique key \"keyed_pkey\" (id) does not hold the column");
  refused(by("keyed", "nothing"), "has no column \"nothing\"");
  refused(by("part_1", "k"), "partition of another table");
  refused(by("v", "k"), "ordinary and partitioned tables only");
  refused(by("child", "k"), "must be a reference table, or distributed with it");
  refused(by("gen", "g"), "is generated");
  refused(by("triggered", "k"), "with triggers (t)");
  refused(
      "tables: { app.words: { distribute: { by: k, colocate_with: app.numbers } }, "
      "app.numbers: { distribute: { by: k, colocate_with: none } } }\n",
      "distributed by text and integer");
  refused("tables: { app.words: { distribute: { by: k, colocate_with: app.numbers } } }\n", "which is not distributed");
  // With its parent it can be.
  converge("tables: { app.parent: { distribute: reference }, app.child: { distribute: { by: k, colocate_with: none } } }\n");
}

TEST_P(CitusPlacementTest, IdentityColumnsStayWhereTheyAre) {
  const auto table = [](const std::string& shards) {
    return "tables: { app.t: { columns: { id: { type: bigint, identity: always } }, primary_key: [id], distribute: { by: id, shards: " +
           shards + ", colocate_with: none } } }\n";
  };
  converge(table("4"));
  EXPECT_EQ(placed("app.t"), "hs:id 4");
  refused(table("8"), "identity column");
}

TEST_P(CitusPlacementTest, ConcurrentlyComesAfterTheTransaction) {
  run("CREATE TABLE app.t (k int PRIMARY KEY); INSERT INTO app.t SELECT generate_series(1, 50)");
  const std::string tables =
      "tables: { app.t: { distribute: { by: k, shards: 4, colocate_with: none, concurrently: true } } }\n"
      "grants: [ { to: placement_reader, privileges: [select], objects: { tables: app.t } } ]\n";
  if (GetParam()) {
    run("CREATE TABLE app.probe (k int)");
    try {
      run("SELECT pg_catalog.create_distributed_table_concurrently('app.probe', 'k', colocate_with => 'none', shard_count => 2)");
    } catch (const Error& error) {
      GTEST_SKIP() << "this build of Citus can't do it: " << error.what();
    }
  }
  const auto planned = plan(tables);
  ASSERT_NE(planned, nullptr) << told();
  EXPECT_FALSE(planned->script.statements.back().transactional);
  converge(tables);
  EXPECT_EQ(placed("app.t"), "hs:k 4");
}

TEST_P(CitusPlacementTest, ASchemaIsDistributedAndGathered) {
  if (!GetParam()) GTEST_SKIP() << "the stand-in does not follow tables of distributed schemas";
  converge("tables: { app.t: { columns: { k: int } } }\n");
  const auto schema = [](const std::string& distribute) {
    return "charter: 1\nname: placement\nschemas: { app: { distribute: " + distribute + " } }\n";
  };
  for (const std::string distribute : {"true", "false"}) {
    CharterSources sources;
    sources.documents.push_back({"schema.yaml", "", schema(distribute)});
    Diagnostics found;
    const auto loaded = load_charter(sources, found);
    ASSERT_TRUE(loaded);
    const Connector connector = [this](const std::optional<std::string>&) { return cluster_->open(0); };
    const auto planned = make_planned(*loaded, connector, options(), found);
    ASSERT_NE(planned, nullptr);
    EXPECT_EQ(planned->script.statements.size(), 1U);
    ApplyObserver nobody;
    apply_planned(*planned, connector, options(), nobody);
    EXPECT_EQ(value("select count(*) from pg_dist_schema"), distribute == "true" ? "1" : "0");
  }
}

INSTANTIATE_TEST_SUITE_P(, CitusPlacementTest, ::testing::Values(false, true),
                         [](const auto& param_info) { return param_info.param ? "Real" : "StandIn"; });

}  // namespace
}  // namespace pgcharter::testing
