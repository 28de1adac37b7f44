// What the connected role may do. Sources: roles_is_member_of() and its callers in src/backend/utils/adt/acl.c: before 16 a
// membership passes privileges on where the member's role has INHERIT, and always allows SET ROLE; since 16 each row says both itself.
// The owner of the database is the one implicit member of pg_database_owner.

#include "apply/rights.h"

#include <algorithm>

namespace pgcharter {

std::set<RoleId> Executor::closure(const State& actual, bool by_inherit) const {
  std::set<RoleId> reached{id_};
  std::vector<RoleId> open{id_};
  auto reach = [&](RoleId role) {
    if (reached.insert(role).second) open.push_back(role);
  };
  while (!open.empty()) {
    const RoleId member = open.back();
    open.pop_back();
    const Role* role = actual.cluster.find_role(member);
    for (const Membership& row : actual.cluster.memberships) {
      if (row.member != member) continue;
      const bool inherits = actual.server.major() >= 16 ? row.inherit : role == nullptr || role->attributes.inherit;
      const bool sets = actual.server.major() < 16 || row.set;
      if (by_inherit ? inherits : sets) reach(row.role);
    }
    for (const Object& o : actual.cluster.objects) {
      const bool own_database = o.id.kind == ObjectKind::Database && o.id.name == actual.server.database && o.owner == member;
      if (own_database) reach(actual.names->intern("pg_database_owner"));
    }
  }
  return reached;
}

Executor::Executor(const State& actual) : id_(actual.names->intern(actual.server.user)) {
  if (const Role* role = actual.cluster.find_role(id_)) attributes_ = role->attributes;
  attributes_.superuser |= actual.server.superuser;
  privileges_ = closure(actual, true);
  becomes_ = closure(actual, false);
  for (const Membership& row : actual.cluster.memberships) {
    if (row.admin && privileges_.contains(row.member)) administers_.insert(row.role);
  }
}

}  // namespace pgcharter
