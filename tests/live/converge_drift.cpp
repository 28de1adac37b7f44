// What somebody does by hand: the next plan names exactly that, and one apply heals it. One test per sort of change, all
// against the same charter, and one with everything at once.
#include "live/converge.h"

namespace pgcharter::testing {
namespace {

using Texts = std::vector<std::string>;

const std::string kDriftCharter = R"yaml(
charter: 1
name: drift
roles:
  drift_owner: {}
  drift_group: {}
  drift_reader: { login: true, connection_limit: 5, comment: reads, settings: { statement_timeout: 30s }, member_of: [drift_group] }
  drift_writer: {}
schemas:
  app: { owner: drift_owner }
ownership:
  - { owner: drift_owner, of: { tables: app.*, sequences: app.* } }
grants:
  - { to: [drift_reader, drift_writer], privileges: [usage], objects: { schemas: app } }
  - { to: drift_reader, privileges: [select], objects: { tables: app.* }, future: true }
  - { to: drift_writer, privileges: [select, insert], objects: { tables: app.orders } }
  - { to: drift_writer, privileges: [update], objects: { tables: app.orders }, columns: [note] }
  - { to: drift_writer, privileges: [usage], objects: { sequences: app.counter } }
  - { to: drift_writer, privileges: [execute], objects: { functions: "app.add(int, int)"
}
}
  - { to: drift_writer, privileges: [temporary], objects: { databases: DATABASE } }
)yaml";

class ConvergeDrift : public ConvergeTest {
 protected:
  void SetUp() override {
    ConvergeTest::SetUp();
    roles = {"drift_owner", "drift_group", "drift_reader", "drift_writer", "drift_stranger"};
    run("CREATE ROLE drift_stranger; CREATE SCHEMA app; CREATE TABLE app.orders (id integer, note text); CREATE VIEW app.summary AS "
        "SELECT 1 AS one;"
        "CREATE SEQUENCE app.counter; CREATE FUNCTION app.add(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT $1 + $2';");
    charter = kDriftCharter;
    charter.replace(charter.find("DATABASE"), 8, database_name);
    converge(charter);
  }

  /// Does it, and expects that the plan is `expected`, and that applying it converges.
  void expect_healed(const std::string& by_hand, const Texts& expected) {
    run(by_hand);
    EXPECT_EQ(plan_sql(charter), expected);
    converge(charter);
  }

