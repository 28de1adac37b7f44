// Memberships. An edge is met by the union of its rows over all grantors (16+); an option that is missing is switched on in one
// row, an option too many is switched off in every row that has it, and no edge is ever revoked to be granted again. From 16 on a row is
// its grantor's: where the executor can't act for any of them, what is missing becomes a row of its own (check_role_grantor() in user.c).

#include <algorithm>

#include "diff/concerns.h"
#include "model/rights.h"

namespace pgcharter {
namespace {

struct Row {
  const Membership* row;
  Membership after;
};

void diff_edge(const State& actual, const Executor& me, const DesiredMembership& edge, std::vector<Row> rows,
               std::vector<Change>& changes) {
  auto add = [&](std::optional<Membership> before, const Membership& after) {
    changes.push_back({.database = -1, .body = GrantMembership{before, after}, .reason = edge.reason});
  };
  if (rows.empty()) {
    return add(
        std::nullopt,
        {.role = edge.role, .member = edge.member, .grantor = kNoRole, .admin = edge.admin, .inherit = edge.inherit, .set = edge.set});
  }
  const bool options = actual.server.major() >= 16;
  bool admin = false;
  bool inherit = false;
  bool set = false;
  for (Row& r : rows) {
    r.after.admin = r.row->admin && edge.admin;
    if (options) {
      r.after.inherit = r.row->inherit && edge.inherit;
      r.after.set = r.row->set && edge.set;
    }
    admin |= r.after.admin;
    inherit |= r.after.inherit;
    set |= r.after.set;
  }
  const Membership lacking{.role = edge.role,
                           .member = edge.member,
                           .grantor = kNoRole,
                           .admin = edge.admin && !admin,
                           .inherit = options && edge.inherit && !inherit,
                           .set = options && edge.set && !set};
  const auto ours = std::ranges::find_if(rows, [&](const Row& r) { return !options || me.acts_for(r.row->grantor); });
  if (ours != rows.end()) {
    ours->after.admin |= lacking.admin;
    ours->after.inherit |= lacking.inherit;
    ours->after.set |= lacking.set;
  } else if (lacking.admin || lacking.inherit || lacking.set) {
    add(std::nullopt, lacking);
  }
  for (const Row& r : rows) {
    if (r.after != *r.row) add(*r.row, r.after);
  }
}

}  // namespace

void diff_memberships(const State& actual, const Desired& desired, std::vector<Change>& changes) {
  std::map<std::pair<RoleId, RoleId>, std::vector<Row>> rows;
  for (const Membership& row : actual.cluster.memberships) {
    if (std::ranges::find(desired.unwanted_memberships, row) == desired.unwanted_memberships.end())
      rows[{row.role, row.member}].push_back({&row, row});
  }
  const Executor me(actual);
  for (const DesiredMembership& edge : desired.memberships) {
    const auto found = rows.find({edge.role, edge.member});
    diff_edge(actual, me, edge, found == rows.end() ? std::vector<Row>{} : found->second, changes);
  }
  for (std::size_t i = 0; i < desired.unwanted_memberships.size(); ++i) {
    changes.push_back({.database = -1, .body = RevokeMembership{desired.unwanted_memberships[i]}, .reason = desired.unwanted_reasons[i]});
  }
}

}  // namespace pgcharter
