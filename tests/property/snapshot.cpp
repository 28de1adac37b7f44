// One query per thing. acldefault() takes 's' for sequences, 'd' databases, 'n' schemas, 'f' routines, 'r' relations, 'c'
// columns (https://www.postgresql.org/docs/current/functions-info.html); pg_default_acl calls sequences 'S'.
#include "property/snapshot.h"

namespace pgcharter::property {
namespace {

const std::string kGrantee =
    "case a.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee) end, pg_catalog.pg_get_userbyid(a.grantor), "
    "a.privilege_type, a.is_grantable";
const std::string kNotSystem = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'";

/// Where the server keeps the objects of a kind.
struct Source {
  Kind kind;
  const char* catalog;  // alias o
  const char* name;
  const char* schema;  // empty: none
  const char* args;
  const char* owner;
  const char* acl;
  const char* where;
};

const std::vector<Source>& sources() {
  static const char* const arguments =
      "coalesce((select pg_catalog.string_agg(pg_catalog.format_type(t.type, null), ', ' order by t.number) from "
      "unnest(o.proargtypes) with ordinality t(type, number)), '')";
  static const std::vector<Source> all = {
      {Kind::Database, "pg_database", "datname", "", "''", "datdba", "datacl", "o.datname = pg_catalog.current_database()"},
      {Kind::Schema, "pg_namespace", "nspname", "", "''", "nspowner", "nspacl",
       "o.nspname !~ '^pg_' and o.nspname <> 'information_schema'"},
      {Kind::Table, "pg_class", "relname", "relnamespace", "''", "relowner", "relacl", "o.relkind in ('r', 'p', 'v', 'm', 'f')"},
      {Kind::Sequence, "pg_class", "relname", "relnamespace", "''", "relowner", "relacl", "o.relkind = 'S'"},
      {Kind::Function, "pg_proc", "proname", "pronamespace", arguments, "proowner", "proacl", "true"},
      // Arrays, multiranges and the types of rows follow another type or a table.
      {Kind::Type, "pg_type", "typname", "typnamespace", "''", "typowner", "typacl",
       "(o.typtype in ('d', 'e', 'r') or o.typtype = 'c' and exists (select from pg_catalog.pg_class c where c.oid = o.typrelid and "
       "c.relkind = "
       "'c'))"},
      {Kind::Language, "pg_language", "lanname", "", "''", "lanowner", "lanacl", "o.lanpltrusted"},
      {Kind::Wrapper, "pg_foreign_data_wrapper", "fdwname", "", "''", "fdwowner", "fdwacl", "true"},
      {Kind::Server, "pg_foreign_server", "srvname", "", "''", "srvowner", "srvacl", "true"},
      {Kind::Tablespace, "pg_tablespace", "spcname", "", "''", "spcowner", "spcacl", "true"},
      {Kind::LargeObject, "pg_largeobject_metadata", "oid", "", "''", "lomowner", "lomacl", "true"},
  };
  return all;
}

std::string column(const char* name) { return std::string("o.") + name; }

/// kind, schema, name, args, oid, owner, extension member, then an ACL entry or nulls.
std::string objects_query(bool initial) {
  std::string sql;
  for (const Source& source : sources()) {
    const std::string owner = column(source.owner);
    const std::string catalog = std::string("pg_catalog.") + source.catalog;
    const std::string here = " where x.classoid = '" + catalog + "'::pg_catalog.regclass and x.objoid = o.oid and x.objsubid = 0";
    const std::string standard =
        std::string("pg_catalog.acldefault('") + words(source.kind).acldefault_letter + "'::\"char\", " + owner + ")";
    const std::string acl =
        initial ? "(select x.initprivs from pg_catalog.pg_init_privs x" + here + " and x.privtype = 'e')" : column(source.acl);
    sql += (sql.empty() ? "select " : "\nunion all\nselect ") + std::to_string(static_cast<int>(source.kind)) + ", " +
           (*source.schema != 0 ? "n.nspname" : "''") + ", " + column(source.name) + "::pg_catalog.text, " + source.args +
           ", o.oid, pg_catalog.pg_get_userbyid(" + owner + "), exists (select from pg_catalog.pg_depend x where x.classid = '" + catalog +
           "'::pg_catalog.regclass and x.objid = o.oid and x.objsubid = 0 and x.deptype = 'e'), " + kGrantee + " from " + catalog + " o" +
           (*source.schema != 0 ? " join pg_catalog.pg_namespace n on n.oid = " + column(source.schema) + " and " + kNotSystem : "") +
           " left join lateral pg_catalog.aclexplode(coalesce(" + acl + ", " + standard + ")) a on true where " + source.where;
  }
  return sql;
}

/// The parameters of the case, and all that somebody has been granted something on. The bootstrap superuser counts as their owner.
const char* const kParameters = "select coalesce(p.oid, 0), n.name, p.oid is not null, pg_catalog.pg_get_userbyid(10::pg_catalog.oid), ";

/// pg_default_acl's letters, with those of acldefault().
std::string default_letters() {
  std::string text;
  for (const Kind kind : default_kinds()) {
    text += (text.empty() ? "" : ", ") + std::string("('") + words(kind).default_letter + "'::\"char\", '" + words(kind).acldefault_letter +
            "'::\"char\", " + std::to_string(static_cast<int>(kind)) + ")";
  }
  return text;
}

std::string text(const Row& row, int column) { return std::string(row.text(column)); }

class Reader {
 public:
  Reader(Connection& connection, const Case& c) : connection_(connection), case_(c) {}

