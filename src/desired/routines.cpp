// Functions that the charter declares: made, replaced where they differ, kept, or dropped.
//
// A function that runs with its owner's rights and that everybody may call is a hole, so PUBLIC's EXECUTE on those of the charter is taken
// away with the same plan, as if an entry said so (PostgreSQL documentation, CREATE FUNCTION, "Writing SECURITY DEFINER Functions
// Safely"); a grant to PUBLIC that the charter writes counts more.

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>

#include "desired/resolver.h"
#include "model/settings.h"

namespace pgcharter {
namespace {

/// The settings that the entry writes, and no others; spelled as they are where that means the same.
std::map<std::string, std::string> wanted_settings(const SettingRules& rules, const std::map<std::string, std::string>& is) {
  std::map<std::string, std::string> result;
  for (const auto& [name, setting] : rules) {
    if (!setting.value) continue;
    const auto now = is.find(name);
    result[name] = now != is.end() && same_setting(name, now->second, *setting.value) ? now->second : *setting.value;
  }
  return result;
}

/// What the entry writes, over what is there: with a body it says everything that CREATE FUNCTION has a default for.
RoutineDefinition wanted(const FunctionRule& rule, const RoutineDefinition& base) {
  RoutineDefinition result = base;
  if (rule.returns) result.returns = *rule.returns;
  if (rule.language) result.language = *rule.language;
  if (rule.body) {
    result.body = *rule.body;
    result.definer = rule.definer.value_or(false);
    result.volatility = rule.volatility.value_or('v');
  }
  if (rule.settings_written) result.settings = wanted_settings(rule.settings, base.settings);
  return result;
}

/// For each function how many of the others must be there before it: the body of one in SQL is checked when it is made. Functions that call
/// each other in a circle can't all be first.
void rank_by_calls(std::vector<DesiredRoutine>& routines) {
  std::multimap<std::string, std::size_t, std::less<>> by_name;
  for (std::size_t i = 0; i < routines.size(); ++i) by_name.emplace(routines[i].after.name, i);
  const auto word = [](char c) { return c == '_' || c == '$' || std::isalnum(static_cast<unsigned char>(c)) != 0; };
  std::vector<std::set<std::size_t>> calls(routines.size());
  for (std::size_t i = 0; i < routines.size(); ++i) {
    if (routines[i].after.language != "sql") continue;
    const std::string& body = routines[i].after.body;
    for (auto at = body.begin(); at != body.end();) {
      at = std::find_if(at, body.end(), word);
      const auto end = std::find_if_not(at, body.end(), word);
      const auto [first, last] = by_name.equal_range(std::string_view(at, end));
      for (auto called = first; called != last; ++called) calls[i].insert(called->second);
      at = end;
    }
  }
  std::vector<bool> known(routines.size(), false);
  const std::function<int(std::size_t)> rank = [&](std::size_t i) {
    if (known[i]) return routines[i].rank;
    known[i] = true;  // in a circle the one that was met first counts as the first
    for (const std::size_t called : calls[i]) routines[i].rank = std::max(routines[i].rank, called == i ? 0 : rank(called) + 1);
    return routines[i].rank;
  };
  for (std::size_t i = 0; i < routines.size(); ++i) rank(i);
}

}  // namespace

bool Resolver::grants_to_public(const DatabaseCharter& charter, const ObjectName& id) const {
  const auto names = [&](const std::vector<ObjectPattern>& patterns) {
    return std::ranges::any_of(patterns, [&](const ObjectPattern& p) { return p.matches(id); });
  };
  return std::ranges::any_of(charter.grants, [&](const GrantRule& g) {
    return g.ensure == Ensure::Present && !is_expired(g.expires) && std::ranges::find(g.to, "public") != g.to.end() && names(g.objects) &&
           !names(g.except);
  });
}

void Resolver::create_routine(std::size_t i, const FunctionRule& rule) {
  if (!check_schema_of_new(i, rule.id, rule.pos)) return;
  if (rule.definer.value_or(false) && !scope_.covers(Family::Grants)) {
    diagnostics_.warning(
        "open-function", rule.pos,
        fmt::format("function \"{}.{}\" runs with its owner's rights, and everybody may call it", rule.id.schema, rule.id.name),
        "Grants are out of this charter's scope: revoke EXECUTE from PUBLIC yourself, or add grants to scope.families.");
  }
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
  if (rule.body && existing->prokind != (rule.returns ? 'f' : 'p')) {
    const std::string_view is = existing->prokind == 'p'   ? "a procedure"
                                : existing->prokind == 'a' ? "an aggregate"
                                : existing->prokind == 'w' ? "a window function"
                                                           : "a function";
    diagnostics_.error("function-differs", rule.pos,
                       fmt::format("\"{}.{}\" is {}, the charter declares a {}", rule.id.schema, rule.id.name, is,
                                   rule.returns ? "function" : "procedure: it has no `returns`"),
                       "PostgreSQL can't make one out of the other: drop it first, with `ensure: absent`.");
    return;
  }
  if (rule.returns && *rule.returns != existing->returns) {
    diagnostics_.error(
        "function-differs", rule.pos,
        fmt::format("function \"{}.{}\" returns {}, the charter says {}", rule.id.schema, rule.id.name, existing->returns, *rule.returns),
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
  rank_by_calls(desired_.databases[i].routines);
}

}  // namespace pgcharter
