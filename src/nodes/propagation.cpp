// Citus sends statements about what is in pg_dist_object, and then not every kind (docs/citus.md has the table; tried on 13.2 and 14.0).
// In doubt a change is not subtracted: it is shown, and finds itself done when its time comes.

#include "nodes/propagation.h"

#include <algorithm>
#include <map>

#include "nodes/single_changes.h"

namespace pgcharter {
namespace {

constexpr std::string_view kRoles = "pg_authid";

/// GRANT, REVOKE and ALTER … OWNER of these go to the workers.
bool is_propagated(ObjectKind kind, bool owner) {
  switch (kind) {
    case ObjectKind::Database:
    case ObjectKind::Schema:
    case ObjectKind::Table:
    case ObjectKind::Sequence:
    case ObjectKind::Function:
    case ObjectKind::ForeignServer:
      return true;
    case ObjectKind::ForeignDataWrapper:
      return !owner;
    case ObjectKind::Type:
      return owner;
    default:
      return false;
  }
}

/// Answers for one change of the coordinator's plan.
class Sent {
 public:
  Sent(const Planned& coordinator, const std::vector<DistributedDatabase>& databases) : coordinator_(coordinator), databases_(databases) {
    for (const Step& step : coordinator.plan.steps) {
      if (const RoleId created = created_role(step.change); created != kNoRole) created_.insert(created);
    }
  }

  [[nodiscard]] bool role(RoleId id) const {
    if (id == kNoRole || created_.contains(id)) return true;
    const Role* role = coordinator_.actual.cluster.find_role(id);
    return role != nullptr && any([&](const DistributedDatabase& d) { return d.objects.contains({std::string(kRoles), role->oid}); });
  }

  [[nodiscard]] bool object(int database, std::uint32_t i, bool owner) const {
    const DesiredObjects& objects =
        database < 0 ? coordinator_.desired.cluster : coordinator_.desired.databases[static_cast<std::size_t>(database)].objects;
    const Object& object = objects.object(i);
    if (!is_propagated(object.id.kind, owner)) return false;
    if (object.id.kind == ObjectKind::Database) return any([&](const DistributedDatabase& d) { return d.name == object.id.name; });
    return any([&](const DistributedDatabase& d) {
      return d.name == objects.database && d.objects.contains({std::string(info(object.id.kind).catalog), object.oid});
    });
  }

 private:
  const Planned& coordinator_;
  const std::vector<DistributedDatabase>& databases_;
  std::set<RoleId> created_;

