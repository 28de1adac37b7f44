// tables: what is read, what PostgreSQL, Citus or TimescaleDB would refuse anyway, and that every mistake has its place.
#include <gmock/gmock.h>

#include "pgcharter/platform.h"

#include "manifest/sql_expression.h"
#include "manifest_fixture.h"

namespace pgcharter::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

ObjectName table(const std::string& schema, const std::string& name) {
  return {.kind = ObjectKind::Table, .schema = schema, .name = name, .args = {}};
}

const TableRule& find(const Loaded& loaded, const std::string& schema, const std::string& name) {
  return loaded.charter->databases[0].tables.at(table(schema, name));
}

/// The one finding of a table whose body is given.
std::string finding(const std::string& body) { return load("tables:\n  s.t: { " + body + " }\n").text(); }

TEST(ManifestTables, ReadsATableThatIsToBeMade) {
  const Loaded loaded = load(R"yaml(roles: { owner: {} }
tables:
  emergency.alerts:
    owner: owner
    columns:
      alert_id: { type: bigint, identity: always }
      area_id: { type: int, nullable: false }
      severity: { type: varchar(20), default: "'info'" }
      at: { type: "timestamptz(3)", default: now() }
      tags: text[]
    primary_key: [alert_id]
    distribute: { by: alert_id, shards: 32, colocate_with: none }
)yaml");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  const TableRule& t = find(loaded, "emergency", "alerts");
  EXPECT_EQ(t.owner, "owner");
  std::vector<ColumnDefinition> columns;
  for (const ColumnRule& column : t.columns) columns.push_back(column.definition);
  EXPECT_THAT(columns,
              ElementsAre(ColumnDefinition{.name = "alert_id", .type = "bigint", .nullable = false, .identity = IdentityColumn::Always},
                          ColumnDefinition{.name = "area_id", .type = "integer", .nullable = false},
                          ColumnDefinition{.name = "severity", .type = "character varying(20)", .default_expression = "'info'"},
                          ColumnDefinition{.name = "at", .type = "timestamp(3) with time zone", .default_expression = "now()"},
                          ColumnDefinition{.name = "tags", .type = "text[]"}));
  EXPECT_THAT(t.primary_key, ElementsAre("alert_id"));
  ASSERT_TRUE(t.distribute);
  EXPECT_EQ(t.distribute->distribution, Distribution::Hash);
  EXPECT_EQ(t.distribute->by, "alert_id");
  EXPECT_EQ(t.distribute->shards, 32);
  EXPECT_TRUE(t.distribute->alone);
  EXPECT_FALSE(t.distribute->colocate_with);
}

TEST(ManifestTables, ReadsEveryWayToKeepATable) {
  const Loaded loaded = load(R"yaml(tables:
  s.a: { distribute: reference }
  s.b: { distribute: single-shard }
  s.c: { distribute: local }
  s.d: { distribute: none }
  s.e: { distribute: { by: id, colocate_with: '"s.x".y', concurrently: true } }
  s.f: { distribute: { to: single-shard, colocate_with: s.b } }
  s.g: { hypertable: { by: ts, interval: 1 day, retention: 90 days } }
  s.h: { hypertable: { by: ts, retention: { older_than: 90 days, schedule: "0 3 * * *" } } }
  s.i: { ensure: absent }
  s.j: { hypertable: { by: n, interval: 86400 } }
)yaml");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  EXPECT_EQ(find(loaded, "s", "a").distribute->distribution, Distribution::Reference);
  EXPECT_EQ(find(loaded, "s", "b").distribute->distribution, Distribution::SingleShard);
  EXPECT_EQ(find(loaded, "s", "c").distribute->distribution, Distribution::Local);
  EXPECT_EQ(find(loaded, "s", "d").distribute->distribution, Distribution::None);
  EXPECT_EQ(find(loaded, "s", "e").distribute->colocate_with, table("s.x", "y"));
  EXPECT_TRUE(find(loaded, "s", "e").distribute->concurrently);
  EXPECT_EQ(find(loaded, "s", "f").distribute->distribution, Distribution::SingleShard);
  EXPECT_EQ(find(loaded, "s", "g").hypertable->retention, "90 days");
  EXPECT_FALSE(find(loaded, "s", "g").hypertable->schedule);
  EXPECT_EQ(find(loaded, "s", "h").hypertable->schedule, "0 3 * * *");
  EXPECT_EQ(find(loaded, "s", "i").ensure, Ensure::Absent);
  EXPECT_EQ(find(loaded, "s", "j").hypertable->interval, "86400");
}

