// Functions that the charter declares: made, replaced where they differ, kept, or dropped.
//
// A function that runs with its owner's rights and that everybody may call is a hole, so PUBLIC's EXECUTE on those of the charter is taken
// away with the same plan, as if an entry said so (PostgreSQL documentation, CREATE FUNCTION, "Writing SECURITY DEFINER Functions
// Safely"); a grant to PUBLIC that the charter writes counts more.

#include <algorithm>

#include <fmt/format.h>

#include "desired/resolver.h"
#include "model/settings.h"

namespace pgcharter {
namespace {

/// What the entry writes, over what is there.
RoutineDefinition wanted(const FunctionRule& rule, const RoutineDefinition& base) {
  RoutineDefinition result = base;
  if (rule.returns) result.returns = *rule.returns;
  if (rule.language) result.language = *rule.language;
  if (rule.body) result.body = *rule.body;
  if (rule.definer) result.definer = *rule.definer;
  if (rule.volatility) result.volatility = *rule.volatility;
  for (const auto& [name, setting] : rule.settings) {
    if (!setting.value) {
      result.settings.erase(name);
    } else if (const auto is = result.settings.find(name); is == result.settings.end() || !same_setting(name, is->second, *setting.value)) {
      result.settings[name] = *setting.value;
    }
  }
  return result;
}

bool grants_to_public(const DatabaseCharter& charter, const ObjectName& id) {
  return std::ranges::any_of(charter.grants, [&](const GrantRule& g) {
    return g.ensure == Ensure::Present && std::ranges::find(g.to, "public") != g.to.end() &&
           std::ranges::any_of(g.objects, [&](const ObjectPattern& p) { return p.matches(id); });
  });
}

}  // namespace

void Resolver::create_routine(std::size_t i, const FunctionRule& rule) {
  if (!check_schema_of_new(i, rule.id, rule.pos)) return;
  RoutineDefinition base;
  base.schema = rule.id.schema;
  base.name = rule.id.name;
  base.args = rule.id.args;
  base.arguments = rule.id.args;
  base.prokind = rule.returns ? 'f' : 'p';
  DesiredRoutine routine{.rule = &rule, .after = wanted(rule, base), .reason = {"declared", rule.pos}};
  routine.owner = owner_of_new(i, rule.id, rule.owner, routine.owner_given);
  routine.object = add_created(i, rule.id, base.prokind, routine.owner);
  desired_.databases[i].routines.push_back(std::move(routine));
}

void Resolver::keep_routine(std::size_t i, const FunctionRule& rule, std::uint32_t object) {
  const RoutineDefinition* existing = actual_.databases[i].find_routine(rule.id);
  if (existing == nullptr) return;
  if (rule.returns && *rule.returns != existing->returns) {
    diagnostics_.error("function-differs", rule.pos,
                       fmt::format("function \"{}.{}\" returns {}, the charter says {}", rule.id.schema, rule.id.name,
                                   existing->returns.empty() ? "nothing: it is a procedure" : existing->returns, *rule.returns),
                       "PostgreSQL can't change what a function returns: drop it first, with `ensure: absent`.");
    return;
  }
  RoutineDefinition after = wanted(rule, *existing);
  if (after == *existing) return;
  desired_.databases[i].routines.push_back(
      {.rule = &rule, .object = object, .before = *existing, .after = std::move(after), .reason = {"declared", rule.pos}});
}

void Resolver::close_to_public(std::size_t i, const FunctionRule& rule) {
  if (!rule.definer.value_or(false) || !scope_.covers(Family::Grants) || grants_to_public(charter_.databases[i], rule.id)) return;
  GrantRule& implied = implied_grants_[i].emplace_back();
  implied.pos = rule.pos;
  implied.to = {"public"};
  implied.privileges = PrivilegeSet::of(Privilege::Execute);
  implied.ensure = Ensure::Absent;
  implied.profile = rule.profile;
  implied.objects.push_back({.kind = ObjectKind::Function,
                             .schema = std::make_shared<const NamePattern>(NamePattern{rule.id.schema, {}}),
                             .name = {rule.id.name, {}},
                             .args = std::make_shared<const std::string>(rule.id.args),
                             .pos = rule.pos});
}

void Resolver::add_routines(std::size_t i) {
  const DatabaseState& actual = actual_.databases[i];
  for (const auto& [id, rule] : charter_.databases[i].functions) {
    if (rule.ensure == Ensure::Present) close_to_public(i, rule);
    if (options_.on_worker || !scope_.covers(Family::Schema)) continue;
    const auto existing = actual.find(id);
    if (rule.ensure == Ensure::Absent) {
      if (existing) drop_object(i, *existing, {"named absent", rule.pos});
    } else if (existing) {
      keep_routine(i, rule, *existing);
    } else if (rule.body) {
      create_routine(i, rule);
    } else {
      tell_missing({.kind = id.kind,
                    .schema = std::make_shared<const NamePattern>(NamePattern{id.schema, {}}),
                    .name = {id.name, {}},
                    .args = std::make_shared<const std::string>(id.args),
                    .pos = rule.pos},
                   &actual);
    }
  }
}

}  // namespace pgcharter
