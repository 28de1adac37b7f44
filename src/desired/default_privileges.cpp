// Default privileges: what the charter says under `default_privileges`, and what `future: true` plans for every creator.
//
// A global row of pg_default_acl holds the whole list, one IN SCHEMA only additions (ALTER DEFAULT PRIVILEGES; get_user_default_acl()
// in aclchk.c), so a built-in default of PUBLIC can be taken away globally only. `future: true` on a pattern `schema.*` plans rows IN
// SCHEMA; on `*` it plans global rows, because only those also reach schemas that do not exist yet (docs/decisions/).

#include <algorithm>

#include <fmt/format.h>

#include "desired/grants.h"

namespace pgcharter {

const DefaultAcl* DefaultAclResolver::row(const Key& key) const {
  for (const DefaultAcl& d : r_.actual_.databases[database_].default_acls) {
    if (d.key() == key) return &d;
  }
  return nullptr;
}

/// pg_database_owner can't create anything: the owner of the database stands for it.
RoleId DefaultAclResolver::real_owner(RoleId owner) const {
  if (r_.actual_.names->name(owner) != "pg_database_owner") return owner;
  const auto found =
      r_.actual_.cluster.find({.kind = ObjectKind::Database, .schema = {}, .name = r_.actual_.databases[database_].name, .args = {}});
  return found ? r_.desired_.cluster.desired[*found].owner : owner;
}

std::vector<RoleId> DefaultAclResolver::creators(const std::string& schema) const {
  const auto& schemas = r_.charter_.databases[database_].schemas;
  std::vector<RoleId> result;
  if (const auto rule = schemas.find(schema); rule != schemas.end() && !rule->second.creators.empty()) {
    for (const std::string& creator : rule->second.creators) result.push_back(real_owner(r_.role_id(creator)));
    return result;
  }
  const DesiredObjects& objects = r_.desired_.databases[database_].objects;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const Object& object = objects.object(i);
    if (object.id.kind == ObjectKind::Schema && object.id.name == schema) result.push_back(real_owner(objects.desired[i].owner));
  }
  return result;
}

std::set<RoleId> DefaultAclResolver::all_creators() const {
  std::set<RoleId> all;
  const DesiredObjects& objects = r_.desired_.databases[database_].objects;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (objects.object(i).id.kind != ObjectKind::Schema) continue;
    for (RoleId creator : creators(objects.object(i).id.name)) all.insert(creator);
  }
  return all;
}

void DefaultAclResolver::add_use(const Key& key, RoleId grantee, PrivilegeSet privileges, bool grantable, bool absent, bool expired,
                                 std::size_t info) {
  Item& item = items_[key];
  item.named |= !absent;  // an absent entry brings nothing else into scope
  const PrivilegeSet known = privileges & all_privileges(std::get<ObjectKind>(key), r_.major());
  if (r_.scope_.dropped(grantee)) return;
  item.uses.push_back({.rule = static_cast<std::uint32_t>(info),
                       .grantee = grantee,
                       .privileges = known,
                       .grantable = grantable ? known : PrivilegeSet{},
                       .absent = absent,
                       .expired = expired});
}

bool DefaultAclResolver::has_defaults(const ObjectKindInfo& kind, const SourcePos& pos) {
  if (kind.default_first_version <= r_.major()) return true;
  r_.diagnostics_.error("kind-needs-version", pos,
                        fmt::format("default privileges on {} need PostgreSQL {}; this server is {}", kind.manifest_key,
                                    kind.default_first_version, r_.actual_.server.version));
  return false;
}

void DefaultAclResolver::add_rule(const DefaultPrivilegeRule& rule) {
  const ObjectKindInfo& kind = info(rule.objects);
  if (!has_defaults(kind, rule.pos)) return;
  const std::size_t number = r_.add_rule(rule.pos, rule.ensure == Ensure::Absent ? "named absent" : "declared");
  const PrivilegeSet privileges = rule.all_privileges ? all_privileges(rule.objects, r_.major()) : rule.privileges;
  std::vector<std::string> schemas = rule.in;
  if (schemas.empty()) schemas.emplace_back();
  for (const std::string& schema : schemas) {
    const auto& schema_rules = r_.charter_.databases[database_].schemas;
    const bool created = schema_rules.contains(schema) && schema_rules.at(schema).ensure == Ensure::Present;
    const bool exists =
        r_.actual_.databases[database_].find({.kind = ObjectKind::Schema, .schema = {}, .name = schema, .args = {}}).has_value();
    if (!schema.empty() && !exists && !created) {
      if (rule.ensure == Ensure::Present && !r_.options_.on_worker) {
        r_.diagnostics_.error("missing-object", rule.pos, fmt::format("schema \"{}\" does not exist", schema),
                              "Create it first, or declare it under `schemas`.");
      }
      continue;
    }
    for (const std::string& creator : rule.by) {
      for (const std::string& to : rule.to) {
        const RoleId grantee = r_.role_id(to);
        if (!schema.empty() && rule.ensure == Ensure::Absent && grantee == kPublic && privileges.intersects(kind.public_default)) {
          r_.diagnostics_.error(
              "default-in-schema", rule.pos,
              fmt::format("PUBLIC's built-in {} on {} can't be taken away in one schema: default privileges IN SCHEMA only add",
                          to_sql(privileges & kind.public_default), kind.manifest_key),
              "Write the entry without `in`: then it holds for all that the creator makes in this database.");
          continue;
        }
        add_use({real_owner(r_.role_id(creator)), schema, rule.objects}, grantee, privileges, rule.grantable, rule.ensure == Ensure::Absent,
                false, number);
      }
    }
  }
}

