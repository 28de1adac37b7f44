// The difference of two states, concern by concern. Pure: no clock, no I/O, no scope (what is not managed is desired as it is).

#include "pgcharter/diff.h"

#include "diff/concerns.h"

namespace pgcharter {

std::vector<Change> diff(const State& actual, const Desired& desired) {
  std::vector<Change> changes;
  diff_roles(actual, desired, changes);
  diff_settings(actual, desired, changes);
  diff_memberships(actual, desired, changes);
  diff_owners(desired.cluster, desired.cluster_owner_reasons, -1, changes);
  diff_grants(actual, desired, desired.cluster, -1, changes);
  for (std::size_t i = 0; i < desired.databases.size(); ++i) {
    const DesiredDatabase& database = desired.databases[i];
    diff_schemas(actual, desired, i, changes);
    diff_tables(desired, i, changes);
    diff_owners(database.objects, database.owner_reasons, static_cast<int>(i), changes);
    diff_grants(actual, desired, database.objects, static_cast<int>(i), changes);
    diff_default_privileges(actual, desired, i, changes);
  }
  return changes;
}

namespace {

int count_differences(const RoleAttributes& a, const RoleAttributes& b) {
  return (a.superuser != b.superuser) + (a.inherit != b.inherit) + (a.createrole != b.createrole) + (a.createdb != b.createdb) +
         (a.login != b.login) + (a.replication != b.replication) + (a.bypassrls != b.bypassrls) +
         (a.connection_limit != b.connection_limit) + (a.valid_until != b.valid_until);
}

/// The attributes that a document shows one by one.
int count_differences(const RoutineDefinition& a, const RoutineDefinition& b) {
  return (a.body != b.body) + (a.language != b.language) + (a.definer != b.definer) + (a.volatility != b.volatility) +
         (a.settings != b.settings);
}

struct Weight {
  std::size_t operator()(const ChangePrivileges& c) const { return c.objects->size() * static_cast<std::size_t>(c.privileges.count()); }
  std::size_t operator()(const ChangeDefaultPrivileges& c) const { return static_cast<std::size_t>(c.privileges.count()); }
  std::size_t operator()(const ChangeOwner& c) const { return c.objects->size(); }
  std::size_t operator()(const AlterRole& c) const { return static_cast<std::size_t>(count_differences(c.before, c.after)); }
  std::size_t operator()(const AlterExtension& c) const {
    return static_cast<std::size_t>(c.before.schema != c.after.schema) + static_cast<std::size_t>(c.before.version != c.after.version);
  }
  std::size_t operator()(const PutRoutine& c) const {
    return c.before ? static_cast<std::size_t>(count_differences(*c.before, c.after)) : 1;
  }
  template <typename Other>
  std::size_t operator()(const Other&) const {
    return 1;
  }
};
}  // namespace

RoleId created_role(const Change& change) {
  if (const auto* create = std::get_if<CreateRole>(&change.body)) return create->role;
  if (const auto* create = std::get_if<CreatePrincipal>(&change.body)) return create->role;
  return kNoRole;
}

std::size_t weight(const Change& change) { return std::visit(Weight{}, change.body); }

}  // namespace pgcharter
