// Tables and functions that a charter declares: made with their columns and owners, kept, refused where they differ, dropped.
#include <algorithm>

#include "live/converge.h"

namespace pgcharter::testing {
namespace {

class TablesTest : public ConvergeTest {
 protected:
  void SetUp() override {
    ConvergeTest::SetUp();
    roles = {"tables_owner", "tables_reader", "tables_caller"};
  }

  static std::string charter(const std::string& rest) {
    return R"Y(
charter: 1
name: tables
roles: { tables_owner: {}, tables_reader: {}, tables_caller: {} }
schemas: { app: { owner: tables_owner } }
)Y" + rest;
  }

  std::vector<std::string> errors(const std::string& manifest) {
    CharterSources sources;
    sources.documents.push_back({"test.yaml", "", manifest});
    Diagnostics diagnostics;
    const auto loaded = load_charter(sources, diagnostics);
    const Connector open = [this](const std::optional<std::string>& database) { return server.open(database.value_or(database_name)); };
    if (loaded) make_planned(*loaded, open, {}, diagnostics);
    std::vector<std::string> result;
    for (const Diagnostic& d : diagnostics.all()) {
      if (d.severity == Severity::Error) result.push_back(d.code + ": " + d.message);
    }
    return result;
  }
};

const char* const kOrders = R"Y(
tables:
  app.orders:
    owner: tables_owner
    columns:
      id: { type: bigint, identity: always }
      'a "b"': { type: "varchar(20)", default: "'it''s; --'", nullable: false }
      at: { type: timestamptz, default: "now()" }
      n: numeric(10,2)
    primary_key: [id, n]
)Y";

TEST_F(TablesTest, AreMadeWithColumnsKeyAndOwner) {
  const std::string manifest = charter(std::string(kOrders) + R"Y(
grants:
  - { to: tables_reader, privileges: [usage], objects: { schemas: app } }
  - { to: tables_reader, privileges: [select], objects: { tables: app.* } }
  - { to: tables_reader, privileges: [update], objects: { tables: app.orders }, columns: [at] }
  - { to: tables_reader, privileges: [usage], objects: { sequences: app.* } }
)Y");
  const std::vector<std::string> sql = plan_sql(manifest);
  ASSERT_FALSE(sql.empty());
  converge(manifest);
  EXPECT_TRUE(is_true("pg_get_userbyid(relowner) = 'tables_owner' from pg_class where oid = 'app.orders'::regclass"));
  EXPECT_TRUE(is_true("pg_get_userbyid(relowner) = 'tables_owner' from pg_class where oid = 'app.orders_id_seq'::regclass"));
  EXPECT_TRUE(is_true("attidentity = 'a' and attnotnull from pg_attribute where attrelid = 'app.orders'::regclass and attname = 'id'"));
  EXPECT_TRUE(is_true("has_sequence_privilege('tables_reader', 'app.orders_id_seq', 'USAGE')"));
  EXPECT_TRUE(
      is_true("has_column_privilege('tables_reader', 'app.orders', 'at', 'UPDATE') and not "
              "has_column_privilege('tables_reader', 'app.orders', 'n', 'UPDATE')"));
  EXPECT_EQ(column("select conkey::text from pg_constraint where conrelid = 'app.orders'::regclass and contype = 'p'"),
            std::vector<std::string>{"{1,4}"});
}

TEST_F(TablesTest, TheWholePlanIsShownBeforehand) {
  // Nothing is found only while applying: what the plan says is what the apply does.
  const std::string manifest = charter(std::string(kOrders) + R"Y(
grants: [ { to: tables_reader, privileges: [usage, select], objects: { sequences: app.* } } ]
)Y");
  const std::vector<std::string> sql = plan_sql(manifest);
  const auto grants_on_sequence = [](const std::string& text) {
    return text.starts_with("GRANT") && text.find("orders_id_seq") != std::string::npos;
  };
  EXPECT_EQ(std::ranges::count_if(sql, grants_on_sequence), 1) << ::testing::PrintToString(sql);
  converge(manifest);
}

TEST_F(TablesTest, DefaultPrivilegesOfTheExecutorAreSeen) {
  connection->execute("CREATE ROLE tables_reader; ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO tables_reader");
  const std::string manifest = charter(std::string(kOrders));
  converge(manifest);
  // The role is the charter's, and the charter gives it nothing.
  EXPECT_TRUE(is_true("not has_table_privilege('tables_reader', 'app.orders', 'INSERT')"));
  connection->execute("ALTER DEFAULT PRIVILEGES REVOKE INSERT ON TABLES FROM tables_reader");
}

