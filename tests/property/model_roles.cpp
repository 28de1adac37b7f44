// Which roles there are, with which attributes, in which groups, and which of them the charter decides about.
#include <algorithm>

#include "property/model_maker.h"
#include "property/names.h"

namespace pgcharter::property {

Status ModelMaker::status(const std::string& role) const {
  const RoleSpec* spec = case_.find_role(role);
  return spec == nullptr ? Status::Undeclared : spec->status;
}

bool ModelMaker::role_in_scope(const std::string& role) const {
  if (role == kPublicName) return case_.scope.public_in_scope;
  const RoleSpec* spec = case_.find_role(role);
  if (spec == nullptr || spec->status == Status::External || spec->status == Status::Absent) return false;
  if (!case_.scope.roles) return spec->status == Status::Declared;
  return std::any_of(case_.scope.roles->begin(), case_.scope.roles->end(), [&](const Glob& glob) { return glob_matches(glob, role); });
}

void ModelMaker::roles() {
  for (const auto& [name, facts] : before_.roles) {
    if (status(name) != Status::Absent) model_.roles[name] = facts;
  }
  for (const auto& role : case_.roles) {
    if (role_in_scope(role.name)) model_.roles_in_scope.insert(role.name);
    if (role.status != Status::Declared) continue;
    RoleFacts& facts = model_.roles[role.name];
    facts.attributes.flags = role.declared.flags;
    if (role.written.contains("connection_limit")) facts.attributes.connection_limit = role.declared.connection_limit;
    if (role.written.contains("valid_until")) facts.attributes.valid_until = role.declared.valid_until;
    if (role.comment) facts.comment = *role.comment;
    const auto set = [](auto& settings, const auto& declared) {
      for (const auto& [key, value] : declared) {
        if (value)
          settings[key] = *value;
        else
          settings.erase(key);
      }
    };
    set(facts.settings, role.settings);
    set(facts.settings_in, role.settings_in);
  }
}

void ModelMaker::memberships() {
  std::vector<std::string> everyone = {"pg_monitor"};
  for (const auto& role : case_.roles) everyone.push_back(role.name);
  for (const auto& group : everyone) {
    for (const auto& member : everyone) {
      if (group == member) continue;
      model_.memberships[{group, member}] = membership(group, member);
      if (server_major() >= 16) model_.membership_options[{group, member}] = options(group, member);
    }
  }
}

/// What the one present entry of an edge says; an edge that nothing speaks about keeps the options that it has.
WantedOptions ModelMaker::options(const std::string& group, const std::string& member) const {
  const auto existing = before_.memberships.find({group, member});
  const bool was = existing != before_.memberships.end();
  WantedOptions kept;
  if (was) kept = {existing->second.inherit, existing->second.set};
  if (!family("memberships")) return kept;
  const auto said = [](const std::vector<Edge>& edges, const std::string& name) -> const Edge* {
    for (const auto& edge : edges) {
      if (edge.role == name && !edge.absent && edge.expires != Expires::Past) return &edge;
    }
    return nullptr;
  };
  const RoleSpec* group_spec = case_.find_role(group);
  const RoleSpec* member_spec = case_.find_role(member);
  const Edge* edge = member_spec != nullptr ? said(member_spec->member_of, group) : nullptr;
  if (edge == nullptr && group_spec != nullptr) edge = said(group_spec->members, member);
  if (edge == nullptr) return kept;
  const auto facts = model_.roles.find(member);
  WantedOptions wanted{edge->inherit, edge->set.value_or(true)};
  if (!wanted.inherit && facts != model_.roles.end()) wanted.inherit = facts->second.attributes.flags.at("inherit");
  // `additive` takes nothing away; whether it takes an option away that the charter denies, DESIGN leaves open.
  if (case_.scope.additive && was && kept.inherit != wanted.inherit) wanted.inherit.reset();
  if (case_.scope.additive && was && kept.set != wanted.set) wanted.set.reset();
  return wanted;
}

Want ModelMaker::membership(const std::string& group, const std::string& member) const {
  const auto existing = before_.memberships.find({group, member});
  const Base base{existing != before_.memberships.end(), existing != before_.memberships.end() && existing->second.admin};
  if (status(group) == Status::Absent || status(member) == Status::Absent) return Want::No;
  if (!family("memberships")) return base.grantable ? Want::Grantable : base.held ? Want::Plain : Want::No;
  Said said;
  const auto hear = [&](const std::vector<Edge>& edges, const std::string& name) {
    for (const auto& edge : edges) {
      if (edge.role != name) continue;
      if (edge.absent)
        said.absent = true;
      else if (edge.expires == Expires::Past)
        said.expired = true;
      else
        said.present = true, said.grantable = said.grantable || edge.admin;
    }
  };
  const RoleSpec* group_spec = case_.find_role(group);
  const RoleSpec* member_spec = case_.find_role(member);
  if (member_spec != nullptr) hear(member_spec->member_of, group);
  if (group_spec != nullptr) hear(group_spec->members, member);
  const bool declared_member = status(member) == Status::Declared;
  const bool by_list = group_spec != nullptr && group_spec->members_written;
  const bool authoritative = (declared_member || by_list) && !case_.scope.additive;
  if (said.present) {
    if (said.grantable) return Want::Grantable;
    return case_.scope.additive && base.grantable ? Want::Held : Want::Plain;
  }
  if (said.absent || said.expired) return Want::No;
  // It can't be told from the row that CREATE ROLE makes for its creator, which is ignored.
  if (existing != before_.memberships.end() && base.grantable && existing->second.set == false && existing->second.inherit == false)
    return Want::Any;
  // DESIGN 4 does not say whether scope.roles bounds memberships, too.
  if (authoritative && !by_list && base.held && !role_in_scope(member)) return Want::Any;
  if (authoritative) return Want::No;
  return base.grantable ? Want::Grantable : base.held ? Want::Plain : Want::No;
}

}  // namespace pgcharter::property
