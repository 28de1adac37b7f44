// The charter held against the actual state, concern by concern. The order matters: roles first (everything names them), then
// what changes owners and creates objects, because PostgreSQL rewrites or makes ACLs with it, and the grants last, on ACLs as they
// will be by then.

#include <fmt/format.h>

#include "desired/grants.h"
#include "desired/resolver.h"

namespace pgcharter {

Resolver::Resolver(const Charter& charter, const State& actual, const ResolveOptions& options, Diagnostics& diagnostics)
    : charter_(charter),
      actual_(actual),
      options_(options),
      diagnostics_(diagnostics),
      renames_(rename_roles(charter, actual, diagnostics)),
      scope_(charter, actual) {
  desired_.actual = &actual;
  desired_.one_transaction = charter.databases.size() <= 1;
  desired_.grantors_first = actual.server.superuser && charter.databases.size() == 1;
}

RoleId Resolver::role_id(std::string_view name) { return name == "public" ? kPublic : actual_.names->intern(name); }

std::size_t Resolver::add_rule(SourcePos pos, std::string text) {
  desired_.rules.push_back({std::move(pos), std::move(text)});
  return desired_.rules.size() - 1;
}

std::vector<RuleUse> DesiredObjects::uses(std::uint32_t rule_set) const {
  std::vector<RuleUse> all;
  uses(rule_set, all);
  return all;
}

void DesiredObjects::uses(std::uint32_t rule_set, std::vector<RuleUse>& all) const {
  all.clear();
  for (std::uint32_t i : rule_sets[rule_set]) all.insert(all.end(), rule_uses[i].begin(), rule_uses[i].end());
}

void Resolver::start_objects(DesiredObjects& objects, const std::vector<Object>& actual) {
  objects.actual = &actual;
  objects.desired.reserve(actual.size());
  for (const Object& o : actual) objects.desired.push_back({.owner = o.owner, .baseline = o.acl, .acl = o.acl, .rules = 0});
  objects.rule_sets.emplace_back();  // set 0: no rule
}

void Resolver::tell_missing(const ObjectPattern& pattern, const DatabaseState* database) {
  if (options_.on_worker) return;  // a local table, say, is on the coordinator only
  const ObjectKindInfo& kind = info(pattern.kind);
  if (!desired_.deferred.empty() && database != nullptr) {
    diagnostics_.note(
        "deferred", pattern.pos,
        fmt::format("{} \"{}\" does not exist yet; it is looked up again after CREATE EXTENSION", kind.singular, pattern.text()));
    return;
  }
  if (pattern.schema && is_system_schema(pattern.schema->text)) {
    diagnostics_.error("system-schema", pattern.pos,
                       fmt::format("{} \"{}\" is in a system schema, which is never managed", kind.singular, pattern.text()));
    return;
  }
  std::string hint = fmt::format("Create the {} first, or correct the name; a pattern may match nothing, a name may not.", kind.singular);
  if (database != nullptr) {
    for (const Object& o : database->objects) {
      if (o.id.name != pattern.name.text || !pattern.schema || o.id.schema != pattern.schema->text) continue;
      hint = o.id.kind == pattern.kind
                 ? fmt::format("There is one with the arguments ({}).", o.id.args)
                 : fmt::format("There is a {} of that name; write it under `{}`.", info(o.id.kind).singular, info(o.id.kind).manifest_key);
    }
  }
  diagnostics_.error("missing-object", pattern.pos, fmt::format("{} \"{}\" does not exist", kind.singular, pattern.text()), hint);
}

void Resolver::add_database(std::size_t i) {
  DesiredDatabase& database = desired_.databases[i];
  database.objects.database = actual_.databases[i].name;
  start_objects(database.objects, actual_.databases[i].objects);
  add_schemas(i);
  add_extensions(i);
  add_tables(i);
  add_routines(i);
  set_owners(i);
  place(i);
  add_hypertables(i);
}

Desired Resolver::run() {
  desired_.coverage = actual_.cluster.coverage;
  for (const DatabaseState& database : actual_.databases) {
    for (const auto& [what, count] : database.coverage) desired_.coverage[what] += count;
  }
  add_roles();
  add_memberships();
  start_objects(desired_.cluster, actual_.cluster.objects);
  set_cluster_owners();
  add_database_settings();
  close_memberships();
  add_parameters();
  desired_.databases.resize(actual_.databases.size());
  for (std::size_t i = 0; i < desired_.databases.size(); ++i) add_database(i);
  check_dependencies();
  tell_dangling();
  // From here on owners and the set of objects are fixed; only ACLs are decided.
  GrantResolver(*this).run();
  for (std::size_t i = 0; i < desired_.databases.size(); ++i) lose_grants_of_views(i);
  check_backups();
  desired_.extras = extras_.lines(*actual_.names);
  return std::move(desired_);
}

Desired resolve(const Charter& charter, const State& actual, const ResolveOptions& options, Diagnostics& diagnostics) {
  return Resolver(charter, actual, options, diagnostics).run();
}

}  // namespace pgcharter
