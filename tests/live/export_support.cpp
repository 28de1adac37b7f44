// The account of a server's access in SQL, and how it is undone. The catalogs are written directly, since no sequence of REVOKEs is known
// to undo everything that random grants do. Members of extensions go back to what the extension gave (pg_init_privs).
//
// Not compared, because it has no effect and a charter does not say it: who granted (instead: that afterwards nobody but owners did), an
// owner's explicit grant options, and an owner's privilege on a column that it has on the whole table.
#include "live/export_support.h"

#include <algorithm>

namespace pgcharter::testing {
namespace {

/// Every list of access: what it is on, whose it is, and the normalised entries. %parameters%: where the server has them.
constexpr const char* kLists = R"sql(
with lists (kind, id, owner, acl) as (
  select 'relation', oid::text, relowner, coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
  from pg_class where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all select 'column', a.attrelid || '.' || a.attnum, c.relowner,
    (select array_agg(makeaclitem(e.grantee, e.grantor, e.privilege_type, e.is_grantable)) from aclexplode(a.attacl) e
     where e.grantee <> c.relowner or not exists (
       select from aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) t
       where t.grantee = c.relowner and t.privilege_type = e.privilege_type))
    from pg_attribute a join pg_class c on c.oid = a.attrelid where a.attacl is not null
  union all select 'routine', oid::text, proowner, coalesce(proacl, acldefault('f', proowner)) from pg_proc
  union all select 'type', oid::text, typowner, coalesce(typacl, acldefault('T', typowner)) from pg_type where typtype <> 'c' or typrelid = 0
  union all select 'schema', nspname::text, nspowner, coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace where nspname !~ '^pg_(toast_)?temp'
  union all select 'language', oid::text, lanowner, coalesce(lanacl, acldefault('l', lanowner)) from pg_language
  union all select 'wrapper', oid::text, fdwowner, coalesce(fdwacl, acldefault('F', fdwowner)) from pg_foreign_data_wrapper
  union all select 'server', oid::text, srvowner, coalesce(srvacl, acldefault('S', srvowner)) from pg_foreign_server
  union all select 'large object', oid::text, lomowner, coalesce(lomacl, acldefault('L', lomowner)) from pg_largeobject_metadata
  union all select 'database', datname, datdba, coalesce(datacl, acldefault('d', datdba)) from pg_database where datname = current_database()
  union all select 'tablespace', spcname, spcowner, coalesce(spcacl, acldefault('t', spcowner)) from pg_tablespace
  union all select 'default ' || defaclobjtype::text, case defaclnamespace when 0 then '' else defaclnamespace::regnamespace::text end, defaclrole,
    defaclacl from pg_default_acl
  %parameters%
)
)sql";

/// What both accounts below say alike.
constexpr const char* kRoleFacts = R"sql(
union all
select concat_ws(' ', 'role', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit,
                 coalesce(rolvaliduntil, 'infinity'), shobj_description(oid, 'pg_authid')) from pg_roles
union all
select concat_ws(' ', 'setting', setdatabase, case setrole when 0 then '' else pg_get_userbyid(setrole)::text end, setting)
from pg_db_role_setting cross join unnest(setconfig) setting)sql";

constexpr const char* kFacts = R"sql(
select kind || ' ' || id || ' of ' || pg_get_userbyid(owner) from lists where kind !~ 'default|column'
union all
select kind || ' ' || id || ': ' || e.privilege_type || ' for ' || case e.grantee when 0 then 'PUBLIC' else pg_get_userbyid(e.grantee)::text end ||
       case when bool_or(e.is_grantable) and e.grantee <> owner then ' with option' else '' end ||
       case when kind ~ 'default' then ' by ' || pg_get_userbyid(owner) else '' end
from lists cross join aclexplode(acl) e group by kind, id, owner, e.grantee, e.privilege_type
union all
select concat_ws(' ', 'member', pg_get_userbyid(member), 'of', pg_get_userbyid(roleid), bool_or(admin_option),
                 bool_or((to_jsonb(m) ->> 'inherit_option')::bool), bool_or((to_jsonb(m) ->> 'set_option')::bool))
from pg_auth_members m group by member, roleid)sql";

/// The same with everything that an inverse must bring back: grantors, and each row by itself. Before 16 a membership's grantor means
/// nothing.
constexpr const char* kExactFacts = R"sql(
select kind || ' ' || id || ' of ' || pg_get_userbyid(owner) from lists where kind !~ 'default|column'
union all
select concat_ws(' ', kind, id, e.privilege_type, 'for', case e.grantee when 0 then 'PUBLIC' else pg_get_userbyid(e.grantee)::text end, 'by',
                 pg_get_userbyid(e.grantor), e.is_grantable, pg_get_userbyid(owner))
from lists cross join aclexplode(acl) e
union all
select concat_ws(' ', 'member', pg_get_userbyid(member), 'of', pg_get_userbyid(roleid), admin_option, to_jsonb(m) ->> 'inherit_option',
                 to_jsonb(m) ->> 'set_option', case when to_jsonb(m) ? 'inherit_option' then pg_get_userbyid(grantor)::text end)
