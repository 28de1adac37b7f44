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

void Resolver::start_objects(DesiredObjects& objects, const std::vector<Object>& actual) {
  objects.actual = &actual;
  objects.desired.reserve(actual.size());
  for (const Object& o : actual) objects.desired.push_back({.owner = o.owner, .baseline = o.acl, .acl = o.acl, .rules = 0});
  objects.rule_sets.emplace_back();  // set 0: no rule
}

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

void Resolver::add_database(std::size_t i) {
  DesiredDatabase& database = desired_.databases[i];
  database.objects.database = actual_.databases[i].name;
  start_objects(database.objects, actual_.databases[i].objects);
  add_schemas(i);
  add_extensions(i);
  set_owners(i);
}

Desired Resolver::run() {
  desired_.coverage = actual_.cluster.coverage;
  for (const DatabaseState& database : actual_.databases) {
    for (const auto& [what, count] : database.coverage) desired_.coverage[what] += count;
  }
  add_roles();
  add_memberships();
  start_objects(desired_.cluster, actual_.cluster.objects);
  add_cluster_owners();
  close_memberships();
  add_parameters();
  desired_.databases.resize(actual_.databases.size());
  for (std::size_t i = 0; i < desired_.databases.size(); ++i) add_database(i);
  check_dependencies();
  tell_dangling();
  // From here on owners and the set of objects are fixed; only ACLs are decided.
  GrantResolver(*this).run();
  desired_.extras = extras_.lines(*actual_.names);
  return std::move(desired_);
}

Desired resolve(const Charter& charter, const State& actual, const ResolveOptions& options, Diagnostics& diagnostics) {
  return Resolver(charter, actual, options, diagnostics).run();
}

}  // namespace pgcharter
