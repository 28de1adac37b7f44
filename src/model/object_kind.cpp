// THE TABLE: one row per kind of object that carries privileges. A new kind is a row here, a query in
// src/catalog/queries and a golden case (docs/adding-an-object-kind.md); nothing else switches on the kind.
//
// Sources: PostgreSQL documentation 5.8 "Privileges" and GRANT; acldefault() in src/backend/utils/adt/acl.c; the letters of
// pg_default_acl.defaclobjtype in src/include/catalog/pg_default_acl.h, which differ from acldefault()'s ('S' is a sequence
// there and a foreign server here). tests/live holds each row against acldefault() of a real server.

#include "pgcharter/object_kind.h"

#include <algorithm>
#include <array>

namespace pgcharter {
namespace {

using enum Privilege;

constexpr PrivilegeSet kTable = PrivilegeSet::of(Select, Insert, Update, Delete, Truncate, References, Trigger, Maintain);
constexpr PrivilegeSet kColumn = PrivilegeSet::of(Select, Insert, Update, References);

constexpr std::array<ObjectKindInfo, kObjectKindCount> kKinds{{
    {.kind = ObjectKind::Database,
     .singular = "database",
     .manifest_key = "databases",
     .sql_keyword = "DATABASE",
     .catalog = "pg_database",
     .catalog_query = "acl_database",
     .acldefault_char = 'd',
     .identity = IdentityShape::Name,
     .all = PrivilegeSet::of(Create, Temporary, Connect),
     .public_default = PrivilegeSet::of(Temporary, Connect),
     .cluster_wide = true,
     .first_version = 1,
     .has_owner = true,
     .alter_owner_keyword = "DATABASE"},
    {.kind = ObjectKind::Tablespace,
     .singular = "tablespace",
     .manifest_key = "tablespaces",
     .sql_keyword = "TABLESPACE",
     .catalog = "pg_tablespace",
     .catalog_query = "acl_tablespace",
     .acldefault_char = 't',
     .identity = IdentityShape::Name,
     .all = PrivilegeSet::of(Create),
     .cluster_wide = true,
     .first_version = 1,
     .has_owner = true,
     .alter_owner_keyword = "TABLESPACE"},
    {.kind = ObjectKind::Parameter,
     .singular = "parameter",
     .manifest_key = "parameters",
     .sql_keyword = "PARAMETER",
     .catalog = "pg_parameter_acl",
     .catalog_query = "acl_parameter",
     .acldefault_char = 'p',
     .identity = IdentityShape::Name,
     .all = PrivilegeSet::of(Set, AlterSystem),
     .cluster_wide = true,
     .first_version = 15,
     .has_owner = false,
     .alter_owner_keyword = ""},
    {.kind = ObjectKind::Schema,
     .singular = "schema",
     .manifest_key = "schemas",
     .sql_keyword = "SCHEMA",
     .catalog = "pg_namespace",
     .catalog_query = "acl_schema",
     .acldefault_char = 'n',
     .identity = IdentityShape::Name,
     .all = PrivilegeSet::of(Usage, Create),
     .default_privileges_keyword = "SCHEMAS",
     .default_acl_char = 'n',
     .first_version = 1,
     .default_first_version = 1,
     .has_owner = true,
     .alter_owner_keyword = "SCHEMA"},
    {.kind = ObjectKind::Table,
     .singular = "table",
     .manifest_key = "tables",
     .sql_keyword = "TABLE",
     .catalog = "pg_class",
     .catalog_query = "acl_relation",
     .acldefault_char = 'r',
     .identity = IdentityShape::QualifiedName,
     .all = kTable,
     .column = kColumn,
     .default_privileges_keyword = "TABLES",
     .default_acl_char = 'r',
     .default_in_schema = true,
     .first_version = 1,
     .default_first_version = 1,
     .has_owner = true,
     .alter_owner_keyword = "TABLE"},
    {.kind = ObjectKind::Sequence,
     .singular = "sequence",
     .manifest_key = "sequences",
     .sql_keyword = "SEQUENCE",
     .catalog = "pg_class",
     .catalog_query = "acl_relation",
     .acldefault_char = 's',
     .identity = IdentityShape::QualifiedName,
     .all = PrivilegeSet::of(Usage, Select, Update),
     .default_privileges_keyword = "SEQUENCES",
     .default_acl_char = 'S',
     .default_in_schema = true,
     .first_version = 1,
     .default_first_version = 1,
     .has_owner = true,
     .alter_owner_keyword = "SEQUENCE"},
    {.kind = ObjectKind::Function,
     .singular = "function",
     .manifest_key = "functions",
     .sql_keyword = "ROUTINE",
     .catalog = "pg_proc",
     .catalog_query = "acl_function",
     .acldefault_char = 'f',
     .identity = IdentityShape::Signature,
     .all = PrivilegeSet::of(Execute),
     .public_default = PrivilegeSet::of(Execute),
     .default_privileges_keyword = "FUNCTIONS",
     .default_acl_char = 'f',
     .default_in_schema = true,
     .first_version = 1,
     .default_first_version = 1,
     .has_owner = true,
     .alter_owner_keyword = "ROUTINE"},
    {.kind = ObjectKind::Type,
     .singular = "type",
     .manifest_key = "types",
     .sql_keyword = "TYPE",
     .catalog = "pg_type",
     .catalog_query = "acl_type",
     .acldefault_char = 'T',
     .identity = IdentityShape::QualifiedName,
     .all = PrivilegeSet::of(Usage),
     .public_default = PrivilegeSet::of(Usage),
     .default_privileges_keyword = "TYPES",
     .default_acl_char = 'T',
     .default_in_schema = true,
     .first_version = 1,
     .default_first_version = 1,
     .has_owner = true,
     .alter_owner_keyword = "TYPE"},
    {.kind = ObjectKind::Language,
     .singular = "language",
     .manifest_key = "languages",
     .sql_keyword = "LANGUAGE",
     .catalog = "pg_language",
     .catalog_query = "acl_language",
     .acldefault_char = 'l',
     .identity = IdentityShape::Name,
     .all = PrivilegeSet::of(Usage),
     .public_default = PrivilegeSet::of(Usage),
     .first_version = 1,
     .has_owner = true,
     .alter_owner_keyword = "LANGUAGE"},
    {.kind = ObjectKind::ForeignDataWrapper,
     .singular = "foreign_data_wrapper",
     .manifest_key = "foreign_data_wrappers",
     .sql_keyword = "FOREIGN DATA WRAPPER",
     .catalog = "pg_foreign_data_wrapper",
     .catalog_query = "acl_foreign_data_wrapper",
     .acldefault_char = 'F',
     .identity = IdentityShape::Name,
     .all = PrivilegeSet::of(Usage),
     .first_version = 1,
     .has_owner = true,
     .alter_owner_keyword = "FOREIGN DATA WRAPPER"},
    {.kind = ObjectKind::ForeignServer,
     .singular = "foreign_server",
     .manifest_key = "foreign_servers",
     .sql_keyword = "FOREIGN SERVER",
     .catalog = "pg_foreign_server",
     .catalog_query = "acl_foreign_server",
     .acldefault_char = 'S',
     .identity = IdentityShape::Name,
     .all = PrivilegeSet::of(Usage),
     .first_version = 1,
     .has_owner = true,
     .alter_owner_keyword = "SERVER"},
    {.kind = ObjectKind::LargeObject,
     .singular = "large_object",
     .manifest_key = "large_objects",
     .sql_keyword = "LARGE OBJECT",
     .catalog = "pg_largeobject",
     .catalog_query = "acl_large_object",
     .acldefault_char = 'L',
     .identity = IdentityShape::Oid,
     .all = PrivilegeSet::of(Select, Update),
     .default_privileges_keyword = "LARGE OBJECTS",
     .default_acl_char = 'L',
     .first_version = 1,
     .default_first_version = 18,
     .has_owner = true,
     .alter_owner_keyword = "LARGE OBJECT"},
}};

constexpr bool rows_are_complete() {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    const ObjectKindInfo& row = kKinds[i];
    if (static_cast<std::size_t>(row.kind) != i) return false;
    if (row.all.empty() || !row.all.includes(row.public_default) || !row.all.includes(row.column)) return false;
    if (row.default_privileges_keyword.empty() != (row.default_acl_char == 0)) return false;
  }
  return true;
}
static_assert(rows_are_complete(), "a row of the table of kinds is missing, swapped or contradicts itself");

}  // namespace

std::span<const ObjectKindInfo> all_object_kinds() { return kKinds; }

const ObjectKindInfo& info(ObjectKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

namespace {
template <typename Value, typename Member>
std::optional<ObjectKind> find_kind(const Value& value, Member member) {
  const auto* found = std::ranges::find(kKinds, value, member);
  if (found == kKinds.end()) return std::nullopt;
  return found->kind;
}
}  // namespace

std::optional<ObjectKind> object_kind_by_manifest_key(std::string_view key) { return find_kind(key, &ObjectKindInfo::manifest_key); }
std::optional<ObjectKind> object_kind_by_singular(std::string_view name) { return find_kind(name, &ObjectKindInfo::singular); }
std::optional<ObjectKind> object_kind_by_default_acl_char(char letter) {
  if (letter == 0) return std::nullopt;
  return find_kind(letter, &ObjectKindInfo::default_acl_char);
}

PrivilegeSet all_privileges(ObjectKind kind, int server_major) {
  PrivilegeSet all;
  for_each(info(kind).all, [&](Privilege p) {
    if (info(p).first_version <= server_major) all |= PrivilegeSet::of(p);
  });
  return all;
}

}  // namespace pgcharter
