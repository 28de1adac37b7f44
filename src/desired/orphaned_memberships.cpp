// Memberships that can't stay because of their grantor. From PostgreSQL 16 on a row hangs on its grantor's admin option: taking the last
// one away is refused while rows are left that he granted (2BP01; plan_recursive_revoke() in src/backend/commands/user.c), and so is DROP
// ROLE of a grantor. CASCADE would take such rows along, whoever they belong to. They are named in the plan instead, each as a change of
// its own; and where the charter leaves a membership alone, it is granted once more, by the executor, with the options that it had.

#include <algorithm>

#include "desired/resolver.h"

namespace pgcharter {

void Resolver::end_orphans(std::map<std::pair<RoleId, RoleId>, DesiredMembership>& edges) {
  if (major() < 16) return;
  const std::vector<Membership>& rows = actual_.cluster.memberships;
  auto& unwanted = desired_.unwanted_memberships;
  std::set<Membership> ended(unwanted.begin(), unwanted.end());
  const auto is_ended = [&](const Membership& row) { return ended.contains(row); };
  std::map<std::pair<RoleId, RoleId>, std::vector<const Membership*>> by_edge;
  for (const Membership& row : rows) by_edge[{row.role, row.member}].push_back(&row);

  // What the plan grants anew is not counted: memberships that would stand in a circle end before any begins.
  const auto loses_admin = [&](RoleId role, RoleId member) {
    const auto held = by_edge.find({role, member});
    if (held == by_edge.end()) return false;
    const auto edge = edges.find({role, member});
    const bool stays = edge == edges.end() || edge->second.admin;
    bool had = false;
    for (const Membership* row : held->second) {
      if (row->admin && stays && !is_ended(*row)) return false;
      had |= row->admin;
    }
    return had;
  };
  const auto keep = [&](const Membership& row, const Reason& reason) {
    if (scope_.dropped(row.role) || scope_.dropped(row.member)) return;
    const std::pair key(row.role, row.member);
    if (edges.contains(key)) return;
    DesiredMembership kept{.role = row.role, .member = row.member, .admin = false, .inherit = false, .set = false, .reason = reason};
    for (const Membership* each : by_edge[key]) {
      kept.admin |= each->admin;
      kept.inherit |= each->inherit;
      kept.set |= each->set;
    }
    edges.emplace(key, std::move(kept));
  };

  for (std::size_t before = ended.size() + 1; before != ended.size();) {
    before = ended.size();
    for (const Membership& row : rows) {
      const bool dropped = scope_.dropped(row.grantor);
      if (is_ended(row) || (!dropped && !loses_admin(row.role, row.grantor))) continue;
      const std::string why = dropped ? "its grantor is dropped" : "its grantor loses the admin option";
      ended.insert(row);
      unwanted.push_back(row);
      desired_.unwanted_reasons.push_back({why, std::nullopt});
      keep(row, {"kept: " + why, std::nullopt});
    }
  }
}

}  // namespace pgcharter
