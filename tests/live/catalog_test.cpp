// What read_cluster() and read_database() bring, against the server's own aclexplode() and acldefault(), kind by kind, with every name
// that SQL allows. Not covered: TimescaleDB and Citus (scripted in tests/unit/catalog), versions other than the server's at hand.
#include "pgcharter/catalog.h"

#include <algorithm>
#include <mutex>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "serial_rows.h"
#include "support/live_server.h"

namespace pgcharter {
namespace {

using testing::ident;
using testing::literal;

/// Names that break what is not quoted well; the last one has 63 bytes.
const std::vector<std::string>& nasty_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = {"plain",        "UPPER", "we\"ird.ro,le{}", "back\\slash", "new\nline", "per%cent %s",
                                    "dollar $$x$$", "it's",  "a=b/c*",          " blank ",     "NULL",      "select",
                                    "\"\"",         "12345", "ünïcödé",         "tab\there",   "\x1b[31m"};
    std::string longest;
    for (int i = 0; i < 31; ++i) longest += "é";
    all.push_back(longest + "x");
    return all;
  }();
  return names;
}

/// Where the server keeps objects of a kind, to be asked in another way than the program does.
struct Source {
  ObjectKind kind;
  const char* catalog;
  const char* name;
  const char* schema;  ///< nullptr: none
  const char* owner;
  const char* acl;
  const char* where;
};
constexpr Source kSources[] = {
    {ObjectKind::Database, "pg_database", "datname", nullptr, "datdba", "datacl", "true"},
    {ObjectKind::Tablespace, "pg_tablespace", "spcname", nullptr, "spcowner", "spcacl", "true"},
    {ObjectKind::Schema, "pg_namespace", "nspname", nullptr, "nspowner", "nspacl",
     "o.nspname !~ '^pg_' and o.nspname <> 'information_schema'"},
    {ObjectKind::Table, "pg_class", "relname", "relnamespace", "relowner", "relacl", "o.relkind in ('r','p','v','m','f')"},
    {ObjectKind::Sequence, "pg_class", "relname", "relnamespace", "relowner", "relacl", "o.relkind = 'S'"},
    {ObjectKind::Function, "pg_proc", "proname", "pronamespace", "proowner", "proacl", "true"},
    {ObjectKind::Type, "pg_type", "typname", "typnamespace", "typowner", "typacl",
     "o.typtype in ('d','e','r','b','c') and o.typname !~ '^_' and (o.typtype <> 'c' or (select relkind from pg_class c where c.oid = "
     "o.typrelid) = 'c')"},
    {ObjectKind::Language, "pg_language", "lanname", nullptr, "lanowner", "lanacl", "o.lanname in ('sql', 'plpgsql')"},
    {ObjectKind::ForeignDataWrapper, "pg_foreign_data_wrapper", "fdwname", nullptr, "fdwowner", "fdwacl", "true"},
    {ObjectKind::ForeignServer, "pg_foreign_server", "srvname", nullptr, "srvowner", "srvacl", "true"},
    {ObjectKind::LargeObject, "pg_largeobject_metadata", "oid::text", nullptr, "lomowner", "lomacl", "true"},
};

class CatalogTest : public testing::LiveTest {
 protected:
  State state;
  ReadScope scope;

  CatalogTest() { scope.all_schemas = true; }

  const DatabaseState& read(Connection& where) {
    state = State();
    read_cluster(where, scope, state);
    read_database(where, scope, state);
    return state.databases.back();
  }
  const DatabaseState& read() { return read(*connection); }

  std::string role_name(RoleId id) { return id == kPublic ? "(public)" : state.names->name(id); }

  std::string entry(const std::string& object, RoleId grantee, RoleId grantor, Privilege p, bool grantable) {
    return fmt::format("{}|{}|{}|{}|{}", object, role_name(grantee), role_name(grantor), info(p).keyword, grantable ? "t" : "f");
  }

