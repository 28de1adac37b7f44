// What the executor needs for each step, checked before anything runs.
#pragma once

#include <string>
#include <vector>

#include "pgcharter/plan.h"

namespace pgcharter {

/// A right that the executor lacks.
struct MissingRight {
  std::string what;       ///< "to grant privileges on objects of weavix_admins"
  std::string sql;        ///< the exact statement an administrator must run; empty where only a superuser can do it at all
  std::size_t steps = 0;  ///< how many steps need it

  bool operator==(const MissingRight&) const = default;
};

/// What stands in the way of the plan, and no GRANT or ALTER ROLE helps.
struct Obstacle {
  std::string text;
  std::string hint;
};

/// Entra principals on a server that knows none, or with an executor that is no Entra administrator. A superuser is taken for one.
std::vector<Obstacle> find_obstacles(const Plan& plan);

/// What the executor (`actual.server.user`) lacks for the plan, from the catalog alone and by the rules of the server's version: role
/// management is CREATEROLE before 16, and ADMIN OPTION on the role since (PostgreSQL documentation, "Role Attributes"). Empty for a
/// superuser.
std::vector<MissingRight> preflight(const Plan& plan);

/// Takes out of `changes` the revokes that nobody but a grantor could do whom this executor can't act for; they are reported, not
/// planned. What a later change depends on (DROP ROLE, the end of an admin option) stays, and is a missing right.
std::vector<Change> take_unremovable(const State& actual, const Desired& desired, std::vector<Change>& changes);

/// One of those, for people.
struct Unremovable {
  std::string text;
  std::string hint;
};
Unremovable describe_unremovable(const State& actual, const Change& change);

/// Adds the memberships that the executor gives itself, and ends again, where it must act for roles that it may administer but is no member
/// of (hazard self-membership). To be called on all the changes of a plan.
void add_self_memberships(const State& actual, const Desired& desired, std::vector<Change>& changes);

}  // namespace pgcharter
