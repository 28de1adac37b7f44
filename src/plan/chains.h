// Who depends on whom inside one phase: grant options, administered memberships, groups of groups.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "pgcharter/diff.h"

namespace pgcharter {

/// How far `role` is from the owner along the grant options of `acl` (and of a column's `more`): 0 for the owner. What
/// a role granted must be revoked before its own grant option.
int grant_depth(const Acl& acl, const Acl& more, RoleId owner, RoleId role);

/// The memberships as edges, for the order in which they can change.
class MembershipGraph {
 public:
  MembershipGraph(const State& actual, const std::vector<Change>& changes);

  /// How many groups are above `role` on the longest way, in the graph of what is and what will be.
  [[nodiscard]] int level(RoleId role) const;
  /// True where the old edge stands on a circle with new ones: it must go before they come (0LP01).
  [[nodiscard]] bool blocks_grants(const Membership& edge) const;
  /// How far `grantor` is from the first administrator of `role`: what it granted goes before its own ADMIN OPTION (2BP01).
  [[nodiscard]] int admin_depth(RoleId role, RoleId grantor) const;

 private:
  std::map<RoleId, int> levels_;
  std::set<RoleId> on_circle_;
  std::map<std::pair<RoleId, RoleId>, std::vector<RoleId>> admin_grantors_;  ///< (group, administrator) → who made it one
};

}  // namespace pgcharter
