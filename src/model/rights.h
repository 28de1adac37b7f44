// What a role may do through its memberships: the closures that the server builds before it allows anything.
#pragma once

#include <set>
#include <vector>

#include "pgcharter/state.h"

namespace pgcharter {

/// The connected role.
class Executor {
 public:
  explicit Executor(const State& actual) : Executor(actual, actual.cluster.memberships) {}
  /// With other memberships than those of the state: as they will be.
  Executor(const State& actual, const std::vector<Membership>& memberships);

  [[nodiscard]] RoleId id() const { return id_; }
  [[nodiscard]] bool superuser() const { return attributes_.superuser; }
  [[nodiscard]] const RoleAttributes& attributes() const { return attributes_; }
  /// Has the privileges of the role without SET ROLE (has_privs_of_role()).
  [[nodiscard]] bool acts_for(RoleId role) const { return superuser() || privileges_.contains(role); }
  /// May SET ROLE to it (member_can_set_role()), and give objects to it.
  [[nodiscard]] bool can_become(RoleId role) const { return superuser() || becomes_.contains(role); }
  /// Holds ADMIN OPTION on it, on any way (is_admin_of_role()): enough for ALTER and DROP.
  [[nodiscard]] bool administers(RoleId role) const { return superuser() || administers_.contains(role); }
  /// May grant the role: from 16 on as a grantor whose privileges it has (select_best_admin()).
  [[nodiscard]] bool grants(RoleId role) const { return superuser() || grants_.contains(role); }
  /// Holds ADMIN OPTION itself, so that it is the grantor of what it grants.
  [[nodiscard]] bool grants_itself(RoleId role) const { return superuser() || grants_itself_.contains(role); }

 private:
  RoleId id_;
  RoleAttributes attributes_;
  std::set<RoleId> privileges_;
  std::set<RoleId> becomes_;
  std::set<RoleId> administers_;
  std::set<RoleId> grants_;
  std::set<RoleId> grants_itself_;
};

}  // namespace pgcharter
