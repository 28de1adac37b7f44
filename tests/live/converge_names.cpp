// Names that break quoting, in every place that takes a name: roles, schemas, tables, columns, sequences, functions and
// their argument types, databases, settings' values, comments, extensions' schemas and members, default privileges,
// owners, patterns with a literal part. Each name goes through one whole apply on a real server, and a table stands by
// that an injected statement would drop.
#include <functional>

#include "live/converge.h"

namespace pgcharter::testing {
namespace {

using Texts = std::vector<std::string>;

struct HardName {
  const char* label;
  std::string name;
};

std::string filled_to_63() {
  std::string name;
  while (name.size() + 2 <= 63 - 4) name += "\xC3\xA9";  // room for a prefix of four characters
  return name;
}

const std::vector<HardName>& hard_names() {
  static const std::vector<HardName> names = {
      {"DoubleQuote", "a\"b"},
      {"OnlyQuotes", "\"\""},
      {"SingleQuote", "it's"},
      {"Dot", "a.b"},
      {"Space", " sp ace "},
      {"Percent", "100%s%n%1$s"},
      {"Backslash", "back\\slash\\"},
      {"Newline", "new\nline"},
      {"Tab", "ta\tb"},
      {"DollarQuote", "$$a$$"},
      {"Variable", "${k}"},
      {"Star", "st*ar"},
      {"QuestionMark", "qu?est"},
      {"Parentheses", "f(int)"},
      {"Comma", "a,b"},
      {"AclSyntax", "a=r*w/b"},
      {"UpperCase", "UPPER lower"},
      {"Keyword", "select"},
      {"Comment", "-- /* c */"},
      {"PsqlVariable", ":'x' :y"},
      {"Bytes63", filled_to_63()},
      {"InjectionInAnIdentifier", "x\"; DROP TABLE public.victim; --"},
      {"InjectionInALiteral", "x'; DROP TABLE public.victim; --"},
      {"InjectionWithABackslash", "\\'; DROP TABLE public.victim; --"},
      {"InjectionInADollarQuote", "$$; DROP TABLE public.victim; $$"},
  };
  return names;
}

class ConvergeNames : public ConvergeTest {
 protected:
  /// Once per name, each time in a fresh database. All in one test, so that one server serves them all.
  void for_each_name(const std::function<void()>& body) {
    const std::string base_name = database_name;
    for (const HardName& hard : hard_names()) {
      SCOPED_TRACE(hard.label);
      try {
        database_name = base_name;
        prepare(hard.name);
        body();
      } catch (const Error& error) {
        ADD_FAILURE() << error.what() << "\n" << error.statement;
      }
      TearDown();
    }
  }

  void prepare(const std::string& hard) {
    role = "r1_" + hard;
    group = "r2_" + hard;
    owner = "r3_" + hard;
    name = hard;
    roles = {role, group, owner};
    server.create_database(database_name);
    connection = server.open(database_name);
    const std::string schema = ident(name);
    const std::string table = schema + "." + ident(name);
    run("CREATE TABLE public.victim (a integer);"
        "CREATE SCHEMA " +
        schema +
        ";"
        "CREATE TABLE " +
        table + " (" + ident(name) +
        " integer, other integer);"
        "CREATE SEQUENCE " +
        schema + "." + ident("s" + name) +
        ";"
        "CREATE DOMAIN " +
        schema + "." + ident("d" + name) +
        " AS integer;"
        "CREATE FUNCTION " +
        schema + "." + ident("f" + name) + "(" + schema + "." + ident("d" + name) +
        ", text) RETURNS integer LANGUAGE sql AS 'SELECT 1';"
        "CREATE PROCEDURE " +
        schema + "." + ident("p" + name) + "() LANGUAGE sql AS 'SELECT 1';");
  }

  [[nodiscard]] std::string qualified(const std::string& prefix) const { return part(name) + "." + part(prefix + name); }

  [[nodiscard]] std::string regclass(const std::string& prefix = {}) const { return literal(ident(name) + "." + ident(prefix + name)); }

  void expect_untouched() {
    EXPECT_EQ(column("select count(*) from pg_catalog.pg_class where relname = 'victim'"), Texts{"1"}) << "an injected statement has run";
  }

