// The named risks of DESIGN 6. A hazard is a property of what a change does to the desired state as a whole: a membership
// is an escalation when a superuser, or a role that is as good as one, can be reached from it through the memberships as
// they will be; a revoke locks the executor out when no other way in is left.
//
// What is as good as a superuser: PostgreSQL documentation, "Predefined Roles" (files and programs of the server, all data),
// and the administrators of the managed services. CREATEROLE may grant any role but superusers before 16.

#include "plan/hazard.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "plan/overloaded.h"

namespace pgcharter {
namespace {

struct HazardRow {
  Hazard hazard;
  std::string_view name;
};
constexpr std::array<HazardRow, 8> kHazards{{
    {Hazard::DropRole, "drop-role"},
    {Hazard::DropObject, "drop-object"},
    {Hazard::DataMovement, "data-movement"},
    {Hazard::LongLock, "long-lock"},
    {Hazard::LoginLoss, "login-loss"},
    {Hazard::LockOut, "lock-out"},
    {Hazard::SelfMembership, "self-membership"},
    {Hazard::PrivilegeEscalation, "privilege-escalation"},
}};
static_assert(static_cast<std::size_t>(Hazard::PrivilegeEscalation) + 1 == kHazards.size());

constexpr std::array<std::string_view, 15> kPowerfulRoles{
    "pg_execute_server_program",
    "pg_read_server_files",
    "pg_write_server_files",
    "pg_read_all_data",
    "pg_write_all_data",
    "azure_pg_admin",
    "azuresu",
    "rds_superuser",
    "rdsadmin",
    "cloudsqlsuperuser",
    "cloudsqladmin",
    "alloydbsuperuser",
    "neon_superuser",
    "supabase_admin",
    "tsdbadmin",
};

bool gains_power(const RoleAttributes& before, const RoleAttributes& after) {
  return (after.superuser && !before.superuser) || (after.bypassrls && !before.bypassrls) || (after.replication && !before.replication) ||
         (after.createrole && !before.createrole);
}

}  // namespace

std::string_view name(Hazard hazard) { return kHazards[static_cast<std::size_t>(hazard)].name; }

std::optional<Hazard> hazard_by_name(std::string_view name) {
  for (const HazardRow& row : kHazards) {
    if (row.name == name) return row.hazard;
  }
  return std::nullopt;
}

HazardFinder::HazardFinder(const State& actual, const Desired& desired)
    : actual_(actual), desired_(desired), executor_(actual.names->find(actual.server.user)) {
  for (const Role& role : actual.cluster.roles) attributes_[role.id] = role.attributes;
  for (const DesiredRole& role : desired.roles) {
    if (!role.drop) attributes_[role.id] = role.attributes;
  }
  if (const auto it = attributes_.find(executor_); it != attributes_.end()) executor_stays_superuser_ = it->second.superuser;

  const std::set<Membership> unwanted(desired.unwanted_memberships.begin(), desired.unwanted_memberships.end());
  Groups inherited_before;
  Groups inherited_after;
  for (const Membership& m : actual.cluster.memberships) {
    if (m.inherit) inherited_before[m.member].insert(m.role);
    if (unwanted.contains(m)) continue;
    groups_[m.member].insert(m.role);
    if (m.inherit) inherited_after[m.member].insert(m.role);
  }
  for (const DesiredMembership& m : desired.memberships) {
    groups_[m.member].insert(m.role);
    if (m.inherit) inherited_after[m.member].insert(m.role);
  }
  executor_before_ = inherited(executor_, inherited_before);
  executor_after_ = inherited(executor_, inherited_after);
}

std::set<RoleId> HazardFinder::inherited(RoleId role, const Groups& groups) const {
  std::set<RoleId> found{kPublic, role};
  std::vector<RoleId> open{role};
  while (!open.empty()) {
    const auto it = groups.find(open.back());
    open.pop_back();
    if (it == groups.end()) continue;
    for (const RoleId group : it->second) {
      if (found.insert(group).second) open.push_back(group);
    }
  }
  return found;
}

bool HazardFinder::powerful_itself(RoleId role) const {
  if (const auto it = attributes_.find(role); it != attributes_.end() && it->second.superuser) return true;
  return !actual_.names->dangling(role) &&
         std::find(kPowerfulRoles.begin(), kPowerfulRoles.end(), actual_.names->name(role)) != kPowerfulRoles.end();
}

bool HazardFinder::powerful(RoleId role) {
  const auto [it, fresh] = powerful_.try_emplace(role, false);  // false while it is open: a circle adds nothing
  if (!fresh) return it->second;
  bool result = powerful_itself(role);
  if (const auto groups = groups_.find(role); groups != groups_.end()) {
    for (const RoleId group : groups->second) result = powerful(group) || result;
  }
  return powerful_[role] = result;
}

bool HazardFinder::loses_connect(std::uint32_t object) const {
  if (executor_stays_superuser_) return false;
  const auto may = [&](RoleId owner, AclId acl, const std::set<RoleId>& roles) {
    if (roles.contains(owner)) return true;  // an owner can always grant itself
    const Acl& entries = (*actual_.acls)[acl];
    return std::any_of(entries.begin(), entries.end(),
                       [&](const AclEntry& e) { return roles.contains(e.grantee) && e.privileges.contains(Privilege::Connect); });
  };
  const DesiredObject& target = desired_.cluster.desired[object];
  const bool before = may(desired_.cluster.object(object).owner, target.baseline, executor_before_);
  return before && !may(target.owner, target.acl, executor_after_);
}

bool HazardFinder::holds_tables(const std::string& schema, int database) const {
  const auto& objects = actual_.databases[static_cast<std::size_t>(database)].objects;
  return std::ranges::any_of(objects, [&](const Object& o) { return o.id.kind == ObjectKind::Table && o.id.schema == schema; });
}

struct HazardFinder::Visitor {
  HazardFinder& finder;
  int index = -1;  ///< of the change's database
  bool cluster = false;
  std::set<Hazard> found{};