TEST(ManifestTables, FillsInWhatPostgresqlDoesByItself) {
  const Loaded loaded = load(R"yaml(tables:
  s.t: { columns: { id: integer, ts: { type: timestamptz, default: null } }, primary_key: [id, ts], hypertable: { by: ts } }
)yaml");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  for (const ColumnRule& column : find(loaded, "s", "t").columns) {
    EXPECT_FALSE(column.definition.nullable) << column.definition.name;
    EXPECT_FALSE(column.definition.default_expression) << column.definition.name;
  }
}

TEST(ManifestTables, ReportsEveryMistakeOfATable) {
  const Loaded loaded = load(R"yaml(tables:
  s.t:
    columns:
      id: { nullable: false }
      a: integer not null
      b: serial
      c: { type: text, default: info }
      d: { type: text, identity: always }
      e: { type: int, identity: sometimes }
      f: { type: int, default: "1); drop table x; --" }
    primary_key: [idd, a, a]
    distribute: { by: x, shards: 0 }
)yaml");
  EXPECT_THAT(
      loaded.lines(),
      ElementsAre("m.yaml:6:7: missing-key: the column \"id\" has no \"type\"",
                  "m.yaml:7:10: bad-type: \"integer not null\" is no type | Write \"nullable: false\" beside the type.",
                  "m.yaml:8:10: bad-type: \"serial\" is no type but a shorthand, which the catalog does not keep | Write b: { type: "
                  "integer, identity: by_default }.",
                  "m.yaml:9:33: bad-expression: the default \"info\" is no SQL expression | A text stands in single quotes, inside of "
                  "those of YAML: \"'info'\".",
                  "m.yaml:10:34: invalid-combination: an identity column can't be of type text | Identity columns are smallint, integer "
                  "or bigint.",
                  HasSubstr("m.yaml:11:33: unknown-word"),
                  "m.yaml:12:32: bad-expression: the default is no single SQL expression: a bracket is closed that was not opened",
                  "m.yaml:13:18: invalid-combination: the primary key lacks the distribution column \"x\" | Citus keeps a primary key "
                  "unique inside of each shard only. Add the column to \"primary_key\".",
                  "m.yaml:13:19: unknown-column: the table \"s.t\" has no column \"idd\" | Did you mean \"id\"?",
                  "m.yaml:13:27: duplicate-key: the column \"a\" is in the primary key twice",
                  HasSubstr("m.yaml:14:23: unknown-column: the table \"s.t\" has no column \"x\""),
                  "m.yaml:14:34: out-of-range: \"shards\" must be between 1 and 64000, not 0"));
}