  std::string role, group, owner, name;
};

TEST_F(ConvergeNames, RolesWithEverythingThatARoleHas) {
  for_each_name([this] {
    const std::string manifest = "charter: 1\nname: " + yaml(name) + "\nroles:\n  " + yaml(group) + ": {}\n  " + yaml(role) +
                                 ": { comment: " + yaml(name) + ", member_of: [" + yaml(group) +
                                 "], settings: { application_name: " + yaml(name) + " }, settings_in: { " + yaml(database_name) +
                                 ": { application_name: " + yaml(name) + " } } }\n";
    converge(manifest);
    EXPECT_TRUE(is_true("pg_has_role(" + literal(role) + ", " + literal(group) + ", 'USAGE')"));
    EXPECT_EQ(column("select pg_catalog.shobj_description(oid, 'pg_authid') from pg_catalog.pg_roles where rolname = " + literal(role)),
              Texts{name});
    EXPECT_EQ(column("select x from pg_catalog.pg_db_role_setting s join pg_catalog.pg_roles r on r.oid = s.setrole, unnest(s.setconfig) x "
                     "where rolname = " +
                     literal(role)),
              (Texts{"application_name=" + name, "application_name=" + name}));
    const std::string renamed = "charter: 1\nname: names\nroles:\n  " + yaml(group) + ": { ensure: absent }\n  " + yaml(owner) +
                                ": { renamed_from: " + yaml(role) + " }\n";
    converge(renamed);
    EXPECT_EQ(column("select count(*) from pg_catalog.pg_roles where rolname in (" + literal(role) + ", " + literal(group) + ")"),
              Texts{"0"});
    EXPECT_EQ(column("select count(*) from pg_catalog.pg_roles where rolname = " + literal(owner)), Texts{"1"});
    expect_untouched();
  });
}

TEST_F(ConvergeNames, ObjectsOwnersAndGrants) {
  for_each_name([this] {
    const std::string all =
        "charter: 1\nname: names\nroles:\n  " + yaml(role) + ": {}\n  " + yaml(owner) + ": {}\nschemas:\n  " + yaml(name) +
        ": { owner: " + yaml(owner) + " }\n  " + yaml("new" + name) + ": { owner: " + yaml(owner) +
        " }\nownership:\n  - { owner: " + yaml(owner) + ", of: { tables: " + yaml(part(name) + ".*") +
        ", functions: " + yaml(qualified("f") + "(*)") + " } }\ngrants:\n" + "  - { to: " + yaml(role) +
        ", privileges: [usage], objects: { schemas: [" + yaml(part(name)) + ", " + yaml(part("new" + name)) + "] } }\n" +
        "  - { to: " + yaml(role) + ", privileges: [select], objects: { tables: " + yaml(qualified("")) + " }, grantable: true }\n" +
        "  - { to: " + yaml(role) + ", privileges: [update], objects: { tables: " + yaml(qualified("")) + " }, columns: [" + yaml(name) +
        "] }\n" + "  - { to: " + yaml(role) + ", privileges: [usage], objects: { sequences: " + yaml(qualified("s")) + " } }\n" +
        "  - { to: " + yaml(role) + ", privileges: [execute], objects: { functions: [" +
        yaml(qualified("f") + "(" + ident(name) + "." + ident("d" + name) + ", text)") + ", " + yaml(qualified("p") + "()") + "] } }\n" +
        "  - { to: public, privileges: [execute], objects: { functions: " + yaml(part(name) + ".*") + " }, ensure: absent }\n" +
        "default_privileges:\n  - { by: " + yaml(owner) + ", in: " + yaml(name) + ", to: " + yaml(role) +
        ", privileges: [select], objects: tables }\n";
    converge(all);
    EXPECT_TRUE(is_true("has_table_privilege(" + literal(role) + ", " + regclass() + ", 'SELECT WITH GRANT OPTION')"));
    EXPECT_TRUE(is_true("has_column_privilege(" + literal(role) + ", " + regclass() + "::regclass, 1::smallint, 'UPDATE')"));
    EXPECT_TRUE(is_true("not has_column_privilege(" + literal(role) + ", " + regclass() + "::regclass, 2::smallint, 'UPDATE')"));
    EXPECT_TRUE(is_true("has_sequence_privilege(" + literal(role) + ", " + regclass("s") + ", 'USAGE')"));
    EXPECT_TRUE(is_true("has_schema_privilege(" + literal(role) + ", " + literal("new" + name) + ", 'USAGE')"));
    EXPECT_EQ(column("select count(*) from pg_catalog.pg_proc p where has_function_privilege(" + literal(role) +
                     ", p.oid, 'EXECUTE') and p.pronamespace = "
                     "(select oid from pg_catalog.pg_namespace where nspname = " +
                     literal(name) + ")"),
              Texts{"2"});
    EXPECT_TRUE(
        is_true("pg_get_userbyid(relowner) = " + literal(owner) + " from pg_catalog.pg_class where oid = " + regclass() + "::regclass"));
    const std::string none = "charter: 1\nname: names\nroles:\n  " + yaml(role) + ": {}\n  " + yaml(owner) + ": {}\nscope: { schemas: [" +
                             yaml(part(name)) + "] }\nschemas:\n  " + yaml("new" + name) + ": { ensure: absent }\n";
    converge(none);
    EXPECT_TRUE(is_true("not has_table_privilege(" + literal(role) + ", " + regclass() + ", 'SELECT')"));
    EXPECT_EQ(column("select count(*) from pg_catalog.pg_namespace where nspname = " + literal("new" + name)), Texts{"0"});
    expect_untouched();
  });
}

TEST_F(ConvergeNames, ARoleThatOwnsAndIsGrantedEverythingIsDropped) {
  for_each_name([this] {
    run("CREATE ROLE " + ident(group) + "; ALTER TABLE " + ident(name) + "." + ident(name) + " OWNER TO " + ident(group) +
        "; GRANT USAGE ON SCHEMA " + ident(name) + " TO " + ident(group) + "; GRANT CONNECT ON DATABASE " + ident(database_name) + " TO " +
        ident(group) + "; ALTER DEFAULT PRIVILEGES IN SCHEMA " + ident(name) + " GRANT SELECT ON TABLES TO " + ident(group));
    converge("charter: 1\nname: names\nroles:\n  " + yaml(owner) + ": {}\n  " + yaml(group) +
             ": { ensure: absent, reassign_owned_to: " + yaml(owner) + " }\nschemas: { " + yaml(name) + ": {} }\n");
    EXPECT_EQ(column("select count(*) from pg_catalog.pg_roles where rolname = " + literal(group)), Texts{"0"});
    EXPECT_TRUE(
        is_true("pg_get_userbyid(relowner) = " + literal(owner) + " from pg_catalog.pg_class where oid = " + regclass() + "::regclass"));
    expect_untouched();
  });
}

TEST_F(ConvergeNames, Databases) {
  for_each_name([this] {
    // This database gets the hard name, and its old one back for the clean-up.
    const std::string old_name = database_name;
    const std::string hard = ("db_" + name).substr(0, 63);
    connection.reset();
    const auto admin = server.open();
    admin->execute("DROP DATABASE IF EXISTS " + ident(hard));
    admin->execute("ALTER DATABASE " + ident(old_name) + " RENAME TO " + ident(hard));
    database_name = hard;
    connection = server.open(hard);
    converge("charter: 1\nname: names\nroles:\n  " + yaml(role) + ": { settings_in: { " + yaml(hard) + ": { application_name: " +
             yaml(name) + " } } }\n  " + yaml(owner) + ": {}\ndatabases:\n  " + yaml(hard) + ":\n    owner: " + yaml(owner) +
             "\n    settings: { application_name: " + yaml(name) + " }\n    grants:\n      - { to: " + yaml(role) +
             ", privileges: [connect, create], objects: { databases: " + yaml(part(hard)) + " } }\n");
    EXPECT_TRUE(is_true("has_database_privilege(" + literal(role) + ", " + literal(hard) + ", 'CREATE')"));
    EXPECT_EQ(column("select pg_get_userbyid(datdba) from pg_catalog.pg_database where datname = " + literal(hard)), Texts{owner});
    EXPECT_EQ(
        column(
            "select x from pg_catalog.pg_db_role_setting s, unnest(s.setconfig) x where s.setrole = 0 and s.setdatabase = (select oid from "
            "pg_catalog.pg_database where datname = " +
            literal(hard) + ")"),
        Texts{"application_name=" + name});
    expect_untouched();
  });
}

TEST_F(ConvergeNames, ExtensionsAndTheirMembers) {
  for_each_name([this] {
    if (column("select 1 from pg_catalog.pg_available_extensions where name = 'tcn'").empty())
      GTEST_SKIP() << "the server has no extension tcn";
    const std::string member = part(name) + ".triggered_change_notification()";
    const std::string manifest = "charter: 1\nname: names\nroles:\n  " + yaml(role) + ": {}\nextensions:\n  tcn: { schema: " + yaml(name) +
                                 " }\ngrants:\n  - { to: " + yaml(role) + ", privileges: [execute], objects: { functions: " + yaml(member) +
                                 " } }\n";
    converge(manifest);
    EXPECT_EQ(column("select n.nspname from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace where "
                     "extname = 'tcn'"),
              Texts{name});
    EXPECT_EQ(column("select count(*) from pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a where p.proname = "
                     "'triggered_change_notification' and a.grantee = "
                     "(select oid from pg_catalog.pg_roles where rolname = " +
                     literal(role) + ")"),
              Texts{"1"});
    expect_untouched();
  });
}

TEST_F(ConvergeNames, VariablesStandForTextAndForNothingElse) {
  for_each_name([this] {
    converge("charter: 1\nname: names\nvars: { n: " + yaml(name) +
             " }\nroles: { \"r1_${n}\": {} }\ngrants:\n  - { to: \"r1_${n}\", privileges: [select], objects: { tables: \"${n}.${n}\" } }\n"
             "  - { to: \"r1_${n}\", privileges: [usage], objects: { sequences: \"${n}.*\", schemas: \"${n}\" } }\n");
    EXPECT_TRUE(is_true("has_table_privilege(" + literal(role) + ", " + regclass() + ", 'SELECT')"));
    EXPECT_TRUE(is_true("has_sequence_privilege(" + literal(role) + ", " + regclass("s") + ", 'USAGE')"));
    expect_untouched();
  });
}

}  // namespace
}  // namespace pgcharter::testing
