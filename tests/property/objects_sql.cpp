// Objects as SQL: how each kind is created, given to its owner, made a member of an extension, and named in GRANT.
#include "property/generator.h"
#include "property/names.h"

namespace pgcharter::property {
namespace {

void create_sequence(Rng& rng, const ObjectSpec& o, Case& c) {
  std::string& sql = c.database_sql;
  const std::string name = sql_qualified(o.key);
  if (o.linked_table.empty()) {
    sql += "CREATE SEQUENCE " + name + ";\n";
    return;
  }

  const ObjectSpec* table = nullptr;
  for (const auto& other : c.objects) {
    if (other.key.schema == o.key.schema && other.key.name == o.linked_table) table = &other;
  }
  const std::string on = sql_qualified(table->key);
  if (o.relkind == 'I') {
    sql += "ALTER TABLE " + on + " ADD COLUMN identity_column integer GENERATED " + (rng.chance(50) ? "ALWAYS" : "BY DEFAULT") +
           " AS IDENTITY (SEQUENCE NAME " + name + ");\n";
  } else {
    sql += "CREATE SEQUENCE " + name + " OWNED BY " + on + "." + sql_name(table->columns[0]) + ";\n";
  }
}

std::string alter_words(const ObjectSpec& o) {
  if (o.key.kind == Kind::Server) return "SERVER " + sql_qualified(o.key);  // where GRANT says FOREIGN SERVER
  return sql_object(o);
}

/// ALTER EXTENSION … ADD wants the exact kind.
std::string member_words(const ObjectSpec& o) {
  const std::string name = sql_qualified(o.key);
  switch (o.relkind) {
    case 'v':
      return "VIEW " + name;
    case 'm':
      return "MATERIALIZED VIEW " + name;
    case 'f':
      return "FOREIGN TABLE " + name;
    case 'a':
      return "AGGREGATE " + name + "(" + o.key.args + ")";
    case 'd':
      return "DOMAIN " + name;
    default:
      return alter_words(o);
  }
}

}  // namespace

std::string sql_list(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

std::string sql_qualified(const ObjectKey& key) {
  if (key.kind == Kind::LargeObject || key.kind == Kind::Parameter) return key.name;
  return (key.schema.empty() ? "" : sql_name(key.schema) + ".") + sql_name(key.name);
}

std::string sql_grantee(const std::string& name) { return name == kPublicName ? "PUBLIC" : sql_name(name); }

std::string sql_object(const ObjectSpec& o) {
  return std::string(words(o.key.kind).sql) + " " + sql_qualified(o.key) + (o.key.kind == Kind::Function ? "(" + o.key.args + ")" : "");
}

void create_object(Rng& rng, const ObjectSpec& o, Case& c) {
  std::string& sql = c.database_sql;
  const std::string name = sql_qualified(o.key);
  std::vector<std::string> columns;
  std::vector<std::string> selected;
  for (const auto& column : o.columns) {
    columns.push_back(sql_name(column) + " integer");
    selected.push_back("1 AS " + sql_name(column));
  }
  const std::string types = o.key.args;
  switch (o.relkind) {
    case 'r':
      sql += "CREATE TABLE " + name + " (" + sql_list(columns) + ");\n";
      break;
    case 'p':
      sql += "CREATE TABLE " + name + " (" + sql_list(columns) + ") PARTITION BY LIST (" + sql_name(o.columns[0]) + ");\n";
      break;
    case 'P':
      sql += "CREATE TABLE " + name + " PARTITION OF " + sql_name(o.key.schema) + "." + sql_name(o.linked_table) + " FOR VALUES IN (1);\n";
      break;
    case 'v':
      sql += "CREATE VIEW " + name + " AS SELECT " + sql_list(selected) + ";\n";
      break;
    case 'm':
      sql += "CREATE MATERIALIZED VIEW " + name + " AS SELECT " + sql_list(selected) + ";\n";
      break;
    case 'f':
      sql += "CREATE FOREIGN TABLE " + name + " (" + sql_list(columns) + ") SERVER nowhere;\n";
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
    case 'e':
      sql += "CREATE TYPE " + name + " AS ENUM ('a', 'b');\n";
      break;
    case 'd':
      sql += "CREATE DOMAIN " + name + " AS integer;\n";
      break;
    case 'c':
      sql += "CREATE TYPE " + name + " AS (x integer);\n";
      break;
    case 'R':
      sql += "CREATE TYPE " + name + " AS RANGE (SUBTYPE = integer, MULTIRANGE_TYPE_NAME = " + sql_name(o.key.schema) + "." +
             sql_name(o.linked_table) + ");\n";
      break;
    case 'l':
      sql += "CREATE TRUSTED LANGUAGE " + name + " HANDLER pg_catalog.plpgsql_call_handler;\n";
      break;
    case 'W':
      sql += "CREATE FOREIGN DATA WRAPPER " + name + ";\n";
      break;
    case 'X':
      sql += "CREATE SERVER " + name + " FOREIGN DATA WRAPPER nothing;\n";
      break;
    case 'L':
      sql += "SELECT pg_catalog.lo_create(" + o.key.name + ");\n";
      break;
    case 'T':
      c.alone_sql.push_back("CREATE TABLESPACE " + name + (o.owner.empty() ? "" : " OWNER " + sql_name(o.owner)) + " LOCATION ''");
      break;
    case '-':
      break;
    default:
      create_sequence(rng, o, c);
  }
}

void give_to_owner(const ObjectSpec& o, Case& c) {
  const bool follows = o.key.kind == Kind::Sequence && !o.linked_table.empty();
  if (o.owner.empty() || follows || o.key.kind == Kind::Tablespace) return;
  c.database_sql += "ALTER " + alter_words(o) + " OWNER TO " + sql_name(o.owner) + ";\n";
}

void make_member(Rng& rng, const ObjectSpec& o, Case& c) {
  std::string& sql = c.database_sql;
  // As extensions do: they know no roles but the predefined ones.
  if (rng.chance(30)) sql += "REVOKE ALL ON " + sql_object(o) + " FROM PUBLIC;\n";
  if (rng.chance(40)) sql += "GRANT " + rng.pick(kind_privileges(o.key.kind)) + " ON " + sql_object(o) + " TO PUBLIC;\n";
  if (rng.chance(40)) {
    sql += "GRANT " + sql_list(rng.some(kind_privileges(o.key.kind), 1, 2)) + " ON " + sql_object(o) + " TO pg_monitor" +
           (rng.chance(30) ? " WITH GRANT OPTION" : "") + ";\n";
  }
  sql += "ALTER EXTENSION plpgsql ADD " + member_words(o) + ";\n";
}

}  // namespace pgcharter::property