TEST(ManifestTables, RefusesWhatCitusAndTimescaleRefuse) {
  EXPECT_THAT(finding("distribute: { by: a, shards: 4, colocate_with: s.x }"), HasSubstr("\"shards\" can't stand beside a table"));
  EXPECT_THAT(finding("distribute: { to: reference, shards: 4 }"), HasSubstr("\"shards\" has no meaning for a table that is reference"));
  EXPECT_THAT(finding("distribute: { to: local, colocate_with: s.x }"), HasSubstr("\"colocate_with\" has no meaning"));
  EXPECT_THAT(finding("distribute: { shards: 4 }"), HasSubstr("\"distribute\" has no \"by\""));
  EXPECT_THAT(finding("distribute: { by: a, to: local }"), HasSubstr("can't stand together"));
  EXPECT_THAT(finding("distribute: refrence"), HasSubstr("Did you mean \"reference\"?"));
  EXPECT_THAT(finding("distribute: { by: a, colocate_with: s.t }"), HasSubstr("can't be kept with itself"));
  EXPECT_THAT(finding("distribute: reference, hypertable: { by: a }"), HasSubstr("both distributed by Citus and a hypertable"));
  EXPECT_THAT(finding("hypertable: { interval: 1 day }"), HasSubstr("\"hypertable\" has no \"by\""));
  EXPECT_THAT(finding("hypertable: { by: a, interval: fortnight }"), HasSubstr("must be a span of time"));
  EXPECT_THAT(finding("hypertable: { by: a, interval: -1 day }"), HasSubstr("must be a span of time"));
  EXPECT_THAT(finding("hypertable: { by: a, retention: { schedule: daily } }"),
              AllOf(HasSubstr("no \"older_than\""), HasSubstr("no schedule of pg_cron")));
  EXPECT_THAT(finding("columns: { a: int, b: int }, primary_key: a, hypertable: { by: b }"),
              HasSubstr("lacks the column of the hypertable"));
  EXPECT_THAT(finding("columns: { a: { type: int, nullable: true } }, primary_key: a"), HasSubstr("primary key is never null"));
  EXPECT_THAT(finding("columns: {}"), HasSubstr("names no column"));
  EXPECT_THAT(finding("ensure: absent, distribute: none"), HasSubstr("no meaning for an absent table"));
}

TEST(ManifestTables, ATableIsNamedByOneLiteralName) {
  EXPECT_THAT(load("tables: { \"s.*\": {} }\n").text(), HasSubstr("is a pattern"));
  EXPECT_THAT(load("tables: { t: {} }\n").text(), HasSubstr("has no schema"));
  EXPECT_THAT(load("tables: { .t: {} }\n").text(), HasSubstr("is empty"));
  EXPECT_THAT(load("tables: { pg_catalog.pg_class: {} }\n").text(), HasSubstr("belongs to the system"));
  EXPECT_THAT(load("tables:\n  s.t: {}\n  '\"s\".t': {}\n").text(), HasSubstr("is there twice | The first one is at m.yaml:4:3."));
  EXPECT_THAT(load("tables: { s.t: { owner: nobody_knows } }\n").text(), HasSubstr("undeclared-role"));
}

TEST(ManifestTables, HoldsTablesAgainstEachOtherAndTheirSchemas) {
  const Loaded loaded = load(R"yaml(schemas:
  gone: { ensure: absent }
  tenant: { distribute: true }
  public: { distribute: true }
tables:
  gone.t: {}
  gone.u: { ensure: absent }
  tenant.t: { distribute: reference }
  s.a: { columns: { id: bigint }, distribute: { by: id } }
  s.b: { columns: { id: int }, distribute: { by: id, colocate_with: s.a } }
  s.c: { columns: { id: int8 }, distribute: { by: id, colocate_with: s.a } }
  s.d: { distribute: { by: id, colocate_with: s.r } }
  s.e: { distribute: { by: id, colocate_with: gone.u } }
  s.f: { distribute: { by: id, colocate_with: s.g } }
  s.g: { distribute: { by: id, colocate_with: s.f } }
  s.r: { distribute: reference }
functions:
  gone.f(int): {}
)yaml");
  EXPECT_THAT(loaded.lines(),
              ElementsAre(HasSubstr("6:25: invalid-combination: the schema \"public\" can't be distributed"),
                          HasSubstr("8:3: contradiction: the table \"gone.t\" is in the schema \"gone\", which is declared absent"),
                          HasSubstr("10:27: invalid-combination: \"tenant.t\" is in the distributed schema \"tenant\""),
                          HasSubstr("12:44: invalid-combination: \"s.b\" can't be kept with \"s.a\": the distribution columns are integer "
                                    "and bigint"),
                          HasSubstr("14:22: invalid-combination: \"s.d\" can't be kept with \"s.r\", which is \"reference\""),
                          HasSubstr("15:22: contradiction"), HasSubstr("16:22: invalid-combination: \"s.f\" is kept with tables that are"),
                          HasSubstr("17:22: invalid-combination: \"s.g\" is kept with tables that are"),
                          HasSubstr("20:3: contradiction: the function \"gone.f\"")));
}

