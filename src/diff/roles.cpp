// Roles, their comments and passwords, and the parameters set for roles and databases.

#include <algorithm>

#include "diff/concerns.h"
#include "model/settings.h"

namespace pgcharter {
namespace {

std::string why_bound(const std::optional<EntraPrincipal>& is, const std::optional<EntraPrincipal>& wanted) {
  if (!wanted) return {};
  if (!is) return ", the role stands for no identity of Entra, so nobody logs in to it with a token";
  if (is->object_id == wanted->object_id && is->type == wanted->type) return {};
  return ", the role stands for another identity of Entra: one that was deleted and created again can't log in";
}

void diff_role(const State& actual, const DesiredRole& role, std::vector<Change>& changes) {
  auto add = [&](ChangeBody body) { changes.push_back({.database = -1, .body = std::move(body), .reason = role.reason}); };
  if (role.drop) return add(DropRole{role.id});
  if (role.rename_from) add(RenameRole{*role.rename_from, role.id});
  const Role* existing = actual.cluster.find_role(role.id);
  if (existing == nullptr && role.entra) {
    const CreatePrincipal created{role.id, *role.entra};
    add(created);
    if (created.attributes() != role.attributes) add(AlterRole{role.id, created.attributes(), role.attributes});
  } else if (existing == nullptr) {
    add(CreateRole{role.id, role.attributes, role.password});
  } else {
    if (existing->entra != role.entra) {
      Reason reason = role.reason;
      reason.text += why_bound(existing->entra, role.entra);
      changes.push_back({.database = -1, .body = BindPrincipal{role.id, existing->entra, role.entra}, .reason = std::move(reason)});
    }
    if (existing->attributes != role.attributes) add(AlterRole{role.id, existing->attributes, role.attributes});
    if (role.password) add(SetPassword{role.id, *role.password});
  }
  const std::optional<std::string> comment = existing != nullptr ? existing->comment : std::nullopt;
  if (comment != role.comment) add(CommentRole{role.id, comment, role.comment});
}

}  // namespace

RoleAttributes CreatePrincipal::attributes() const { return {.createdb = principal.admin, .createrole = principal.admin, .login = true}; }

void diff_roles(const State& actual, const Desired& desired, std::vector<Change>& changes) {
  for (const DesiredRole& role : desired.roles) {
    diff_role(actual, role, changes);
    if (!role.drop || !role.reassign_to) continue;
    for (std::size_t i = 0; i < actual.databases.size(); ++i) {
      const DatabaseState& database = actual.databases[i];
      const bool owns = std::ranges::any_of(database.role_dependencies, [&](const RoleDependency& d) {
        return d.role == role.id && d.type == 'o' && d.catalog != "pg_default_acl" && (d.database.empty() || d.database == database.name);
      });
      if (owns)
        changes.push_back({.database = static_cast<int>(i), .body = ReassignOwned{role.id, *role.reassign_to}, .reason = role.reason});
    }
  }
}

void diff_settings(const State& actual, const Desired& desired, std::vector<Change>& changes) {
  static const Settings kNone;
  for (const auto& [scope, rules] : desired.settings) {
    const auto found = actual.cluster.settings.find(scope);
    const Settings& existing = found == actual.cluster.settings.end() ? kNone : found->second;
    for (const auto& [name, rule] : rules) {
      const auto value = existing.find(name);
      const std::optional<std::string> before = value == existing.end() ? std::nullopt : std::optional(value->second);
      if (before.has_value() == rule.value.has_value() && (!before || same_setting(name, *before, *rule.value))) continue;
      changes.push_back({.database = -1, .body = ChangeSetting{scope, name, before, rule.value}, .reason = {"declared", rule.pos}});
    }
  }
}

}  // namespace pgcharter
