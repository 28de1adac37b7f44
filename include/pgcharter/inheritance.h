// Who has whose privileges without SET ROLE: has_privs_of_role() in src/backend/utils/adt/acl.c.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "pgcharter/acl.h"

namespace pgcharter {

/// The closure over memberships that pass privileges on. A superuser has everybody's.
class Inheritance {
 public:
  struct Edge {
    RoleId member{};
    RoleId role{};
  };
  Inheritance() = default;
  Inheritance(const std::vector<Edge>& edges, std::set<RoleId> superusers);

  [[nodiscard]] bool acts_for(RoleId member, RoleId role) const;

 private:
  std::map<RoleId, std::vector<RoleId>> groups_;
  std::set<RoleId> superusers_;
  mutable std::map<RoleId, std::set<RoleId>> known_;
};

/// The grant options that `role` can use on an object of `owner` with that list: an owner's are implicit, and a group's count
/// (aclmask() with ACLITEM_ALL_GOPTION_BITS).
PrivilegeSet usable_options(const Acl& acl, RoleId role, RoleId owner, const Inheritance& inheritance);

/// The grant options that `role` loses from `before` to `after` and can no longer use by any way: what it granted with them can't stay
/// (recursive_revoke() spares what is granted with an option that a group still gives).
PrivilegeSet lost_options(const Acl& before, const Acl& after, RoleId role, RoleId owner, const Inheritance& inheritance);

/// Those of them that no group gave before either, and no circle of grants gives back: REVOKE … CASCADE takes what was granted with them
/// along, whatever the order of the statements. What depends on the rest is revoked first, as its grantor.
PrivilegeSet cascading_options(const Acl& before, const Acl& after, RoleId role, RoleId owner, const Inheritance& inheritance);

}  // namespace pgcharter
