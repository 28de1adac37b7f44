// One query per thing. acldefault() takes 's' for sequences, 'd' databases, 'n' schemas, 'f' routines, 'r' relations, 'c'
// columns (https://www.postgresql.org/docs/current/functions-info.html); pg_default_acl calls sequences 'S'.
#include "property/snapshot.h"

namespace pgcharter::property {
namespace {

const std::string kGrantee =
    "case a.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee) end, pg_catalog.pg_get_userbyid(a.grantor), "
    "a.privilege_type, a.is_grantable";
const std::string kNotSystem = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'";

/// kind, schema, name, args, oid, owner, then an ACL entry or nulls.
std::string objects_query() {
  const auto select = [](const std::string& kind, const std::string& schema, const std::string& name, const std::string& args,
                         const std::string& from, const std::string& alias, const std::string& owner, const std::string& acl,
                         const std::string& defaults) {
    return "select '" + kind + "', " + schema + ", " + name + ", " + args + ", " + alias + ".oid, pg_catalog.pg_get_userbyid(" + owner +
           "), " + kGrantee + " from " + from + " left join lateral pg_catalog.aclexplode(coalesce(" + acl + ", pg_catalog.acldefault(" +
           defaults + ", " + owner + "))) a on true where ";
  };
  return select("d", "''", "d.datname", "''", "pg_catalog.pg_database d", "d", "d.datdba", "d.datacl", "'d'") +
         "d.datname = pg_catalog.current_database()\nunion all\n" +
         select("n", "''", "n.nspname", "''", "pg_catalog.pg_namespace n", "n", "n.nspowner", "n.nspacl", "'n'") + kNotSystem +
         "\nunion all\n" +
         select("r", "n.nspname", "c.relname", "''", "pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace", "c",
                "c.relowner", "c.relacl", "'r'") +
         kNotSystem + " and c.relkind in ('r', 'p', 'v', 'm', 'f')\nunion all\n" +
         select("S", "n.nspname", "c.relname", "''", "pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace", "c",
                "c.relowner", "c.relacl", "'s'") +
         kNotSystem + " and c.relkind = 'S'\nunion all\n" +
         select("f", "n.nspname", "p.proname",
                "coalesce((select pg_catalog.string_agg(pg_catalog.format_type(t.type, null), ', ' order by t.number) from "
                "unnest(p.proargtypes) with ordinality t(type, number)), '')",
                "pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace", "p", "p.proowner", "p.proacl", "'f'") +
         kNotSystem;
}

Kind kind_of(std::string_view letter) {
  switch (letter[0]) {
    case 'd':
      return Kind::Database;
    case 'n':
      return Kind::Schema;
    case 'r':
      return Kind::Table;
    case 'S':
      return Kind::Sequence;
    default:
      return Kind::Function;
  }
}

std::string text(const Row& row, int column) { return std::string(row.text(column)); }

class Reader {
 public:
  Reader(Connection& connection, const Case& c) : connection_(connection), case_(c) {}

  Snapshot read() {
    objects();
    columns();
    roles();
    memberships();
    defaults();
    return std::move(snapshot_);
  }

 private:
  void each(const char* name, const std::string& sql, const std::function<void(const Row&)>& f,
            const std::vector<std::optional<std::string>>& parameters = {}) {
    connection_.query({name, sql}, parameters, f);
  }

  static void add_entry(const Row& row, int first, std::vector<Entry>& entries) {
    if (!row.is_null(first + 2)) entries.push_back({text(row, first), text(row, first + 1), text(row, first + 2), row.boolean(first + 3)});
  }

  void objects() {
    each("test_objects", objects_query(), [&](const Row& row) {
      auto& object = snapshot_.objects[{kind_of(row.text(0)), text(row, 1), text(row, 2), text(row, 3)}];
      object.oid = static_cast<unsigned>(row.number(4));
      object.owner = text(row, 5);
      add_entry(row, 6, object.acl);
    });
  }

  void columns() {
    each("test_columns",
         "select n.nspname, c.relname, t.attname, " + kGrantee +
             " from pg_catalog.pg_attribute t join pg_catalog.pg_class c on c.oid = t.attrelid join pg_catalog.pg_namespace n on n.oid = "
             "c.relnamespace "
             "left join lateral pg_catalog.aclexplode(t.attacl) a on true where t.attnum > 0 and not t.attisdropped and c.relkind in "
             "('r','p','v','m','f') and " +
             kNotSystem,
         [&](const Row& row) {
           add_entry(row, 3, snapshot_.objects[{Kind::Table, text(row, 0), text(row, 1), ""}].columns[text(row, 2)]);
         });
  }

