// Tables that the charter declares: found, made, or dropped.
//
// A new table is made by the executor and then given to its owner, so its list of privileges begins as the executor's default privileges
// make it (get_user_default_acl() in src/backend/catalog/aclchk.c) and is rewritten for the owner (aclnewowner() in
// src/backend/utils/adt/acl.c). The sequence of an identity column is a new object too: it gets the name that
// ChooseRelationName() (src/backend/commands/indexcmds.c) will choose, and the owner of its table.
//
// What a charter writes of a table that exists must be so already: changing columns is not done yet, and is refused by name.

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "desired/acl_target.h"
#include "desired/resolver.h"

namespace pgcharter {
namespace {

constexpr std::size_t kLongestName = 63;  // NAMEDATALEN - 1

/// Cuts a name to so many bytes, never inside a character.
std::string clipped(const std::string& name, std::size_t bytes) {
  if (name.size() <= bytes) return name;
  while (bytes > 0 && (static_cast<unsigned char>(name[bytes]) & 0xC0U) == 0x80U) --bytes;
  return name.substr(0, bytes);
}

/// makeObjectName(): "table_column_label", with the longer of the two names cut first.
std::string object_name(const std::string& table, const std::string& column, const std::string& label) {
  const std::size_t room = kLongestName - label.size() - 2;
  std::size_t first = table.size();
  std::size_t second = column.size();
  while (first + second > room) (first > second ? first : second) -= 1;
  return clipped(table, first) + "_" + clipped(column, second) + "_" + label;
}

/// A default as it can be compared: pg_get_expr() adds the type to a literal.
std::string without_cast(const std::string& expression) {
  const std::size_t cast = expression.rfind("'::");
  return expression.starts_with("'") && cast != std::string::npos ? expression.substr(0, cast + 1) : expression;
}

}  // namespace

Acl Resolver::born_acl(const DatabaseState& database, ObjectKind kind, RoleId owner, const std::string& schema) const {
  const RoleId creator = actual_.names->find(actual_.server.user);
  Acl acl = acl_default(kind, creator, major());
  for (const DefaultAcl& d : database.default_acls) {
    if (d.schema.empty() && d.creator == creator && d.objects == kind) acl = (*actual_.acls)[d.acl];
  }
  for (const DefaultAcl& d : database.default_acls) {
    if (d.schema.empty() || d.schema != schema || d.creator != creator || d.objects != kind) continue;
    const Acl& more = (*actual_.acls)[d.acl];
    acl.insert(acl.end(), more.begin(), more.end());
  }
  return with_new_owner(normalised(std::move(acl)), creator, owner);
}

std::uint32_t Resolver::add_created(std::size_t i, const ObjectName& id, char subkind, RoleId owner) {
  DesiredObjects& objects = desired_.databases[i].objects;
  const AclId acl = actual_.acls->intern(born_acl(actual_.databases[i], id.kind, owner, id.schema));
  Object object;
  object.id = id;
  object.subkind = subkind;
  object.owner = owner;
  object.acl = acl;
  objects.created.push_back(std::move(object));
  objects.desired.push_back({.owner = owner, .baseline = acl, .acl = acl, .rules = 0});
  return static_cast<std::uint32_t>(objects.size() - 1);
}

RoleId Resolver::owner_of_new(std::size_t i, const ObjectName& id, const std::optional<std::string>& written, bool& given) {
  Object object;
  object.id = id;
  const OwnershipRule* bulk = ownership_of(ownership_rules(charter_.databases[i]), object);
  given = written.has_value() || bulk != nullptr;
  return role_id(written ? *written : bulk != nullptr ? bulk->owner : actual_.server.user);
}

bool Resolver::check_schema_of_new(std::size_t i, const ObjectName& id, const SourcePos& pos) {
  const ObjectName schema{.kind = ObjectKind::Schema, .schema = {}, .name = id.schema, .args = {}};
  if (actual_.databases[i].find(schema)) return true;
  const auto& created = desired_.databases[i].schemas;
  if (std::ranges::any_of(created, [&](const DesiredSchema& s) { return s.create && s.name == id.schema; })) return true;
  diagnostics_.error(
      "missing-schema", pos,
      fmt::format("{} \"{}.{}\" can't be created: there is no schema \"{}\"", info(id.kind).singular, id.schema, id.name, id.schema),
      "Declare it under `schemas`.");
  return false;
}

void Resolver::create_table(std::size_t i, const TableRule& rule) {
  if (!check_schema_of_new(i, rule.id, rule.pos)) return;
  DesiredDatabase& database = desired_.databases[i];
  DesiredTable table{.rule = &rule, .create = true, .reason = {"declared", rule.pos}};
  const RoleId owner = owner_of_new(i, rule.id, rule.owner, table.owner_given);
  table.owner = owner;
  table.object = add_created(i, rule.id, 'r', owner);
  for (const ColumnRule& column : rule.columns) {
    if (column.definition.identity == IdentityColumn::None) continue;
    ObjectName sequence{.kind = ObjectKind::Sequence, .schema = rule.id.schema, .name = {}, .args = {}};
    const auto taken = [&] {
      const auto same = [&](const Object& o) { return o.id.schema == sequence.schema && o.id.name == sequence.name; };
      return std::ranges::any_of(actual_.databases[i].objects, same) || std::ranges::any_of(database.objects.created, same);
    };
    int pass = 0;
    do {
      sequence.name = object_name(rule.id.name, column.definition.name, pass == 0 ? "seq" : "seq" + std::to_string(pass));
      ++pass;
    } while (taken());
    add_created(i, sequence, 'S', owner);
  }
  database.tables.push_back(std::move(table));
}

void Resolver::check_columns(std::size_t i, const TableRule& rule, const TableDefinition& existing) {
  std::vector<std::string> differences;
  const auto find = [&](const std::string& name) { return std::ranges::find(existing.columns, name, &ColumnDefinition::name); };
  const auto told = [&](bool differs, const std::string& text) {
    if (differs) differences.push_back(text);
  };
  const std::optional<TimescaleState>& timescale = actual_.databases[i].timescale;
  const Hypertable* hypertable = timescale ? timescale->find(rule.id.schema, rule.id.name) : nullptr;
  for (const ColumnRule& written : rule.columns) {
    const ColumnDefinition& want = written.definition;
    const auto is = find(want.name);
    if (is == existing.columns.end()) {
      differences.push_back(fmt::format("there is no column \"{}\"", want.name));
      continue;
    }
    const bool key = std::ranges::find(rule.primary_key, want.name) != rule.primary_key.end();
    const bool time = (rule.hypertable && rule.hypertable->by == want.name) || (hypertable != nullptr && hypertable->column == want.name);
    const bool nullable = want.nullable && !key && want.identity == IdentityColumn::None && !time;
    told(is->type != want.type, fmt::format("\"{}\" is {}, the charter says {}", want.name, is->type, want.type));
    told(is->nullable != nullable && !(time && is->nullable),
         fmt::format("\"{}\" {} null, the charter says that it {}", want.name, is->nullable ? "may be" : "is never",
                     nullable ? "may" : "may not"));
    told(is->identity != want.identity, fmt::format("\"{}\" has another kind of identity", want.name));
    told(is->default_expression.has_value() != want.default_expression.has_value() && !is->generated,
         fmt::format("\"{}\" has {} default", want.name, is->default_expression ? "a" : "no"));
    if (is->default_expression && want.default_expression &&
        without_cast(*is->default_expression) != without_cast(*want.default_expression)) {
      ++desired_.coverage["column: default is written differently, not compared"];
    }
  }
  for (const ColumnDefinition& is : existing.columns) {
    if (rule.columns.empty()) break;  // only its key is declared
    const bool known = std::ranges::any_of(rule.columns, [&](const ColumnRule& c) { return c.definition.name == is.name; });
    told(!known, fmt::format("the column \"{}\" is not in the charter", is.name));
  }
  told(rule.primary_key_pos && rule.primary_key != existing.primary_key,
       fmt::format("its primary key is ({}), the charter says ({})", join(existing.primary_key, ", "), join(rule.primary_key, ", ")));
  if (differences.empty()) return;
  diagnostics_.error("table-differs", rule.pos,
                     fmt::format("table \"{}.{}\" exists, and {}: {}", rule.id.schema, rule.id.name,
                                 rule.columns.empty() ? "differs" : "its columns differ", join(differences, "; ")),
                     "Existing tables are not changed: alter it in a migration, or write the columns as they are.");
}

void Resolver::add_tables(std::size_t i) {
  if (options_.on_worker || !scope_.covers(Family::Schema)) return;
  const DatabaseState& actual = actual_.databases[i];
  for (const auto& [id, rule] : charter_.databases[i].tables) {
    const auto existing = actual.find(id);
    if (rule.ensure == Ensure::Absent) {
      if (existing) drop_object(i, *existing, {"named absent", rule.pos});
    } else if (!existing && !rule.columns.empty()) {
      create_table(i, rule);
    } else if (!existing) {
      tell_missing({.kind = id.kind,
                    .schema = std::make_shared<const NamePattern>(NamePattern{id.schema, {}}),
                    .name = {id.name, {}},
                    .args = {},
                    .pos = rule.pos},
                   &actual);
    } else if (!rule.columns.empty() || rule.primary_key_pos) {
      const char relkind = actual.objects[*existing].subkind;
      if (relkind != 'r' && relkind != 'p') {
        diagnostics_.error("table-differs", rule.pos, fmt::format("\"{}.{}\" exists, and is no table", id.schema, id.name),
                           "Leave `columns` and `primary_key` out: everything else counts for views too.");
      } else if (const TableDefinition* definition = actual.find_table(id.schema, id.name)) {
        check_columns(i, rule, *definition);
      }
    }
  }
}

void Resolver::drop_object(std::size_t i, std::uint32_t object, Reason reason) {
  DesiredDatabase& database = desired_.databases[i];
  dropped_objects_.emplace(&database.objects, object);
  database.dropped.emplace_back(object, std::move(reason));
}

}  // namespace pgcharter
