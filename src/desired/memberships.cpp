// Memberships: the edges that must be there, and the catalog's rows that must not.
//
// The charter decides alone about the edges of a declared, non-external member, and about all members of a group that writes
// `members:` (DESIGN 4). On 16 and later one edge may have several rows, one per grantor; together they count as one edge.

#include <algorithm>

#include <fmt/format.h>

#include "pgcharter/names.h"

#include "desired/resolver.h"

namespace pgcharter {
namespace {

/// A row that CREATE ROLE makes for a creator without superuser on 16+: admin, but neither inherit nor set, by the bootstrap superuser.
bool is_bootstrap_row(const State& state, const Membership& row) {
  const Role* grantor = state.cluster.find_role(row.grantor);
  return state.server.major() >= 16 && grantor != nullptr && grantor->bootstrap && row.admin && !row.inherit && !row.set;
}

/// The members of an Entra group are given and taken by the server itself where it synchronises them; they carry labels of their own.
bool is_synchronised(const State& state, const Membership& row) {
  if (!state.server.entra_group_sync) return false;
  const Role* group = state.cluster.find_role(row.role);
  const Role* member = state.cluster.find_role(row.member);
  return group != nullptr && member != nullptr && group->entra && group->entra->type == "group" && member->entra;
}

}  // namespace

bool Resolver::comes_with_principal(RoleId role, RoleId member) const {
  if (actual_.names->name(role) != kEntraAdminRole) return false;
  const auto rule = charter_.roles.find(actual_.names->name(member));
  return rule != charter_.roles.end() && rule->second.entra && rule->second.entra->principal.admin;
}

void Resolver::add_memberships() {
  if (!scope_.covers(Family::Memberships)) return;
  std::map<std::pair<RoleId, RoleId>, const MembershipRule*> absent;
  std::map<std::pair<RoleId, RoleId>, DesiredMembership> edges;
  auto add = [&](const MembershipRule& rule) {
    const std::pair key(role_id(rule.role), role_id(rule.member));
    if (rule.ensure == Ensure::Absent || is_expired(rule.expires)) {
      absent[key] = &rule;
      return;
    }
    if (major() < 16 && (rule.inherit || rule.set == false)) {
      const Role* member = actual_.cluster.find_role(key.second);
      const auto declared = charter_.roles.find(rule.member);
      const bool inherits = declared != charter_.roles.end() && !declared->second.external
                                ? declared->second.attributes.inherit
                                : member == nullptr || member->attributes.inherit;
      if (rule.set == false || *rule.inherit != inherits) {
        diagnostics_.error(
            "option-needs-16", rule.pos,
            fmt::format("the membership options `inherit` and `set` need PostgreSQL 16; this server is {}", actual_.server.version),
            "Leave them out, or write the member's attribute `inherit: false` instead.");
        return;
      }
    }
    const Role* member = actual_.cluster.find_role(key.second);
    if (member == nullptr && comes_with_principal(key.first, key.second)) return;
    bool inherit = member == nullptr || member->attributes.inherit;
    if (const auto it = charter_.roles.find(rule.member); it != charter_.roles.end() && !it->second.external)
      inherit = it->second.attributes.inherit;
    DesiredMembership edge{.role = key.first,
                           .member = key.second,
                           .admin = rule.admin.value_or(false),
                           .inherit = rule.inherit.value_or(inherit),
                           .set = rule.set.value_or(true),
                           .reason = {"declared", rule.pos}};
    const auto [it, inserted] = edges.emplace(key, edge);
    if (!inserted && rule.admin.value_or(false)) it->second.admin = true;
  };
  for (const auto& [name, rule] : charter_.roles) {
    if (rule.ensure == Ensure::Absent) continue;
    for (const MembershipRule& edge : rule.member_of) add(edge);
    for (const MembershipRule& edge : rule.members) add(edge);
  }
  for (const Membership& row : actual_.cluster.memberships) {
    const std::pair key(row.role, row.member);
    const auto edge = edges.find(key);
    const auto named_absent = absent.find(key);
    unwanted_membership(row, edge == edges.end() ? nullptr : &edge->second, named_absent == absent.end() ? nullptr : named_absent->second);
  }
  end_orphans(edges);
  for (auto& [key, edge] : edges) desired_.memberships.push_back(std::move(edge));
}

void Resolver::unwanted_membership(const Membership& row, const DesiredMembership* edge, const MembershipRule* absent) {
  auto unwanted = [&](Reason reason) {
    desired_.unwanted_memberships.push_back(row);
    desired_.unwanted_reasons.push_back(std::move(reason));
  };
  if (scope_.dropped(row.role) || scope_.dropped(row.member)) return;  // DROP ROLE takes these rows along
  if (edge != nullptr) return;
  if (absent != nullptr) {
    return unwanted({absent->ensure == Ensure::Absent ? "named absent" : fmt::format("expired {}", *absent->expires), absent->pos});
  }
  if (is_bootstrap_row(actual_, row) || comes_with_principal(row.role, row.member)) return;
  auto rule_of = [&](RoleId id) -> const RoleRule* {
    const auto it = charter_.roles.find(actual_.names->name(id));
    return it == charter_.roles.end() || actual_.names->dangling(id) ? nullptr : &it->second;
  };
  const RoleRule* member = rule_of(row.member);
  const RoleRule* group = rule_of(row.role);
  const bool by_member = member != nullptr && !member->external && scope_.role(row.member) && !is_synchronised(actual_, row);
  const bool by_group = group != nullptr && group->members_written;
  if (!by_member && !by_group) return;
  if (member == nullptr && actual_.names->name(row.member) == actual_.server.user) return;
  if (actual_.names->dangling(row.member) || actual_.names->dangling(row.role)) return;
  if (scope_.additive()) {
    const RoleNames& names = *actual_.names;
    return extras_.note(fmt::format("membership of {} in {}", display_name(names.name(row.member)), display_name(names.name(row.role))));
  }
  unwanted({"not in the charter", by_member ? member->pos : group->pos});
}

void Resolver::close_memberships() {
  std::map<RoleId, RoleAttributes> before;
  for (const Role& role : actual_.cluster.roles) before[role.id] = role.attributes;
  std::map<RoleId, RoleAttributes> after = before;
  for (const DesiredRole& role : desired_.roles) {
    if (!role.drop) after[role.id] = role.attributes;
  }
  const auto superusers = [](const std::map<RoleId, RoleAttributes>& attributes) {
    std::set<RoleId> found;
    for (const auto& [role, has] : attributes) {
      if (has.superuser) found.insert(role);
    }
    return found;
  };
  // Memberships begin before grants and revokes, and end after them. Before 16 the member's attribute decides.
  std::vector<Inheritance::Edge> edges;
  for (const Membership& row : actual_.cluster.memberships) {
    if (major() >= 16 ? row.inherit : after[row.member].inherit) edges.push_back({row.member, row.role});
  }
  for (const DesiredMembership& edge : desired_.memberships) {
    if (edge.inherit) edges.push_back({edge.member, edge.role});
  }
  // One closure serves all databases, old owners and new: acting for too many only means that more is revoked as its grantor.
  const RoleId database_owner = actual_.names->intern("pg_database_owner");
  for (std::size_t i = 0; i < desired_.cluster.size(); ++i) {
    const Object& object = desired_.cluster.object(i);
    const bool here = std::ranges::any_of(actual_.databases, [&](const DatabaseState& d) { return d.name == object.id.name; });
    if (object.id.kind != ObjectKind::Database || !here) continue;
    edges.push_back({object.owner, database_owner});
    edges.push_back({desired_.cluster.desired[i].owner, database_owner});
  }
  desired_.inheritance = std::make_shared<const Inheritance>(edges, superusers(after));
  desired_.unable_grantors = superusers(desired_.grantors_first ? before : after);
  for (std::size_t i = 0; i < actual_.names->size(); ++i) {
    if (const auto role = static_cast<RoleId>(i); actual_.names->dangling(role)) desired_.unable_grantors.insert(role);
  }
}

}  // namespace pgcharter
