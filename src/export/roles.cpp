// Roles with what differs from CREATE ROLE's defaults, and their memberships. A password never leaves the server.
//
// Several rows of pg_auth_members for one edge (one per grantor, 16+) are one membership with the union of their options. The rows that
// CREATE ROLE makes for a creator without superuser (admin, neither inherit nor set, by the bootstrap superuser) are written like others:
// a plan leaves them alone, but without the entry nobody but a superuser would administer the role on a server that is set up anew.

#include <algorithm>

#include <fmt/format.h>

#include "export/exporter.h"
#include "export/yaml_text.h"

namespace pgcharter {
namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

/// "2031-05-06" for midnight: as one would write it.
std::string date_text(const std::string& text) { return text.substr(10) == " 00:00:00+00" ? text.substr(0, 10) : yaml_scalar(text); }

/// "2031-05-06 00:00:00+00": what a manifest can say; not BC, not after 9999, not -infinity.
bool is_writable_date(const std::string& text) {
  return text.size() >= 22 && text[4] == '-' && text[10] == ' ' && text.ends_with("+00") && text.starts_with("0000") == false;
}

bool is_parameter_name(std::string_view name) {
  const auto inside = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '$' || c == '-';
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') && std::ranges::all_of(name, inside);
}

/// What `entra` brings along is not written.
void add_attributes(const RoleAttributes& a, const EntraPrincipal* principal, Members& members) {
  const bool admin = principal != nullptr && principal->admin;
  const std::pair<const char*, bool> flags[] = {
      {"login", a.login && principal == nullptr}, {"superuser", a.superuser},     {"createdb", a.createdb && !admin},
      {"createrole", a.createrole && !admin},     {"replication", a.replication}, {"bypassrls", a.bypassrls}};
  for (const auto& [key, on] : flags) {
    if (on) members.emplace_back(key, "true");
  }
  if (!a.inherit) members.emplace_back("inherit", "false");
  if (a.connection_limit != -1) members.emplace_back("connection_limit", std::to_string(a.connection_limit));
}

/// The principal, where `entra` says just what the labels and attributes are.
const EntraPrincipal* exported_principal(const Role& role) {
  if (!role.entra || !role.attributes.login) return nullptr;
  if (role.entra->admin && !(role.attributes.createdb && role.attributes.createrole)) return nullptr;
  return &*role.entra;
}

std::string principal_flow(const EntraPrincipal& principal) {
  Members members;
  const bool known_type = is_entra_type(principal.type);
  if (known_type) members.emplace_back("type", principal.type);
  if (known_type && is_guid(principal.object_id)) members.emplace_back("object_id", principal.object_id);
  if (principal.admin) members.emplace_back("admin", "true");
  if (principal.mfa) members.emplace_back("mfa", "true");
  return flow_map(members);
}

}  // namespace

Members Exporter::settings_of(const SettingsScope& scope) {
  Members members;
  const auto found = state_.cluster.settings.find(scope);
  if (found == state_.cluster.settings.end()) return members;
  for (const auto& [name, value] : found->second) {
    if (is_parameter_name(name)) {
      members.emplace_back(yaml_scalar(name), yaml_scalar(value));
    } else {
      note("settings with a name that no charter can write");
    }
  }
  return members;
}

std::vector<std::string> Exporter::groups_of(const Role& member) {
  std::map<std::string, std::vector<const Membership*>> edges;
  for (const Membership& row : state_.cluster.memberships) {
    const EntraPrincipal* principal = exported_principal(member);
    const bool implied = principal != nullptr && principal->admin && nameable(row.role) && state_.names->name(row.role) == kEntraAdminRole;
    if (row.member == member.id && nameable(row.role) && !implied) edges[state_.names->name(row.role)].push_back(&row);
  }
  const bool options = state_.server.major() >= 16;
  std::vector<std::string> groups;
  for (const auto& [name, rows] : edges) {
    const auto any = [&rows = rows](bool Membership::*option) {
      return std::ranges::any_of(rows, [option](const Membership* row) { return row->*option; });
    };
    Members members{{"role", role(rows.front()->role)}};
    if (any(&Membership::admin)) members.emplace_back("admin", "true");
    if (options && any(&Membership::inherit) != member.attributes.inherit) {
      members.emplace_back("inherit", any(&Membership::inherit) ? "true" : "false");
    }
    if (options && !any(&Membership::set)) members.emplace_back("set", "false");
    groups.push_back(members.size() == 1 ? members.front().second : flow_map(members));
  }
  return groups;
}

std::string Exporter::role_entry(const Role& r) {
  Members members;
  const EntraPrincipal* principal = exported_principal(r);
  add_attributes(r.attributes, principal, members);
  if (principal != nullptr) {
    members.emplace_back("entra", principal_flow(*principal));
  } else if (r.entra) {
    note("Entra principals that may not log in, or lack what an administrator has");
  }
  if (is_writable_date(r.attributes.valid_until)) {
    members.emplace_back("valid_until", date_text(r.attributes.valid_until));
  } else if (r.attributes.valid_until != "infinity") {
    note("roles whose valid_until no charter can write");
  }
  if (r.comment) members.emplace_back("comment", yaml_scalar(*r.comment));
  if (const auto settings = settings_of({.database = {}, .role = r.id}); !settings.empty()) {
    members.emplace_back("settings", flow_map(settings));
  }
  Members in_databases;
  for (const auto& [scope, values] : state_.cluster.settings) {
    if (scope.role != r.id || scope.database.empty()) continue;
    if (is_exported_database(scope.database)) {
      in_databases.emplace_back(yaml_scalar(scope.database), flow_map(settings_of(scope)));
    } else {
      note("settings of roles in other databases");
    }
  }
  if (!in_databases.empty()) members.emplace_back("settings_in", flow_map(in_databases));
  if (const auto groups = groups_of(r); !groups.empty()) members.emplace_back("member_of", flow_list(groups, true));
  return flow_map(members);
}

std::string Exporter::roles_section() {
  std::map<std::string, std::string> groups;
  std::map<std::string, std::string> logins;
  std::map<std::string, std::string> external;
  for (const Role& r : state_.cluster.roles) {
    if (declares(r.id)) (r.attributes.login ? logins : groups)[state_.names->name(r.id)] = role_entry(r);
  }
  for (const RoleId id : {bootstrap_, executor_}) {
    if (nameable(id)) named_.insert(id);
  }
  for (const RoleId id : named_) {
    const std::string& name = state_.names->name(id);
    if (!name.starts_with("pg_") && !groups.contains(name) && !logins.contains(name)) external.emplace(name, "{ external: true }");
  }
  for (const Membership& row : state_.cluster.memberships) {
    if (declares(row.member) || !nameable(row.member) || !nameable(row.role)) continue;
    const auto predefined = [&](RoleId id) { return state_.names->name(id).starts_with("pg_"); };
    if (!predefined(row.member) || !predefined(row.role)) note("memberships of external roles");
  }
  std::string lines;
  const auto add = [&](const char* comment, const std::map<std::string, std::string>& entries) {
    if (entries.empty()) return;
    lines += fmt::format("  # {}\n", comment);
    for (const auto& [name, flow] : entries) lines += wrapped(fmt::format("  {}: {}", yaml_scalar(name), flow), 6) + "\n";
  };
  add("Groups: they can't log in.", groups);
  add("Logins. Passwords are never written.", logins);
  add("Left as they are: their attributes and memberships are not in this charter.", external);
  return section("roles", lines, 0);
}

}  // namespace pgcharter
