// What is read of tables, routines, Citus and TimescaleDB, from scripted answers: servers with these extensions are rare.
#include <algorithm>

#include <gmock/gmock.h>

#include "pgcharter/catalog.h"

#include "catalog/queries.h"
#include "catalog/read_structure.h"
#include "support/scripted_connection.h"

namespace pgcharter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::ScriptedConnection;

class StructureRead : public ::testing::Test {
 protected:
  ScriptedConnection connection;
  ReadScope scope;
  DatabaseState database;

  void install(const std::string& name, const std::string& version) {
    database.extensions.push_back({.name = name, .schema = "public", .version = version});
  }

  const DatabaseState& read() {
    read_structure(connection, scope, database);
    return database;
  }
};

TEST_F(StructureRead, AsksNothingWhereNothingIsNamed) {
  install("timescaledb", "2.19.3");
  read();
  EXPECT_THAT(connection.asked, IsEmpty());
  EXPECT_FALSE(database.citus);
  EXPECT_FALSE(database.timescale);
}

TEST_F(StructureRead, TablesThatAreNotThereCostOneQuery) {
  scope.table_schemas = {"s"};
  scope.table_names = {"t"};
  connection.answer("tables", {});
  read();
  ASSERT_EQ(connection.asked.size(), 1U);
  EXPECT_THAT(connection.asked[0].parameters, ElementsAre("{\"s\"}", "{\"t\"}"));
}

TEST_F(StructureRead, TellsHowCitusKeepsEachTable) {
  install("citus", "13.2-1");
  connection.answer("citus_node", {{"0", "t"}});
  connection.answer("citus_nodes", {{"1", "0", "10.0.0.4", "5432", "t"}, {"2", "1", "10.0.0.5", "5432", "f"}});
  connection.answer("citus_schemas", {{"tenant_b", "9"}, {"tenant_a", "8"}});
  connection.answer("citus_tables", {{"s", "hash", "h", "s", "3", "id", "32", "f"},
                                     {"s", "reference", "n", "t", "4", {}, "1", "f"},
                                     {"tenant_a", "t", "n", "s", "8", {}, "1", "f"},
                                     {"s", "single", "n", "s", "10", {}, "1", "f"},
                                     {"s", "local", "n", "s", "0", {}, "1", "t"},
                                     {"s", "legacy", "a", "c", "0", "id", "4", "f"}});
  const CitusState& citus = *read().citus;
  EXPECT_EQ(citus.version, "13.2-1");
  EXPECT_EQ(citus.group, 0);
  EXPECT_EQ(citus.nodes[1].text(), "10.0.0.5:5432");
  EXPECT_FALSE(citus.nodes[1].active);
  EXPECT_THAT(citus.schemas, ElementsAre("tenant_a", "tenant_b"));
  EXPECT_EQ(citus.find("s", "hash")->distribution, Distribution::Hash);
  EXPECT_EQ(citus.find("s", "hash")->column, "id");
  EXPECT_EQ(citus.find("s", "hash")->shards, 32);
  EXPECT_EQ(citus.find("s", "reference")->distribution, Distribution::Reference);
  EXPECT_EQ(citus.find("tenant_a", "t")->distribution, Distribution::Schema);
  EXPECT_EQ(citus.find("s", "single")->distribution, Distribution::SingleShard);
  EXPECT_EQ(citus.find("s", "local")->distribution, Distribution::Local);
  EXPECT_TRUE(citus.find("s", "local")->automatic);
  EXPECT_EQ(citus.find("s", "legacy")->distribution, Distribution::Other);
  EXPECT_EQ(citus.find("s", "none"), nullptr);
}

TEST_F(StructureRead, AnOldCitusHasNoDistributedSchemas) {
  install("citus", "11.3-1");
  connection.answer("citus_node", {{"2", "f"}});
  connection.answer("citus_nodes", {});
  connection.answer("citus_tables", {});
  EXPECT_EQ(read().citus->group, 2);
  EXPECT_TRUE(std::ranges::none_of(connection.asked, [](const auto& asked) { return asked.name == "citus_schemas"; }));
}

TEST_F(StructureRead, TellsHypertablesTheirRetentionAndJobs) {
  install("timescaledb", "2.19.3");
  install("pg_cron", "1.6");
  scope.hypertables = true;
  connection.answer("timescaledb", {{"apache", "t"}});
  connection.answer("hypertables", {{"events", "readings", "ts", "1 day", "90 days"}, {"events", "logs", "n", "86400", {}}});
  connection.answer(
      "cron_jobs",
      {{"keep", "0 3 * * *", "SELECT 1;\nSELECT 2", "t"}, {"off", "0 3 * * *", "SELECT 1", "f"}, {"theirs", {}, "SELECT 1", "t"}});
  const TimescaleState& timescale = *read().timescale;
  EXPECT_EQ(timescale.license, "apache");
  EXPECT_EQ(timescale.find("events", "readings")->retention, "90 days");
  EXPECT_EQ(timescale.find("events", "logs")->interval, "86400");
  EXPECT_FALSE(timescale.find("events", "logs")->retention);
  EXPECT_TRUE(timescale.has_cron);
  EXPECT_EQ(timescale.cron_jobs.at("keep"), "0 3 * * *\nSELECT 1;\nSELECT 2");
  EXPECT_EQ(timescale.cron_jobs.at("off"), "(inactive) 0 3 * * *\nSELECT 1");
  EXPECT_EQ(timescale.cron_jobs.at("theirs"), "(of another role)\nSELECT 1");
}

TEST_F(StructureRead, JobsThatCanNotBeReadAreSaid) {
  install("timescaledb", "2.19.3");
  install("pg_cron", "1.6");
  scope.hypertables = true;
  connection.answer("timescaledb", {{"apache", "f"}});
  connection.answer("hypertables", {});
  EXPECT_FALSE(read().timescale->has_cron);
  EXPECT_EQ(database.coverage.at("job of pg_cron: not readable"), 1);
}

TEST(StructureQueries, NameCatalogsInFull) {
  for (const char* name : {"tables", "table_columns", "table_keys", "foreign_keys", "dependent_views", "routines", "citus_node",
                           "citus_nodes", "citus_schemas", "citus_tables", "hypertables", "timescaledb", "cron_jobs"}) {
    const std::string_view sql = find_query(name).sql;
    for (const char* locking : {"pg_total_relation_size", "pg_relation_size", "citus_total_relation_size", "from citus_tables"}) {
      EXPECT_EQ(sql.find(locking), std::string_view::npos) << name;
    }
    for (const std::string_view before : {" from ", " join "}) {
      for (std::size_t at = sql.find(before); at != std::string_view::npos; at = sql.find(before, at + 1)) {
        const std::string_view source = sql.substr(at + before.size());
        EXPECT_TRUE(!source.starts_with("pg_") || source.starts_with("pg_catalog.")) << name;
      }
    }
  }
}

}  // namespace
}  // namespace pgcharter
