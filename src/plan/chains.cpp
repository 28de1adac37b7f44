// Three chains, one shape: PostgreSQL refuses to take away what something else still hangs on.
//
// Grant options: REVOKE without CASCADE fails with 2BP01 while the grantee has granted on (GRANT and REVOKE, "Notes";
// recursive_revoke() in src/backend/utils/adt/acl.c). Memberships from 16 on: the same for ADMIN OPTION, per grantor
// (plan_recursive_revoke() in src/backend/commands/user.c). Circles of memberships: 0LP01. PostgreSQL itself keeps all of
// them free of circles; what is read from it must not hang us nevertheless, so a circle ends where it closes.

#include "plan/chains.h"

#include <algorithm>
#include <iterator>

namespace pgcharter {
namespace {

/// The longest way from `role` along `grantors(role, visit)` to a role that got nothing from anybody.
class LongestWay {
 public:
  template <typename Grantors>
  int from(RoleId role, const Grantors& grantors) {
    const auto [it, fresh] = depths_.try_emplace(role, 0);
    if (!fresh) return it->second;  // known, or on the way: a circle ends here
    int depth = 0;
    grantors(role, [&](RoleId grantor) { depth = std::max(depth, from(grantor, grantors) + 1); });
    depths_[role] = depth;
    return depth;
  }

 private:
  std::map<RoleId, int> depths_;
};

using Edges = std::map<RoleId, std::set<RoleId>>;

/// Takes away, again and again, the roles that have no `up` left; what remains stands on a circle, or below one.
/// `levels` gets the longest way up of each role that was taken.
std::set<RoleId> peel(const Edges& up, const Edges& down, std::map<RoleId, int>& levels) {
  std::map<RoleId, std::size_t> missing;
  std::vector<RoleId> ready;
  std::set<RoleId> left;
  const auto add = [&](RoleId role) {
    if (!left.insert(role).second) return;
    const auto groups = up.find(role);
    missing[role] = groups == up.end() ? 0 : groups->second.size();
    if (missing[role] == 0) ready.push_back(role);
  };
  for (const Edges* edges : {&up, &down}) {
    for (const auto& [role, others] : *edges) add(role);
  }
  for (std::size_t i = 0; i < ready.size(); ++i) {
    const RoleId role = ready[i];
    left.erase(role);
    const int level = levels[role];
    const auto members = down.find(role);
    if (members == down.end()) continue;
    for (const RoleId member : members->second) {
      levels[member] = std::max(levels[member], level + 1);
      if (--missing[member] == 0) ready.push_back(member);
    }
  }
  return left;
}

}  // namespace

int grant_depth(const Acl& acl, const Acl& more, RoleId owner, RoleId role) {
  const auto grantors = [&](RoleId of, const auto& visit) {
    if (of == owner) return;
    for (const Acl* list : {&acl, &more}) {
      for (const AclEntry& entry : *list) {
        if (entry.grantee == of && !entry.grantable.empty()) visit(entry.grantor);
      }
    }
  };
  return LongestWay().from(role, grantors);
}

MembershipGraph::MembershipGraph(const State& actual, const std::vector<Change>& changes) {
  Edges up;
  Edges down;
  for (const Membership& edge : actual.cluster.memberships) {
    up[edge.member].insert(edge.role);
    down[edge.role].insert(edge.member);
    if (edge.admin) admin_grantors_[{edge.role, edge.member}].push_back(edge.grantor);
  }
  for (const Change& change : changes) {
    if (const auto* grant = std::get_if<GrantMembership>(&change.body)) {
      up[grant->after.member].insert(grant->after.role);
      down[grant->after.role].insert(grant->after.member);
      const Membership& row = grant->after;
      if (!grant->before && row.admin && row.grantor != kNoRole) admin_grantors_[{row.role, row.member}].push_back(row.grantor);
    }
  }
  const std::set<RoleId> below = peel(up, down, levels_);
  if (below.empty()) return;
  std::map<RoleId, int> unused;
  const std::set<RoleId> above = peel(down, up, unused);
  std::set_intersection(below.begin(), below.end(), above.begin(), above.end(), std::inserter(on_circle_, on_circle_.end()));
}

int MembershipGraph::level(RoleId role) const {
  const auto it = levels_.find(role);
  return it == levels_.end() ? 0 : it->second;
}

bool MembershipGraph::blocks_grants(const Membership& edge) const {
  return on_circle_.contains(edge.role) && on_circle_.contains(edge.member);
}

int MembershipGraph::admin_depth(RoleId role, RoleId grantor) const {
  const auto grantors = [&](RoleId of, const auto& visit) {
    const auto it = admin_grantors_.find({role, of});
    if (it == admin_grantors_.end()) return;
    for (const RoleId by : it->second) visit(by);
  };
  return LongestWay().from(grantor, grantors);
}

}  // namespace pgcharter