  Snapshot read() {
    objects();
    if (server_major() >= 15) parameters();
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
    each("test_objects", objects_query(false), [&](const Row& row) {
      auto& object = snapshot_.objects[key(row)];
      object.oid = static_cast<unsigned>(row.number(4));
      object.owner = text(row, 5);
      object.extension_member = row.boolean(6);
      add_entry(row, 7, object.acl);
    });
    each("test_initial", objects_query(true), [&](const Row& row) {
      if (row.boolean(6)) add_entry(row, 7, snapshot_.objects[key(row)].initial);
    });
  }

  static ObjectKey key(const Row& row) { return {static_cast<Kind>(row.number(0)), text(row, 1), text(row, 2), text(row, 3)}; }

  void parameters() {
    std::string names;
    for (const auto& object : case_.objects) {
      if (object.key.kind == Kind::Parameter) names += (names.empty() ? "'" : ", '") + object.key.name + "'";
    }
    const std::string listed = "select parname from pg_catalog.pg_parameter_acl";
    const std::string all = names.empty() ? listed : listed + " union select unnest(array[" + names + "])";
    each("test_parameters",
         kParameters + kGrantee + " from (" + all +
             ") n(name) left join pg_catalog.pg_parameter_acl p on p.parname = n.name left join lateral pg_catalog.aclexplode(coalesce("
             "p.paracl, pg_catalog.acldefault('p', 10::pg_catalog.oid))) a on true",
         [&](const Row& row) {
           auto& object = snapshot_.objects[{Kind::Parameter, "", text(row, 1), ""}];
           object.oid = static_cast<unsigned>(row.number(0));
           object.listed = row.boolean(2);
           object.owner = text(row, 3);
           add_entry(row, 4, object.acl);
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
         "select pg_catalog.pg_get_userbyid(d.defaclrole), n.nspname, k.kind, " + kGrantee +
             " from pg_catalog.pg_default_acl d join (values " + default_letters() +
             ") k(letter, builtin, kind) on k.letter = d.defaclobjtype join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace cross "
             "join lateral "
             "pg_catalog.aclexplode(d.defaclacl) a",
         [&](const Row& row) {
           add_entry(row, 3, snapshot_.defaults[{text(row, 0), text(row, 1), static_cast<Kind>(row.number(2))}]);
         });
    each("test_default_acl_global",
         "select r.rolname, '', k.kind, " + kGrantee + " from pg_catalog.pg_roles r cross join (values " + default_letters() +
             ") k(letter, builtin, kind) "
             "left join pg_catalog.pg_default_acl d on d.defaclrole = r.oid and d.defaclnamespace = 0 and d.defaclobjtype = k.letter "
             "left join lateral pg_catalog.aclexplode(coalesce(d.defaclacl, pg_catalog.acldefault(k.builtin, r.oid))) a on true where "
             "r.rolname !~ '^pg_'",
         [&](const Row& row) {
           add_entry(row, 3, snapshot_.defaults[{text(row, 0), "", static_cast<Kind>(row.number(2))}]);
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
    fix_entries(object.initial);
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
