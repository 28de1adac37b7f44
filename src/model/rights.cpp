// What a role may do through its memberships. Sources: roles_is_member_of(), is_admin_of_role() and select_best_admin() in
// src/backend/utils/adt/acl.c. Before 16 a membership passes privileges on where the member has INHERIT, and always allows SET ROLE; since
// 16 each row says both itself. ADMIN OPTION counts on every way; to grant with it, since 16, only where its holder's privileges are had.
// The owner of the database is the one implicit member of pg_database_owner, which is never a member itself; before 16 an owner with
// NOINHERIT does not have its privileges.

#include "model/rights.h"

namespace pgcharter {
namespace {

template <typename Follows>
std::set<RoleId> closure(RoleId from, const std::vector<Membership>& memberships, const Follows& follows) {
  std::set<RoleId> reached{from};
  std::vector<RoleId> open{from};
  while (!open.empty()) {
    const RoleId member = open.back();
    open.pop_back();
    for (const Membership& row : memberships) {
      if (row.member == member && follows(row) && reached.insert(row.role).second) open.push_back(row.role);
    }
  }
  return reached;
}

}  // namespace

Executor::Executor(const State& actual, const std::vector<Membership>& memberships) : id_(actual.names->intern(actual.server.user)) {
  if (const Role* role = actual.cluster.find_role(id_)) attributes_ = role->attributes;
  attributes_.superuser |= actual.server.superuser;
  privileges_ = closure(id_, memberships, [](const Membership& row) { return row.inherit; });
  becomes_ = closure(id_, memberships, [](const Membership& row) { return row.set; });
  const std::set<RoleId> member = closure(id_, memberships, [](const Membership&) { return true; });
  for (const Membership& row : memberships) {
    if (!row.admin || !member.contains(row.member)) continue;
    administers_.insert(row.role);
    if (row.member == id_) grants_itself_.insert(row.role);
    if (actual.server.major() < 16 || privileges_.contains(row.member)) grants_.insert(row.role);
  }
  const RoleId database_owner = actual.names->find("pg_database_owner");
  if (database_owner == kNoRole) return;
  for (const Object& object : actual.cluster.objects) {
    if (object.id.kind != ObjectKind::Database || object.id.name != actual.server.database) continue;
    const Role* owner = actual.cluster.find_role(object.owner);
    const bool passes_on = actual.server.major() >= 16 || owner == nullptr || owner->attributes.inherit;
    if (passes_on && privileges_.contains(object.owner)) privileges_.insert(database_owner);
    if (becomes_.contains(object.owner)) becomes_.insert(database_owner);
  }
}

}  // namespace pgcharter
