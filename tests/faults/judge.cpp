// Names stand where the catalog holds oids; an oid without a name is printed as it is, so that a dangling entry is seen. Rows that differ
// between server versions (membership options) are taken whole, as JSON without their oids.
#include "faults/judge.h"

#include <chrono>
#include <set>
#include <sstream>
#include <thread>

namespace pgcharter::testing {
namespace {

constexpr std::string_view kServer = R"(
with r as (select oid, rolname::text as name from pg_catalog.pg_roles),
acl as (
  select 'database ' || datname as what, datdba as owner, datacl as acl from pg_catalog.pg_database where datname <> 'postgres'
  union all select 'tablespace ' || spcname, spcowner, spcacl from pg_catalog.pg_tablespace)
select line from (
  select 'role ' || (pg_catalog.to_jsonb(a) - '{oid,rolpassword}'::text[])::text || ' password ' || (a.rolpassword is not null)::text
         || ' settings ' || coalesce((select pg_catalog.string_agg(c, ',' order by c) from pg_catalog.pg_db_role_setting s,
                                      pg_catalog.unnest(s.setconfig) c where s.setrole = a.oid and s.setdatabase = 0), '-')
         || ' comment ' || coalesce(pg_catalog.shobj_description(a.oid, 'pg_authid'), '-') as line
    from pg_catalog.pg_authid a where a.rolname !~ '^pg_'
  union all
  select 'member ' || coalesce(g.name, m.roleid::text) || ' < ' || coalesce(u.name, m.member::text) || ' by ' || coalesce(b.name, m.grantor::text)
         || ' ' || (pg_catalog.to_jsonb(m) - '{oid,roleid,member,grantor}'::text[])::text
    from pg_catalog.pg_auth_members m left join r g on g.oid = m.roleid left join r u on u.oid = m.member left join r b on b.oid = m.grantor
  union all
  select 'setting ' || coalesce(d.datname, '*') || ' ' || coalesce(r.name, s.setrole::text) || ' ' || s.setconfig::text
    from pg_catalog.pg_db_role_setting s left join pg_catalog.pg_database d on d.oid = s.setdatabase left join r on r.oid = s.setrole
  union all
  select what || ' owner ' || coalesce(r.name, owner::text) || case when acl is null then ' default' else '' end
    from acl left join r on r.oid = owner
  union all
  select what || ' ' || coalesce(e.name, x.grantee::text) || ' ' || x.privilege_type || ' ' || x.is_grantable || ' by ' || coalesce(b.name, x.grantor::text)
    from acl, pg_catalog.aclexplode(acl.acl) x left join r e on e.oid = x.grantee left join r b on b.oid = x.grantor
) l order by line collate "C")";

constexpr std::string_view kDatabase = R"(
with r as (select oid, rolname::text as name from pg_catalog.pg_roles),
n as (select oid, nspname from pg_catalog.pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'),
acl as (
  select 'schema ' || nspname as what, nspowner as owner, nspacl as acl, pg_catalog.obj_description(oid, 'pg_namespace') as comment
    from pg_catalog.pg_namespace where nspname !~ '^pg_(toast|temp)'
  union all
  select 'relation ' || n.nspname || '.' || c.relname || ' ' || c.relkind::text, c.relowner, c.relacl, pg_catalog.obj_description(c.oid, 'pg_class')
    from pg_catalog.pg_class c join n on n.oid = c.relnamespace
  union all
  select 'column ' || n.nspname || '.' || c.relname || '.' || a.attname, c.relowner, a.attacl, pg_catalog.col_description(c.oid, a.attnum)
    from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join n on n.oid = c.relnamespace
    where a.attnum > 0 and not a.attisdropped
  union all
  select 'routine ' || n.nspname || '.' || p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')', p.proowner, p.proacl, p.proconfig::text
    from pg_catalog.pg_proc p join n on n.oid = p.pronamespace
  union all
  select 'type ' || n.nspname || '.' || t.typname, t.typowner, t.typacl, null from pg_catalog.pg_type t join n on n.oid = t.typnamespace
  union all select 'language ' || lanname, lanowner, lanacl, null from pg_catalog.pg_language
  union all select 'wrapper ' || fdwname, fdwowner, fdwacl, null from pg_catalog.pg_foreign_data_wrapper
  union all select 'foreign server ' || srvname, srvowner, srvacl, null from pg_catalog.pg_foreign_server
  union all select 'large object ' || oid, lomowner, lomacl, null from pg_catalog.pg_largeobject_metadata
  union all select 'extension ' || extname || ' ' || extversion, extowner, null, null from pg_catalog.pg_extension
  union all
  select 'defaults of ' || coalesce((select name from r where r.oid = d.defaclrole), d.defaclrole::text) || ' in ' ||
         coalesce((select nspname from pg_catalog.pg_namespace s where s.oid = d.defaclnamespace), '*') || ' on ' || d.defaclobjtype::text,
         d.defaclrole, d.defaclacl, null
    from pg_catalog.pg_default_acl d)
select line from (
  select what || ' owner ' || coalesce(r.name, owner::text) || case when acl is null then ' default' else '' end || ' ' || coalesce(comment, '') as line
    from acl left join r on r.oid = owner
  union all
  select what || ' ' || coalesce(e.name, x.grantee::text) || ' ' || x.privilege_type || ' ' || x.is_grantable || ' by ' || coalesce(b.name, x.grantor::text)
    from acl, pg_catalog.aclexplode(acl.acl) x left join r e on e.oid = x.grantee left join r b on b.oid = x.grantor
  union all
  select 'system ' || pg_catalog.md5(pg_catalog.string_agg(o || ':' || acl, ' ' order by o)) from (
    select c.oid::bigint as o, c.relowner || c.relacl::text as acl from pg_catalog.pg_class c
      where c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace and c.relacl is not null
    union all
    select -p.oid::bigint, p.proowner || p.proacl::text from pg_catalog.pg_proc p
      where p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace and p.proacl is not null) s
) l order by line collate "C")";

std::string lines_of(Connection& connection, std::string_view sql) {
  std::string text;
  connection.query({"judge", sql}, {}, [&text](const Row& row) { text.append(row.text(0)).append("\n"); });
  return text;
}

std::multiset<std::string> split_lines(const std::string& text) {
  std::multiset<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.insert(line);
  return lines;
}

void append_missing(std::string& out, const std::string& a, const std::string& b, const std::string& sign) {
  const auto there = split_lines(b);
  int count = 0;
  for (const std::string& line : split_lines(a)) {
    if (!there.contains(line) && ++count <= 10) out += sign + line + "\n";
  }
  if (count > 10) out += sign + "and " + std::to_string(count - 10) + " more\n";
}

}  // namespace

bool sessions_end(Connection& admin) {
  for (int i = 0; i < 3000; ++i) {
    bool any = false;
    admin.query({"sessions", "select 1 from pg_catalog.pg_stat_activity where application_name like 'pgcharter%'"}, {},
                [&any](const Row&) { any = true; });
    if (!any) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

Dumps dump(LiveServer& server, const std::vector<std::string>& databases) {
  Dumps result;
  for (const std::string& database : databases) {
    ConnectOptions options = server.options(database);
    options.application_name = "judge";
    const auto connection = connect(options);
    if (result.empty()) {
      EXPECT_TRUE(sessions_end(*connection)) << "a session of pgcharter is still there";
      result["server"] = lines_of(*connection, kServer);
    }
    result[database] = lines_of(*connection, kDatabase);
  }
  return result;
}

std::string difference(const Dumps& a, const Dumps& b) {
  std::string text;
  for (const auto& [part, lines] : a) {
    append_missing(text, lines, b.at(part), part + " - ");
    append_missing(text, b.at(part), lines, part + " + ");
  }
  return text;
}

}  // namespace pgcharter::testing
