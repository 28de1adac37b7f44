// Who has whose privileges, and what that means for grant options. Sources: roles_is_member_of(), aclmask() and
// recursive_revoke() in src/backend/utils/adt/acl.c.

#include "pgcharter/inheritance.h"

namespace pgcharter {

Inheritance::Inheritance(const std::vector<Edge>& edges, std::set<RoleId> superusers) : superusers_(std::move(superusers)) {
  for (const Edge& edge : edges) groups_[edge.member].push_back(edge.role);
}

bool Inheritance::acts_for(RoleId member, RoleId role) const {
  if (member == role || superusers_.contains(member)) return true;
  const auto [it, inserted] = known_.try_emplace(member);
  if (inserted) {
    std::vector<RoleId> open{member};
    while (!open.empty()) {
      const auto groups = groups_.find(open.back());
      open.pop_back();
      if (groups == groups_.end()) continue;
      for (RoleId group : groups->second) {
        if (it->second.insert(group).second) open.push_back(group);
      }
    }
  }
  return it->second.contains(role);
}

PrivilegeSet usable_options(const Acl& acl, RoleId role, RoleId owner, const Inheritance& inheritance) {
  if (inheritance.acts_for(role, owner)) return PrivilegeSet::from_bits((1U << kPrivilegeCount) - 1);
  PrivilegeSet options;
  for (const AclEntry& entry : acl) {
    if (entry.grantee != kPublic && !entry.grantable.empty() && inheritance.acts_for(role, entry.grantee)) options |= entry.grantable;
  }
  return options;
}

PrivilegeSet lost_options(const Acl& before, const Acl& after, RoleId role, RoleId owner, const Inheritance& inheritance) {
  const PrivilegeSet lost = grantable_of(before, role) - grantable_of(after, role);
  return lost.empty() ? lost : lost - usable_options(after, role, owner, inheritance);
}

namespace {

/// True where the role handed the option on in a circle that gives it back: it keeps the option then, whatever else it loses.
bool supports_itself(const Acl& acl, RoleId role, RoleId owner, Privilege privilege) {
  std::set<RoleId> seen;
  std::vector<RoleId> open{role};
  while (!open.empty()) {
    const RoleId holder = open.back();
    open.pop_back();
    for (const AclEntry& entry : acl) {
      if (entry.grantee != holder || entry.grantor == owner || !entry.grantable.contains(privilege)) continue;
      if (entry.grantor == role) return true;
      if (seen.insert(entry.grantor).second) open.push_back(entry.grantor);
    }
  }
  return false;
}

}  // namespace

PrivilegeSet cascading_options(const Acl& before, const Acl& after, RoleId role, RoleId owner, const Inheritance& inheritance) {
  PrivilegeSet lost = lost_options(before, after, role, owner, inheritance);
  for (const AclEntry& entry : before) {
    if (entry.grantee != role && entry.grantee != kPublic && inheritance.acts_for(role, entry.grantee)) lost -= entry.grantable;
  }
  PrivilegeSet circular;
  for_each(lost, [&](Privilege p) {
    if (supports_itself(before, role, owner, p)) circular |= PrivilegeSet::of(p);
  });
  return lost - circular;
}

}  // namespace pgcharter