  template <typename Predicate>
  [[nodiscard]] bool any(const Predicate& predicate) const {
    return std::ranges::any_of(databases_, predicate);
  }
};

bool is_sent(const Sent& sent, const Change& change, const SingleChange& single) {
  const auto& body = change.body;
  if (std::holds_alternative<ChangeDefaultPrivileges>(body)) return false;
  if (std::holds_alternative<ChangeOwner>(body)) return sent.object(change.database, single.object, true);
  if (std::holds_alternative<ChangePrivileges>(body)) return sent.object(change.database, single.object, false);
  if (const auto* c = std::get_if<GrantMembership>(&body)) {
    const bool dropped = c->before && single.part == kSetOption && c->after.set;  // SET TRUE is not sent
    return sent.role(c->after.member) && !dropped;
  }
  if (const auto* c = std::get_if<RevokeMembership>(&body)) return sent.role(c->membership.member);
  if (const auto* c = std::get_if<AlterRole>(&body)) return sent.role(c->role);
  if (const auto* c = std::get_if<CommentRole>(&body)) return sent.role(c->role);
  if (const auto* c = std::get_if<RenameRole>(&body)) return sent.role(c->role);
  if (const auto* c = std::get_if<DropRole>(&body)) return sent.role(c->role);
  if (const auto* c = std::get_if<ChangeSetting>(&body)) return sent.role(c->scope.role);
  return true;
}

}  // namespace

Propagation::Propagation(const Planned& coordinator, const std::vector<DistributedDatabase>& databases) {
  const Sent sent(coordinator, databases);
  std::set<std::size_t> local;
  for (const Statement& statement : coordinator.script.statements) {
    if (statement.local) local.insert(statement.steps.begin(), statement.steps.end());
  }
  for (std::size_t i = 0; i < coordinator.plan.steps.size(); ++i) {
    const Change& change = coordinator.plan.steps[i].change;
    if (local.contains(i)) continue;
    for_each_single(coordinator.actual, coordinator.desired, change, [&](const SingleChange& single) {
      if (is_sent(sent, change, single)) keys_.insert(single.key);
    });
    if (const auto* create = std::get_if<CreateRole>(&change.body)) {
      // Where a worker has the role already it is altered, by what is written.
      const std::string& role = coordinator.actual.names->name(create->role);
      for (int part = 0; part < kRoleAttributes; ++part) {
        const bool written = attribute_text(create->attributes, part) != attribute_text({}, part);
        if (written || coordinator.actual.server.superuser) keys_.insert(attribute_key(role, create->attributes, part));
      }
    } else if (const auto* schema = std::get_if<CreateSchema>(&change.body)) {
      new_schemas_.emplace(coordinator.desired.databases[static_cast<std::size_t>(change.database)].objects.database, schema->name);
    }
  }
}

bool Propagation::keeps(const State& state, const Desired& desired, Change& change) const {
  const auto comes_with_schema = [&](const SingleChange& single) {
    return change.database >= 0 && std::holds_alternative<ChangePrivileges>(change.body) &&
           desired.databases[static_cast<std::size_t>(change.database)].objects.is_created(single.object);
  };
  std::vector<SingleChange> left;
  std::size_t all = 0;
  for_each_single(state, desired, change, [&](const SingleChange& single) {
    ++all;
    if (!keys_.contains(single.key) && !comes_with_schema(single)) left.push_back(single);
  });
  if (left.size() == all || left.empty()) return !left.empty();
  if (auto* alter = std::get_if<AlterRole>(&change.body)) {
    RoleAttributes before = alter->after;
    for (const SingleChange& single : left) copy_attribute(alter->before, before, single.part);
    alter->before = before;
  }
  if (auto* grant = std::get_if<GrantMembership>(&change.body); grant != nullptr && grant->before) {
    Membership before = grant->after;
    before.grantor = grant->before->grantor;
    for (const SingleChange& single : left) set_option(before, single.part, option_of(*grant->before, single.part));
    grant->before = before;
  }
  std::set<std::uint32_t> objects;
  for (const SingleChange& single : left) objects.insert(single.object);
  const auto list = std::make_shared<const std::vector<std::uint32_t>>(objects.begin(), objects.end());
  // An object keeps all its privileges where one is left: naming one too many changes nothing.
  if (auto* privileges = std::get_if<ChangePrivileges>(&change.body)) privileges->objects = list;
  if (auto* owner = std::get_if<ChangeOwner>(&change.body)) owner->objects = list;
  return true;
}

void Propagation::subtract(const State& state, const Desired& desired, std::vector<Change>& changes) const {
  const auto is_missing_schema = [&](const Change& change, const std::string& schema) {
    const std::string& database = desired.databases[static_cast<std::size_t>(change.database)].objects.database;
    const DatabaseState& actual = state.databases[static_cast<std::size_t>(change.database)];
    return !schema.empty() && !new_schemas_.contains({database, schema}) &&
           !actual.find({.kind = ObjectKind::Schema, .schema = {}, .name = schema, .args = {}});
  };
  const auto stays = [&](Change& change) {
    // Schemas are Citus' to make; the plan begins with them only so that what comes after knows them.
    if (std::holds_alternative<CreateSchema>(change.body)) return false;
    if (const auto* c = std::get_if<ChangeDefaultPrivileges>(&change.body)) return !is_missing_schema(change, c->schema);
    return keeps(state, desired, change);
  };
  std::vector<Change> kept;
  for (Change& change : changes) {
    if (stays(change)) kept.push_back(std::move(change));
  }
  changes = std::move(kept);
}

}  // namespace pgcharter
