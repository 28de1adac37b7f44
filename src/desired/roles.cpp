// Declared roles: what each must be, which are renamed, created, dropped, and their settings.
//
// An attribute that is not written has PostgreSQL's default when it is a boolean, and is left alone otherwise (DESIGN 2). A
// rename gives the existing role its new name in the table of names, so that everything after it speaks of one role.

#include <fmt/format.h>

#include "desired/resolver.h"

namespace pgcharter {

Renames rename_roles(const Charter& charter, const State& actual, Diagnostics& diagnostics) {
  Renames renames;
  for (const auto& [name, rule] : charter.roles) {
    if (!rule.renamed_from) continue;
    const RoleId old = actual.names->find(*rule.renamed_from);
    if (old == kNoRole || actual.cluster.find_role(old) == nullptr) continue;
    if (const RoleId id = actual.names->find(name); id != kNoRole && actual.cluster.find_role(id) != nullptr) {
      diagnostics.warning("rename-done", rule.pos,
                          fmt::format("both \"{}\" and \"{}\" exist; nothing is renamed", *rule.renamed_from, name),
                          "Remove `renamed_from`, and declare the old role absent if it must go.");
      continue;
    }
    actual.names->rename(old, name);
    renames[name] = *rule.renamed_from;
  }
  return renames;
}

namespace {

/// Without an object id it is the name that counts: whom the server knows by it stays.
EntraPrincipal desired_principal(const EntraPrincipal& said, const std::optional<EntraPrincipal>& is) {
  EntraPrincipal result = said;
  if (!is) return result;
  result.tenant_id = is->tenant_id;
  if (!said.object_id.empty()) return result;
  result.object_id = is->object_id;
  if (said.type.empty() || is->type.empty()) result.type = is->type;
  return result;
}

}  // namespace

void Resolver::add_role(const RoleRule& rule) {
  DesiredRole role;
  role.id = role_id(rule.name);
  role.reason = {rule.ensure == Ensure::Absent ? "named absent" : "declared", rule.pos};
  if (const auto renamed = renames_.find(rule.name); renamed != renames_.end()) role.rename_from = renamed->second;
  const Role* existing = actual_.cluster.find_role(role.id);
  if (rule.external) {
    if (existing == nullptr && !options_.on_worker) {
      diagnostics_.error("missing-external-role", rule.pos,
                         fmt::format("role \"{}\" is declared external but does not exist on the server", rule.name),
                         "Create it by the means that own it, or drop `external: true` so that pgcharter creates it.");
    }
    return;
  }
  if (rule.ensure == Ensure::Absent) {
    role.drop = existing != nullptr;
    if (rule.reassign_owned_to) {
      role.reassign_to = role_id(*rule.reassign_owned_to);
      if (role.drop) reassigned_[role.id] = *role.reassign_to;
    }
    if (role.drop && scope_.covers(Family::Roles)) desired_.roles.push_back(std::move(role));
    return;
  }
  role.create = existing == nullptr;
  role.attributes = existing != nullptr ? existing->attributes : RoleAttributes{};
  const RoleAttributes& said = rule.attributes;
  role.attributes.superuser = said.superuser;
  role.attributes.createdb = said.createdb;
  role.attributes.createrole = said.createrole;
  role.attributes.inherit = said.inherit;
  role.attributes.login = said.login;
  role.attributes.replication = said.replication;
  role.attributes.bypassrls = said.bypassrls;
  if (rule.connection_limit) role.attributes.connection_limit = *rule.connection_limit;
  if (rule.valid_until) role.attributes.valid_until = *rule.valid_until;
  if (existing != nullptr) role.comment = existing->comment;
  const std::optional<EntraPrincipal> bound = existing != nullptr ? existing->entra : std::nullopt;
  role.entra = rule.entra && !options_.on_worker ? desired_principal(rule.entra->principal, bound) : bound;
  if (rule.comment) role.comment = rule.comment->empty() ? std::nullopt : rule.comment;
  if (rule.password && !options_.on_worker && (role.create || options_.set_passwords)) role.password = rule.password;
  if (scope_.covers(Family::Roles)) {
    add_role_settings(rule);
    desired_.roles.push_back(std::move(role));
  }
}

void Resolver::add_role_settings(const RoleRule& rule) {
  const RoleId id = role_id(rule.name);
  auto add = [&](const std::string& database, const SettingRules& settings) {
    for (const auto& [key, setting] : settings) {
      desired_.settings[{database, id}][key] = setting;
    }
    if (!settings.empty()) desired_.setting_reasons[{database, id}] = {"declared", settings.begin()->second.pos};
  };
  add("", rule.settings);
  for (const auto& [database, settings] : rule.settings_in) add(database, settings);
}

void Resolver::add_roles() {
  for (const auto& [name, rule] : charter_.roles) add_role(rule);
  if (options_.on_worker) return;
  // A name that is nowhere declared is predefined (the manifest stage refuses all others); it must exist on this server.
  auto must_exist = [&](const std::string& name, const SourcePos& pos) {
    if (name == "public" || charter_.roles.contains(name)) return;
    if (actual_.cluster.find_role(role_id(name)) != nullptr) return;
    diagnostics_.error("missing-role", pos, fmt::format("role \"{}\" does not exist on this server ({})", name, actual_.server.version),
                       "Predefined roles differ between PostgreSQL versions; see \"Predefined Roles\" in its documentation.");
  };
  for (const auto& [name, rule] : charter_.roles) {
    for (const MembershipRule& edge : rule.member_of) must_exist(edge.role, edge.pos);
    for (const MembershipRule& edge : rule.members) must_exist(edge.member, edge.pos);
  }
  for (const DatabaseCharter& database : charter_.databases) {
    for (const GrantRule& grant : database.grants) {
      for (std::size_t i = 0; i < grant.to.size(); ++i) must_exist(grant.to[i], i < grant.to_pos.size() ? grant.to_pos[i] : grant.pos);
    }
    for (const DefaultPrivilegeRule& rule : database.default_privileges) {
      for (const std::string& role : rule.to) must_exist(role, rule.pos);
      for (const std::string& role : rule.by) must_exist(role, rule.pos);
    }
  }
}

namespace {

/// True where the plan itself takes away what keeps the role: what REASSIGN OWNED moves, and every ACL that was read.
bool is_resolved(const RoleDependency& d, bool reassigned, const std::set<std::pair<std::string, std::uint32_t>>& read) {
  static const std::set<std::string> kAlways{"pg_default_acl", "pg_auth_members"};
  if (kAlways.contains(d.catalog)) return true;
  if (d.type == 'o') return reassigned && d.catalog != "pg_user_mapping";  // REASSIGN OWNED leaves user mappings
  return d.type == 'a' && read.contains({d.catalog, d.oid});
}

std::string hint_for(const RoleDependency& d) {
  if (d.catalog == "pg_user_mapping") return "DROP USER MAPPING first.";
  if (d.type == 'o') return "Write `reassign_owned_to: ROLE`.";
  if (d.type == 'r') return "Alter or drop that policy first.";
  return "Revoke that by hand first: it is outside of what pgcharter manages.";
}

}  // namespace

void Resolver::check_dependencies() {
  if (options_.on_worker) return;  // shards among them, which let the role go when their table does
  std::set<std::string> ours;
  for (const DatabaseState& database : actual_.databases) ours.insert(database.name);
  for (const DatabaseCharter& database : charter_.databases) ours.insert(database.name);
  for (const DatabaseState& database : actual_.databases) {
    if (database.role_dependencies.empty()) continue;
    std::set<std::pair<std::string, std::uint32_t>> read;
    for (const Object& o : actual_.cluster.objects) read.emplace(info(o.id.kind).catalog, o.oid);
    for (const Object& o : database.objects) read.emplace(info(o.id.kind).catalog, o.oid);
    for (const RoleDependency& d : database.role_dependencies) {
      const std::string& role = actual_.names->name(d.role);
      const SourcePos& pos = charter_.roles.at(role).pos;
      if (!d.database.empty() && !ours.contains(d.database)) {
        diagnostics_.error("role-has-dependencies", pos,
                           fmt::format("role \"{}\" can't be dropped: {} in database \"{}\" depend on it", role, d.description, d.database),
                           "Run pgcharter on that database first, or put it into the charter's `databases`.");
      } else if (!d.catalog.empty() && !is_resolved(d, reassigned_.contains(d.role), read)) {
        diagnostics_.error("role-has-dependencies", pos, fmt::format("role \"{}\" can't be dropped: {} depends on it", role, d.description),
                           hint_for(d));
      }
    }
  }
}

}  // namespace pgcharter