  void roles() {
    each("test_roles",
         "select rolname, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit, "
         "pg_catalog.to_char(rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD'), pg_catalog.shobj_description(oid, 'pg_authid') from "
         "pg_catalog.pg_roles "
         "where rolname !~ '^pg_'",
         [&](const Row& row) {
           RoleFacts& role = snapshot_.roles[text(row, 0)];
           static const char* const flags[] = {"superuser", "createdb", "createrole", "inherit", "login", "replication", "bypassrls"};
           for (int i = 0; i < 7; ++i) role.attributes.flags[flags[i]] = row.boolean(i + 1);
           role.attributes.connection_limit = static_cast<int>(row.number(8));
           role.attributes.valid_until = text(row, 9);
           role.comment = text(row, 10);
         });
    each(
        "test_settings",
        "select r.rolname, s.setdatabase <> 0, x.item from pg_catalog.pg_db_role_setting s join pg_catalog.pg_roles r on r.oid = s.setrole "
        "cross join lateral unnest(s.setconfig) x(item) where s.setdatabase = 0 or s.setdatabase = (select oid from pg_catalog.pg_database "
        "where datname = "
        "pg_catalog.current_database())",
        [&](const Row& row) {
          RoleFacts& role = snapshot_.roles[text(row, 0)];
          const std::string item = text(row, 2);
          const std::size_t equals = item.find('=');
          (row.boolean(1) ? role.settings_in : role.settings)[item.substr(0, equals)] = item.substr(equals + 1);
        });
  }

  void memberships() {
    each("test_memberships",
         "select pg_catalog.pg_get_userbyid(roleid), pg_catalog.pg_get_userbyid(member), bool_or(admin_option), "
         "bool_or((pg_catalog.to_jsonb(m) ->> 'inherit_option')::boolean), bool_or((pg_catalog.to_jsonb(m) ->> 'set_option')::boolean) "
         "from pg_catalog.pg_auth_members m group by 1, 2",
         [&](const Row& row) {
           MemberFacts& facts = snapshot_.memberships[{text(row, 0), text(row, 1)}];
           facts.admin = row.boolean(2);
           if (!row.is_null(3)) facts.inherit = row.boolean(3);
           if (!row.is_null(4)) facts.set = row.boolean(4);
         });
  }

  void defaults() {
    each("test_default_acl_in_schema",
         "select pg_catalog.pg_get_userbyid(d.defaclrole), n.nspname, d.defaclobjtype, " + kGrantee +
             " from pg_catalog.pg_default_acl d join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace cross join lateral "
             "pg_catalog.aclexplode(d.defaclacl) a",
         [&](const Row& row) {
           add_entry(row, 3, snapshot_.defaults[{text(row, 0), text(row, 1), kind_of(row.text(2))}]);
         });
    each("test_default_acl_global",
         "select r.rolname, '', k.letter, " + kGrantee +
             " from pg_catalog.pg_roles r cross join (values ('r'::\"char\", 'r'::\"char\"), ('S', 's'), ('f', 'f'), ('n', 'n')) k(letter, "
             "builtin) "
             "left join pg_catalog.pg_default_acl d on d.defaclrole = r.oid and d.defaclnamespace = 0 and d.defaclobjtype = k.letter "
             "left join lateral pg_catalog.aclexplode(coalesce(d.defaclacl, pg_catalog.acldefault(k.builtin, r.oid))) a on true where "
             "r.rolname !~ '^pg_'",
         [&](const Row& row) {
           add_entry(row, 3, snapshot_.defaults[{text(row, 0), "", kind_of(row.text(2))}]);
         });
  }

  Connection& connection_;
  const Case& case_;
  Snapshot snapshot_;
};

}  // namespace

Snapshot take_snapshot(Connection& connection, const Case& c) { return Reader(connection, c).read(); }

void rename_roles(Snapshot& snapshot, const Case& c) {
  std::map<std::string, std::string> renamed;
  for (const auto& role : c.roles) {
    if (role.exists && role.before_name != role.name) renamed[role.before_name] = role.name;
  }
  const auto fix = [&](std::string& name) {
    if (const auto it = renamed.find(name); it != renamed.end()) name = it->second;
  };
  const auto fix_entries = [&](std::vector<Entry>& entries) {
    for (auto& entry : entries) {
      fix(entry.grantee);
      fix(entry.grantor);
    }
  };
  for (auto& [key, object] : snapshot.objects) {
    fix(object.owner);
    fix_entries(object.acl);
    for (auto& [column, entries] : object.columns) fix_entries(entries);
  }
  Snapshot fixed;
  for (auto [key, entries] : snapshot.defaults) {
    fix_entries(entries);
    auto [creator, schema, kind] = key;
    fix(creator);
    fixed.defaults[{creator, schema, kind}] = entries;
  }
  for (const auto& [key, facts] : snapshot.roles) {
    std::string name = key;
    fix(name);
    fixed.roles[name] = facts;
  }
  for (const auto& [edge, facts] : snapshot.memberships) {
    auto [group, member] = edge;
    fix(group);
    fix(member);
    fixed.memberships[{group, member}] = facts;
  }
  snapshot.defaults = std::move(fixed.defaults);
  snapshot.roles = std::move(fixed.roles);
  snapshot.memberships = std::move(fixed.memberships);
}

}  // namespace pgcharter::property