  std::set<std::string> entries(const std::vector<Object>& objects, ObjectKind kind) {
    std::set<std::string> all;
    for (const Object& o : objects) {
      if (o.id.kind != kind) continue;
      const std::string object = fmt::format("{}|{}|{}|{}", o.oid, o.id.schema, o.id.name, role_name(o.owner));
      all.insert(object);
      for (const AclEntry& e : (*state.acls)[o.acl]) {
        for_each(e.privileges, [&](Privilege p) { all.insert(entry(object, e.grantee, e.grantor, p, e.grantable.contains(p))); });
      }
    }
    return all;
  }

  /// The same from aclexplode() and acldefault().
  std::set<std::string> entries_of_server(const Source& s) {
    const std::string schema =
        s.schema != nullptr ? fmt::format("(select n.nspname from pg_namespace n where n.oid = o.{})", s.schema) : "''";
    std::string where = s.where;
    if (s.schema != nullptr) where += " and " + schema + " !~ '^pg_' and " + schema + " <> 'information_schema'";
    const std::string sql = fmt::format(
        "with objects as (select o.oid, concat_ws('|', o.oid, {0}, o.{1}, pg_get_userbyid(o.{2})) as object, o.{2} as owner, o.{3} as acl "
        "from pg_catalog.{4} o where {5}) "
        "select object from objects union all "
        "select concat_ws('|', object, case when x.grantee = 0 then '(public)' else pg_get_userbyid(x.grantee) end, "
        "pg_get_userbyid(x.grantor), "
        "x.privilege_type, case when x.is_grantable then 't' else 'f' end) "
        "from objects, aclexplode(nullif(coalesce(acl, acldefault('{6}', owner)), '{{}}')) x",
        schema, s.name, s.owner, s.acl, s.catalog, where, info(s.kind).acldefault_char);
    const auto lines = column(sql);
    return {lines.begin(), lines.end()};
  }

  void expect_all_kinds_equal() {
    for (const Source& source : kSources) {
      const bool cluster = info(source.kind).cluster_wide;
      const auto ours = entries(cluster ? state.cluster.objects : state.databases.back().objects, source.kind);
      const auto theirs = entries_of_server(source);
      EXPECT_EQ(ours, theirs) << info(source.kind).singular;
      EXPECT_FALSE(theirs.empty()) << "nothing was compared: " << info(source.kind).singular;
    }
  }

  void make_roles(const std::string& prefix) {
    for (std::size_t i = 0; i < nasty_names().size(); ++i) run("CREATE ROLE " + ident(role(prefix, i)));
  }
  /// A nasty role name that belongs to one test: cut where a prefix makes it too long.
  static std::string role(const std::string& prefix, std::size_t i) {
    std::string name = prefix + nasty_names()[i];
    while (name.size() > 63) {
      do {
        name.pop_back();
      } while ((static_cast<unsigned char>(name.back()) & 0xC0U) == 0x80U);
      if (static_cast<unsigned char>(name.back()) >= 0xC0U) name.pop_back();
    }
    return name;
  }

  static const Object* find(const std::vector<Object>& objects, ObjectKind kind, std::string_view name, std::string_view args = {}) {
    const auto it =
        std::ranges::find_if(objects, [&](const Object& o) { return o.id.kind == kind && o.id.name == name && o.id.args == args; });
    return it == objects.end() ? nullptr : &*it;
  }
};

TEST_F(CatalogTest, EmptyDatabaseEqualsTheServersDefaults) {
  run("CREATE SCHEMA s; CREATE TABLE s.t (id serial primary key); CREATE TYPE s.e AS ENUM ('a'); CREATE FOREIGN DATA WRAPPER w; CREATE "
      "SERVER v FOREIGN "
      "DATA WRAPPER w; SELECT pg_catalog.lo_create(0); CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'select 1'");
  read();
  expect_all_kinds_equal();
  EXPECT_TRUE(std::ranges::is_sorted(state.databases.back().objects, {}, &Object::id));
}

