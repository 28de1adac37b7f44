// What the server asks of the session before it carries out a change; only what the executor lacks.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pgcharter/diff.h"

#include "plan/session.h"

namespace pgcharter {

struct Need {
  enum class Kind {
    Act,        ///< the privileges of a role, without SET ROLE: membership that inherits
    Become,     ///< SET ROLE, and giving objects to a role: membership with SET
    Alter,      ///< ALTER, COMMENT and DROP of a role: ADMIN OPTION (16+)
    Grant,      ///< GRANT and REVOKE of a role
    Statement,  ///< whatever `sql` says
    Superuser,  ///< nobody else can
  };
  Kind kind{};
  RoleId role = kNoRole;  ///< of the first four
  std::string what;       ///< "to give objects to app_owner"
  std::string sql;        ///< what an administrator must run
};

/// The changes, as Needs takes them.
std::vector<const Change*> pointers_to(const std::vector<Change>& changes);

/// Holds the changes of one plan against the rights of the connected role: by then roles are created and memberships granted.
class Needs {
 public:
  /// `granted` are memberships that the executor is taken to have besides.
  Needs(const State& actual, const Desired& desired, const std::vector<const Change*>& changes,
        const std::vector<Membership>& granted = {});

  [[nodiscard]] std::vector<Need> of(const Change& change) const;

  /// As it will be once the plan has created roles and granted memberships.
  [[nodiscard]] const Executor& executor() const { return session_.executor(); }
  /// Created by this plan.
  [[nodiscard]] bool creates(RoleId role) const { return created_.contains(role); }
  /// It is one now, or will be.
  [[nodiscard]] bool is_superuser(RoleId role) const;
  /// The name that it has on the server before the plan runs.
  [[nodiscard]] const std::string& name_now(RoleId role) const;
  [[nodiscard]] const RoleNames& names() const { return *actual_.names; }
  [[nodiscard]] int major() const { return actual_.server.major(); }
  /// The edges of memberships as they will be, whatever their options: member → groups.
  [[nodiscard]] const std::map<RoleId, std::set<RoleId>>& groups() const { return groups_; }
  [[nodiscard]] const std::vector<Membership>& memberships() const { return session_.memberships(); }

 private:
  class Visitor;

  const State& actual_;
  const Desired& desired_;
  std::set<RoleId> created_;
  std::map<RoleId, std::string> renamed_;
  Session session_;
  std::map<RoleId, std::set<RoleId>> groups_;
};

}  // namespace pgcharter
