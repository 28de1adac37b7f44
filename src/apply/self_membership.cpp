// Memberships of the executor that last as long as the transaction that needs them (DESIGN 6, hazard self-membership).
//
// CREATEROLE without superuser may administer a role without being able to act for it: from 16 on CREATE ROLE gives the creator ADMIN
// OPTION and neither INHERIT nor SET (createrole_self_grant changes that), before 16 it gives nothing at all (CREATE ROLE, "Notes";
// CreateRole() in src/backend/commands/user.c). But to give a schema to the new role, or to grant on what it owns, the session must be a
// member. So the plan begins with a GRANT to the executor and ends with its REVOKE, both shown, and only with --allow self-membership.
//
// Only what can be undone exactly is begun: a row of which the executor itself is the grantor, and on no circle of memberships.

#include "apply/self_membership.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "pgcharter/names.h"
#include "pgcharter/preflight.h"

namespace pgcharter {
namespace {

/// True where `from` is a member of `to` on any way, now or with the plan.
bool reaches(const Needs& needs, RoleId from, RoleId to) {
  std::set<RoleId> reached{from};
  std::vector<RoleId> open{from};
  while (!open.empty()) {
    const auto groups = needs.groups().find(open.back());
    open.pop_back();
    if (groups == needs.groups().end()) continue;
    for (const RoleId group : groups->second) {
      if (group == to) return true;
      if (reached.insert(group).second) open.push_back(group);
    }
  }
  return false;
}

/// The row of the executor that it granted itself.
const Membership* own_row(const State& actual, RoleId role, RoleId me) {
  for (const Membership& row : actual.cluster.memberships) {
    const bool ours = actual.server.major() < 16 || row.grantor == me;
    if (row.role == role && row.member == me && ours) return &row;
  }
  return nullptr;
}

/// What one transaction needs of one role.
struct Joined {
  bool inherit = false;
  bool set = false;
  std::set<std::string> whats;
};
using Joins = std::map<RoleId, Joined>;

/// One transaction of an apply: the server's first part, a database, the server's last part; or all of them.
struct Part {
  int database = -1;
  Passing begin = Passing::Begin;
  Passing end = Passing::End;
  auto operator<=>(const Part&) const = default;
};

Part part_of(const Desired& desired, const Change& change) {
  if (desired.one_transaction) return {};
  if (change.database >= 0) return {.database = change.database};
  const auto* grant = std::get_if<GrantMembership>(&change.body);
  const bool takes = grant != nullptr && grant->before &&
                     ((grant->before->admin && !grant->after.admin) || (grant->before->inherit && !grant->after.inherit) ||
                      (grant->before->set && !grant->after.set));
  const bool last = takes || std::holds_alternative<RevokeMembership>(change.body) || std::holds_alternative<DropRole>(change.body);
  return last ? Part{.begin = Passing::BeginOfLastPart} : Part{.end = Passing::EndOfFirstPart};
}

class Joiner {
 public:
  Joiner(const State& actual, const Needs& needs, std::vector<Change>& out) : actual_(actual), needs_(needs), out_(out) {}

  void join(const Part& part, RoleId role, const Joined& joined) {
    const RoleId me = needs_.executor().id();
    const bool options = needs_.major() >= 16;
    std::string why;
    for (const std::string& what : joined.whats) why += (why.empty() ? "" : ", ") + what;
    const std::optional<Membership> before = row_before(role);
    Membership with = before.value_or(Membership{.role = role, .member = me, .grantor = me, .inherit = false, .set = false});
    with.inherit |= !options || joined.inherit;
    with.set |= !options || joined.set;
    add(part, GrantMembership{.before = before, .after = with, .passing = part.begin}, "for this plan only: " + why);
    if (before) {
      add(part, GrantMembership{.before = with, .after = *before, .passing = part.end}, "as it was before this plan");
    } else {
      add(part, RevokeMembership{.membership = with, .passing = part.end}, "was for this plan only");
    }
  }