TEST_F(CatalogTest, GrantsOnEveryKindWithNastyNames) {
  make_roles("g1 ");
  run("CREATE FOREIGN DATA WRAPPER w1");
  const auto& names = nasty_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string n = ident(names[i]);
    const std::string owner = ident(role("g1 ", i));
    const std::string other = ident(role("g1 ", (i + 1) % names.size()));
    run(fmt::format(
        "CREATE SCHEMA {0} AUTHORIZATION {1}; CREATE TABLE {0}.{0} ({0} int); CREATE VIEW {0}.v AS SELECT 1 AS a; CREATE SEQUENCE {0}.q; "
        "CREATE MATERIALIZED VIEW {0}.m AS SELECT 1 AS a; CREATE TABLE {0}.p (a int) PARTITION BY LIST (a); "
        "CREATE TABLE {0}.p1 PARTITION OF {0}.p FOR VALUES IN (1); CREATE DOMAIN {0}.d AS int; CREATE TYPE {0}.e AS ENUM ('x'); "
        "CREATE TYPE {0}.c AS (a int); CREATE TYPE {0}.r AS RANGE (subtype = int); CREATE FUNCTION {0}.{0}(a {0}.c, {0}.e[]) RETURNS int "
        "LANGUAGE sql AS 'select 1'; CREATE PROCEDURE {0}.pr(a int, OUT b int) LANGUAGE sql AS 'select 1'; "
        "CREATE FOREIGN DATA WRAPPER {0}; CREATE SERVER {0} FOREIGN DATA WRAPPER {0}; CREATE FOREIGN TABLE {0}.ft (a int) SERVER {0}",
        n, owner));
    run(fmt::format(
        "GRANT USAGE ON SCHEMA {0} TO {2}; GRANT CREATE ON SCHEMA {0} TO PUBLIC; ALTER TABLE {0}.{0} OWNER TO {1}; "
        "GRANT SELECT, INSERT ON {0}.{0} TO {2} WITH GRANT OPTION; SET ROLE {2}; GRANT SELECT ON {0}.{0} TO PUBLIC, postgres; RESET ROLE; "
        "GRANT ALL ON {0}.v, {0}.m, {0}.p, {0}.p1, {0}.ft TO {1}, {2}; REVOKE ALL ON {0}.p1 FROM postgres, {1}, {2}; "
        "GRANT USAGE ON SEQUENCE {0}.q TO {2}; GRANT USAGE ON TYPE {0}.d, {0}.e, {0}.c TO {2}; REVOKE USAGE ON TYPE {0}.e FROM PUBLIC; "
        "REVOKE EXECUTE ON FUNCTION {0}.{0} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {0}.{0} TO {1}; GRANT EXECUTE ON PROCEDURE {0}.pr TO "
        "{2}; "
        "GRANT USAGE ON FOREIGN DATA WRAPPER {0} TO {1} WITH GRANT OPTION; GRANT USAGE ON FOREIGN SERVER {0} TO {2}; "
        "GRANT CREATE ON TABLESPACE pg_default TO {1}; GRANT CONNECT ON DATABASE {3} TO {1}; GRANT USAGE ON LANGUAGE plpgsql TO {2}",
        n, owner, other, ident(database_name)));
    run(fmt::format("DO $do$ BEGIN EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO %I', pg_catalog.lo_create(0), {}); END $do$",
                    literal(role("g1 ", i))));
  }
  read();
  expect_all_kinds_equal();
  EXPECT_TRUE(std::ranges::is_sorted(state.databases.back().objects, {}, &Object::id));
  EXPECT_TRUE(std::ranges::is_sorted(state.cluster.objects, {}, &Object::id));
}

