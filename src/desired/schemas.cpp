// Schemas to create and to drop, extensions, settings: the structural part of a database's desired state.
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
  const OwnershipRules rules = ownership_rules(charter);
  for (const auto& [name, rule] : charter.schemas) {
    const auto existing = actual.find({.kind = ObjectKind::Schema, .schema = {}, .name = name, .args = {}});
    if (rule.ensure == Ensure::Absent) {
      if (!existing || options_.on_worker) continue;
      const bool empty = std::ranges::none_of(actual.objects, [&, &n = name](const Object& o) { return o.id.schema == n; });
      if (!empty) {
        diagnostics_.error("schema-not-empty", rule.pos, fmt::format("schema \"{}\" can't be dropped: it holds objects", name),
                           "Drop or move them first; pgcharter never drops with CASCADE.");
      }
      database.schemas.push_back({.name = name, .create = false, .drop = true, .owner = {}, .reason = {"named absent", rule.pos}});
      continue;
    }
    if (existing) continue;
    Object object;
    object.id = {.kind = ObjectKind::Schema, .schema = {}, .name = name, .args = {}};
    std::optional<std::string> given = rule.owner;
    if (const OwnershipRule* bulk = ownership_of(rules, object); !given && bulk != nullptr) given = bulk->owner;
    const RoleId owner = role_id(given.value_or(actual_.server.user));
    database.schemas.push_back({.name = name,
                                .create = true,
                                .drop = false,
                                .owner = given ? std::optional(owner) : std::nullopt,
                                .reason = {"declared", rule.pos}});
    AclId acl = actual_.acls->intern(acl_default(ObjectKind::Schema, owner, major()));
    for (const DefaultAcl& d : actual.default_acls) {
      if (d.schema.empty() && d.creator == owner && d.objects == ObjectKind::Schema) acl = d.acl;
    }
    object.owner = owner;
    object.acl = acl;
    database.objects.created.push_back(std::move(object));
    database.objects.desired.push_back({.owner = owner, .baseline = acl, .acl = acl, .rules = 0});
  }
}

void Resolver::add_extensions(std::size_t i) {
  if (!scope_.covers(Family::Schema) || options_.on_worker) return;
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

void Resolver::add_database_settings() {
  for (const DatabaseCharter& database : charter_.databases) {
    const std::string& name = database.name.empty() ? actual_.server.database : database.name;
    if (database.settings.empty()) continue;
    desired_.settings[{name, kNoRole}] = database.settings;
    desired_.setting_reasons[{name, kNoRole}] = {"declared", database.settings.begin()->second.pos};
  }
}

}  // namespace pgcharter
