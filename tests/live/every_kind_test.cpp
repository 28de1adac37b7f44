// One database that holds everything with privileges: every kind, members of extensions, partitions, names of 63 bytes, overloads, PUBLIC
// revoked and granted, several grantors. Its charter converges in one apply, and then means zero statements, also after other grantors
// have granted once more what is there. What everybody may do is asked from PostgreSQL.
#include <functional>

#include "live/converge.h"

namespace pgcharter::testing {
namespace {

std::string filled(std::string name) {
  while (name.size() + 2 <= 63) name += "\xC3\xA9";
  return name.size() < 63 ? name + "z" : name;
}

class EveryKind : public ConvergeTest {
 protected:
  void SetUp() override {
    ConvergeTest::SetUp();
    roles = {"ek_owner", "ek_admin", "ek_reader", longest_};
    run("SET allow_in_place_tablespaces = on");
    run("CREATE TABLESPACE ek_space LOCATION ''");
    for (const std::string& role : roles) run("CREATE ROLE " + ident(role));
    run(objects());
    run("CREATE EXTENSION pg_stat_statements SCHEMA public; CREATE EXTENSION file_fdw SCHEMA public");
  }

  void TearDown() override {
    connection.reset();
    const auto admin = server.open();
    admin->execute("DROP DATABASE " + ident(database_name) + " WITH (FORCE)");
    admin->execute("DROP TABLESPACE ek_space");
    for (const std::string& role : roles) admin->execute("DROP OWNED BY " + ident(role) + " CASCADE");
    ConvergeTest::TearDown();
  }

  [[nodiscard]] int major() const { return connection->server().major(); }

  [[nodiscard]] std::string objects() const {
    const std::string l = ident(longest_);
    return "CREATE SCHEMA s; CREATE SCHEMA " + l + "; CREATE TABLE " + l + "." + l + " (" + l +
           " integer);"
           "CREATE TABLE s.t (id integer GENERATED ALWAYS AS IDENTITY, a integer, b integer); CREATE VIEW s.v AS SELECT 1 AS one;"
           "CREATE MATERIALIZED VIEW s.m AS SELECT 1 AS one; CREATE TABLE s.p (a integer) PARTITION BY LIST (a);"
           "CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES IN (1); CREATE TABLE s.p2 PARTITION OF s.p DEFAULT; CREATE SEQUENCE s.q;"
           "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER peer FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE s.f (a integer) SERVER peer;"
           "CREATE FUNCTION s.fn(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';"
           "CREATE FUNCTION s.fn(text, integer[]) RETURNS integer LANGUAGE sql AS 'SELECT 1';"
           "CREATE PROCEDURE s.fn() LANGUAGE sql AS 'SELECT 1'; CREATE AGGREGATE s.total(integer) (SFUNC = int4pl, STYPE = integer);"
           "CREATE TYPE s.mood AS ENUM ('a'); CREATE DOMAIN s.colour AS text; CREATE TYPE s.pair AS (x integer, y integer);"
           "CREATE TYPE s.span AS RANGE (SUBTYPE = integer); CREATE TRUSTED LANGUAGE ek_lang HANDLER plpgsql_call_handler;"
           "SELECT lo_create(16501); SELECT lo_create(16502)";
  }

  [[nodiscard]] std::string charter() const {
    const std::string l = yaml(longest_);
    const std::string all_of_l = yaml(part(longest_) + ".*");
    const std::string database = yaml(part(database_name));
    std::string text =
        "charter: 1\nname: everything\nroles: { ek_owner: {}, ek_admin: {}, ek_reader: {}, " + l + ": {} }\nscope: { public: true }\n" +
        "extensions: { pg_stat_statements: {}, file_fdw: {} }\nschemas: { s: { owner: ek_owner }, " + l +
        ": { owner: ek_owner }, public: {} }\n" + "ownership:\n  - { owner: ek_owner, of: { tables: [s.*, " + all_of_l +
        "], sequences: s.*, functions: s.*, types: s.*, foreign_servers: peer, languages: ek_lang, large_objects: \"*\", tablespaces: "
        "ek_space, "
        "databases: " +
        database +
        " } }\n"
        "grants:\n"
        "  - { to: [ek_admin, ek_reader], privileges: [all], objects: { tables: [s.*, " +
        all_of_l + "], sequences: s.*, functions: s.*, types: s.*, schemas: [s, " + l +
        "], languages: \"*\", foreign_data_wrappers: [w, file_fdw]," +
        " foreign_servers: \"*\", large_objects: \"*\", tablespaces: ek_space, databases: " + database + " }, grantable: true }\n" +
        "  - { to: " + l +
        ", privileges: [select], objects: { tables: s.*, sequences: s.q, large_objects: 16501 }, except: { tables: [s.p1, s.t] } }\n"
        "  - { to: " +
        l +
        ", privileges: [select, update], objects: { tables: s.t }, columns: [a, b] }\n"
        "  - { to: " +
        l +
        ", privileges: [select], objects: { tables: s.* }, except: { tables: [s.p1, s.t] }, future: true, except_future: ignore }\n"
        "  - { to: [public, " +
        l +
        "], privileges: [usage], objects: { schemas: [s, public], types: [s.mood, s.span], languages: plpgsql, foreign_servers: peer } }\n"
        "  - { to: public, privileges: [execute], objects: { functions: [\"s.fn(int)\", \"s.total(*)\"] } }\n"
        "  - { to: public, privileges: [connect], objects: { databases: " +
        database +
        " } }\n"
        "  - { to: public, privileges: [select], objects: { tables: s.v } }\n"
        "  - { to: pg_database_owner, privileges: [create], objects: { schemas: s } }\n"
        "  - { to: ek_reader, privileges: [execute], objects: { functions: \"public.pg_stat_statements*(*)\" }, extension_members: true }\n"
        "  - { to: public, privileges: [select], objects: { tables: public.pg_stat_statements }, ensure: absent }\n";
    if (major() >= 15) {
      text +=
          "  - { to: [ek_admin, ek_reader], privileges: [set], objects: { parameters: [Work_Mem, app.level] }, grantable: true }\n"
          "  - { to: public, privileges: [alter_system], objects: { parameters: \"app.*\" } }\n";
    }
    return text + default_privileges();
  }

