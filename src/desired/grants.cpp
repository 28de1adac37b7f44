// Grants: rules matched against objects, and the ACL that each object must end with.
//
// Objects that the same rules match, with the same owner and the same ACL, must end with the same ACL: the answer is computed
// once for each such class and remembered. So the work grows with the variety of a database, not with its size.

#include "desired/grants.h"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>

#include <fmt/format.h>

#include "pgcharter/names.h"

namespace pgcharter {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;

std::uint64_t hash_of(std::span<const std::uint32_t> numbers) {
  std::uint64_t hash = numbers.size();
  for (const std::uint32_t number : numbers) hash = mixed(hash, number);
  return hash;
}

/// What an object's list must become depends on nothing else.
struct ObjectClass {
  AclId baseline{};
  RoleId owner{};
  std::uint32_t rules = 0;
  bool scope = false;
  AclId initial{};

  bool operator==(const ObjectClass&) const = default;
};

struct HashOfClass {
  std::size_t operator()(const ObjectClass& c) const {
    return hash_of(std::array{static_cast<std::uint32_t>(c.baseline), static_cast<std::uint32_t>(c.owner), c.rules,
                              static_cast<std::uint32_t>(c.scope), static_cast<std::uint32_t>(c.initial)});
  }
};

}  // namespace

template <typename Grants>
void GrantResolver::compile(Target& target, const Grants& grants, bool cluster_wide) {
  for (const GrantRule& grant : grants) {
    const bool here = std::ranges::any_of(grant.objects, [&](const ObjectPattern& p) { return info(p.kind).cluster_wide == cluster_wide; });
    if (!here) continue;
    CompiledRule compiled;
    compiled.rule = &grant;
    compiled.expired = grant.ensure == Ensure::Present && r_.is_expired(grant.expires);
    std::string text = compiled.expired                 ? fmt::format("expired {}", *grant.expires)
                       : grant.ensure == Ensure::Absent ? "named absent"
                                                        : "declared";
    if (!grant.profile.empty()) text += fmt::format(", profile {}", grant.profile);
    compiled.info = r_.add_rule(grant.pos, std::move(text));
    for (const std::string& role : grant.to) compiled.to.push_back(r_.role_id(role));
    compiled.matched.resize(grant.objects.size());
    target.forbids = target.forbids || grant.ensure == Ensure::Absent;
    target.rules.push_back(std::move(compiled));
  }
}

void GrantResolver::run() {
  const Charter& charter = r_.charter_;
  if (r_.scope_.covers(Family::Grants)) {
    Target cluster;
    cluster.objects = &r_.desired_.cluster;
    for (const DatabaseCharter& database : charter.databases) compile(cluster, database.grants, true);
    resolve_objects(cluster);
    for (std::size_t i = 0; i < r_.desired_.databases.size(); ++i) {
      Target target;
      target.objects = &r_.desired_.databases[i].objects;
      target.database = &r_.actual_.databases[i];
      target.index = i;
      target.schemas = scope_schemas(charter, charter.databases[i]);
      compile(target, charter.databases[i].grants, false);
      compile(target, r_.implied_grants_[i], false);
      resolve_objects(target);
      resolve_columns(target);
    }
  }
  if (!r_.scope_.covers(Family::DefaultPrivileges)) return;
  for (std::size_t i = 0; i < r_.desired_.databases.size(); ++i) DefaultAclResolver(r_).run(i);
}

PrivilegeSet GrantResolver::privileges_for(const GrantRule& rule, ObjectKind kind, bool for_columns) {
  const PrivilegeSet all = all_privileges(kind, r_.major());
  if (rule.all_privileges) return for_columns ? all & info(kind).column : all;
  const PrivilegeSet missing = rule.privileges - all;
  if (!missing.empty() && reported_.emplace(&rule, kind).second) {
    int version = 0;
    for_each(missing, [&](Privilege p) { version = std::max(version, info(p).first_version); });
    r_.diagnostics_.error("privilege-needs-version", rule.pos,
                          fmt::format("{} on a {} needs PostgreSQL {}; this server is {}", to_sql(missing), info(kind).singular, version,
                                      r_.actual_.server.version),
                          "Leave it out for this server; `all` means what the server has.");
  }
  return rule.privileges & all;
}