void DefaultAclResolver::add_future_pattern(const GrantRule& rule, const ObjectPattern& pattern, std::size_t number) {
  const ObjectKindInfo& kind = info(pattern.kind);
  if (kind.default_privileges_keyword.empty() || !has_defaults(kind, pattern.pos)) return;
  const bool global = !kind.default_in_schema || !pattern.schema || pattern.schema->any();
  const PrivilegeSet privileges = rule.all_privileges ? all_privileges(pattern.kind, r_.major()) : rule.privileges;
  const bool expired = rule.ensure == Ensure::Present && r_.is_expired(rule.expires);
  auto add = [&](RoleId creator, const std::string& schema) {
    for (const std::string& to : rule.to) {
      const RoleId grantee = r_.role_id(to);
      // Who creates an object owns it. Only a global list can take the owner's part away, and so has to give it back.
      if (grantee == creator && !schema.empty()) continue;
      add_use({creator, schema, pattern.kind}, grantee, privileges, rule.grantable, expired || rule.ensure == Ensure::Absent, expired,
              number);
    }
  };
  if (global) {
    for (RoleId creator : all_creators()) add(creator, "");
  } else {
    for (RoleId creator : creators(pattern.schema->text)) add(creator, pattern.schema->text);
  }
}

void DefaultAclResolver::add_future(const GrantRule& rule) {
  if (!rule.future) return;
  std::string text = rule.ensure == Ensure::Absent ? "named absent, future: true" : "declared, future: true";
  if (!rule.profile.empty()) text += fmt::format(", profile {}", rule.profile);
  const std::size_t number = r_.add_rule(rule.pos, std::move(text));
  for (const ObjectPattern& pattern : rule.objects) add_future_pattern(rule, pattern, number);
}

void DefaultAclResolver::finish(const Key& key, const Item& item) {
  const auto& [creator, schema, kind] = key;
  AclPool& acls = *r_.actual_.acls;
  const DefaultAcl* existing = row(key);
  const Acl builtin = acl_default(kind, creator, r_.major());
  const AclId empty = schema.empty() ? acls.intern(builtin) : kEmptyAcl;
  DesiredDefaultAcl desired{
      .creator = creator, .schema = schema, .objects = kind, .baseline = existing != nullptr ? existing->acl : empty, .acl = empty};
  const bool scope = schema.empty() ? item.named : matches_any(schemas_, schema);
  if (!r_.scope_.dropped(creator)) {
    bool decides = scope && !r_.scope_.additive();
    // PUBLIC's built-in part of a global list belongs to nobody's declaration: it goes only when PUBLIC is in scope or named.
    const AclTask task{.owner = creator,
                       .uses = &item.uses,
                       .initial = nullptr,
                       .authoritative = [&](RoleId role) { return decides && r_.scope_.role(role); },
                       .dropped = [&](RoleId role) { return r_.scope_.dropped(role); },
                       .unable_grantors = &r_.desired_.unable_grantors};
    const Acl target = acl_target(acls[desired.baseline], task);
    desired.acl = acls.intern(target);
    if (scope && !decides) {
      decides = true;
      r_.extras_.note(target, acl_target(acls[desired.baseline], task), desired, r_.actual_.names->name(creator));
    }
  }
  if (desired.acl == desired.baseline) return;
  DesiredDatabase& database = r_.desired_.databases[database_];
  database.default_acl_rules[database.default_acls.size()] = item.uses;
  database.default_acls.push_back(std::move(desired));
}

void DefaultAclResolver::run(std::size_t database) {
  database_ = database;
  const DatabaseCharter& charter = r_.charter_.databases[database];
  schemas_ = scope_schemas(r_.charter_, charter);
  for (const DefaultPrivilegeRule& rule : charter.default_privileges) add_rule(rule);
  for (const GrantRule& rule : charter.grants) add_future(rule);
  std::set<std::string> dropped;
  for (const DesiredSchema& schema : r_.desired_.databases[database].schemas) {
    if (schema.drop) dropped.insert(schema.name);
  }
  for (const DefaultAcl& d : r_.actual_.databases[database].default_acls) items_.try_emplace(d.key());
  for (const auto& [key, item] : items_) {
    if (!dropped.contains(std::get<std::string>(key))) finish(key, item);
  }
}

}  // namespace pgcharter
