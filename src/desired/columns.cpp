// Column privileges. They live beside the table's own: a table-level REVOKE takes the same column privileges along, a
// column-level REVOKE leaves the table's alone (GRANT and REVOKE in the PostgreSQL documentation; ExecGrant_Relation() in aclchk.c).

#include <algorithm>

#include <fmt/format.h>

#include "desired/acl_target.h"
#include "desired/grants.h"

namespace pgcharter {
namespace {

/// The list that gives everybody what `wanted` gives, made from what is left in `base`; the owner grants what is missing.
Acl met_from(const Acl& base, const Acl& wanted, RoleId owner) {
  Acl result = base;
  for (AclEntry& entry : result) {
    entry.privileges &= privileges_of(wanted, entry.grantee);
    entry.grantable &= grantable_of(wanted, entry.grantee) & entry.privileges;
  }
  for (const AclEntry& want : wanted) {
    const PrivilegeSet grantable = want.grantable - grantable_of(result, want.grantee);
    const PrivilegeSet privileges = (want.privileges - privileges_of(result, want.grantee)) | grantable;
    result.push_back({.grantee = want.grantee, .grantor = owner, .privileges = privileges, .grantable = grantable});
  }
  return normalised(std::move(result));
}

}  // namespace

void GrantResolver::note_columns(Target& target, std::size_t object, const std::vector<std::uint32_t>& rules) {
  for (std::uint32_t r : rules) {
    for (const std::string& column : target.rules[r].rule->columns) {
      target.columns[{static_cast<std::uint32_t>(object), column}].push_back(r);
    }
  }
}

void GrantResolver::resolve_columns(Target& target) {
  DesiredObjects& objects = *target.objects;
  std::map<std::pair<std::uint32_t, std::string>, AclId> existing;
  for (const Column& column : target.database->columns) existing[{column.object, column.name}] = column.acl;
  for (const DesiredTable& table : r_.desired_.databases[target.index].tables) {
    for (const ColumnRule& column : table.rule->columns) {
      if (target.columns.contains({table.object, column.definition.name})) existing[{table.object, column.definition.name}] = kEmptyAcl;
    }
  }
  for (const auto& named : target.columns) {  // no structured binding: the lambda below captures
    const auto& key = named.first;
    const auto& rules = named.second;
    if (existing.contains(key)) continue;
    for (std::uint32_t r : rules) {
      const GrantRule& rule = *target.rules[r].rule;
      const bool by_name =
          std::ranges::any_of(rule.objects, [&](const ObjectPattern& p) { return p.literal() && p.matches(objects.object(key.first).id); });
      if (!by_name || rule.ensure == Ensure::Absent) continue;  // a pattern takes the tables that have the column
      r_.diagnostics_.error("missing-column", rule.pos,
                            fmt::format("table \"{}.{}\" has no column \"{}\"", objects.object(key.first).id.schema,
                                        objects.object(key.first).id.name, key.second));
    }
  }
  for (const auto& [key, acl] : existing) {
    const DesiredObject& table = objects.desired[key.first];
    const Object& object = objects.object(key.first);
    if (r_.scope_.ignored(object.id)) continue;
    const auto named = target.columns.find(key);
    const std::vector<std::uint32_t> none;
    const std::vector<std::uint32_t>& rules = named == target.columns.end() ? none : named->second;
    const auto [set, inserted] = target.column_sets.try_emplace({key.second, rules});
    if (inserted) set->second = rules.empty() ? 0 : add_rule_set(target, parts(target, object.id.kind, rules, true));
    const Acl owned = with_new_owner((*r_.actual_.acls)[acl], object.owner, table.owner);
    const Acl base = after_table_revoke(owned, (*r_.actual_.acls)[table.baseline], (*r_.actual_.acls)[table.acl]);
    DesiredColumn column{
        .object = key.first, .name = key.second, .baseline = r_.actual_.acls->intern(base), .acl = kEmptyAcl, .rules = set->second};
    const AclId before = r_.actual_.acls->intern(owned);
    // What must stay is judged on the list before the table's REVOKE, what is missing on the list after it.
    const bool scope = in_scope(target, object, table.rules);
    const Acl whole = (*r_.actual_.acls)[table.baseline];
    const Acl whole_after = (*r_.actual_.acls)[table.acl];
    const std::vector<RuleUse> uses = objects.uses(set->second);
    const AclAnswer answer =
        target_acl({.base = before, .owner = table.owner, .uses = &uses, .scope = scope, .table = &whole, .table_after = &whole_after});
    note_extras(answer, object.id, key.second);
    column.acl = r_.actual_.acls->intern(met_from(base, (*r_.actual_.acls)[answer.acl], table.owner));
    objects.columns.push_back(std::move(column));
  }
}

}  // namespace pgcharter