std::vector<std::uint32_t> GrantResolver::parts(Target& target, ObjectKind kind, const std::vector<std::uint32_t>& rules,
                                                bool for_columns) {
  std::vector<std::uint32_t>& known = target.uses[{kind, for_columns}];
  if (known.empty()) known.resize(target.rules.size(), kNone);
  std::vector<std::uint32_t> result;
  result.reserve(rules.size());
  for (const std::uint32_t rule : rules) {
    if (known[rule] == kNone) known[rule] = add_uses(target, kind, rule, for_columns);
    result.push_back(known[rule]);
  }
  return result;
}

std::uint32_t GrantResolver::add_uses(Target& target, ObjectKind kind, std::uint32_t rule, bool for_columns) {
  auto& all = target.objects->rule_uses;
  const CompiledRule& compiled = target.rules[rule];
  const PrivilegeSet privileges = privileges_for(*compiled.rule, kind, for_columns);
  const bool absent = compiled.expired || compiled.rule->ensure == Ensure::Absent;
  std::vector<RuleUse>& result = all.emplace_back();
  for (RoleId grantee : compiled.to) {
    if (r_.scope_.dropped(grantee)) continue;
    result.push_back({.rule = static_cast<std::uint32_t>(compiled.info),
                      .grantee = grantee,
                      .privileges = privileges,
                      .grantable = compiled.rule->grantable ? privileges : PrivilegeSet{},
                      .absent = absent,
                      .expired = compiled.expired});
  }
  return static_cast<std::uint32_t>(all.size() - 1);
}

std::uint32_t GrantResolver::add_rule_set(Target& target, std::vector<std::uint32_t> parts) {
  const auto number = static_cast<std::uint32_t>(target.objects->rule_sets.size());
  target.objects->rule_sets.push_back(std::move(parts));
  if (target.forbids) check_contradictions(target.objects->uses(number));
  return number;
}

void GrantResolver::check_contradictions(const std::vector<RuleUse>& uses) {
  for (const RuleUse& absent : uses) {
    if (!absent.absent || absent.expired) continue;
    for (const RuleUse& present : uses) {
      if (present.absent || present.grantee != absent.grantee || !present.privileges.intersects(absent.privileges)) continue;
      if (!contradictions_.emplace(present.rule, absent.rule).second) continue;
      const SourcePos& other = r_.desired_.rules[present.rule].pos;
      r_.diagnostics_.error(
          "contradiction", r_.desired_.rules[absent.rule].pos,
          fmt::format("{} of \"{}\" is both absent (here) and granted ({})", to_sql(present.privileges & absent.privileges),
                      r_.actual_.names->name(absent.grantee), to_string(other)),
          "Take the object out of one of the two, for example with `except`.");
    }
  }
}

std::uint32_t GrantResolver::rule_set(Target& target, ObjectKind kind, const std::vector<std::uint32_t>& rules) {
  if (rules.empty()) return 0;
  std::vector<std::uint32_t> wanted = parts(target, kind, rules, false);
  const std::uint64_t hash = hash_of(wanted);
  const std::uint32_t known = target.object_sets.find(hash, [&](std::uint32_t i) { return target.objects->rule_sets[i] == wanted; });
  if (known != HashedNumbers::kNone) return known;
  const std::uint32_t added = add_rule_set(target, std::move(wanted));
  target.object_sets.add(hash, added);
  return added;
}

