// Roles as SQL. A CREATE names only what differs from PostgreSQL's defaults and an ALTER only what changes: writing
// NOSUPERUSER needs a superuser even where nothing changes (ALTER ROLE, "Notes"), and a short statement is a short review.
//
// Values of parameters are literals ('64MB', '5', 'on' are accepted for every type), the elements of lists one by one (model/settings.h).

#include "sql/roles.h"

#include <algorithm>
#include <array>

#include "model/settings.h"
#include "sql/writer.h"

namespace pgcharter {
namespace {

struct Flag {
  bool RoleAttributes::*member;
  std::string_view on;
  std::string_view off;
};
constexpr std::array kFlags = std::to_array<Flag>({
    {&RoleAttributes::superuser, "SUPERUSER", "NOSUPERUSER"},
    {&RoleAttributes::createdb, "CREATEDB", "NOCREATEDB"},
    {&RoleAttributes::createrole, "CREATEROLE", "NOCREATEROLE"},
    {&RoleAttributes::inherit, "INHERIT", "NOINHERIT"},
    {&RoleAttributes::login, "LOGIN", "NOLOGIN"},
    {&RoleAttributes::replication, "REPLICATION", "NOREPLICATION"},
    {&RoleAttributes::bypassrls, "BYPASSRLS", "NOBYPASSRLS"},
});

void write_attributes(SqlWriter& sql, const RoleAttributes& before, const RoleAttributes& after) {
  for (const Flag& flag : kFlags) {
    if (before.*flag.member != after.*flag.member) sql.keyword(after.*flag.member ? flag.on : flag.off);
  }
  if (before.connection_limit != after.connection_limit) sql.keyword("CONNECTION LIMIT").number(after.connection_limit);
  if (before.valid_until != after.valid_until) sql.keyword("VALID UNTIL").literal(after.valid_until);
}

/// All of them. Where a node of a Citus cluster has the role already, Citus alters it there, and only what is written.
void write_flags(SqlWriter& sql, const RoleAttributes& attributes) {
  for (const Flag& flag : kFlags) sql.keyword(attributes.*flag.member ? flag.on : flag.off);
  sql.keyword("CONNECTION LIMIT").number(attributes.connection_limit);
  sql.keyword("VALID UNTIL").literal(attributes.valid_until);
}

}  // namespace

std::string sql_of(const RenderContext& context, const RenameRole& change) {
  return SqlWriter().keyword("ALTER ROLE").identifier(change.from).keyword("RENAME TO").identifier(context.name(change.role)).take();
}

std::string sql_of(const RenderContext& context, const CreateRole& change, std::string_view secret) {
  SqlWriter sql;
  sql.keyword("CREATE ROLE").identifier(context.name(change.role));
  if (context.plan.actual->has_citus() && context.plan.actual->server.superuser) {
    write_flags(sql, change.attributes);
  } else {
    write_attributes(sql, RoleAttributes{}, change.attributes);
  }
  if (!secret.empty()) sql.keyword("PASSWORD").secret(secret);
  return sql.take();
}

std::string sql_of(const RenderContext& context, const AlterRole& change) {
  SqlWriter sql;
  sql.keyword("ALTER ROLE").identifier(context.name(change.role));
  write_attributes(sql, change.before, change.after);
  return sql.take();
}

std::string sql_of(const RenderContext& context, const SetPassword& change, std::string_view secret) {
  return SqlWriter().keyword("ALTER ROLE").identifier(context.name(change.role)).keyword("PASSWORD").secret(secret).take();
}

std::string sql_of(const RenderContext& context, const CommentRole& change) {
  SqlWriter sql;
  sql.keyword("COMMENT ON ROLE").identifier(context.name(change.role)).keyword("IS");
  if (change.after && !change.after->empty()) {
    sql.literal(*change.after);
  } else {
    sql.keyword("NULL");
  }
  return sql.take();
}

std::string sql_of(const RenderContext& context, const ChangeSetting& change) {
  SqlWriter sql;
  const SettingsScope& scope = change.scope;
  if (scope.role != kNoRole) {
    sql.keyword("ALTER ROLE").identifier(context.name(scope.role));
    if (!scope.database.empty()) sql.keyword("IN DATABASE").identifier(scope.database);
  } else if (!scope.database.empty()) {
    sql.keyword("ALTER DATABASE").identifier(scope.database);
  } else {
    sql.keyword("ALTER ROLE ALL");
  }
  if (!change.after) return sql.keyword("RESET").dotted(change.name).take();
  sql.keyword("SET").dotted(change.name).keyword("TO");
  if (!is_quoted_list(change.name)) return sql.literal(*change.after).take();
  return sql.list(split_setting(change.name, *change.after), [&](const std::string& element) { sql.literal(element); }).take();
}

std::string sql_of(const RenderContext& context, const DropRole& change) {
  return SqlWriter().keyword("DROP ROLE").identifier(context.name(change.role)).take();
}

std::string sql_of(const RenderContext& context, const ReassignOwned& change) {
  return SqlWriter()
      .keyword("REASSIGN OWNED BY")
      .identifier(context.name(change.role))
      .keyword("TO")
      .identifier(context.name(change.to))
      .take();
}

}  // namespace pgcharter