TEST_F(CatalogTest, GrantOnRoutineTakesTheArgumentsAsRead) {
  run("CREATE ROLE routine_user; CREATE SCHEMA \"s.x\"; CREATE TYPE \"s.x\".\"t,y\" AS (a int); SET search_path = \"s.x\", pg_catalog");
  run("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'; CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'select 1'; "
      "CREATE FUNCTION f(varchar(10), \"char\", char, bit varying, timestamptz(3), \"t,y\", \"t,y\"[], numeric(3,2)) RETURNS int LANGUAGE "
      "sql AS 'select 1'; "
      "CREATE FUNCTION f_variadic(VARIADIC int[]) RETURNS int LANGUAGE sql AS 'select 1'; "
      "CREATE FUNCTION f_any(VARIADIC \"any\") RETURNS text LANGUAGE internal AS 'text_concat'; "
      "CREATE FUNCTION f_out(a int, OUT b int, INOUT c int) LANGUAGE sql AS 'select 1, 2'; "
      "CREATE FUNCTION f_table(a int) RETURNS TABLE (b int) LANGUAGE sql AS 'select 1'; "
      "CREATE PROCEDURE p(a int, OUT b int, INOUT c text) LANGUAGE sql AS $$select 1, 'a'$$; CREATE PROCEDURE p_out(OUT b int) LANGUAGE "
      "sql AS 'select 1'; "
      "CREATE PROCEDURE p_variadic(a int, VARIADIC b text[]) LANGUAGE sql AS ''; "
      "CREATE AGGREGATE a(int) (sfunc = int4pl, stype = int); CREATE AGGREGATE a_star(*) (sfunc = int8inc, stype = int8, initcond = '0'); "
      "CREATE AGGREGATE a_ordered(float8 ORDER BY anyelement) (sfunc = ordered_set_transition, stype = internal, finalfunc = "
      "percentile_disc_final, finalfunc_extra); "
      "CREATE AGGREGATE a_hypo(VARIADIC \"any\" ORDER BY VARIADIC \"any\") (sfunc = ordered_set_transition_multi, stype = internal, "
      "finalfunc = rank_final, "
      "finalfunc_extra, hypothetical); "
      "CREATE FUNCTION w() RETURNS int8 LANGUAGE internal WINDOW AS 'window_row_number'");
  run("SET search_path = ''");
  read();
  int routines = 0;
  for (const Object& o : state.databases.back().objects) {
    if (o.id.kind != ObjectKind::Function) continue;
    ++routines;
    EXPECT_NO_THROW(run(fmt::format("GRANT EXECUTE ON ROUTINE {}.{}({}) TO routine_user", ident(o.id.schema), ident(o.id.name), o.id.args)))
        << o.id.name << "(" << o.id.args << ")";
  }
  EXPECT_EQ(routines, 15);
  read();
  for (const Object& o : state.databases.back().objects) {
    if (o.id.kind == ObjectKind::Function) {
      EXPECT_FALSE(privileges_of((*state.acls)[o.acl], state.names->find("routine_user")).empty()) << o.id.name << "(" << o.id.args << ")";
    }
  }
}

TEST_F(CatalogTest, LeavesOutWhatCarriesNoPrivilegesOfItsOwn) {
  run("CREATE SCHEMA s; CREATE TABLE s.t (id int primary key, big text); CREATE TYPE s.c AS (a int); CREATE TYPE s.r AS RANGE (subtype = "
      "int); "
      "CREATE TEMP TABLE gone (a int); CREATE INDEX i ON s.t (big)");
  read();
  std::vector<std::string> names;
  for (const Object& o : state.databases.back().objects) {
    if (!o.id.schema.empty()) names.push_back(fmt::format("{} {}.{}", info(o.id.kind).singular, o.id.schema, o.id.name));
  }
  const bool constructors = std::ranges::count(names, "function s.r") > 0;
  EXPECT_TRUE(constructors) << "a range's constructor functions are ordinary functions";
  std::erase_if(names, [](const std::string& name) { return name.starts_with("function "); });
  EXPECT_EQ(names, (std::vector<std::string>{"table s.t", "type s.c", "type s.r"}));
}

