// Owners: what the charter says about each object, and what PostgreSQL does along with ALTER … OWNER.
//
// The owner is decided first and set once: ALTER … OWNER TO rewrites the list of privileges (aclnewowner() in
// src/backend/utils/adt/acl.c), so a step in between would leave its traces there. An entry of the object's own (`schemas`, `tables`,
// `functions`, `databases`) counts before bulk rules, and of those the last that matches.

#include <algorithm>

#include <fmt/format.h>

#include "desired/acl_target.h"
#include "desired/resolver.h"

namespace pgcharter {

void Resolver::set_owner(DesiredObjects& objects, std::map<std::size_t, Reason>& reasons, std::size_t object, RoleId owner,
                         const Reason& reason) {
  DesiredObject& d = objects.desired[object];
  if (d.owner == owner) return;
  const Acl rewritten = with_new_owner((*actual_.acls)[d.baseline], d.owner, owner);
  d.baseline = d.acl = actual_.acls->intern(rewritten);
  d.owner = owner;
  const Object& changed = objects.object(object);
  if (changed.owned_by == 0) reasons[object] = reason;  // a table's sequence changes with the table, without a statement of its own
  if (changed.id.kind != ObjectKind::Table) return;
  for (std::size_t i : sequences_of(objects, changed.oid)) set_owner(objects, reasons, i, owner, reason);
}

const std::vector<std::size_t>& Resolver::sequences_of(const DesiredObjects& objects, std::uint32_t table) {
  auto& owned = owned_sequences_[objects.actual];
  if (owned.empty()) {
    owned[0];  // so that it is built once
    for (std::size_t i = 0; i < objects.actual->size(); ++i) {
      if (const std::uint32_t by = (*objects.actual)[i].owned_by; by != 0) owned[by].push_back(i);
    }
  }
  static const std::vector<std::size_t> kNone;
  const auto it = owned.find(table);
  return it == owned.end() ? kNone : it->second;
}

OwnershipRules ownership_rules(const DatabaseCharter& database) {
  OwnershipRules rules;
  for (const OwnershipRule& rule : database.ownership) rules.push_back(&rule);
  return rules;
}

const OwnershipRule* Resolver::ownership_of(const OwnershipRules& rules, const Object& object) {
  if (!scope_.covers(Family::Owners)) return nullptr;
  const bool ignored = scope_.ignored(object.id);
  const OwnershipRule* result = nullptr;
  for (const OwnershipRule* rule : rules) {
    const auto matches = [&](const ObjectPattern& p) { return p.matches(object.id) && (p.literal() || !object.extension_member); };
    bool matched = false;
    for (const ObjectPattern& pattern : rule->objects) {
      if (!matches(pattern)) continue;
      matched = true;
      owner_patterns_.insert(&pattern);
    }
    if (matched && !ignored && std::ranges::none_of(rule->except, matches)) result = rule;
  }
  return result;
}

void Resolver::check_wrapper_owner(const OwnershipRule& rule, const Object& object, RoleId owner) {
  if (object.id.kind != ObjectKind::ForeignDataWrapper || object.owner == owner) return;
  const auto declared = std::ranges::find(desired_.roles, owner, &DesiredRole::id);
  const Role* existing = actual_.cluster.find_role(owner);
  const bool superuser =
      declared != desired_.roles.end() ? declared->attributes.superuser : existing != nullptr && existing->attributes.superuser;
  if (superuser) return;
  diagnostics_.error(
      "owner-needs-superuser", rule.pos,
      fmt::format("\"{}\" can't own the foreign_data_wrapper \"{}\": PostgreSQL lets superusers only", rule.owner, object.id.name),
      "Give the role USAGE on it instead; servers on it may belong to anybody.");
}

void Resolver::reassign(DesiredObjects& objects) {
  for (std::size_t o = 0; o < objects.actual->size(); ++o) {
    const auto to = reassigned_.find(objects.desired[o].owner);
    if (to == reassigned_.end()) continue;
    // REASSIGN OWNED does it with one statement of its own, so it is the baseline and no change of this object.
    DesiredObject& d = objects.desired[o];
    d.baseline = d.acl = actual_.acls->intern(with_new_owner((*actual_.acls)[d.baseline], d.owner, to->second));
    d.owner = to->second;
  }
}

void Resolver::check_follower(const OwnershipRule& rule, const DesiredObjects& objects, std::size_t sequence) {
  const Object& object = objects.object(sequence);
  const RoleId owner = objects.desired[sequence].owner;
  const auto names = [&](const ObjectPattern& p) { return p.literal() && p.matches(object.id); };
  if (owner == role_id(rule.owner) || std::ranges::none_of(rule.objects, names)) return;
  diagnostics_.error("sequence-follows-table", rule.pos,
                     fmt::format("sequence \"{}.{}\" belongs to a table's column and has that table's owner, \"{}\"", object.id.schema,
                                 object.id.name, actual_.names->name(owner)),
                     "Name the table instead, or take the sequence out with `except`.");
}

std::optional<std::pair<std::string, SourcePos>> Resolver::own_owner(const DatabaseCharter& charter, const ObjectName& id) const {
  const auto of = [&](const auto& entries, const auto& key) -> std::optional<std::pair<std::string, SourcePos>> {
    const auto entry = entries.find(key);
    if (entry == entries.end() || !entry->second.owner) return std::nullopt;
    return std::pair(*entry->second.owner, entry->second.pos);
  };
  if (id.kind == ObjectKind::Schema) return of(charter.schemas, id.name);
  if (id.kind == ObjectKind::Table) return of(charter.tables, id);
  if (id.kind == ObjectKind::Function) return of(charter.functions, id);
  return std::nullopt;
}

void Resolver::set_owners(std::size_t i) {
  const DatabaseCharter& charter = charter_.databases[i];
  DesiredDatabase& database = desired_.databases[i];
  DesiredObjects& objects = database.objects;
  reassign(objects);
  if (!scope_.covers(Family::Owners)) return;
  const OwnershipRules rules = ownership_rules(charter);
  // Tables first: a sequence of a table's column follows its table, and has no owner of its own to change.
  for (const bool followers : {false, true}) {
    for (std::size_t o = 0; o < objects.size(); ++o) {
      const Object& object = objects.object(o);
      if ((object.owned_by != 0) != followers) continue;
      const OwnershipRule* rule = ownership_of(rules, object);
      if (objects.is_created(o) || is_dropped(objects, o)) continue;  // a new one is born with its owner
      const auto schema = object.id.kind == ObjectKind::Schema ? charter.schemas.find(object.id.name) : charter.schemas.end();
      if (schema != charter.schemas.end() && schema->second.ensure == Ensure::Absent) continue;
      if (const auto own = own_owner(charter, object.id)) {
        set_owner(objects, database.owner_reasons, o, role_id(own->first), {"declared", own->second});
      } else if (rule != nullptr && followers) {
        check_follower(*rule, objects, o);
      } else if (rule != nullptr) {
        check_wrapper_owner(*rule, object, role_id(rule->owner));
        set_owner(objects, database.owner_reasons, o, role_id(rule->owner), {"declared", rule->pos});
      }
    }
  }
  check_owner_patterns(rules, &actual_.databases[i]);
}

/// Tablespaces and databases. These a dropped role gives away by statements of their own, before REASSIGN OWNED.
void Resolver::set_cluster_owners() {
  DesiredObjects& objects = desired_.cluster;
  OwnershipRules rules;
  for (const DatabaseCharter& database : charter_.databases) {
    for (const OwnershipRule* rule : ownership_rules(database)) rules.push_back(rule);
  }
  for (std::size_t o = 0; o < objects.actual->size(); ++o) {
    const Object& object = objects.object(o);
    const auto declared = std::ranges::find_if(charter_.databases, [&](const DatabaseCharter& d) {
      const std::string& name = d.name.empty() ? actual_.server.database : d.name;
      return object.id.kind == ObjectKind::Database && object.id.name == name && d.owner;
    });
    const OwnershipRule* rule = ownership_of(rules, object);
    const auto to = reassigned_.find(object.owner);
    if (declared != charter_.databases.end() && scope_.covers(Family::Owners)) {
      set_owner(objects, desired_.cluster_owner_reasons, o, role_id(*declared->owner), {"declared", declared->pos});
    } else if (rule != nullptr) {
      set_owner(objects, desired_.cluster_owner_reasons, o, role_id(rule->owner), {"declared", rule->pos});
    } else if (to != reassigned_.end()) {
      set_owner(objects, desired_.cluster_owner_reasons, o, to->second, {"its owner is dropped", std::nullopt});
    }
  }
  if (scope_.covers(Family::Owners)) check_owner_patterns(rules, nullptr);
}

void Resolver::check_owner_patterns(const OwnershipRules& rules, const DatabaseState* database) {
  for (const OwnershipRule* rule : rules) {
    for (const ObjectPattern& pattern : rule->objects) {
      if (info(pattern.kind).cluster_wide != (database == nullptr) || owner_patterns_.contains(&pattern)) continue;
      if (pattern.literal()) {
        tell_missing(pattern, database);
      } else if (!options_.on_worker) {
        diagnostics_.warning("no-match", pattern.pos, fmt::format("\"{}\" matches no {}", pattern.text(), info(pattern.kind).singular));
      }
    }
  }
}

}  // namespace pgcharter
