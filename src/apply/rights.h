// What the connected role may do, from the memberships of the catalog.
#pragma once

#include <set>
#include <vector>

#include "pgcharter/state.h"

namespace pgcharter {

class Executor {
 public:
  explicit Executor(const State& actual);

  [[nodiscard]] RoleId id() const { return id_; }
  [[nodiscard]] bool superuser() const { return attributes_.superuser; }
  [[nodiscard]] const RoleAttributes& attributes() const { return attributes_; }
  /// Has the privileges of the role without SET ROLE (has_privs_of_role()).
  [[nodiscard]] bool acts_for(RoleId role) const { return attributes_.superuser || privileges_.contains(role); }
  /// May SET ROLE to it (member_can_set_role()).
  [[nodiscard]] bool can_become(RoleId role) const { return attributes_.superuser || becomes_.contains(role); }
  /// Holds ADMIN OPTION on it (is_admin_of_role()).
  [[nodiscard]] bool administers(RoleId role) const { return attributes_.superuser || administers_.contains(role); }

 private:
  std::set<RoleId> closure(const State& actual, bool by_inherit) const;

  RoleId id_;
  RoleAttributes attributes_;
  std::set<RoleId> privileges_;
  std::set<RoleId> becomes_;
  std::set<RoleId> administers_;
};

}  // namespace pgcharter