  std::string charter;
};

TEST_F(ConvergeDrift, TheFirstPlanIsNotEmptyAndTheSecondIs) {
  EXPECT_TRUE(is_true("has_table_privilege('drift_reader', 'app.summary', 'SELECT')"));
  EXPECT_TRUE(is_true("not has_table_privilege('drift_reader', 'app.orders', 'INSERT')"));
  EXPECT_TRUE(is_true("has_column_privilege('drift_writer', 'app.orders', 'note', 'UPDATE')"));
  EXPECT_TRUE(is_true("pg_has_role('drift_reader', 'drift_group', 'USAGE')"));
  EXPECT_EQ(plan_sql(charter), Texts{});
}

TEST_F(ConvergeDrift, HealsAGrantOnATable) {
  expect_healed("GRANT DELETE ON app.orders TO drift_reader", {R"(REVOKE DELETE ON TABLE "app"."orders" FROM "drift_reader")"});
  EXPECT_TRUE(is_true("not has_table_privilege('drift_reader', 'app.orders', 'DELETE')"));
}

TEST_F(ConvergeDrift, HealsAGrantOfAGrantOption) {
  expect_healed("GRANT SELECT ON app.orders TO drift_reader WITH GRANT OPTION",
                {R"(REVOKE GRANT OPTION FOR SELECT ON TABLE "app"."orders" FROM "drift_reader")"});
  EXPECT_TRUE(is_true("has_table_privilege('drift_reader', 'app.orders', 'SELECT')"));
}

TEST_F(ConvergeDrift, HealsARevoke) {
  expect_healed("REVOKE SELECT ON app.summary FROM drift_reader", {R"(GRANT SELECT ON TABLE "app"."summary" TO "drift_reader")"});
  expect_healed("REVOKE USAGE ON SCHEMA app FROM drift_writer", {R"(GRANT USAGE ON SCHEMA "app" TO "drift_writer")"});
  expect_healed("REVOKE USAGE ON SEQUENCE app.counter FROM drift_writer", {R"(GRANT USAGE ON SEQUENCE "app"."counter" TO "drift_writer")"});
  expect_healed("REVOKE EXECUTE ON FUNCTION app.add FROM drift_writer",
                {R"(GRANT EXECUTE ON ROUTINE "app"."add"(integer, integer) TO "drift_writer")"});
}

TEST_F(ConvergeDrift, HealsColumns) {
  expect_healed("GRANT UPDATE (id) ON app.orders TO drift_writer", {R"(REVOKE UPDATE ("id") ON TABLE "app"."orders" FROM "drift_writer")"});
  expect_healed("REVOKE UPDATE (note) ON app.orders FROM drift_writer",
                {R"(GRANT UPDATE ("note") ON TABLE "app"."orders" TO "drift_writer")"});
  EXPECT_TRUE(is_true("has_column_privilege('drift_writer', 'app.orders', 'note', 'UPDATE')"));
}

TEST_F(ConvergeDrift, HealsATableGrantOverAColumnGrant) {
  run("GRANT UPDATE ON app.orders TO drift_writer");
  const Texts sql = plan_sql(charter);
  ASSERT_FALSE(sql.empty());
  EXPECT_EQ(sql.front(), R"(REVOKE UPDATE ON TABLE "app"."orders" FROM "drift_writer")");
  converge(charter);
  EXPECT_TRUE(is_true("has_column_privilege('drift_writer', 'app.orders', 'note', 'UPDATE')"));
  EXPECT_TRUE(is_true("not has_column_privilege('drift_writer', 'app.orders', 'id', 'UPDATE')"));
}

TEST_F(ConvergeDrift, HealsRoleAttributes) {
  expect_healed("ALTER ROLE drift_reader CREATEDB CONNECTION LIMIT 7", {R"(ALTER ROLE "drift_reader" NOCREATEDB CONNECTION LIMIT 5)"});
  expect_healed("ALTER ROLE drift_reader NOLOGIN", {R"(ALTER ROLE "drift_reader" LOGIN)"});
}

TEST_F(ConvergeDrift, HealsSettingsAndComments) {
  expect_healed("ALTER ROLE drift_reader SET statement_timeout = '1min'",
                {R"(ALTER ROLE "drift_reader" SET "statement_timeout" TO '30s')"});
  expect_healed("COMMENT ON ROLE drift_reader IS 'writes'", {R"(COMMENT ON ROLE "drift_reader" IS 'reads')"});
  run("ALTER ROLE drift_reader SET work_mem = '5MB'");
  EXPECT_EQ(plan_sql(charter), Texts{}) << "a setting that is not written is not ours";
}

TEST_F(ConvergeDrift, HealsMemberships) {
  expect_healed("GRANT drift_group TO drift_writer", {R"(REVOKE "drift_group" FROM "drift_writer")"});
  const std::string options = connection->server().major() >= 16 ? " WITH INHERIT TRUE" : "";
  expect_healed("REVOKE drift_group FROM drift_reader", {R"(GRANT "drift_group" TO "drift_reader")" + options});
  expect_healed("GRANT drift_group TO drift_reader WITH ADMIN OPTION", {R"(REVOKE ADMIN OPTION FOR "drift_group" FROM "drift_reader")"});
  run("GRANT drift_group TO drift_stranger");
  EXPECT_EQ(plan_sql(charter), Texts{}) << "an undeclared member is not ours";
}

TEST_F(ConvergeDrift, HealsDefaultPrivileges) {
  expect_healed("ALTER DEFAULT PRIVILEGES FOR ROLE drift_owner IN SCHEMA app GRANT INSERT ON TABLES TO drift_reader",
                {R"(ALTER DEFAULT PRIVILEGES FOR ROLE "drift_owner" IN SCHEMA "app" REVOKE INSERT ON TABLES FROM "drift_reader")"});
  expect_healed("ALTER DEFAULT PRIVILEGES FOR ROLE drift_owner IN SCHEMA app REVOKE SELECT ON TABLES FROM drift_reader",
                {R"(ALTER DEFAULT PRIVILEGES FOR ROLE "drift_owner" IN SCHEMA "app" GRANT SELECT ON TABLES TO "drift_reader")"});
  run("SET ROLE drift_owner; CREATE TABLE app.later (a integer); RESET ROLE");
  EXPECT_EQ(plan_sql(charter), Texts{}) << "what the default privileges give is what the charter says";
}

TEST_F(ConvergeDrift, HealsAnOwner) {
  expect_healed("ALTER TABLE app.orders OWNER TO drift_stranger", {R"(ALTER TABLE "app"."orders" OWNER TO "drift_owner")"});
  run("CREATE TABLE app.fresh (a integer)");
  converge(charter);
  EXPECT_EQ(column("select pg_get_userbyid(relowner) from pg_class where oid = 'app.fresh'::regclass"), Texts{"drift_owner"});
  EXPECT_TRUE(is_true("has_table_privilege('drift_reader', 'app.fresh', 'SELECT')"));
}

TEST_F(ConvergeDrift, KeepsTheAccessThatAnotherGrantorGave) {
  run("GRANT SELECT ON app.orders TO drift_reader WITH GRANT OPTION; SET ROLE drift_reader;"
      "GRANT SELECT ON app.orders TO drift_stranger; GRANT SELECT ON app.orders TO drift_writer; RESET ROLE");
  converge(charter);
  EXPECT_TRUE(is_true("has_table_privilege('drift_stranger', 'app.orders', 'SELECT')"));
  EXPECT_TRUE(is_true("has_table_privilege('drift_writer', 'app.orders', 'SELECT')"));
  EXPECT_TRUE(is_true("not has_table_privilege('drift_reader', 'app.orders', 'SELECT WITH GRANT OPTION')"));
}

// REVOKE … CASCADE spares what the grantor granted as long as it has the grant option through a membership (aclmask() in
// recursive_revoke(), src/backend/utils/adt/acl.c). Here it has it from the very grantee.
TEST_F(ConvergeDrift, TakesAwayWhatARoleGrantedToItsOwnGroup) {
  run("GRANT drift_group TO drift_reader; GRANT DELETE ON app.orders TO drift_reader WITH GRANT OPTION; SET ROLE drift_reader;"
      "GRANT DELETE ON app.orders TO drift_group WITH GRANT OPTION; RESET ROLE");
  converge(charter);
  EXPECT_TRUE(is_true("not has_table_privilege('drift_reader', 'app.orders', 'DELETE')"));
  EXPECT_TRUE(is_true("not has_table_privilege('drift_group', 'app.orders', 'DELETE')"));
}

TEST_F(ConvergeDrift, HealsEverythingAtOnce) {
  run("GRANT ALL ON ALL TABLES IN SCHEMA app TO drift_reader; REVOKE ALL ON SCHEMA app FROM drift_writer; ALTER ROLE drift_writer "
      "SUPERUSER;"
      "GRANT drift_owner TO drift_reader; REVOKE drift_group FROM drift_reader; ALTER SCHEMA app OWNER TO drift_stranger;"
      "ALTER DEFAULT PRIVILEGES FOR ROLE drift_owner GRANT ALL ON TABLES TO drift_stranger;"
      "ALTER DEFAULT PRIVILEGES FOR ROLE drift_owner IN SCHEMA app GRANT ALL ON TABLES TO drift_writer;");
  const Texts sql = plan_sql(charter);
  EXPECT_GE(sql.size(), 6U);
  converge(charter);
  EXPECT_TRUE(is_true("not has_table_privilege('drift_reader', 'app.orders', 'UPDATE')"));
  EXPECT_TRUE(is_true("has_schema_privilege('drift_writer', 'app', 'USAGE')"));
}

}  // namespace
}  // namespace pgcharter::testing