TEST_F(TablesTest, ThatDifferAreRefusedByName) {
  connection->execute("CREATE ROLE tables_owner; CREATE SCHEMA app; CREATE TABLE app.orders (id bigint, extra text, at date)");
  const auto told = errors(charter(kOrders));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("table-differs"), std::string::npos) << told[0];
  for (const char* part : {"identity", "\"extra\" is not in the charter", "\"at\" is date", "primary key"}) {
    EXPECT_NE(told[0].find(part), std::string::npos) << part << " in " << told[0];
  }
}

TEST_F(TablesTest, WithoutColumnsMustExist) {
  connection->execute("CREATE SCHEMA app");
  const auto told = errors(charter("tables: { app.missing: { owner: tables_owner } }\n"));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("missing-object"), std::string::npos) << told[0];
}

TEST_F(TablesTest, OwnersOfTheirOwnEntriesBeatBulkRules) {
  connection->execute("CREATE SCHEMA app; CREATE TABLE app.a (); CREATE TABLE app.b (); CREATE VIEW app.v AS SELECT 1 AS x");
  converge(charter(R"Y(
tables: { app.a: { owner: tables_reader }, app.v: { owner: tables_reader } }
ownership: [ { owner: tables_owner, of: { tables: app.* } } ]
)Y"));
  EXPECT_EQ(column("select relname || ' ' || pg_get_userbyid(relowner) from pg_class where relnamespace = 'app'::regnamespace order by 1"),
            (std::vector<std::string>{"a tables_reader", "b tables_owner", "v tables_reader"}));
}

TEST_F(TablesTest, AbsentOnesAreDropped) {
  connection->execute(
      "CREATE SCHEMA app; CREATE TABLE app.old (); CREATE VIEW app.v AS SELECT 1 AS x; CREATE FUNCTION app.f(int) RETURNS int "
      "LANGUAGE sql AS 'select 1'; CREATE FUNCTION app.f(text) RETURNS int LANGUAGE sql AS 'select 2'");
  converge(charter(R"Y(
tables: { app.old: { ensure: absent }, app.v: { ensure: absent }, app.never: { ensure: absent } }
functions: { "app.f(integer)": { ensure: absent } }
)Y"));
  EXPECT_TRUE(is_true("to_regclass('app.old') is null and to_regclass('app.v') is null"));
  EXPECT_TRUE(is_true("to_regprocedure('app.f(int)') is null and to_regprocedure('app.f(text)') is not null"));
}

const char* const kWithdraw = R"Y(
functions:
  "app.withdraw(bigint, text)":
    owner: tables_owner
    returns: bigint
    language: plpgsql
    security: definer
    settings: { search_path: "pg_catalog, pg_temp", work_mem: 8MB }
    body: |
      BEGIN
        -- a $body$ in a comment
        RETURN $1;
      END;
)Y";

TEST_F(TablesTest, FunctionsAreMadeKeptAndClosedToPublic) {
  const std::string manifest = charter(std::string(kWithdraw) + R"Y(
grants: [ { to: tables_caller, privileges: [execute], objects: { functions: "app.withdraw(bigint, text)" } } ]
)Y");
  converge(manifest);
  const std::string function = "'app.withdraw(bigint, text)'";
  EXPECT_TRUE(is_true("prosecdef and pg_get_userbyid(proowner) = 'tables_owner' from pg_proc where oid = " + function + "::regprocedure"));
  EXPECT_TRUE(is_true("has_function_privilege('tables_caller', " + function + ", 'EXECUTE')"));
  EXPECT_TRUE(is_true("not has_function_privilege('tables_reader', " + function + ", 'EXECUTE')"));

  connection->execute("ALTER FUNCTION app.withdraw(bigint, text) SECURITY INVOKER RESET search_path");
  connection->execute("GRANT EXECUTE ON FUNCTION app.withdraw(bigint, text) TO PUBLIC");
  EXPECT_EQ(plan_sql(manifest).size(), 2U);
  converge(manifest);
  EXPECT_TRUE(is_true("prosecdef and array_length(proconfig, 1) = 2 from pg_proc where oid = " + function + "::regprocedure"));
  EXPECT_TRUE(is_true("not has_function_privilege('tables_reader', " + function + ", 'EXECUTE')"));
}

TEST_F(TablesTest, AFunctionThatAnswersAnotherTypeIsRefused) {
  connection->execute("CREATE SCHEMA app; CREATE FUNCTION app.withdraw(bigint, text) RETURNS text LANGUAGE sql AS 'select null::text'");
  const auto told = errors(charter(kWithdraw));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("function-differs"), std::string::npos) << told[0];
}

