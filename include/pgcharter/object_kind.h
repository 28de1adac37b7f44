// The kinds of objects that carry privileges. One row each in src/model/object_kind.cpp says everything that
// differs between them; no other file switches on the kind.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "pgcharter/privilege.h"

namespace pgcharter {

enum class ObjectKind : std::uint8_t {
  Database,
  Tablespace,
  Parameter,
  Schema,
  Table,  ///< tables, partitioned tables, views, materialised views, foreign tables
  Sequence,
  Function,  ///< functions, procedures, aggregates, window functions
  Type,      ///< types and domains
  Language,
  ForeignDataWrapper,
  ForeignServer,
  LargeObject,
};
inline constexpr std::size_t kObjectKindCount = 12;

/// What names an object of a kind.
enum class IdentityShape : std::uint8_t {
  Name,           ///< reader
  QualifiedName,  ///< events.readings
  Signature,      ///< events.f(integer, text)
  Oid,            ///< 16423
};

struct ObjectKindInfo {
  ObjectKind kind{};
  std::string_view singular;       ///< in JSON and texts: "foreign data wrapper" is "foreign_data_wrapper"
  std::string_view manifest_key;   ///< "tables"
  std::string_view sql_keyword;    ///< in GRANT … ON keyword
  std::string_view catalog;        ///< where its objects are: "pg_class"
  std::string_view catalog_query;  ///< name of the query that reads owners and ACLs
  char acldefault_char{};          ///< first argument of acldefault(); not the letter of pg_default_acl
  IdentityShape identity{};
  PrivilegeSet all;                             ///< on the newest server
  PrivilegeSet column;                          ///< the privileges a column of it can have
  PrivilegeSet public_default;                  ///< PUBLIC's part of acldefault()
  std::string_view default_privileges_keyword;  ///< in ALTER DEFAULT PRIVILEGES, empty where it has none
  char default_acl_char{};                      ///< pg_default_acl.defaclobjtype
  bool default_in_schema{};                     ///< IN SCHEMA is allowed
  bool cluster_wide{};                          ///< lives outside any database
  int first_version{};                          ///< of the server, for its ACLs
  int default_first_version{};                  ///< of the server, for its default privileges
  bool has_owner{};                             ///< parameters belong to nobody (the bootstrap superuser grants)
  std::string_view alter_owner_keyword;         ///< ALTER keyword … OWNER TO
};

std::span<const ObjectKindInfo> all_object_kinds();
const ObjectKindInfo& info(ObjectKind kind);
std::optional<ObjectKind> object_kind_by_manifest_key(std::string_view key);
std::optional<ObjectKind> object_kind_by_singular(std::string_view name);
std::optional<ObjectKind> object_kind_by_default_acl_char(char letter);

/// What ALL means for the kind on a server of that major version.
PrivilegeSet all_privileges(ObjectKind kind, int server_major);

/// True for the kinds whose objects live in a schema.
inline bool in_schema(ObjectKind kind) {
  const auto identity = info(kind).identity;
  return identity == IdentityShape::QualifiedName || identity == IdentityShape::Signature;
}

}  // namespace pgcharter