  [[nodiscard]] std::string default_privileges() const {
    std::string text =
        "default_privileges:\n"
        "  - { by: ek_owner, to: public, privileges: [execute], objects: functions, ensure: absent }\n"
        "  - { by: ek_owner, to: public, privileges: [usage], objects: types, ensure: absent }\n"
        "  - { by: ek_owner, to: ek_reader, privileges: [usage], objects: schemas }\n";
    for (const char* kind : {"tables", "sequences", "functions", "types"}) {
      text += "  - { by: ek_owner, in: s, to: ek_reader, privileges: [all], objects: " + std::string(kind) + ", grantable: true }\n";
    }
    if (major() >= 18) text += "  - { by: ek_owner, to: ek_reader, privileges: [all], objects: large_objects }\n";
    return text;
  }

  /// Every entry of the list is granted once more by somebody who may, and for one grantee by PUBLIC's side as well.
  void grant_again() {
    std::string sql = "SET ROLE ek_admin;";
    for (const char* what : {"ALL ON ALL TABLES IN SCHEMA s", "ALL ON ALL SEQUENCES IN SCHEMA s", "EXECUTE ON ALL ROUTINES IN SCHEMA s",
                             "USAGE ON TYPE s.mood, s.colour, s.pair, s.span", "USAGE ON SCHEMA s", "USAGE ON LANGUAGE ek_lang",
                             "USAGE ON FOREIGN DATA WRAPPER w", "USAGE ON FOREIGN SERVER peer", "SELECT ON LARGE OBJECT 16501",
                             "CREATE ON TABLESPACE ek_space"}) {
      sql += std::string("GRANT ") + what + " TO ek_reader;";
    }
    if (major() >= 15) sql += "GRANT SET ON PARAMETER work_mem TO ek_reader;";
    sql +=
        "GRANT EXECUTE ON FUNCTION s.fn(integer) TO PUBLIC; GRANT USAGE ON TYPE s.mood TO PUBLIC; GRANT SELECT ON s.v TO PUBLIC;"
        "SET ROLE ek_reader; GRANT USAGE ON FOREIGN SERVER peer TO " +
        ident(longest_) + "; GRANT SELECT (a) ON s.t TO " + ident(longest_) + "; RESET ROLE";
    run(sql);
  }

