// Schemas to create and to drop, extensions, and owners: the structural part of a database's desired state.
//
// A new schema starts with the ACL that its owner's global default privileges give it (get_user_default_acl() in
// src/backend/catalog/aclchk.c): the plan's grants begin there, so that one apply converges.

#include <algorithm>

#include <fmt/format.h>

#include "desired/acl_target.h"
#include "desired/resolver.h"

namespace pgcharter {

void Resolver::add_schemas(std::size_t i) {
  const DatabaseCharter& charter = charter_.databases[i];
  const DatabaseState& actual = actual_.databases[i];
  DesiredDatabase& database = desired_.databases[i];
  if (!scope_.covers(Family::Schema)) return;
  for (const auto& [name, rule] : charter.schemas) {
    const auto existing = actual.find({.kind = ObjectKind::Schema, .schema = {}, .name = name, .args = {}});
    if (rule.ensure == Ensure::Absent) {
      if (!existing) continue;
      const bool empty = std::ranges::none_of(actual.objects, [&, &n = name](const Object& o) { return o.id.schema == n; });
      if (!empty) {
        diagnostics_.error("schema-not-empty", rule.pos, fmt::format("schema \"{}\" can't be dropped: it holds objects", name),
                           "Drop or move them first; pgcharter never drops with CASCADE.");
      }
      database.schemas.push_back({.name = name, .create = false, .drop = true, .owner = {}, .reason = {"named absent", rule.pos}});
      continue;
    }
    if (existing) continue;
    const RoleId owner = role_id(rule.owner.value_or(actual_.server.user));
    database.schemas.push_back({.name = name,
                                .create = true,
                                .drop = false,
                                .owner = rule.owner ? std::optional(owner) : std::nullopt,
                                .reason = {"declared", rule.pos}});
    AclId acl = actual_.acls->intern(acl_default(ObjectKind::Schema, owner, major()));
    for (const DefaultAcl& d : actual.default_acls) {
      if (d.schema.empty() && d.creator == owner && d.objects == ObjectKind::Schema) acl = d.acl;
    }
    Object object;
    object.id = {.kind = ObjectKind::Schema, .schema = {}, .name = name, .args = {}};
    object.owner = owner;
    object.acl = acl;
    database.objects.created.push_back(std::move(object));
    database.objects.desired.push_back({.owner = owner, .baseline = acl, .acl = acl, .rules = 0});
  }
}

void Resolver::add_extensions(std::size_t i) {
  if (!scope_.covers(Family::Schema)) return;
  const DatabaseState& actual = actual_.databases[i];
  for (const auto& [name, rule] : charter_.databases[i].extensions) {
    DesiredExtension extension;
    extension.desired.name = name;
    extension.desired.schema = rule.schema.value_or("");
    extension.desired.version = rule.version.value_or("");
    extension.schema_written = rule.schema.has_value();
    extension.reason = {"declared", rule.pos};
    if (std::ranges::find(actual.extensions, name, &Extension::name) == actual.extensions.end()) desired_.deferred.push_back(name);
    desired_.databases[i].extensions.push_back(std::move(extension));
  }
}

void Resolver::set_owners(std::size_t i) {
  const DatabaseCharter& charter = charter_.databases[i];
  DesiredDatabase& database = desired_.databases[i];
  DesiredObjects& objects = database.objects;
  for (std::size_t o = 0; o < objects.actual->size(); ++o) {
    const auto to = reassigned_.find(objects.desired[o].owner);
    if (to == reassigned_.end()) continue;
    // REASSIGN OWNED does it with one statement of its own, so it is the baseline and no change of this object.
    DesiredObject& d = objects.desired[o];
    d.baseline = d.acl = actual_.acls->intern(with_new_owner((*actual_.acls)[d.baseline], d.owner, to->second));
    d.owner = to->second;
  }
  if (!scope_.covers(Family::Owners)) return;
  // Tables first: a sequence of a table's column follows its table, and has no owner of its own to change.
  for (const bool followers : {false, true}) {
    for (const OwnershipRule& rule : charter.ownership) {
      for (std::size_t o = 0; o < objects.actual->size(); ++o) {
        const Object& object = objects.object(o);
        if ((object.owned_by != 0) != followers) continue;
        auto matches = [&](const ObjectPattern& p) { return p.matches(object.id) && (p.literal() || !object.extension_member); };
        if (scope_.ignored(object.id) || std::ranges::none_of(rule.objects, matches) || std::ranges::any_of(rule.except, matches)) continue;
        const RoleId owner = role_id(rule.owner);
        if (!followers) {
          set_owner(objects, database.owner_reasons, o, owner, {"declared", rule.pos});
        } else if (objects.desired[o].owner != owner &&
                   std::ranges::any_of(rule.objects, [&](const ObjectPattern& p) { return p.literal() && p.matches(object.id); })) {
          diagnostics_.error("sequence-follows-table", rule.pos,
                             fmt::format("sequence \"{}.{}\" belongs to a table's column and has that table's owner, \"{}\"",
                                         object.id.schema, object.id.name, actual_.names->name(objects.desired[o].owner)),
                             "Name the table instead, or take the sequence out with `except`.");
        }
      }
    }
  }
  for (const auto& [name, rule] : charter.schemas) {
    if (!rule.owner || rule.ensure == Ensure::Absent) continue;
    const auto existing = actual_.databases[i].find({.kind = ObjectKind::Schema, .schema = {}, .name = name, .args = {}});
    if (existing) set_owner(objects, database.owner_reasons, *existing, role_id(*rule.owner), {"declared", rule.pos});
  }
}

/// Tablespaces and databases; the rest of the rule is the database's.
void Resolver::set_cluster_owners(const OwnershipRule& rule) {
  if (!scope_.covers(Family::Owners)) return;
  DesiredObjects& objects = desired_.cluster;
  for (std::size_t o = 0; o < objects.actual->size(); ++o) {
    const Object& object = objects.object(o);
    const auto matches = [&](const ObjectPattern& p) { return p.matches(object.id); };
    if (scope_.ignored(object.id) || std::ranges::none_of(rule.objects, matches) || std::ranges::any_of(rule.except, matches)) continue;
    set_owner(objects, desired_.cluster_owner_reasons, o, role_id(rule.owner), {"declared", rule.pos});
  }
}

void Resolver::add_cluster_owners() {
  DesiredObjects& objects = desired_.cluster;
  for (std::size_t o = 0; o < objects.actual->size(); ++o) {
    const auto to = reassigned_.find(objects.desired[o].owner);
    if (to != reassigned_.end()) set_owner(objects, desired_.cluster_owner_reasons, o, to->second, {"its owner is dropped", std::nullopt});
  }
  for (const DatabaseCharter& database : charter_.databases) {
    const std::string& name = database.name.empty() ? actual_.server.database : database.name;
    const auto existing = actual_.cluster.find({.kind = ObjectKind::Database, .schema = {}, .name = name, .args = {}});
    if (existing && database.owner && scope_.covers(Family::Owners)) {
      set_owner(objects, desired_.cluster_owner_reasons, *existing, role_id(*database.owner), {"declared", database.pos});
    }
    for (const OwnershipRule& rule : database.ownership) set_cluster_owners(rule);
    if (database.settings.empty()) continue;
    desired_.settings[{name, kNoRole}] = database.settings;
    desired_.setting_reasons[{name, kNoRole}] = {"declared", database.settings.begin()->second.pos};
  }
}

}  // namespace pgcharter
