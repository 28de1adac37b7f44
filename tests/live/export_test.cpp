// The contract of export on real servers: the plan of an exported charter is empty, and applied onto the same objects without any
// privilege, owner or role it brings all of them back. What is compared is PostgreSQL's own account: aclexplode() of every catalog that has
// ACLs, owners, default privileges, memberships, attributes, settings and comments of roles.
//
// Random databases come from the property test's generator; PGCHARTER_EXPORT_COUNT says how many (8). Not covered: who granted, an
// owner's explicit grant options (both without effect), the owner of a database and its settings in a charter without `databases`.
#include "pgcharter/export.h"

#include <algorithm>
#include <cstdlib>

#include "pgcharter/reconcile.h"

#include "property/generator.h"
#include "property/names.h"
#include "support/live_server.h"

namespace pgcharter::testing {
namespace {

/// One line per fact. Grantors are left out, and so is what an owner has implicitly.
constexpr const char* kFacts = R"sql(
with lists (kind, id, owner, acl) as (
  select 'relation', oid::text, relowner, coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
  from pg_class where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all select 'column', a.attrelid || '.' || a.attnum, 0::oid, (select array_agg(makeaclitem(e.grantee, e.grantor, e.privilege_type, e.is_grantable))
    from aclexplode(a.attacl) e where e.grantee <> c.relowner) from pg_attribute a join pg_class c on c.oid = a.attrelid where a.attacl is not null
  union all select 'routine', oid::text, proowner, coalesce(proacl, acldefault('f', proowner)) from pg_proc
  union all select 'type', oid::text, typowner, coalesce(typacl, acldefault('T', typowner)) from pg_type where typtype <> 'c' or typrelid = 0
  union all select 'schema', oid::text, nspowner, coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace where nspname !~ '^pg_(toast_)?temp'
  union all select 'language', oid::text, lanowner, coalesce(lanacl, acldefault('l', lanowner)) from pg_language
  union all select 'wrapper', oid::text, fdwowner, coalesce(fdwacl, acldefault('F', fdwowner)) from pg_foreign_data_wrapper
  union all select 'server', oid::text, srvowner, coalesce(srvacl, acldefault('S', srvowner)) from pg_foreign_server
  union all select 'large object', oid::text, lomowner, coalesce(lomacl, acldefault('L', lomowner)) from pg_largeobject_metadata
  union all select 'database', datname, datdba, coalesce(datacl, acldefault('d', datdba)) from pg_database where datname = current_database()
  union all select 'tablespace', spcname, spcowner, coalesce(spcacl, acldefault('t', spcowner)) from pg_tablespace
  union all select 'default ' || defaclobjtype::text, defaclnamespace::text, defaclrole, defaclacl from pg_default_acl
)
select kind || ' ' || id || ' of ' || pg_get_userbyid(owner) from lists where kind !~ 'default|column'
union all
select kind || ' ' || id || ': ' || e.privilege_type || ' for ' || case e.grantee when 0 then 'PUBLIC' else pg_get_userbyid(e.grantee)::text end ||
       case when bool_or(e.is_grantable) and e.grantee <> owner then ' with option' else '' end ||
       case when kind ~ 'default' then ' by ' || pg_get_userbyid(owner) else '' end
from lists cross join aclexplode(acl) e group by kind, id, owner, e.grantee, e.privilege_type
union all
select concat_ws(' ', 'member', pg_get_userbyid(member), 'of', pg_get_userbyid(roleid), bool_or(admin_option),
                 bool_or((to_jsonb(m) ->> 'inherit_option')::bool), bool_or((to_jsonb(m) ->> 'set_option')::bool))
from pg_auth_members m group by member, roleid
union all
select concat_ws(' ', 'role', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit,
                 coalesce(rolvaliduntil, 'infinity'), shobj_description(oid, 'pg_authid')) from pg_roles
union all
select concat_ws(' ', 'setting', setdatabase, case setrole when 0 then '' else pg_get_userbyid(setrole)::text end, setting)
from pg_db_role_setting cross join unnest(setconfig) setting)sql";

/// Back to built-in ACLs. The catalogs are written directly, since no sequence of REVOKEs is known to undo everything that random grants
/// do.
constexpr const char* kForget = R"sql(
UPDATE pg_class SET relacl = NULL WHERE oid >= 16384;
UPDATE pg_attribute SET attacl = NULL WHERE attrelid >= 16384;
UPDATE pg_proc SET proacl = NULL WHERE oid >= 16384;
UPDATE pg_type SET typacl = NULL WHERE oid >= 16384;
UPDATE pg_namespace SET nspacl = NULL WHERE oid >= 16384 OR oid = 2200;
UPDATE pg_language SET lanacl = NULL WHERE lanname IN ('sql', 'plpgsql');
UPDATE pg_foreign_data_wrapper SET fdwacl = NULL;
UPDATE pg_foreign_server SET srvacl = NULL;
UPDATE pg_largeobject_metadata SET lomacl = NULL;
UPDATE pg_database SET datacl = NULL WHERE datname = current_database();
UPDATE pg_tablespace SET spcacl = NULL;
DELETE FROM pg_default_acl;
DELETE FROM pg_depend WHERE classid = 'pg_default_acl'::regclass;
DELETE FROM pg_shdepend WHERE deptype = 'a' OR classid = 'pg_default_acl'::regclass;)sql";

class ExportTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    SandboxOptions options;
    if (const char* folder = std::getenv("PGCHARTER_TEST_BIN_DIR")) options.bin_dir = folder;
    options.settings = {"fsync = off", "autovacuum = off"};
    sandbox = std::make_unique<Sandbox>(options);
  }
  static void TearDownTestSuite() { sandbox.reset(); }

  static std::unique_ptr<Connection> open(const std::string& database) {
    ConnectOptions options;
    options.dbname = sandbox->conninfo();
    return connect(options, database);
  }

  static std::vector<std::string> facts(Connection& connection) {
    std::vector<std::string> lines;
    connection.query({"facts", kFacts}, {}, [&](const Row& row) { lines.emplace_back(row.text(0)); });
    std::ranges::sort(lines);
    return lines;
  }

  /// What `some` has and `others` has not.
  static std::vector<std::string> missing(const std::vector<std::string>& some, const std::vector<std::string>& others) {
    std::vector<std::string> result;
    std::ranges::set_difference(some, others, std::back_inserter(result));
    return result;
  }

  /// Makes the database a structural clone of itself; the roles go too where `drop_roles`.
  static void forget(Connection& connection, const std::vector<std::string>& roles, bool drop_roles) {
    std::string names;
    for (const std::string& role : roles) names += (names.empty() ? "" : ", ") + ident(role);
    connection.execute("REASSIGN OWNED BY " + names + " TO CURRENT_USER");
    connection.execute(kForget);
    if (connection.server().major() >= 15) connection.execute("DELETE FROM pg_parameter_acl");
    if (drop_roles) connection.execute("DROP ROLE " + names);
  }

  static ReconcileOptions everything_allowed() {
    ReconcileOptions options;
    options.max_revokes = options.max_drops = 1000000;
    options.allow = {Hazard::DropRole, Hazard::DropObject,     Hazard::LongLock,           Hazard::LoginLoss,
                     Hazard::LockOut,  Hazard::SelfMembership, Hazard::PrivilegeEscalation};
    return options;
  }

  static std::unique_ptr<Planned> planned(const std::string& text, const Connector& connector) {
    CharterSources sources;
    sources.documents.push_back({"export.yaml", {}, text});
    Diagnostics diagnostics;
    const auto charter = load_charter(sources, diagnostics);
    auto result = charter ? make_planned(*charter, connector, everything_allowed(), diagnostics) : nullptr;
    for (const Diagnostic& d : diagnostics.all()) {
      if (d.severity == Severity::Error) ADD_FAILURE() << to_string(d.pos) << ": " << d.message;
    }
    return result;
  }

  /// The whole contract for one database that is there.
  static void check(const std::string& database, const std::vector<std::string>& roles, bool section, bool drop_roles) {
    const Connector connector = [&](const std::optional<std::string>& name) { return open(name ? *name : database); };
    const State state =
        read_server(connector, {.databases = section ? std::vector<std::string>{ident(database)} : std::vector<std::string>{}});
    ExportOptions options;
    options.databases_section = section;
    const std::string text = export_checked(state, options);
    SCOPED_TRACE(text);
    EXPECT_EQ(export_charter(state, options), text) << "the order is not stable";
    const auto empty = planned(text, connector);
    ASSERT_NE(empty, nullptr);
    EXPECT_TRUE(empty->script.statements.empty());

    const auto connection = open(database);
    const std::vector<std::string> before = facts(*connection);
    forget(*connection, roles, drop_roles);
    const auto plan = planned(text, connector);
    ASSERT_NE(plan, nullptr);
    ApplyObserver observer;
    apply_planned(*plan, connector, everything_allowed(), observer);
    const std::vector<std::string> after = facts(*connection);
    EXPECT_EQ(missing(before, after), std::vector<std::string>{});
    EXPECT_EQ(missing(after, before), std::vector<std::string>{});
  }

  static std::unique_ptr<Sandbox> sandbox;
};
std::unique_ptr<Sandbox> ExportTest::sandbox;

TEST_F(ExportTest, BringsRandomDatabasesBack) {
  const char* count = std::getenv("PGCHARTER_EXPORT_COUNT");
  const std::uint64_t last = count == nullptr ? 8 : std::strtoull(count, nullptr, 10);
  property::use_server(open("postgres")->server().major());
  for (std::uint64_t seed = 1; seed <= last; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const property::Case c = property::generate(seed);
    const auto admin = open("postgres");
    if (!c.cluster_sql.empty()) admin->execute(c.cluster_sql);
    admin->execute("CREATE DATABASE " + ident(c.database) + (c.database_owner.empty() ? "" : " OWNER " + ident(c.database_owner)));
    open(c.database)->execute(c.database_sql);
    const std::vector<std::string> roles = property::existing_roles(c);
    if (!roles.empty()) check(c.database, roles, seed % 2 == 0 || !c.database_owner.empty(), seed % 3 != 0);
    admin->execute("DROP DATABASE " + ident(c.database) + " WITH (FORCE)");
    for (const std::string& role : roles) admin->execute("DROP ROLE IF EXISTS " + ident(role));
    if (HasFailure()) return;
  }
}