bool GrantResolver::in_scope(const Target& target, const Object& object, std::uint32_t rule_set) const {
  const ObjectKind kind = object.id.kind;
  if (in_schema(kind) || kind == ObjectKind::Schema) {
    const std::string& schema = kind == ObjectKind::Schema ? object.id.name : object.id.schema;
    const auto [known, fresh] = target.schemas_in_scope.try_emplace(schema);
    if (fresh) known->second = !is_system_schema(schema) && matches_any(target.schemas, schema);
    return known->second;
  }
  if (kind == ObjectKind::Database) {
    for (const DatabaseCharter& database : r_.charter_.databases) {
      if (object.id.name == (database.name.empty() ? r_.actual_.server.database : database.name)) return true;
    }
  }
  // An expired entry still says that the object is the charter's, as an expired one on a table does of its schema.
  return std::ranges::any_of(target.objects->uses(rule_set), [](const RuleUse& use) { return !use.absent || use.expired; });
}

GrantResolver::AclAnswer GrantResolver::target_acl(const AclClass& of) {
  bool decides = of.scope && !r_.scope_.additive();
  const AclTask task{.owner = of.owner,
                     .uses = of.uses,
                     .initial = of.initial,
                     .authoritative = [&](RoleId role) { return decides && r_.scope_.role(role); },
                     .dropped = [&](RoleId role) { return r_.scope_.dropped(role); },
                     .table = of.table,
                     .table_after = of.table_after,
                     .unable_grantors = &r_.desired_.unable_grantors};
  const Acl& base = (*r_.actual_.acls)[of.base];
  const Acl target = acl_target(base, task);
  tell_unremovable(base, task);
  Acl strict = target;
  if (of.scope && !decides) {
    decides = true;
    strict = acl_target(base, task);
  }
  const auto number = [&](const Acl& acl) { return acl == (*r_.actual_.acls)[of.base] ? of.base : r_.actual_.acls->intern(acl); };
  return {number(target), number(strict)};
}

void GrantResolver::note_extras(const AclAnswer& answer, const ObjectName& object, const std::string& column) {
  if (answer.acl != answer.strict) r_.extras_.note((*r_.actual_.acls)[answer.acl], (*r_.actual_.acls)[answer.strict], object, column);
}

void GrantResolver::tell_unremovable(const Acl& base, const AclTask& task) {
  const RoleNames& names = *r_.actual_.names;
  for (const AclEntry& entry : base) {
    const PrivilegeSet stuck = entry.privileges - removable(entry, base, task);
    if (stuck.empty() || names.dangling(entry.grantor) || names.dangling(entry.grantee)) continue;  // tell_dangling() does
    // What should be there, had the owner granted it; a dropped grantor may leave nothing behind.
    AclEntry other = entry;
    other.grantor = task.owner;
    const bool ends = task.dropped(entry.grantor) || task.dropped(entry.grantee);
    const PrivilegeSet left = ends ? stuck : stuck - privileges_of(acl_target({other}, task), entry.grantee);
    if (left.empty()) continue;
    const std::string text =
        fmt::format("{} that {} granted to {} on an object of {}", to_sql(left), display_name(names.name(entry.grantor)),
                    entry.grantee == kPublic ? "PUBLIC" : display_name(names.name(entry.grantee)), display_name(names.name(task.owner)));
    if (std::ranges::find(r_.desired_.unremovable, text) != r_.desired_.unremovable.end()) continue;
    r_.desired_.unremovable.push_back(text);
    const bool superuser = task.unable_grantors->contains(entry.grantor);
    const std::string message =
        fmt::format("no session can revoke {}: {}", text,
                    superuser ? "a superuser's REVOKE counts as the owner's" : "the grantor no longer has the grant option itself");
    const std::string hint = superuser ? "Take SUPERUSER from the grantor for a while, and apply again."
                                       : "Give the grantor the grant option on the object again, and apply: the plan then takes both away.";
    if (ends) {
      r_.diagnostics_.error("unremovable", {}, message + "; so a role that is to be dropped can't be", hint);
    } else {
      r_.diagnostics_.warning("unremovable", {}, message, hint);
    }
  }
}