  const std::string longest_ = filled("ek_");
};

TEST_F(EveryKind, ConvergesAndThenMeansZeroStatements) {
  const std::string manifest = charter();
  for (const ObjectKindInfo& kind : all_object_kinds()) {
    if (kind.first_version > major()) continue;
    EXPECT_NE(manifest.find(std::string(kind.manifest_key) + ": "), std::string::npos) << "the charter has no " << kind.manifest_key;
  }
  converge(manifest);
  grant_again();
  EXPECT_EQ(plan_sql(manifest), std::vector<std::string>{});
  connection->execute("VACUUM FULL pg_catalog.pg_class");  // other places on the disk, another order of rows
  EXPECT_EQ(plan_sql(manifest), std::vector<std::string>{});
}

TEST_F(EveryKind, PostgresAgrees) {
  converge(charter());
  const std::string l = literal(longest_);
  std::vector<std::string> yes = {
      "has_table_privilege('ek_reader', 's.p2', 'TRUNCATE WITH GRANT OPTION')",
      "has_table_privilege(" + l + ", 's.p2', 'SELECT')",
      "has_column_privilege(" + l + ", 's.t', 'b', 'UPDATE')",
      "has_function_privilege(" + l + ", 's.fn(integer)', 'EXECUTE')",
      "has_function_privilege(" + l + ", 's.total(integer)', 'EXECUTE')",
      "has_function_privilege('ek_reader', 's.fn(text, integer[])', 'EXECUTE')",
      "has_type_privilege(" + l + ", 's.span', 'USAGE')",
      "has_language_privilege(" + l + ", 'plpgsql', 'USAGE')",
      "has_language_privilege('ek_reader', 'ek_lang', 'USAGE WITH GRANT OPTION')",
      "has_foreign_data_wrapper_privilege('ek_reader', 'w', 'USAGE')",
      "has_server_privilege(" + l + ", 'peer', 'USAGE')",
      "has_tablespace_privilege('ek_reader', 'ek_space', 'CREATE WITH GRANT OPTION')",
      "has_table_privilege('ek_reader', 'public.pg_stat_statements', 'SELECT') = false",
      "has_schema_privilege('ek_owner', 's', 'CREATE')",
      "(SELECT lomowner = 'ek_owner'::regrole FROM pg_largeobject_metadata WHERE oid = 16501)",
      "(SELECT lomacl::text ~ 'ek_reader=r[*]w[*]/ek_owner' FROM pg_largeobject_metadata WHERE oid = 16502)",
      "(SELECT spcowner = 'ek_owner'::regrole FROM pg_tablespace WHERE spcname = 'ek_space')",
      "(SELECT datdba = 'ek_owner'::regrole FROM pg_database WHERE datname = current_database())",
  };
  std::vector<std::string> no = {
      "has_table_privilege(" + l + ", 's.p1', 'SELECT')",          "has_function_privilege(" + l + ", 's.fn(text, integer[])', 'EXECUTE')",
      "has_function_privilege(" + l + ", 's.fn()', 'EXECUTE')",    "has_type_privilege(" + l + ", 's.colour', 'USAGE')",
      "has_language_privilege(" + l + ", 'sql', 'USAGE')",         "has_foreign_data_wrapper_privilege(" + l + ", 'w', 'USAGE')",
      "has_tablespace_privilege(" + l + ", 'ek_space', 'CREATE')", "has_database_privilege(" + l + ", current_database(), 'TEMPORARY')",
  };
  if (major() >= 15) {
    yes.emplace_back("has_parameter_privilege('ek_reader', 'work_mem', 'SET WITH GRANT OPTION')");
    yes.push_back("has_parameter_privilege(" + l + ", 'app.level', 'ALTER SYSTEM')");
    no.push_back("has_parameter_privilege(" + l + ", 'work_mem', 'SET')");
  }
  if (major() >= 17) yes.emplace_back("has_table_privilege('ek_reader', 's.m', 'MAINTAIN')");
  for (const std::string& condition : yes) EXPECT_TRUE(is_true(condition)) << condition;
  for (const std::string& condition : no) EXPECT_TRUE(is_true("NOT " + condition)) << condition;
}

TEST_F(EveryKind, FutureObjectsHaveWhatTheirDefaultPrivilegesSay) {
  converge(charter());
  run("SET ROLE ek_owner; CREATE TABLE s.new_t (a integer); CREATE SEQUENCE s.new_q; CREATE TYPE s.new_e AS ENUM ('a');"
      "CREATE FUNCTION s.new_f() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; CREATE SCHEMA new_s; SELECT lo_create(16503); "
      "RESET ROLE");
  const std::string l = literal(longest_);
  EXPECT_TRUE(is_true("has_table_privilege(" + l + ", 's.new_t', 'SELECT')"));
  EXPECT_TRUE(is_true("has_sequence_privilege('ek_reader', 's.new_q', 'USAGE WITH GRANT OPTION')"));
  EXPECT_TRUE(is_true("has_type_privilege('ek_reader', 's.new_e', 'USAGE') AND NOT has_type_privilege(" + l + ", 's.new_e', 'USAGE')"));
  EXPECT_TRUE(is_true("has_function_privilege('ek_reader', 's.new_f()', 'EXECUTE') AND NOT has_function_privilege(" + l +
                      ", 's.new_f()', 'EXECUTE')"));
  EXPECT_TRUE(is_true("has_schema_privilege('ek_reader', 'new_s', 'USAGE')"));
  if (major() >= 18) {
    EXPECT_TRUE(is_true("has_largeobject_privilege('ek_reader', 16503, 'UPDATE')"));
  }
  // ek_admin has no default privileges: the patterns find what is new.
  EXPECT_FALSE(plan_sql(charter()).empty());
  converge(charter());
}

}  // namespace
}  // namespace pgcharter::testing