TEST_F(CatalogTest, ColumnsWithAnAclAndColumnsThatAreNamed) {
  run("CREATE ROLE column_user; CREATE SCHEMA s; CREATE TABLE s.t (a int, \"b,\" int, c int, d int); CREATE TABLE s.u (c int); "
      "GRANT SELECT (a), UPDATE (\"b,\") ON s.t TO column_user; GRANT SELECT (d) ON s.t TO column_user; ALTER TABLE s.t DROP COLUMN d; "
      "GRANT SELECT (ctid) ON s.u TO column_user");
  scope.column_names = {"c", "no such \"one\""};
  const DatabaseState& database = read();
  std::vector<std::string> found;
  for (const Column& c : database.columns) {
    found.push_back(fmt::format("{}.{} {}", database.objects[c.object].id.name, c.name, (*state.acls)[c.acl].size()));
  }
  EXPECT_EQ(found, (std::vector<std::string>{"t.a 1", "t.b, 1", "t.c 0", "u.ctid 1", "u.c 0"}));
}

TEST_F(CatalogTest, ScopeLeavesSchemasOnTheServer) {
  run("CREATE ROLE scope_user; CREATE SCHEMA app_one; CREATE SCHEMA other; CREATE TABLE app_one.t (a int); CREATE TABLE other.t (a int); "
      "GRANT SELECT (a) ON other.t TO scope_user; ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON TABLES TO scope_user; "
      "ALTER DEFAULT PRIVILEGES IN SCHEMA app_one GRANT SELECT ON TABLES TO scope_user; ALTER DEFAULT PRIVILEGES GRANT SELECT ON SEQUENCES "
      "TO scope_user");
  scope.all_schemas = false;
  scope.schemas = {parse_name_pattern("app_*")};
  const DatabaseState& database = read();
  EXPECT_EQ(std::ranges::count_if(database.objects, [](const Object& o) { return o.id.kind == ObjectKind::Table; }), 1);
  EXPECT_NE(find(database.objects, ObjectKind::Schema, "other"), nullptr);
  EXPECT_TRUE(database.columns.empty());
  ASSERT_EQ(database.default_acls.size(), 2U);
  EXPECT_TRUE(std::ranges::any_of(database.default_acls,
                                  [](const DefaultAcl& d) { return d.schema == "app_one" && d.objects == ObjectKind::Table; }));
  EXPECT_TRUE(std::ranges::any_of(database.default_acls,
                                  [](const DefaultAcl& d) { return d.schema.empty() && d.objects == ObjectKind::Sequence; }));
}

TEST_F(CatalogTest, RolesSettingsAndMemberships) {
  run("CREATE ROLE attr_group NOINHERIT");
  run("CREATE ROLE attr_login LOGIN CREATEDB CONNECTION LIMIT 5 VALID UNTIL '2031-02-03 04:05:06.5+02'; COMMENT ON ROLE attr_login IS "
      "'a\nb'; "
      "GRANT attr_group TO attr_login WITH ADMIN OPTION; GRANT attr_login TO postgres; ALTER ROLE attr_login SET \"Search_Path\" = 'a', 'b "
      "c'; ALTER ROLE attr_login IN DATABASE " +
      ident(database_name) + " SET work_mem = '5MB'; ALTER DATABASE " + ident(database_name) + " SET my.value = 'x=y'");
  read();
  const RoleId login = state.names->find("attr_login");
  const Role* role = state.cluster.find_role(login);
  ASSERT_NE(role, nullptr);
  EXPECT_TRUE(role->attributes.login && role->attributes.createdb && role->attributes.inherit && !role->attributes.superuser);
  EXPECT_EQ(role->attributes.connection_limit, 5);
  EXPECT_EQ(role->attributes.valid_until, "2031-02-03 02:05:06.5+00");
  EXPECT_EQ(role->comment, "a\nb");
  const RoleId group = state.names->find("attr_group");
  EXPECT_EQ(state.cluster.find_role(group)->attributes.valid_until, "infinity");
  EXPECT_EQ(std::ranges::count_if(state.cluster.roles, &Role::bootstrap), 1);
  const auto edge =
      std::ranges::find_if(state.cluster.memberships, [&](const Membership& m) { return m.role == group && m.member == login; });
  ASSERT_NE(edge, state.cluster.memberships.end());
  EXPECT_TRUE(edge->admin && edge->inherit && edge->set);
  EXPECT_EQ(state.names->name(edge->grantor), "postgres");
  EXPECT_EQ((state.cluster.settings.at({.database = "", .role = login})), (Settings{{"search_path", "a, \"b c\""}}));
  EXPECT_EQ((state.cluster.settings.at({.database = database_name, .role = login})), (Settings{{"work_mem", "5MB"}}));
  EXPECT_EQ((state.cluster.settings.at({.database = database_name, .role = kNoRole})), (Settings{{"my.value", "x=y"}}));
}