void GrantResolver::resolve_object(Target& target, std::size_t i, const std::vector<std::uint32_t>& rules) {
  const Object& object = target.objects->object(i);
  std::vector<std::uint32_t> whole;
  bool names_columns = false;
  for (std::uint32_t r : rules) {
    if (target.rules[r].rule->columns.empty()) {
      whole.push_back(r);
    } else {
      names_columns = true;
    }
  }
  target.objects->desired[i].rules = rule_set(target, object.id.kind, whole);
  if (names_columns) note_columns(target, i, rules);
}

void GrantResolver::resolve_objects(Target& target) {
  DesiredObjects& objects = *target.objects;
  RuleIndex index(target.rules);
  std::unordered_map<ObjectClass, AclAnswer, HashOfClass> known;
  std::vector<RuleUse> uses;
  long ignored = 0;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const Object& object = objects.object(i);
    const std::vector<std::uint32_t>& rules = index.match(object);
    if (r_.is_dropped(objects, i)) continue;
    if (r_.scope_.ignored(object.id)) {  // matched, so that its name is no mistake, but left as it is
      ++ignored;
      continue;
    }
    resolve_object(target, i, rules);
    DesiredObject& desired = objects.desired[i];
    const bool scope = in_scope(target, object, desired.rules);
    if (!scope && desired.rules == 0 && r_.scope_.dropped().empty()) {
      ++r_.desired_.coverage[fmt::format("{}: out of scope", info(object.id.kind).singular)];
      continue;
    }
    // Without a row in pg_init_privs an extension's member began with the built-in default.
    const AclId initial = !object.extension_member ? kEmptyAcl
                          : object.initial_acl != kEmptyAcl
                              ? object.initial_acl
                              : r_.actual_.acls->intern(acl_default(object.id.kind, desired.owner, r_.major()));
    const auto [it, inserted] = known.try_emplace({desired.baseline, desired.owner, desired.rules, scope, initial});
    if (inserted) {
      const Acl& first = (*r_.actual_.acls)[initial];
      objects.uses(desired.rules, uses);
      it->second = target_acl({.base = desired.baseline,
                               .owner = desired.owner,
                               .uses = &uses,
                               .scope = scope,
                               .initial = object.extension_member ? &first : nullptr});
    }
    desired.acl = it->second.acl;
    note_extras(it->second, object.id, {});
  }
  if (ignored > 0) r_.desired_.coverage["objects: ignored by scope.ignore"] += ignored;
  check_matches(target);
}

void GrantResolver::check_matches(const Target& target) {
  const bool cluster_wide = target.database == nullptr;
  for (const CompiledRule& compiled : target.rules) {
    for (std::size_t p = 0; p < compiled.matched.size(); ++p) {
      const ObjectPattern& pattern = compiled.rule->objects[p];
      if (compiled.matched[p] || info(pattern.kind).cluster_wide != cluster_wide) continue;
      if (pattern.literal()) {
        if (compiled.rule->ensure == Ensure::Present) check_literal(target, pattern, compiled.expired);
      } else if (!r_.options_.on_worker) {
        r_.diagnostics_.warning("no-match", pattern.pos, fmt::format("\"{}\" matches no {}", pattern.text(), info(pattern.kind).singular));
      }
    }
  }
}

void GrantResolver::check_literal(const Target& target, const ObjectPattern& pattern, bool expired) {
  const ObjectKindInfo& kind = info(pattern.kind);
  if (kind.first_version > r_.major()) {
    r_.diagnostics_.error("kind-needs-version", pattern.pos,
                          fmt::format("privileges on a {} need PostgreSQL {}; this server is {}", kind.singular, kind.first_version,
                                      r_.actual_.server.version));
    return;
  }
  if (expired && pattern.kind == ObjectKind::Parameter) return;  // without a row nothing is granted, and so nothing is left to revoke
  r_.tell_missing(pattern, target.database);
}

}  // namespace pgcharter
