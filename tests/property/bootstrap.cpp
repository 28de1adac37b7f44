// The SQL that makes a case's database, and the noise on it: grants by owners and by grantees with a grant option,
// column grants, revoked built-in defaults, owners without privileges, default privileges. All of it is what years of
// hand-made GRANTs leave behind, and what a plan must either take away or leave alone.
#include "property/generator.h"
#include "property/names.h"

namespace pgcharter::property {
namespace {

std::string join(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

std::string qualified(const ObjectKey& key) { return sql_name(key.schema) + "." + sql_name(key.name); }

std::string grantee(const std::string& name) { return name == kPublicName ? "PUBLIC" : sql_name(name); }

std::string role_attributes(const Attributes& a) {
  std::string text;
  for (const auto& [flag, on] : a.flags) {
    std::string word = on ? "" : "NO";
    for (const char c : flag) word += static_cast<char>(c - 'a' + 'A');
    text += " " + word;
  }
  text += " CONNECTION LIMIT " + std::to_string(a.connection_limit);
  if (!a.valid_until.empty()) text += " VALID UNTIL '" + a.valid_until + " 00:00:00+00'";
  return text;
}

/// What 16 and later allow beyond: options of the edge, and the same edge once more by somebody who has the admin option.
void more_grantors(Rng& rng, std::string& sql, const RoleSpec& group, const std::string& member, const std::vector<std::string>& admins) {
  const auto options = [&] {
    return std::string(" WITH INHERIT ") + (rng.chance(50) ? "TRUE" : "FALSE") + ", SET " + (rng.chance(50) ? "TRUE" : "FALSE");
  };
  const std::string grant = "GRANT " + sql_name(group.before_name) + " TO " + member;
  if (rng.chance(30)) sql += grant + options() + ";\n";
  if (admins.empty() || !rng.chance(40)) return;
  const std::string by = rng.pick(admins);
  sql += grant + (rng.chance(50) ? options() : "") + " GRANTED BY " + by + ";\n";
}

void create_roles(Rng& rng, Case& c) {
  std::string& sql = c.cluster_sql;
  std::vector<const RoleSpec*> made;
  std::map<const RoleSpec*, std::vector<std::string>> admins;
  for (const auto& role : c.roles) {
    if (!role.exists) continue;
    const std::string name = sql_name(role.before_name);
    sql += "CREATE ROLE " + name + role_attributes(role.before) + ";\n";
    if (rng.chance(20)) sql += "COMMENT ON ROLE " + name + " IS " + sql_text(hard_name(rng, "remark", 60)) + ";\n";
    if (rng.chance(20)) sql += "ALTER ROLE " + name + " SET statement_timeout = '7s';\n";
    if (rng.chance(10)) sql += "ALTER ROLE " + name + " SET work_mem = '5MB';\n";
    // An earlier role is the group: the declared memberships keep the same direction, so there is never a loop.
    for (const auto* group : made) {
      if (!rng.chance(20)) continue;
      const bool admin = rng.chance(20);
      sql += "GRANT " + sql_name(group->before_name) + " TO " + name + (admin ? " WITH ADMIN OPTION" : "") + ";\n";
      if (server_major() >= 16) more_grantors(rng, sql, *group, name, admins[group]);
      if (admin) admins[group].push_back(name);
    }
    if (rng.chance(8)) sql += "GRANT pg_monitor TO " + name + ";\n";
    made.push_back(&role);
  }
}

void create_object(Rng& rng, const ObjectSpec& o, const Case& c, std::string& sql) {
  const std::string name = qualified(o.key);
  std::vector<std::string> columns;
  std::vector<std::string> selected;
  for (const auto& column : o.columns) {
    columns.push_back(sql_name(column) + " integer");
    selected.push_back("1 AS " + sql_name(column));
  }
  const std::string types = o.key.args;
  switch (o.relkind) {
    case 'r':
      sql += "CREATE TABLE " + name + " (" + join(columns) + ");\n";
      break;
    case 'p':
      sql += "CREATE TABLE " + name + " (" + join(columns) + ") PARTITION BY LIST (" + sql_name(o.columns[0]) + ");\n";
      break;
    case 'P':
      sql += "CREATE TABLE " + name + " PARTITION OF " + sql_name(o.key.schema) + "." + sql_name(o.linked_table) + " FOR VALUES IN (1);\n";
      break;
    case 'v':
      sql += "CREATE VIEW " + name + " AS SELECT " + join(selected) + ";\n";
      break;
    case 'm':
      sql += "CREATE MATERIALIZED VIEW " + name + " AS SELECT " + join(selected) + ";\n";
      break;
    case 'f':
      sql += "CREATE FOREIGN TABLE " + name + " (" + join(columns) + ") SERVER nowhere;\n";
      break;
    case 'a':
      sql += "CREATE AGGREGATE " + name + "(integer) (SFUNC = pg_catalog.int4pl, STYPE = integer);\n";
      break;
    case 'w':
      sql += "CREATE PROCEDURE " + name + "(" + types + ") LANGUAGE sql AS 'SELECT 1';\n";
      break;
    case 'u':
      sql += "CREATE FUNCTION " + name + "(" + types + ") RETURNS integer LANGUAGE sql AS 'SELECT 1';\n";
      break;
    default: {
      if (o.linked_table.empty()) {
        sql += "CREATE SEQUENCE " + name + ";\n";
        break;
      }
      const ObjectSpec* table = nullptr;
      for (const auto& other : c.objects) {
        if (other.key.schema == o.key.schema && other.key.name == o.linked_table) table = &other;
      }
      const std::string on = qualified(table->key);
      if (o.relkind == 'I') {
        sql += "ALTER TABLE " + on + " ADD COLUMN identity_column integer GENERATED " + (rng.chance(50) ? "ALWAYS" : "BY DEFAULT") +
               " AS IDENTITY (SEQUENCE NAME " + name + ");\n";
      } else {
        sql += "CREATE SEQUENCE " + name + " OWNED BY " + on + "." + sql_name(table->columns[0]) + ";\n";
      }
      return;  // its owner is the table's
    }
  }
}

std::string owner_clause(const ObjectSpec& o) {
  if (o.key.kind == Kind::Function) return "ROUTINE " + qualified(o.key) + "(" + o.key.args + ")";
  if (o.key.kind == Kind::Sequence) return "SEQUENCE " + qualified(o.key);
  return "TABLE " + qualified(o.key);
}

/// Who holds access: everybody who exists, those that the charter will drop among them.
std::vector<std::string> grantees(const Case& c) {
  std::vector<std::string> names;
  for (const auto& role : c.roles) {
    if (role.exists) names.push_back(role.before_name);
  }
  return names;
}

class Noise {
 public:
  Noise(Rng& rng, Case& c) : rng_(rng), sql_(c.database_sql), roles_(grantees(c)), case_(c) {}

  void on_object(Kind kind, const std::string& what, const std::string& owner, const std::string& schema,
                 const std::vector<std::string>& columns) {
    if (roles_.empty()) return;
    if (rng_.chance(15)) sql_ += "REVOKE ALL ON " + what + " FROM PUBLIC;\n";
    if (!owner.empty() && rng_.chance(15)) {
      sql_ += "REVOKE " + join(rng_.some(kind_privileges(kind), 1, 3)) + " ON " + what + " FROM " + sql_name(owner) + ";\n";
    }
    for (std::size_t n = rng_.below(4); n > 0; --n) table_grant(kind, what, owner, schema);
    if (columns.empty()) return;
    for (std::size_t n = rng_.below(3); n > 0; --n) column_grant(what, columns);
  }

  void on_default_privileges() {
    if (roles_.empty()) return;
    for (std::size_t n = rng_.below(5); n > 0; --n) default_privilege();
  }

 private:
  void table_grant(Kind kind, const std::string& what, const std::string& owner, const std::string& schema) {
    const auto privileges = rng_.some(kind_privileges(kind), 1, 4);
    const std::string first = rng_.chance(15) ? kPublicName : rng_.pick(roles_);
    const bool option = first != kPublicName && rng_.chance(35);
    sql_ += "GRANT " + join(privileges) + " ON " + what + " TO " + grantee(first) + (option ? " WITH GRANT OPTION" : "") + ";\n";
    if (!option || first == owner || !rng_.chance(60)) return;
    // The second level: the grantee hands it on. To name the object it needs USAGE on its schema.
    const std::string second = rng_.chance(15) ? kPublicName : rng_.pick(roles_);
    if (second == first || second == owner) return;
    if (!schema.empty()) sql_ += "GRANT USAGE ON SCHEMA " + sql_name(schema) + " TO " + sql_name(first) + ";\n";
    sql_ += "SET ROLE " + sql_name(first) + ";\nGRANT " + join(rng_.some(privileges, 1, 2)) + " ON " + what + " TO " + grantee(second) +
            (second != kPublicName && rng_.chance(30) ? " WITH GRANT OPTION" : "") + ";\nRESET ROLE;\n";
  }

  void column_grant(const std::string& what, const std::vector<std::string>& columns) {
    std::vector<std::string> quoted;
    for (const auto& column : rng_.some(columns, 1, 2)) quoted.push_back(sql_name(column));
    const std::string to = rng_.chance(15) ? kPublicName : rng_.pick(roles_);
    sql_ += "GRANT " + rng_.pick(column_privileges()) + " (" + join(quoted) + ") ON " + what + " TO " + grantee(to) +
            (to != kPublicName && rng_.chance(20) ? " WITH GRANT OPTION" : "") + ";\n";
  }

  void default_privilege() {
    struct Form {
      const char* words;
      Kind kind;
    };
    static const std::vector<Form> forms = {
        {"TABLES", Kind::Table}, {"SEQUENCES", Kind::Sequence}, {"FUNCTIONS", Kind::Function}, {"SCHEMAS", Kind::Schema}};
    const Form form = rng_.pick(forms);
    const std::string creator = rng_.pick(roles_);
    std::string in;
    if (form.kind != Kind::Schema && rng_.chance(60)) {
      std::vector<std::string> schemas;
      for (const auto& schema : case_.schemas) {
        if (schema.exists) schemas.push_back(schema.name);
      }
      if (!schemas.empty()) in = " IN SCHEMA " + sql_name(rng_.pick(schemas));
    }
    const std::string head = "ALTER DEFAULT PRIVILEGES FOR ROLE " + sql_name(creator) + in;
    const auto privileges = rng_.some(kind_privileges(form.kind), 1, 3);
    if (in.empty() && rng_.chance(25)) {
      const std::string from = form.kind == Kind::Function && rng_.chance(60) ? kPublicName : creator;
      sql_ += head + " REVOKE " + join(privileges) + " ON " + form.words + " FROM " + grantee(from) + ";\n";
      return;
    }
    const std::string to = rng_.chance(15) ? kPublicName : rng_.pick(roles_);
    if (to == creator) return;
    sql_ += head + " GRANT " + join(privileges) + " ON " + form.words + " TO " + grantee(to) +
            (to != kPublicName && rng_.chance(25) ? " WITH GRANT OPTION" : "") + ";\n";
  }

  Rng& rng_;
  std::string& sql_;
  std::vector<std::string> roles_;
  const Case& case_;
};

}  // namespace

std::string sql_object(const ObjectSpec& o) {
  if (o.key.kind == Kind::Function) return "ROUTINE " + qualified(o.key) + "(" + o.key.args + ")";
  return (o.key.kind == Kind::Sequence ? "SEQUENCE " : "TABLE ") + qualified(o.key);
}

void make_bootstrap(Rng& rng, Case& c) {
  create_roles(rng, c);
  std::string& sql = c.database_sql;
  sql += "CREATE FOREIGN DATA WRAPPER nothing;\nCREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;\n";
  for (const auto& schema : c.schemas) {
    if (!schema.exists || schema.name == "public") continue;
    sql += "CREATE SCHEMA " + sql_name(schema.name) + (schema.owner.empty() ? "" : " AUTHORIZATION " + sql_name(schema.owner)) + ";\n";
  }
  for (const auto& object : c.objects) create_object(rng, object, c, sql);
  for (const auto& object : c.objects) {
    const bool follows = object.key.kind == Kind::Sequence && !object.linked_table.empty();
    if (!object.owner.empty() && !follows) sql += "ALTER " + owner_clause(object) + " OWNER TO " + sql_name(object.owner) + ";\n";
  }
  Noise noise(rng, c);
  for (const auto& schema : c.schemas) {
    if (schema.exists) noise.on_object(Kind::Schema, "SCHEMA " + sql_name(schema.name), schema.owner, {}, {});
  }
  for (const auto& object : c.objects)
    noise.on_object(object.key.kind, sql_object(object), object.owner, object.key.schema, object.columns);
  if (rng.chance(40)) noise.on_object(Kind::Database, "DATABASE " + sql_name(c.database), c.database_owner, {}, {});
  noise.on_default_privileges();
}

}  // namespace pgcharter::property
