// Who the connected role is while the plan runs.
//
// A superuser, and the owner itself, grant and revoke as the owner. A member of the owner does so only where no other role of its closure
// has the grant options: the server walks that closure from the executor up, and takes the first that has them all (select_best_grantor()
// in src/backend/utils/adt/acl.c). A REVOKE as somebody else does nothing, and says nothing. So where there is a choice, the executor
// becomes the owner, as it does where it may become the owner and does not inherit from it.

#include "plan/session.h"

#include <algorithm>
#include <map>
#include <set>

namespace pgcharter {

namespace {

/// The rows as the plan makes them: with those of CREATE ROLE, and of its GRANTs.
std::vector<Membership> later(const State& actual, const std::vector<const Change*>& changes, const std::vector<Membership>& granted,
                              bool with_grants) {
  std::vector<Membership> rows = actual.cluster.memberships;
  const RoleId me = actual.names->intern(actual.server.user);
  const bool since_16 = actual.server.major() >= 16;
  const auto gives = [&](std::string_view word) { return actual.server.self_grant.find(word) != std::string::npos; };
  for (const Change* change : changes) {
    if (const RoleId created = created_role(*change); created != kNoRole && since_16 && !actual.server.superuser) {
      rows.push_back({.role = created, .member = me, .grantor = kNoRole, .admin = true, .inherit = false, .set = false});
      if (gives("inherit") || gives("set")) {
        rows.push_back({.role = created, .member = me, .grantor = me, .inherit = gives("inherit"), .set = gives("set")});
      }
    } else if (const auto* grant = std::get_if<GrantMembership>(&change->body)) {
      if (with_grants) rows.push_back(grant->after);
    } else if (const auto* alter = std::get_if<AlterRole>(&change->body); alter != nullptr && !since_16) {
      // The member's attribute decides, and it is altered before anything that needs the membership.
      for (Membership& row : rows) {
        if (row.member == alter->role) row.inherit = alter->after.inherit;
      }
    }
  }
  rows.insert(rows.end(), granted.begin(), granted.end());
  return rows;
}

}  // namespace

Session::Session(const State& actual, const Desired& desired, const std::vector<const Change*>& changes,
                 const std::vector<Membership>& granted)
    : actual_(actual),
      desired_(desired),
      memberships_(later(actual, changes, granted, true)),
      executor_(actual, memberships_),
      early_(actual, later(actual, changes, granted, false)) {
  if (actual.server.major() >= 16) return;
  for (const Role& role : actual.cluster.roles) {
    if (!role.attributes.inherit) noinherit_.insert(role.id);
  }
  for (const DesiredRole& role : desired.roles) {
    role.attributes.inherit || role.drop ? noinherit_.erase(role.id) : noinherit_.insert(role.id).second;
  }
}

RoleId Session::resolved(RoleId role, int database) const {
  if (database < 0 || role == kNoRole || actual_.names->dangling(role) || actual_.names->name(role) != "pg_database_owner") return role;
  const std::string& name = actual_.databases[static_cast<std::size_t>(database)].name;
  const auto found = actual_.cluster.find({.kind = ObjectKind::Database, .schema = {}, .name = name, .args = {}});
  return found && *found < desired_.cluster.desired.size() ? desired_.cluster.desired[*found].owner : role;
}

bool Session::acts_for(RoleId role, int database) const {
  const RoleId who = resolved(role, database);
  return executor_.acts_for(who) && (who == role || !noinherit_.contains(who));
}

bool Session::becomes_owner(int database, const ChangePrivileges& change) const {
  if (executor_.superuser() || change.implied || !change.objects || change.objects->empty()) return false;
  const DesiredObjects& objects = database < 0 ? desired_.cluster : desired_.databases[static_cast<std::size_t>(database)].objects;
  // The objects of one change have one owner.
  const RoleId owner = objects.desired[change.objects->front()].owner;
  if (owner == kNoRole || owner == executor_.id()) return false;
  if (!acts_for(owner, database)) return can_become(owner, database);
  std::set<std::pair<AclId, AclId>> seen;
  return std::ranges::any_of(*change.objects, [&](std::uint32_t object) {
    const DesiredObject& target = objects.desired[object];
    const bool is_new = seen.emplace(target.baseline, target.acl).second || change.kind == ObjectKind::Table;
    return is_new && ambiguous(objects, object, change, database);
  });
}

bool Session::has_options(AclId acl, RoleId owner, PrivilegeSet privileges, int database) const {
  std::map<RoleId, PrivilegeSet> options;
  for (const AclEntry& e : (*actual_.acls)[acl]) {
    if (e.grantee == owner || e.grantee == kPublic || e.grantable.empty()) continue;
    if (acts_for(e.grantee, database)) options[e.grantee] |= e.grantable;
  }
  return std::ranges::any_of(options, [&](const auto& entry) { return entry.second.includes(privileges); });
}

bool Session::ambiguous(const DesiredObjects& objects, std::uint32_t object, const ChangePrivileges& change, int database) const {
  const DesiredObject& target = objects.desired[object];
  const auto found = [&](AclId acl, PrivilegeSet privileges) { return has_options(acl, target.owner, privileges, database); };
  if (found(target.baseline, change.privileges) || (target.acl != target.baseline && found(target.acl, change.privileges))) return true;
  if (change.kind != ObjectKind::Table || database < 0) return false;
  const PrivilegeSet privileges = change.privileges & info(ObjectKind::Table).column;
  const std::vector<Column>& now = actual_.databases[static_cast<std::size_t>(database)].columns;
  // REVOKE on a table is one on each of its columns, with a grantor of its own (ExecGrant_Attribute() in src/backend/catalog/aclchk.c).
  const bool every = change.column.empty();
  if ((every && change.grant) || privileges.empty()) return false;
  const auto in = [&](const auto& columns, auto column) {
    for (; column != columns.end() && column->object == object; ++column) {
      if ((every || column->name == change.column) && found(column->acl, privileges)) return true;
    }
    return false;
  };
  if (in(now, std::ranges::lower_bound(now, object, {}, &Column::object))) return true;
  return !every && in(objects.columns, std::ranges::lower_bound(objects.columns, object, {}, &DesiredColumn::object));
}

}  // namespace pgcharter