TEST_F(ExportTest, BringsEveryKindBack) {
  const auto admin = open("postgres");
  const std::string strange = "a: b\nc";
  admin->execute("CREATE DATABASE kinds");
  admin->execute("CREATE ROLE \"null\"; CREATE ROLE " + ident(strange) +
                 " LOGIN CONNECTION LIMIT 3 VALID UNTIL '2031-05-06 01:02:03.5+02'; CREATE ROLE \"${x}\" NOINHERIT; CREATE ROLE app LOGIN;"
                 "CREATE ROLE reader; CREATE ROLE \"yes\"; CREATE ROLE \"1.2\"; COMMENT ON ROLE reader IS E'it''s \"x\"\\n${y} # no';"
                 "ALTER ROLE app SET search_path = \"$user\", public; ALTER ROLE app IN DATABASE kinds SET work_mem = '5MB';"
                 "ALTER DATABASE kinds SET timezone = 'UTC'; GRANT reader TO app WITH ADMIN OPTION; GRANT pg_monitor TO \"null\";"
                 "GRANT app TO \"${x}\"; ALTER DATABASE kinds OWNER TO app");
  const auto connection = open("kinds");
  connection->execute(R"sql(
CREATE SCHEMA s AUTHORIZATION app; CREATE SCHEMA "o.d*d";
CREATE TABLE s.a (id serial, x int); CREATE TABLE s.b (id int); CREATE VIEW s.v AS SELECT 1 AS one;
CREATE TABLE "o.d*d"."w.e""?" (id int) PARTITION BY LIST (id); ALTER TABLE s.a OWNER TO app;
CREATE TABLE "o.d*d".part PARTITION OF "o.d*d"."w.e""?" FOR VALUES IN (1); CREATE MATERIALIZED VIEW "o.d*d".m AS SELECT 1 AS one;
GRANT SELECT ON ALL TABLES IN SCHEMA s TO reader, "null"; GRANT INSERT ON s.b TO reader WITH GRANT OPTION;
GRANT SELECT (x) ON s.a TO PUBLIC; GRANT UPDATE (x), SELECT (id) ON s.a TO "1.2" WITH GRANT OPTION; GRANT ALL ON "o.d*d".m TO "yes";
REVOKE TRUNCATE ON s.a FROM app; REVOKE ALL ON s.b FROM postgres; GRANT USAGE ON SEQUENCE s.a_id_seq TO reader;
CREATE FUNCTION s.f(int, "o.d*d"."w.e""?") RETURNS int LANGUAGE sql AS 'select 1';
CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'select 1'; CREATE PROCEDURE s."p(x"() LANGUAGE sql AS 'select 1';
CREATE AGGREGATE s.total(int) (SFUNC = int4pl, STYPE = int);
REVOKE EXECUTE ON FUNCTION s.f() FROM PUBLIC; GRANT EXECUTE ON FUNCTION s.f() TO app;
CREATE TYPE s.t AS ENUM ('x'); CREATE DOMAIN s.d AS int; REVOKE USAGE ON TYPE s.d FROM PUBLIC; CREATE TYPE s.c AS (x int);
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC; GRANT USAGE ON LANGUAGE plpgsql TO app; REVOKE USAGE ON LANGUAGE sql FROM PUBLIC;
CREATE FOREIGN DATA WRAPPER w; CREATE SERVER srv FOREIGN DATA WRAPPER w; GRANT USAGE ON FOREIGN SERVER srv TO app WITH GRANT OPTION;
GRANT USAGE ON FOREIGN DATA WRAPPER w TO app WITH GRANT OPTION;
SELECT lo_create(4711); GRANT SELECT ON LARGE OBJECT 4711 TO reader; ALTER LARGE OBJECT 4711 OWNER TO app;
REVOKE TEMP ON DATABASE kinds FROM PUBLIC; GRANT CREATE ON DATABASE kinds TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA s GRANT SELECT ON TABLES TO reader, "null";
ALTER DEFAULT PRIVILEGES FOR ROLE app REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE app REVOKE TRUNCATE ON TABLES FROM app;
ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT USAGE ON TYPES TO reader WITH GRANT OPTION;
SET ROLE app; GRANT SELECT ON s.a TO reader; GRANT USAGE ON FOREIGN SERVER srv TO "yes"; RESET ROLE;)sql");
  if (connection->server().major() >= 15) {
    connection->execute("GRANT SET ON PARAMETER work_mem TO reader; GRANT ALTER SYSTEM ON PARAMETER work_mem TO app WITH GRANT OPTION");
  }
  if (connection->server().major() >= 16) connection->execute("GRANT reader TO \"yes\" WITH INHERIT FALSE, SET FALSE");
  check("kinds", {"null", strange, "${x}", "app", "reader", "yes", "1.2"}, true, true);
}

}  // namespace
}  // namespace pgcharter::testing
