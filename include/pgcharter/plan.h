// The plan: the changes in the order in which they can run, with what is dangerous about them named.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pgcharter/diff.h"

namespace pgcharter {

/// The order of execution, each for the reason that stands beside it in src/plan/phase.cpp.
enum class Phase {
  CreatePrincipal,
  RenameRole,
  RevokeAsGrantorFirst,
  CreateRole,
  AlterRole,
  SelfMembership,
  RoleSettings,
  GrantMembership,
  ClusterOwner,
  ClusterGrant,
  ClusterRevoke,
  SelfMembershipEnd,
  DatabaseSelfMembership,
  CreateSchema,
  CreateExtension,
  PlaceSchema,
  CreateTable,
  RevokeAsGrantor,
  ReassignOwned,
  Owner,
  PlaceTable,
  PutRoutine,
  RevokeFirst,
  Grant,
  DefaultGrant,
  Revoke,
  DefaultRevoke,
  ScheduleJob,
  DropObject,
  DropExtension,
  DropSchema,
  DatabaseSelfMembershipEnd,
  LastSelfMembership,
  RevokeMembership,
  LastSelfMembershipEnd,
  DropRole,
  AlterSelf,
  Node,
};
inline constexpr std::size_t kPhaseCount = 38;

std::string_view name(Phase phase);  ///< kebab-case: "grant-membership"
/// True for the phase that runs in database postgres, and so in a transaction of its own unless that is the plan's only database.
bool is_principal_phase(Phase phase);
/// True for the phases that belong to the server, not to one database: before, and after, the databases' phases.
bool is_cluster_phase(Phase phase);
/// True for those of them that come after the databases' phases.
bool is_after_databases(Phase phase);

/// Named risks (DESIGN 6); those in needs_allow() must be named with --allow.
enum class Hazard { DropRole, DropObject, DataMovement, LongLock, LoginLoss, LockOut, SelfMembership, PrivilegeEscalation };
std::string_view name(Hazard hazard);  ///< "drop-role"
std::optional<Hazard> hazard_by_name(std::string_view name);

struct Step {
  Change change;
  Phase phase{};
  std::set<Hazard> hazards;
  int rank = 0;  ///< order within the phase where one step depends on another: steps of different ranks share no statement
};

/// Counts changes, not statements.
struct Summary {
  std::size_t create = 0;
  std::size_t alter = 0;
  std::size_t drop = 0;
  std::size_t grant = 0;
  std::size_t revoke = 0;
  std::size_t statements = 0;  ///< filled by render()
  std::map<Hazard, std::size_t> hazards;
  bool operator==(const Summary&) const = default;
};

struct Plan {
  const State* actual{};
  const Desired* desired{};
  std::vector<Step> steps;  ///< in order of execution
  Summary summary;
};

/// Orders the changes and names the hazards. Nothing is added to or removed from `changes`.
Plan make_plan(const State& actual, const Desired& desired, std::vector<Change> changes);

}  // namespace pgcharter
