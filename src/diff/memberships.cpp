// Memberships. An edge is met by the union of its rows over all grantors (16+); an option that is missing is switched on in one
// row, an option too many is switched off in every row that has it, and no edge is ever revoked to be granted again.

#include <algorithm>

#include "diff/concerns.h"

namespace pgcharter {
namespace {

struct Row {
  const Membership* row;
  Membership after;
};

void diff_edge(const State& actual, const DesiredMembership& edge, std::vector<Row> rows, std::vector<Change>& changes) {
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
  Membership& first = rows.front().after;
  first.admin |= edge.admin && !admin;
  if (options) {
    first.inherit |= edge.inherit && !inherit;
    first.set |= edge.set && !set;
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
  for (const DesiredMembership& edge : desired.memberships) {
    const auto found = rows.find({edge.role, edge.member});
    diff_edge(actual, edge, found == rows.end() ? std::vector<Row>{} : found->second, changes);
  }
  for (std::size_t i = 0; i < desired.unwanted_memberships.size(); ++i) {
    changes.push_back({.database = -1, .body = RevokeMembership{desired.unwanted_memberships[i]}, .reason = desired.unwanted_reasons[i]});
  }
}

}  // namespace pgcharter