TEST_F(CatalogTest, DanglingRolesAreNumbersNotNames) {
  run("CREATE ROLE dangling_one; CREATE SCHEMA s; CREATE TABLE s.t (a int); GRANT SELECT ON s.t TO dangling_one; ALTER TABLE s.t OWNER TO "
      "dangling_one");
  const std::string oid = column("select oid from pg_catalog.pg_roles where rolname = 'dangling_one'").at(0);
  run("SET allow_system_table_mods = on; DELETE FROM pg_catalog.pg_authid WHERE rolname = 'dangling_one'");
  const DatabaseState& database = read();
  const Object* t = find(database.objects, ObjectKind::Table, "t");
  ASSERT_NE(t, nullptr);
  EXPECT_TRUE(state.names->dangling(t->owner));
  EXPECT_EQ(state.names->name(t->owner), oid);
  for (const AclEntry& e : (*state.acls)[t->acl]) EXPECT_TRUE(state.names->dangling(e.grantee));
  run("ALTER TABLE s.t OWNER TO postgres; DELETE FROM pg_catalog.pg_shdepend WHERE refobjid = " + oid);
}

TEST_F(CatalogTest, ExtensionMembersKeepTheirInitialPrivileges) {
  const auto available = column("select name from pg_catalog.pg_available_extensions where name = 'pg_stat_statements'");
  if (available.empty()) GTEST_SKIP() << "this server has no contrib extensions";
  run("CREATE SCHEMA ext; CREATE EXTENSION pg_stat_statements SCHEMA ext; REVOKE SELECT ON ext.pg_stat_statements FROM PUBLIC");
  const DatabaseState& database = read();
  const Object* view = find(database.objects, ObjectKind::Table, "pg_stat_statements");
  ASSERT_NE(view, nullptr);
  EXPECT_TRUE(view->extension_member);
  EXPECT_TRUE(privileges_of((*state.acls)[view->acl], kPublic).empty());
  EXPECT_EQ(privileges_of((*state.acls)[view->initial_acl], kPublic), PrivilegeSet::of(Privilege::Select));
  ASSERT_EQ(std::ranges::count(database.extensions, "pg_stat_statements", &Extension::name), 1);
  EXPECT_EQ(std::ranges::find(database.extensions, "pg_stat_statements", &Extension::name)->schema, "ext");
}

TEST_F(CatalogTest, DependenciesOfRolesThatShallGo) {
  server.create_database("catalog_dependencies_elsewhere");
  server.open("catalog_dependencies_elsewhere")
      ->execute("CREATE ROLE leaver; CREATE TABLE public.x (a int); ALTER TABLE public.x OWNER TO leaver");
  run("CREATE SCHEMA s AUTHORIZATION leaver; CREATE TABLE s.t (a int); GRANT SELECT ON s.t TO leaver; CREATE POLICY p ON s.t TO leaver; "
      "GRANT CREATE ON TABLESPACE pg_default TO leaver");
  scope.absent_roles = {"leaver", "no one"};
  std::vector<std::string> found;
  for (const RoleDependency& d : read().role_dependencies) {
    found.push_back(fmt::format("{}|{}|{}|{}|{}", state.names->name(d.role), d.database, d.type, d.description, d.count));
  }
  std::ranges::sort(found);
  EXPECT_EQ(found, (std::vector<std::string>{
                       fmt::format("leaver|{}|a|table s.t|1", database_name),
                       fmt::format("leaver|{}|o|schema s|1", database_name),
                       fmt::format("leaver|{}|r|policy p on table s.t|1", database_name),
                       "leaver|catalog_dependencies_elsewhere|o|1 object|1",
                       "leaver||a|tablespace pg_default|1",
                   }));
}

