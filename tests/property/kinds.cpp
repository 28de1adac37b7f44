// Sources: GRANT ("ALTER SYSTEM" and "SET" on parameters since 15, MAINTAIN since 17), ALTER DEFAULT PRIVILEGES (LARGE OBJECTS since 18),
// functions-info.html for has_…_privilege() and acldefault(), catalog-pg-default-acl.html for the letters of defaclobjtype.
#include "property/kinds.h"

#include <algorithm>

namespace pgcharter::property {
namespace {

int major_version = 15;

std::vector<KindWords> rows(int major) {
  std::vector<std::string> table = {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"};
  if (major >= 17) table.emplace_back("MAINTAIN");
  const bool large_objects = major >= 18;
  std::vector<KindWords> rows = {
      {Kind::Database, "database", "databases", "DATABASE", "has_database_privilege", "", 0, 'd', "", {"CREATE", "CONNECT", "TEMPORARY"}},
      {Kind::Schema, "schema", "schemas", "SCHEMA", "has_schema_privilege", "SCHEMAS", 'n', 'n', "", {"USAGE", "CREATE"}},
      {Kind::Table, "table", "tables", "TABLE", "has_table_privilege", "TABLES", 'r', 'r', "", table},
      {Kind::Sequence,
       "sequence",
       "sequences",
       "SEQUENCE",
       "has_sequence_privilege",
       "SEQUENCES",
       'S',
       's',
       "",
       {"USAGE", "SELECT", "UPDATE"}},
      {Kind::Function, "function", "functions", "ROUTINE", "has_function_privilege", "FUNCTIONS", 'f', 'f', "EXECUTE", {"EXECUTE"}},
      {Kind::Type, "type", "types", "TYPE", "has_type_privilege", "TYPES", 'T', 'T', "USAGE", {"USAGE"}},
      {Kind::Language, "language", "languages", "LANGUAGE", "has_language_privilege", "", 0, 'l', "USAGE", {"USAGE"}},
      {Kind::Wrapper,
       "foreign data wrapper",
       "foreign_data_wrappers",
       "FOREIGN DATA WRAPPER",
       "has_foreign_data_wrapper_privilege",
       "",
       0,
       'F',
       "",
       {"USAGE"}},
      {Kind::Server, "foreign server", "foreign_servers", "FOREIGN SERVER", "has_server_privilege", "", 0, 'S', "", {"USAGE"}},
      {Kind::Tablespace, "tablespace", "tablespaces", "TABLESPACE", "has_tablespace_privilege", "", 0, 't', "", {"CREATE"}},
      {Kind::Parameter, "parameter", "parameters", "PARAMETER", "has_parameter_privilege", "", 0, 'p', "", {"SET", "ALTER SYSTEM"}},
      {Kind::LargeObject,
       "large object",
       "large_objects",
       "LARGE OBJECT",
       large_objects ? "has_largeobject_privilege" : "",
       large_objects ? "LARGE OBJECTS" : "",
       large_objects ? 'L' : '\0',
       'L',
       "",
       {"SELECT", "UPDATE"}},
  };
  if (major < 15) std::erase_if(rows, [](const KindWords& row) { return row.kind == Kind::Parameter; });
  return rows;
}

std::vector<KindWords>& table() {
  static std::vector<KindWords> kinds = rows(major_version);
  return kinds;
}

}  // namespace

const std::vector<KindWords>& all_kinds() { return table(); }

const KindWords& words(Kind kind) {
  return *std::find_if(table().begin(), table().end(), [&](const KindWords& row) { return row.kind == kind; });
}

bool in_schema(Kind kind) { return kind == Kind::Table || kind == Kind::Sequence || kind == Kind::Function || kind == Kind::Type; }

bool cluster_wide(Kind kind) { return kind == Kind::Database || kind == Kind::Tablespace || kind == Kind::Parameter; }

std::vector<Kind> default_kinds() {
  std::vector<Kind> kinds;
  for (const KindWords& row : all_kinds()) {
    if (row.default_letter != 0) kinds.push_back(row.kind);
  }
  return kinds;
}

void use_server(int major) {
  major_version = major;
  table() = rows(major);
}
int server_major() { return major_version; }

const std::vector<std::string>& kind_privileges(Kind kind) { return words(kind).privileges; }

const std::vector<std::string>& column_privileges() {
  static const std::vector<std::string> column = {"SELECT", "INSERT", "UPDATE", "REFERENCES"};
  return column;
}

}  // namespace pgcharter::property