  /// A table is rewritten, under a lock that keeps others from writing.
  void moves(bool any) {
    if (any) found.insert({Hazard::DataMovement, Hazard::LongLock});
  }

  /// A retention drops what was kept until now.
  void drops_rows(bool any) {
    if (any) found.insert(Hazard::DropObject);
  }

  [[nodiscard]] bool is_executor(RoleId role) const { return role == finder.executor_ && role != kNoRole; }

  void lock_out_without_connect(const ObjectList& databases) {
    const auto lost = [&](std::uint32_t database) { return finder.loses_connect(database); };
    if (std::any_of(databases->begin(), databases->end(), lost)) found.insert(Hazard::LockOut);
  }

  void operator()(const CreatePrincipal& c) {
    if (c.principal.admin) found.insert(Hazard::PrivilegeEscalation);
  }
  void operator()(const BindPrincipal& c) {
    if (!c.after) {
      found.insert(Hazard::LoginLoss);
    } else if (!c.before || c.before->object_id != c.after->object_id || c.before->type != c.after->type ||
               (c.after->admin && !c.before->admin)) {
      found.insert(Hazard::PrivilegeEscalation);  // whoever it is inherits all grants
    }
    const bool another = !c.before || !c.after || c.before->object_id != c.after->object_id || (c.before->admin && !c.after->admin);
    if (is_executor(c.role) && another) found.insert(Hazard::LockOut);
  }
  void operator()(const RenameRole& c) {
    // A session keeps its identity, the next login by this name does not.
    if (c.from == finder.actual_.server.user) found.insert(Hazard::LockOut);
  }
  void operator()(const CreateRole& c) {
    if (gains_power({}, c.attributes)) found.insert(Hazard::PrivilegeEscalation);
  }
  void operator()(const AlterRole& c) {
    if (gains_power(c.before, c.after)) found.insert(Hazard::PrivilegeEscalation);
    const bool login_lost = c.before.login && !c.after.login;
    if (login_lost) found.insert(Hazard::LoginLoss);
    const bool rights_lost =
        (c.before.superuser && !c.after.superuser) || (c.before.createrole && !c.after.createrole && !c.after.superuser);
    if (is_executor(c.role) && (login_lost || rights_lost)) found.insert(Hazard::LockOut);
  }
  void operator()(const SetPassword&) {}
  void operator()(const CommentRole&) {}
  void operator()(const ChangeSetting&) {}
  void operator()(const DropRole& c) {
    found.insert(Hazard::DropRole);
    if (is_executor(c.role)) found.insert(Hazard::LockOut);
  }
  void operator()(const ReassignOwned&) {}
  void operator()(const GrantMembership& c) {
    if (c.passing != Passing::No) {
      found.insert(Hazard::SelfMembership);
      if (c.passing == Passing::Begin && finder.powerful(c.after.role)) found.insert(Hazard::PrivilegeEscalation);
      return;
    }
    const Membership before = c.before.value_or(Membership{.admin = false, .inherit = false, .set = false});
    const bool more = !c.before || (c.after.admin && !before.admin) || (c.after.inherit && !before.inherit) || (c.after.set && !before.set);
    if ((c.after.admin && !before.admin) || (more && finder.powerful(c.after.role))) found.insert(Hazard::PrivilegeEscalation);
    const bool less = (!c.after.admin && before.admin) || (!c.after.inherit && before.inherit) || (!c.after.set && before.set);
    if (is_executor(c.after.member) && less) found.insert(Hazard::LockOut);
  }
  void operator()(const RevokeMembership& c) {
    if (c.passing != Passing::No) return void(found.insert(Hazard::SelfMembership));
    if (is_executor(c.membership.member)) found.insert(Hazard::LockOut);
  }
  void operator()(const CreateSchema&) {}
  void operator()(const DropSchema&) { found.insert(Hazard::DropObject); }
  void operator()(const CreateExtension&) {}
  void operator()(const AlterExtension&) {}
  void operator()(const DropExtension&) { found.insert(Hazard::DropObject); }
  void operator()(const PlaceSchema& c) { moves(finder.holds_tables(c.placement.schema, index)); }
  void operator()(const CreateTable&) {}
  void operator()(const PlaceTable& c) { moves(!c.placement.fresh && !c.placement.only_regroups()); }
  void operator()(const ChangeHypertable& change) {
    const DesiredHypertable& c = change.hypertable;
    if (!c.before) moves(!c.fresh);
    const std::optional<std::string> kept = c.before ? c.before->retention : std::nullopt;
    drops_rows(!c.fresh && c.after.retention && kept != c.after.retention);
  }
  void operator()(const PutRoutine&) {}
  void operator()(const DropObject&) { found.insert(Hazard::DropObject); }
  void operator()(const ChangeCronJob& c) { drops_rows(!c.job.fresh && c.job.after); }
  void operator()(const ChangeOwner& c) {
    // What the owner had by its default list goes to the new owner.
    if (cluster && c.kind == ObjectKind::Database && c.objects && finder.executor_before_.contains(c.before))
      lock_out_without_connect(c.objects);
  }
  void operator()(const ChangePrivileges& c) {
    if (c.grant) {
      // SET and ALTER SYSTEM, the only privileges of a parameter.
      if (c.kind == ObjectKind::Parameter) found.insert(Hazard::PrivilegeEscalation);
      return;
    }
    if (!cluster || c.kind != ObjectKind::Database || !c.objects || c.grant_option || !c.privileges.contains(Privilege::Connect)) return;
    if (finder.executor_before_.contains(c.grantee)) lock_out_without_connect(c.objects);
  }
  void operator()(const ChangeDefaultPrivileges&) {}
};

std::set<Hazard> HazardFinder::operator()(const Change& change) {
  Visitor visitor{.finder = *this, .index = change.database, .cluster = change.database < 0};
  std::visit(visitor, change.body);
  return std::move(visitor.found);
}

}  // namespace pgcharter