TEST_F(CatalogTest, OrdinaryRoleReadsTheSame) {
  run("CREATE ROLE catalog_reader LOGIN; CREATE ROLE catalog_owner; CREATE SCHEMA hidden AUTHORIZATION catalog_owner; CREATE TABLE "
      "hidden.t (a int); "
      "REVOKE ALL ON hidden.t FROM postgres; SELECT pg_catalog.lo_create(0)");
  const auto ordinary = server.open(database_name, "catalog_reader");
  read();
  const std::string expected = to_debug_string(state);
  read(*ordinary);
  EXPECT_EQ(to_debug_string(state), expected);
}

TEST_F(CatalogTest, UnreadableCatalogIsSaid) {
  run("CREATE ROLE catalog_blind LOGIN; REVOKE SELECT ON pg_catalog.pg_largeobject_metadata FROM PUBLIC");
  const auto ordinary = server.open(database_name, "catalog_blind");
  EXPECT_EQ(read(*ordinary).coverage.at("large_object: not readable"), 1);
}

TEST_F(CatalogTest, ParametersWithPrivileges) {
  if (connection->server().major() < 15) GTEST_SKIP() << "parameters carry privileges from 15 on";
  run("CREATE ROLE parameter_user; GRANT SET ON PARAMETER Work_Mem TO parameter_user; GRANT ALTER SYSTEM ON PARAMETER my.own TO "
      "parameter_user");
  read();
  const Object* parameter = find(state.cluster.objects, ObjectKind::Parameter, "work_mem");
  ASSERT_NE(parameter, nullptr);
  EXPECT_EQ(role_name(parameter->owner), "postgres") << "the bootstrap superuser stands for the owner";
  EXPECT_EQ(privileges_of((*state.acls)[parameter->acl], state.names->find("parameter_user")), PrivilegeSet::of(Privilege::Set));
  EXPECT_NE(find(state.cluster.objects, ObjectKind::Parameter, "my.own"), nullptr);
}

TEST_F(CatalogTest, NumberOfQueriesDoesNotGrow) {
  read();
  const long before = connection->round_trips();
  read();
  const long small = connection->round_trips() - before;
  run("DO $$BEGIN FOR i IN 1..50 LOOP EXECUTE pg_catalog.format('CREATE SCHEMA s%s CREATE TABLE t (a int)', i); END LOOP; END$$");
  const long again = connection->round_trips();
  read();
  EXPECT_EQ(connection->round_trips() - again, small);
}

TEST_F(CatalogTest, TwoSessionsReadWhatOneDoes) {
  run("CREATE ROLE two_owner; CREATE ROLE two_reader; ALTER DEFAULT PRIVILEGES FOR ROLE two_owner GRANT SELECT ON TABLES TO two_reader");
  for (const std::string& name : nasty_names()) {
    const std::string schema = ident("s " + name.substr(0, 40));
    run(fmt::format(
        "CREATE SCHEMA {0} AUTHORIZATION two_owner; CREATE TABLE {0}.{1} (id bigserial, note text); CREATE TYPE {0}.c AS (a int); "
        "CREATE FUNCTION {0}.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; GRANT SELECT (note) ON {0}.{1} TO two_reader; "
        "GRANT USAGE ON TYPE {0}.c TO two_reader; ALTER TABLE {0}.{1} OWNER TO two_owner",
        schema, ident(name)));
  }
  read();
  const std::string expected = to_debug_string(state);
  const auto second = server.open(database_name);
  std::mutex rows;
  SerialRows one(*connection, rows);
  SerialRows other(*second, rows);
  State again;
  read_cluster(*connection, scope, again);
  again.databases.push_back(read_one_database(one, scope, again, &other));
  EXPECT_EQ(to_debug_string(again), expected);
  EXPECT_EQ(fingerprint(again), fingerprint(state));
}

}  // namespace
}  // namespace pgcharter