TEST_F(TablesTest, ArgumentsKeepTheirNamesAndDefaults) {
  connection->execute(
      "CREATE SCHEMA app; CREATE FUNCTION app.withdraw(first bigint, second text DEFAULT 'x') RETURNS bigint LANGUAGE plpgsql STABLE "
      "STRICT COST 7 PARALLEL SAFE LEAKPROOF "
      "AS 'BEGIN RETURN first; END'");
  converge(charter(kWithdraw));
  EXPECT_EQ(column("select pg_get_function_arguments('app.withdraw(bigint, text)'::regprocedure)"),
            std::vector<std::string>{"first bigint, second text DEFAULT 'x'::text"});
  EXPECT_TRUE(is_true("proisstrict and procost = 7 and proparallel = 's' and proleakproof from pg_proc where proname = 'withdraw'"));
  EXPECT_TRUE(is_true("provolatile = 'v' from pg_proc where proname = 'withdraw'")) << "what the charter leaves out has its default";
}

TEST_F(TablesTest, ABodySaysHowItRuns) {
  const std::string manifest = charter(R"Y(
functions:
  "app.f(integer)": { returns: integer, language: sql, body: "select $1", settings: { search_path: pg_catalog } }
)Y");
  converge(manifest);
  connection->execute("ALTER FUNCTION app.f(int) SECURITY DEFINER IMMUTABLE SET role TO postgres SET work_mem TO '1GB'");
  EXPECT_FALSE(plan_sql(manifest).empty());
  converge(manifest);
  EXPECT_TRUE(is_true("not prosecdef and provolatile = 'v' and proconfig = '{search_path=pg_catalog}' from pg_proc where proname = 'f'"));
}

TEST_F(TablesTest, SettingsOfAFunctionNeedNoBody) {
  connection->execute("CREATE SCHEMA app; CREATE FUNCTION app.f() RETURNS int LANGUAGE internal AS 'pg_backend_pid' SET work_mem TO '1MB'");
  converge(charter(R"Y(functions: { "app.f()": { settings: { search_path: "app, pg_temp" } } })Y"));
  EXPECT_TRUE(is_true("proconfig = '{\"search_path=app, pg_temp\"}' and prosrc = 'pg_backend_pid' from pg_proc where proname = 'f'"));
}

TEST_F(TablesTest, FunctionsThatCallEachOtherAreMadeInTheirOrder) {
  converge(charter(R"Y(
functions:
  "app.a()": { returns: integer, language: sql, body: "select app.b() + app.c()" }
  "app.b()": { returns: integer, language: sql, body: "select app.c()" }
  "app.c()": { returns: integer, language: sql, body: "select 1" }
)Y"));
  EXPECT_TRUE(is_true("app.a() = 2"));
}

TEST_F(TablesTest, AnExceptionFromAGrantToPublicStaysClosed) {
  converge(charter(R"Y(
functions:
  "app.open()": { returns: integer, language: sql, security: definer, body: "select 1" }
  "app.closed()": { returns: integer, language: sql, security: definer, body: "select 1" }
grants:
  - { to: public, privileges: [execute], objects: { functions: "app.*" }, except: { functions: "app.closed()" } }
)Y"));
  EXPECT_TRUE(is_true("has_function_privilege('tables_reader', 'app.open()', 'EXECUTE')"));
  EXPECT_TRUE(is_true("not has_function_privilege('tables_reader', 'app.closed()', 'EXECUTE')"));
}

TEST_F(TablesTest, AProcedureIsNoFunction) {
  connection->execute(
      "CREATE SCHEMA app; CREATE FUNCTION app.f() RETURNS void LANGUAGE sql AS ''; "
      "CREATE AGGREGATE app.agg(int) (SFUNC = int4pl, STYPE = int)");
  const auto told = errors(charter(R"Y(
functions:
  "app.f()": { language: sql, body: "select 1" }
  "app.agg(integer)": { returns: integer, language: sql, body: "select 1" }
)Y"));
  ASSERT_EQ(told.size(), 2U);
  EXPECT_NE(told[0].find("is an aggregate, the charter declares a function"), std::string::npos) << told[0];
  EXPECT_NE(told[1].find("is a function, the charter declares a procedure"), std::string::npos) << told[1];
}

TEST_F(TablesTest, AKeyAloneIsHeldAgainstTheTable) {
  connection->execute("CREATE SCHEMA app; CREATE TABLE app.t (a int PRIMARY KEY, b int)");
  EXPECT_TRUE(errors(charter("tables: { app.t: { primary_key: [a] } }\n")).empty());
  const auto told = errors(charter("tables: { app.t: { primary_key: [b] } }\n"));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("its primary key is (a), the charter says (b)"), std::string::npos) << told[0];
}

}  // namespace
}  // namespace pgcharter::testing