 private:
  void add(const Part& part, ChangeBody body, std::string reason) {
    out_.push_back({.database = part.database, .body = std::move(body), .reason = {std::move(reason), std::nullopt}});
  }

  /// The row that the executor has from itself when this begins.
  [[nodiscard]] std::optional<Membership> row_before(RoleId role) const {
    const RoleId me = needs_.executor().id();
    if (const Membership* row = own_row(actual_, role, me)) return *row;
    const std::string& given = actual_.server.self_grant;
    if (!needs_.creates(role) || given.empty()) return std::nullopt;
    const auto gives = [&](std::string_view word) { return given.find(word) != std::string::npos; };
    return Membership{.role = role, .member = me, .grantor = me, .inherit = gives("inherit"), .set = gives("set")};
  }

  const State& actual_;
  const Needs& needs_;
  std::vector<Change>& out_;
};

/// The executor's own memberships are the charter's business where it declares the executor.
void leave_self_grants(const State& actual, const Desired& desired, const std::vector<Change>& changes, std::vector<Change>& out) {
  const RoleId me = actual.names->intern(actual.server.user);
  const bool declared = std::ranges::any_of(desired.roles, [&](const DesiredRole& role) { return role.id == me; });
  if (!declared || actual.server.self_grant.empty() || actual.server.major() < 16) return;
  const Part part = desired.one_transaction ? Part{} : Part{.end = Passing::EndOfFirstPart};
  for (const Change& change : changes) {
    const RoleId created = created_role(change);
    if (created == kNoRole) continue;
    const auto same = [&](const DesiredMembership& edge) { return edge.role == created && edge.member == me; };
    if (std::ranges::any_of(desired.memberships, same)) continue;
    out.push_back({.database = part.database,
                   .body = RevokeMembership{.membership = {.role = created, .member = me, .grantor = me}, .passing = part.end},
                   .reason = {"createrole_self_grant gave it", std::nullopt}});
  }
}

}  // namespace

bool can_join(const State& actual, const Needs& needs, RoleId role, bool inherits) {
  const Executor& me = needs.executor();
  const RoleNames& names = *actual.names;
  if (me.superuser() || role == me.id() || role == kNoRole || names.dangling(role) || needs.is_superuser(role)) return false;
  if (is_reserved_role(names.name(role)) || reaches(needs, role, me.id())) return false;
  if (actual.server.major() >= 16) return me.grants_itself(role) || (needs.creates(role) && me.attributes().createrole);
  // One row for each role and member, and INHERIT is the member's attribute.
  if (own_row(actual, role, me.id()) != nullptr || (inherits && !me.attributes().inherit)) return false;
  return me.attributes().createrole || me.grants(role);
}

void add_self_memberships(const State& actual, const Desired& desired, std::vector<Change>& changes) {
  if (actual.server.superuser) return;
  // A membership may bring a choice of grantors, so that the executor must also become the owner: until nothing is added.
  std::map<Part, Joins> parts;
  std::vector<Change> more;
  for (bool grown = true; grown;) {
    grown = false;
    std::vector<const Change*> all = pointers_to(changes);
    for (const Change& change : more) all.push_back(&change);
    const Needs needs(actual, desired, all);
    for (const Change& change : changes) {
      for (const Need& need : needs.of(change)) {
        const bool act = need.kind == Need::Kind::Act;
        if (!act && need.kind != Need::Kind::Become) continue;
        if (!can_join(actual, needs, need.role, act)) continue;
        Joined& joined = parts[part_of(desired, change)][need.role];
        bool& option = act ? joined.inherit : joined.set;
        grown = grown || !option;
        option = true;
        joined.whats.insert(need.what);
      }
    }
    more.clear();
    const Needs then(actual, desired, pointers_to(changes));
    Joiner joiner(actual, then, more);
    for (const auto& [part, joins] : parts) {
      for (const auto& [role, joined] : joins) joiner.join(part, role, joined);
    }
  }
  leave_self_grants(actual, desired, changes, more);
  changes.insert(changes.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace pgcharter
