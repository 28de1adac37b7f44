// Principals as SQL (Azure documentation, "Manage Microsoft Entra users"; SECURITY LABEL). An object id is always preferred: the server
// looks up a name by itself, and can't find each. A role that is there is bound in place, which keeps what it was granted: by Azure's
// function where the server has it, else by the label that this function writes. Both name the role as it is called before the plan renames
// it, because they run first.

#include "sql/principals.h"

#include <algorithm>

#include "sql/roles.h"
#include "sql/writer.h"

namespace pgcharter {
namespace {

const std::string& name_now(const RenderContext& context, RoleId role) {
  for (const Step& step : context.plan.steps) {
    const auto* renamed = std::get_if<RenameRole>(&step.change.body);
    if (renamed != nullptr && renamed->role == role) return renamed->from;
  }
  return context.name(role);
}

std::string call(std::string_view function, const std::string& role, const EntraPrincipal& principal, bool with_oid) {
  SqlWriter sql;
  sql.keyword("SELECT").call(function).literal(role).comma();
  if (with_oid) sql.literal(principal.object_id).comma().literal(principal.type).comma();
  return sql.boolean(principal.admin).comma().boolean(principal.mfa).close().take();
}

}  // namespace

std::string sql_of(const RenderContext& context, const CreatePrincipal& change) {
  const EntraPrincipal& principal = change.principal;
  const std::string& role = context.name(change.role);
  const bool with_oid = !principal.object_id.empty();
  return call(with_oid ? "pgaadauth_create_principal_with_oid" : "pgaadauth_create_principal", role, principal, with_oid);
}

std::string sql_of(const RenderContext& context, const BindPrincipal& change) {
  const std::string& role = name_now(context, change.role);
  const auto& functions = context.plan.actual->server.entra_functions;
  const bool whole = change.after && !change.after->object_id.empty() && !change.after->type.empty();
  if (whole && functions && functions->update_with_oid) {
    return call("pgaadauth_update_principal_with_oid", role, *change.after, true);
  }
  SqlWriter sql;
  sql.keyword("SECURITY LABEL FOR").identifier("pgaadauth").keyword("ON ROLE").identifier(role).keyword("IS");
  if (!change.after) return sql.keyword("NULL").take();
  return sql.literal(entra_label(*change.after)).take();
}

std::string stand_in_for(const RenderContext& context, const CreatePrincipal& change) {
  std::string sql = sql_of(context, CreateRole{.role = change.role, .attributes = change.attributes(), .password = {}}, {});
  const RoleId admins = context.names().find(kEntraAdminRole);
  if (!change.principal.admin || context.plan.actual->cluster.find_role(admins) == nullptr) return sql;
  return sql + " " + SqlWriter().keyword("IN ROLE").identifier(kEntraAdminRole).take();
}

}  // namespace pgcharter
