// THE TABLE of phases. Rows stand in the order of execution, which is the order of the enum; the static_asserts below
// hold the two together. The order follows what PostgreSQL needs (a role before its grants, an owner before the ACL that
// ALTER … OWNER rewrites) and what DESIGN 3.3 promises (access is given before access is taken, in one transaction).
//
// The idea of one indexed table with a completeness check is that of pg_dump's dbObjectTypePriority.

#include "plan/phase.h"

#include <algorithm>
#include <array>

namespace pgcharter {
namespace {

using enum PhaseGroup;

constexpr std::array<PhaseInfo, kPhaseCount> kPhases{{
    {Phase::CreatePrincipal, "create-principal", First,
     "runs in database postgres, mostly in a transaction of its own: it can only be the first"},
    {Phase::RenameRole, "rename-role", First, "everything after it uses the new name"},
    {Phase::RevokeAsGrantorFirst, "revoke-as-grantor-first", First,
     "before a grantor becomes a superuser: its REVOKE counts as the owner's from then on"},
    {Phase::CreateRole, "create-role", ClusterBefore, "a role must exist before anything names it"},
    {Phase::AlterRole, "alter-role", ClusterBefore,
     "before memberships: on 16 and later INHERIT is copied into a membership when it is granted"},
    {Phase::SelfMembership, "self-membership", ClusterBefore,
     "before everything that the executor does as a member; the role exists by now"},
    {Phase::RoleSettings, "role-settings", ClusterBefore, "names roles, nothing depends on it"},
    {Phase::GrantMembership, "grant-membership", ClusterBefore, "before owners: a new owner may have to be a role of the executor"},
    {Phase::ClusterOwner, "cluster-owner", ClusterBefore, "before grants: ALTER … OWNER rewrites the ACL"},
    {Phase::ClusterGrant, "cluster-grant", ClusterBefore, "access is given before access is taken"},
    {Phase::ClusterRevoke, "cluster-revoke", ClusterBefore, "after the grants that replace what it takes"},
    {Phase::SelfMembershipEnd, "self-membership-end", ClusterBefore, "where the databases have transactions of their own"},
    {Phase::DatabaseSelfMembership, "database-self-membership", Database, "where the databases have transactions of their own"},
    {Phase::CreateSchema, "create-schema", Database, "extensions and grants name schemas"},
    {Phase::CreateExtension, "create-extension", Database, "grants name what extensions bring"},
    {Phase::PlaceSchema, "place-schema", Database, "a table that is made in a distributed schema is distributed with it"},
    {Phase::CreateTable, "create-table", Database, "owners, places, functions and grants name tables"},
    {Phase::RevokeAsGrantor, "revoke-as-grantor", Database, "while the grantors still have USAGE on the schemas: new owners take it along"},
    {Phase::ReassignOwned, "reassign-owned", Database, "the owners that the charter names come after the bulk"},
    {Phase::Owner, "owner", Database, "before grants: ALTER … OWNER rewrites the ACL"},
    {Phase::PlaceTable, "place-table", Database, "as its final owner; before grants: a rewrite loses those of views"},
    {Phase::PutRoutine, "put-routine", Database, "its body may name tables; before grants on it"},
    {Phase::RevokeFirst, "revoke-first", Database, "a table-level REVOKE would remove the column grants that follow"},
    {Phase::Grant, "grant", Database, "access is given before access is taken"},
    {Phase::DefaultGrant, "default-grant", Database, "for the objects of later"},
    {Phase::Revoke, "revoke", Database, "after the grants that replace what it takes"},
    {Phase::DefaultRevoke, "default-revoke", Database, "for the objects of later"},
    {Phase::ScheduleJob, "schedule-job", Database, "names tables, nothing depends on it"},
    {Phase::DropObject, "drop-object", Database, "after the revokes that name it, before its extension and its schema"},
    {Phase::DropExtension, "drop-extension", Database, "after the revokes that name what it brought, before its schema"},
    {Phase::DropSchema, "drop-schema", Database, "after everything that looks names up in it"},
    {Phase::DatabaseSelfMembershipEnd, "database-self-membership-end", Database, "where the databases have transactions of their own"},
    {Phase::LastSelfMembership, "last-self-membership", ClusterAfter, "where the databases have transactions of their own"},
    {Phase::RevokeMembership, "revoke-membership", ClusterAfter, "the executor may act through a membership up to here"},
    {Phase::LastSelfMembershipEnd, "last-self-membership-end", ClusterAfter, "what comes after needs CREATEROLE and the admin option only"},
    {Phase::DropRole, "drop-role", ClusterAfter, "nothing in any database may depend on the role any more"},
    {Phase::AlterSelf, "alter-self", ClusterAfter, "what the executor loses it needs for everything before"},
    {Phase::Node, "node", ClusterAfter, "on one node of a Citus cluster, which sees only what the coordinator has committed"},
}};

constexpr bool in_order_of_enum() {
  for (std::size_t i = 0; i < kPhases.size(); ++i) {
    if (static_cast<std::size_t>(kPhases[i].phase) != i || kPhases[i].name.empty() || kPhases[i].reason.empty()) return false;
  }
  return true;
}
static_assert(in_order_of_enum(), "one row per phase, in the order of the enum");
static_assert(static_cast<std::size_t>(Phase::Node) + 1 == kPhaseCount, "kPhaseCount counts the phases");

constexpr bool groups_ascend() {
  return std::is_sorted(kPhases.begin(), kPhases.end(), [](const PhaseInfo& a, const PhaseInfo& b) { return a.group < b.group; });
}
static_assert(groups_ascend(), "what comes first, cluster phases, then databases, then cluster phases");

}  // namespace

const PhaseInfo& info(Phase phase) { return kPhases[static_cast<std::size_t>(phase)]; }

std::string_view name(Phase phase) { return info(phase).name; }

bool is_principal_phase(Phase phase) { return phase == Phase::CreatePrincipal; }
bool is_cluster_phase(Phase phase) { return info(phase).group != PhaseGroup::Database; }
bool is_after_databases(Phase phase) { return info(phase).group == PhaseGroup::ClusterAfter; }

}  // namespace pgcharter