from pg_auth_members m)sql";

constexpr const char* kForeignGrants = R"sql(
select concat_ws(' ', kind, id, e.privilege_type, e.grantee, 'by', e.grantor) from lists cross join aclexplode(acl) e where e.grantor <> owner
union all
select concat_ws(' ', 'member', member, 'of', roleid, 'by', grantor) from pg_auth_members where grantor >= 16384)sql";

constexpr const char* kForgetLists = R"sql(
CREATE FUNCTION pg_temp.initial(catalog regclass, object oid) RETURNS aclitem[] LANGUAGE sql AS
  'SELECT initprivs FROM pg_init_privs WHERE classoid = $1 AND objoid = $2 AND objsubid = 0';
UPDATE pg_class SET relacl = pg_temp.initial('pg_class', oid) WHERE oid >= 16384;
UPDATE pg_attribute SET attacl = NULL WHERE attrelid >= 16384;
UPDATE pg_proc SET proacl = pg_temp.initial('pg_proc', oid) WHERE oid >= 16384 AND pronamespace <> pg_my_temp_schema();
UPDATE pg_type SET typacl = pg_temp.initial('pg_type', oid) WHERE oid >= 16384;
UPDATE pg_namespace SET nspacl = NULL WHERE oid >= 16384 OR oid = 2200;
UPDATE pg_language SET lanacl = pg_temp.initial('pg_language', oid) WHERE lanpltrusted;
UPDATE pg_foreign_data_wrapper SET fdwacl = pg_temp.initial('pg_foreign_data_wrapper', oid);
UPDATE pg_foreign_server SET srvacl = pg_temp.initial('pg_foreign_server', oid);
UPDATE pg_largeobject_metadata SET lomacl = NULL;
UPDATE pg_database SET datacl = NULL WHERE datname = current_database();
DELETE FROM pg_default_acl;
DELETE FROM pg_depend WHERE classid = 'pg_default_acl'::regclass;
DROP FUNCTION pg_temp.initial(regclass, oid);)sql";

constexpr const char* kForgetServer = R"sql(
UPDATE pg_tablespace SET spcacl = NULL;
UPDATE pg_authid SET rolsuper = false, rolinherit = true, rolcreaterole = false, rolcreatedb = false, rolcanlogin = false,
  rolreplication = false, rolbypassrls = false, rolconnlimit = -1, rolvaliduntil = NULL WHERE oid >= 16384;
DELETE FROM pg_auth_members WHERE member >= 16384;
DELETE FROM pg_shdescription WHERE objoid >= 16384 AND classoid = 'pg_authid'::regclass;
DELETE FROM pg_db_role_setting WHERE setrole <> 0;
DELETE FROM pg_shdepend WHERE deptype = 'a' OR classid = 'pg_default_acl'::regclass;)sql";

std::string with_lists(int major, const std::string& query) {
  std::string sql = kLists;
  const std::string_view mark = "%parameters%";
  sql.replace(sql.find(mark), mark.size(),
              major >= 15 ? "union all select 'parameter', parname, 10::oid, paracl from pg_parameter_acl" : "");
  return sql + query;
}

/// What `some` has and `others` has not.
std::vector<std::string> missing(const std::vector<std::string>& some, const std::vector<std::string>& others) {
  std::vector<std::string> result;
  std::ranges::set_difference(some, others, std::back_inserter(result));
  return result;
}

std::vector<std::string> quoted(std::vector<std::string> names) {
  for (std::string& name : names) name = ident(name);
  return names;
}

}  // namespace

std::unique_ptr<Sandbox> ExportTest::sandbox;

void ExportTest::SetUpTestSuite() {
  SandboxOptions options;
  if (const char* folder = std::getenv("PGCHARTER_TEST_BIN_DIR")) options.bin_dir = folder;
  options.settings = {"fsync = off", "autovacuum = off", "allow_in_place_tablespaces = on"};
  sandbox = std::make_unique<Sandbox>(options);
}

void ExportTest::TearDownTestSuite() { sandbox.reset(); }

void ExportTest::create(const property::Case& c) {
  const auto admin = open();
  if (!c.cluster_sql.empty()) admin->execute(c.cluster_sql);
  for (const std::string& sql : c.alone_sql) admin->execute(sql);
  admin->execute("CREATE DATABASE " + ident(c.database) + (c.database_owner.empty() ? "" : " OWNER " + ident(c.database_owner)));
  open(c.database)->execute(c.database_sql);
}

void ExportTest::TearDown() {
  const auto admin = open();
  for (const std::string& name : lines(*admin, "select datname from pg_database where oid >= 16384 and not datistemplate")) {
    admin->execute("DROP DATABASE " + ident(name) + " WITH (FORCE)");
  }
  for (const std::string& name : lines(*admin, "select spcname from pg_tablespace where oid >= 16384")) {
    admin->execute("DROP TABLESPACE " + ident(name));
  }
  admin->execute("UPDATE pg_tablespace SET spcacl = NULL, spcowner = 10 WHERE spcacl IS NOT NULL OR spcowner <> 10");
  admin->execute("DELETE FROM pg_shdepend WHERE deptype = 'a' OR classid = 'pg_tablespace'::regclass");
  if (major() >= 15) admin->execute("DELETE FROM pg_parameter_acl");
  for (const std::string& name : lines(*admin, "select rolname from pg_roles where oid >= 16384"))
    admin->execute("DROP ROLE " + ident(name));
}

