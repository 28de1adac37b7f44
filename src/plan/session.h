// Who the connected role is while the plan runs, and as whom it sends what owners grant and revoke.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "pgcharter/diff.h"

#include "model/rights.h"

namespace pgcharter {

class Session {
 public:
  /// `granted` are memberships that the executor is taken to have besides.
  Session(const State& actual, const Desired& desired, const std::vector<const Change*>& changes,
          const std::vector<Membership>& granted = {});

  /// As it will be once the plan has created roles and granted memberships.
  [[nodiscard]] const Executor& executor() const { return executor_; }
  /// While roles are created, altered and granted: before the plan's own GRANTs of roles.
  [[nodiscard]] const Executor& early() const { return early_; }
  [[nodiscard]] const std::vector<Membership>& memberships() const { return memberships_; }

  /// Who is meant by pg_database_owner in that database: its owner; every other role is itself.
  [[nodiscard]] RoleId resolved(RoleId role, int database) const;

  [[nodiscard]] bool acts_for(RoleId role, int database) const;
  [[nodiscard]] bool can_become(RoleId role, int database) const { return executor_.can_become(resolved(role, database)); }

  /// True where SET ROLE to the owner must surround a GRANT or REVOKE of these privileges on one of the objects, so that it is the owner's.
  [[nodiscard]] bool becomes_owner(int database, const ChangePrivileges& change) const;

 private:
  /// Another role that the executor acts for has the grant options too: the server would take whichever it finds first.
  [[nodiscard]] bool ambiguous(const DesiredObjects& objects, std::uint32_t object, const ChangePrivileges& change, int database) const;
  [[nodiscard]] bool has_options(AclId acl, RoleId owner, PrivilegeSet privileges, int database) const;

  const State& actual_;
  const Desired& desired_;
  std::set<RoleId> noinherit_;  ///< before 16: who does not have the privileges of its groups
  std::vector<Membership> memberships_;
  Executor executor_;
  Executor early_;
};

}  // namespace pgcharter
