// Schemas and extensions as SQL. DROP SCHEMA is never CASCADE: what is in the schema was not in the plan, and RESTRICT
// makes the server say so. CREATE EXTENSION has no CASCADE either: an extension that nobody declared is not installed.

#include "sql/schemas.h"

#include "sql/writer.h"

namespace pgcharter {

std::string sql_of(const RenderContext& context, const CreateSchema& change) {
  SqlWriter sql;
  sql.keyword("CREATE SCHEMA").identifier(change.name);
  if (change.owner) sql.keyword("AUTHORIZATION").identifier(context.name(*change.owner));
  return sql.take();
}

std::string sql_of(const DropSchema& change) { return SqlWriter().keyword("DROP SCHEMA").identifier(change.name).take(); }

std::vector<std::string> sql_of(const CreateExtension& change) {
  SqlWriter sql;
  sql.keyword("CREATE EXTENSION").identifier(change.extension.name);
  if (!change.extension.schema.empty()) sql.keyword("SCHEMA").identifier(change.extension.schema);
  if (!change.extension.version.empty()) sql.keyword("VERSION").literal(change.extension.version);
  if (!change.extension.schema.empty()) return {sql.take()};
  const auto search_path = [](std::string_view schema) {
    return SqlWriter().keyword("SET LOCAL").dotted("search_path").keyword("TO").literal(schema).take();
  };
  return {search_path("public"), sql.take(), search_path("")};
}

std::string sql_of(const DropExtension& change) { return SqlWriter().keyword("DROP EXTENSION").identifier(change.extension.name).take(); }

std::vector<std::string> sql_of(const AlterExtension& change) {
  std::vector<std::string> result;
  const auto alter = [&] {
    SqlWriter sql;
    sql.keyword("ALTER EXTENSION").identifier(change.after.name);
    return sql;
  };
  if (!change.after.schema.empty() && change.before.schema != change.after.schema) {
    result.push_back(alter().keyword("SET SCHEMA").identifier(change.after.schema).take());
  }
  if (!change.after.version.empty() && change.before.version != change.after.version) {
    result.push_back(alter().keyword("UPDATE TO").literal(change.after.version).take());
  }
  return result;
}

}  // namespace pgcharter