std::unique_ptr<Connection> ExportTest::open(const std::string& database, const std::string& user) {
  ConnectOptions options;
  options.dbname = sandbox->conninfo("postgres", user);
  return connect(options, database);
}

Connector ExportTest::connector(const std::string& usual, const std::string& user) {
  return [=](const std::optional<std::string>& name) { return open(name ? *name : usual, user); };
}

std::vector<std::string> ExportTest::lines(Connection& connection, const std::string& sql) {
  std::vector<std::string> result;
  connection.query({"test", sql}, {}, [&](const Row& row) { result.emplace_back(row.text(0)); });
  std::ranges::sort(result);
  return result;
}

std::vector<std::string> ExportTest::facts(Connection& connection) {
  return lines(connection, with_lists(connection.server().major(), std::string(kFacts) + kRoleFacts));
}

std::vector<std::string> ExportTest::exact_facts(Connection& connection) {
  return lines(connection, with_lists(connection.server().major(), std::string(kExactFacts) + kRoleFacts));
}

std::vector<std::string> ExportTest::foreign_grants(Connection& connection) {
  return lines(connection, with_lists(connection.server().major(), kForeignGrants));
}

void ExportTest::forget(const Databases& databases, bool settings, bool drop_roles) {
  const auto admin = open();
  std::string names;
  for (const std::string& role : quoted(lines(*admin, "select rolname from pg_roles where oid >= 16384")))
    names += (names.empty() ? "" : ", ") + role;
  for (const std::string& database : databases) {
    const auto connection = open(database);
    if (!names.empty()) connection->execute("REASSIGN OWNED BY " + names + " TO CURRENT_USER");
    connection->execute(kForgetLists);
    if (settings) connection->execute("ALTER DATABASE " + ident(database) + " RESET ALL");
  }
  admin->execute(kForgetServer);
  if (major() >= 15) admin->execute("DELETE FROM pg_parameter_acl");
  if (drop_roles && !names.empty()) admin->execute("DROP ROLE " + names);
}

ReconcileOptions ExportTest::everything_allowed() {
  ReconcileOptions options;
  options.max_revokes = options.max_drops = 1000000;
  options.allow = {Hazard::DropRole, Hazard::DropObject,     Hazard::LongLock,           Hazard::LoginLoss,
                   Hazard::LockOut,  Hazard::SelfMembership, Hazard::PrivilegeEscalation};
  return options;
}

std::unique_ptr<Planned> ExportTest::planned(const std::string& text, const Connector& connector) {
  CharterSources sources;
  sources.documents.push_back({"export.yaml", {}, text});
  Diagnostics diagnostics;
  const auto charter = load_charter(sources, diagnostics);
  auto result = charter ? make_planned(*charter, connector, everything_allowed(), diagnostics) : nullptr;
  for (const Diagnostic& d : diagnostics.all()) {
    if (d.severity != Severity::Note && d.code != "dangling-role") ADD_FAILURE() << to_string(d.pos) << ": " << d.message;
  }
  return result;
}

void ExportTest::apply(const std::string& text, const Connector& connector) {
  const auto plan = planned(text, connector);
  ASSERT_NE(plan, nullptr);
  ApplyObserver observer;
  apply_planned(*plan, connector, everything_allowed(), observer);
}

std::string ExportTest::check(const Databases& databases, bool section, bool drop_roles) {
  const Connector connect_to = connector(databases.front());
  const State state = read_server(connect_to, {.databases = section ? quoted(databases) : std::vector<std::string>{}});
  ExportOptions options;
  options.databases_section = section;
  const std::string text = export_checked(state, options);
  SCOPED_TRACE(text);
  EXPECT_EQ(export_charter(state, options), text) << "the order is not stable";
  const auto empty = planned(text, connect_to);
  if (empty == nullptr) return text;
  EXPECT_TRUE(empty->script.statements.empty());

  std::vector<std::vector<std::string>> before;
  for (const std::string& database : databases) before.push_back(facts(*open(database)));
  forget(databases, section, drop_roles);
  apply(text, connect_to);
  for (std::size_t i = 0; i < databases.size(); ++i) {
    SCOPED_TRACE(databases[i]);
    const auto connection = open(databases[i]);
    const std::vector<std::string> after = facts(*connection);
    EXPECT_EQ(missing(before[i], after), std::vector<std::string>{});
    EXPECT_EQ(missing(after, before[i]), std::vector<std::string>{});
    EXPECT_EQ(foreign_grants(*connection), std::vector<std::string>{});
  }
  // Once more, from the state that it made itself: the same text, so nothing of it depends on how the state came about.
  EXPECT_EQ(export_charter(read_server(connect_to, {.databases = section ? quoted(databases) : std::vector<std::string>{}}), options),
            text);
  return text;
}

}  // namespace pgcharter::testing
