// Scope (DESIGN 4): which roles and which schemas the charter decides about, and so what a read must bring.
//
// Roles: the patterns of scope.roles, else the declared roles that are not external. A pattern never reaches predefined or
// provider roles, the bootstrap superuser or the executor unless the charter declares them. An `ensure: absent` entry
// brings nothing into scope.

#include <algorithm>

#include "pgcharter/catalog.h"

#include "desired/resolver.h"

namespace pgcharter {

bool matches_any(const std::vector<NamePattern>& patterns, std::string_view name) {
  return std::ranges::any_of(patterns, [&](const NamePattern& p) { return p.matches(name); });
}

namespace {

bool is_declared(const Charter& charter, const std::string& name) {
  const auto it = charter.roles.find(name);
  return it != charter.roles.end() && !it->second.external && it->second.ensure == Ensure::Present;
}

bool in_role_scope(const Charter& charter, const State& actual, const Role* role, const std::string& name) {
  const auto rule = charter.roles.find(name);
  if (rule != charter.roles.end() && (rule->second.external || rule->second.ensure == Ensure::Absent)) return false;
  if (matches_any(charter.scope.ignore_roles, name)) return false;
  if (!charter.scope.roles_written) return is_declared(charter, name);
  if (!matches_any(charter.scope.roles, name)) return false;
  if (is_declared(charter, name)) return true;
  return !is_reserved_role(name) && name != actual.server.user && (role == nullptr || !role->bootstrap);
}

void add_schema_patterns(std::vector<NamePattern>& schemas, const std::vector<ObjectPattern>& objects) {
  const NamePattern* last = nullptr;  // lists name the same schema again and again
  for (const ObjectPattern& o : objects) {
    if (o.schema && o.schema.get() != last) schemas.push_back(*o.schema);
    if (o.kind == ObjectKind::Schema) schemas.push_back(o.name);
    last = o.schema.get();
  }
}

NamePattern literal(std::string name) { return {.text = std::move(name), .wild = {}}; }

/// The schemas that a database's charter names; those of absent entries only where the caller wants to read them.
std::vector<NamePattern> named_schemas(const DatabaseCharter& database, bool with_absent) {
  std::vector<NamePattern> schemas;
  for (const auto& [name, rule] : database.schemas) {
    if (with_absent || rule.ensure == Ensure::Present) schemas.push_back(literal(name));
  }
  for (const auto& [id, rule] : database.tables) {
    if (with_absent || rule.ensure == Ensure::Present) schemas.push_back(literal(id.schema));
  }
  for (const auto& [id, rule] : database.functions) {
    if (with_absent || rule.ensure == Ensure::Present) schemas.push_back(literal(id.schema));
  }
  for (const OwnershipRule& rule : database.ownership) add_schema_patterns(schemas, rule.objects);
  for (const GrantRule& rule : database.grants) {
    if (with_absent || rule.ensure == Ensure::Present) add_schema_patterns(schemas, rule.objects);
  }
  for (const DefaultPrivilegeRule& rule : database.default_privileges) {
    if (!with_absent && rule.ensure == Ensure::Absent) continue;
    for (const std::string& schema : rule.in) schemas.push_back(literal(schema));
  }
  std::ranges::sort(schemas);
  schemas.erase(std::unique(schemas.begin(), schemas.end()), schemas.end());
  return schemas;
}

/// What the charter says of tables and functions is held against their definitions.
void name_structure(const DatabaseCharter& database, ReadScope& scope) {
  for (const auto& [id, rule] : database.tables) {
    scope.table_schemas.push_back(id.schema);
    scope.table_names.push_back(id.name);
    scope.hypertables = scope.hypertables || rule.hypertable;
  }
  for (const auto& [name, rule] : database.schemas) {
    if (rule.distribute == false) scope.gathered_schemas.push_back(name);
  }
  const ObjectName* last = nullptr;  // overloads are neighbours
  for (const auto& [id, rule] : database.functions) {
    if (last != nullptr && last->schema == id.schema && last->name == id.name) continue;
    scope.routine_schemas.push_back(id.schema);
    scope.routine_names.push_back(id.name);
    last = &id;
  }
}

}  // namespace

ScopeOf::ScopeOf(const Charter& charter, const State& actual) : charter_(charter) {
  for (const Role& role : actual.cluster.roles) {
    if (in_role_scope(charter, actual, &role, actual.names->name(role.id))) add_role(role.id);
  }
  for (const auto& [name, rule] : charter.roles) {
    const RoleId id = actual.names->intern(name);
    if (in_role_scope(charter, actual, actual.cluster.find_role(id), name)) add_role(id);
    if (rule.ensure == Ensure::Absent && actual.cluster.find_role(id) != nullptr) dropped_.insert(id);
  }
  if (charter.scope.public_in_scope) add_role(kPublic);
}

void ScopeOf::add_role(RoleId id) {
  const auto i = static_cast<std::size_t>(id);
  if (i >= roles_.size()) roles_.resize(i + 1);
  roles_[i] = true;
}

bool ScopeOf::ignored(const ObjectName& object) const {
  return std::ranges::any_of(charter_.scope.ignore, [&](const ObjectPattern& p) { return p.matches(object); });
}

std::vector<NamePattern> scope_schemas(const Charter& charter, const DatabaseCharter& database) {
  return charter.scope.schemas_written ? charter.scope.schemas : named_schemas(database, false);
}

ReadScope read_scope(const Charter& charter, const DatabaseCharter& database) {
  ReadScope scope;
  scope.schemas = named_schemas(database, true);
  if (charter.scope.schemas_written) scope.schemas.insert(scope.schemas.end(), charter.scope.schemas.begin(), charter.scope.schemas.end());
  for (const auto& [name, rule] : charter.roles) {
    if (rule.ensure == Ensure::Absent) scope.absent_roles.push_back(name);
  }
  // A role can be dropped only when nothing anywhere depends on it, so everything must be seen.
  scope.all_schemas = !scope.absent_roles.empty() || std::ranges::any_of(scope.schemas, [](const NamePattern& p) { return p.any(); });
  std::set<std::string> columns;
  std::set<std::string> tables;
  bool any_table = false;
  for (const GrantRule& rule : database.grants) {
    if (rule.columns.empty()) continue;
    columns.insert(rule.columns.begin(), rule.columns.end());
    for (const ObjectPattern& o : rule.objects) {
      any_table = any_table || !o.name.literal();
      tables.insert(o.name.text);
    }
  }
  name_structure(database, scope);
  scope.row_security = std::ranges::any_of(database.grants, backs_up);
  scope.column_names.assign(columns.begin(), columns.end());
  if (!any_table) scope.column_tables.assign(tables.begin(), tables.end());
  return scope;
}

}  // namespace pgcharter