TEST(ManifestTables, AreMergedByKeyOverFiles) {
  const Loaded loaded = load_files({{"a.yaml", "charter: 1\nname: test\ntables: { s.a: { distribute: local } }\n"},
                                    {"b.yaml", "tables: { s.b: { distribute: none } }\n"}});
  ASSERT_TRUE(loaded.charter) << loaded.text();
  EXPECT_EQ(loaded.charter->databases[0].tables.size(), 2U);
}

TEST(ManifestTables, PlatformsRefuseWhatTheyCanNotKeep) {
  const auto findings = [](const std::string& text, std::string_view platform) {
    Loaded loaded = load(text);
    EXPECT_TRUE(loaded.charter) << loaded.text();
    loaded.diagnostics = {};
    check_platform(*loaded.charter, *find_platform(platform), {}, loaded.diagnostics);
    return loaded.lines();
  };
  const std::string distributed =
      "schemas: { t: { distribute: true } }\ntables: { s.a: { distribute: reference }, s.b: { distribute: none } }\n";
  EXPECT_THAT(findings(distributed, "azure-flexible-server"),
              ElementsAre(HasSubstr("m.yaml:3:12: platform: the schema \"t\" can't be distributed: a flexible server without elastic"),
                          HasSubstr("m.yaml:4:30: platform: the table \"s.a\" can't be distributed")));
  EXPECT_TRUE(findings(distributed, "azure-elastic-cluster").empty());
  const std::string hypertable = "tables: { s.a: { hypertable: { by: ts, retention: 90 days } } }\n";
  EXPECT_THAT(findings(hypertable, "azure-flexible-server"),
              ElementsAre(AllOf(HasSubstr("has the Apache edition"), HasSubstr("{ older_than: 90 days, schedule: \"0 3 * * *\" }"))));
  EXPECT_THAT(findings(hypertable, "azure-elastic-cluster"), ElementsAre(HasSubstr("an Elastic Cluster can't run TimescaleDB")));
  EXPECT_TRUE(findings("tables: { s.a: { hypertable: { by: ts, retention: { older_than: 90 days, schedule: \"0 3 * * *\" } } } }\n",
                       "azure-flexible-server")
                  .empty());
}

TEST(SqlExpression, EndsWhereItEnds) {
  for (const char* good : {"1", "'a;b--c/*'", "E'it\\'s; ok'", "now() + interval '1 day'", "$$;$$", "$q$ ) $$ ' $q$", "'{}'::jsonb",
                           "ARRAY[1, 2]", "nextval('s.q'::regclass)", "\"odd;name\"(1)", "'it''s'", "U&'\\0041'", "coalesce((1), 2)"}) {
    EXPECT_EQ(expression_problem(good), "") << good;
  }
  for (const char* bad : {"", " ", "1; 2", "1 -- x", "1 /* x", "'open", "\"open", "(1", "1)", "(1]", "1, x int", "$q$ open $$", "E'open\\'",
                          "$1", "1) , (2", "$"}) {
    EXPECT_NE(expression_problem(bad), "") << bad;
  }
  EXPECT_NE(expression_problem(std::string_view("a\0b", 3)), "");
  EXPECT_TRUE(is_bare_word("info"));
  EXPECT_FALSE(is_bare_word("CURRENT_TIMESTAMP"));
  EXPECT_FALSE(is_bare_word("42"));
  EXPECT_FALSE(is_bare_word("now()"));
}

}  // namespace
}  // namespace pgcharter::test
