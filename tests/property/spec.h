// One random case as data: the database that the bootstrap SQL makes, and the charter that the YAML says. The
// generator fills it, the YAML writer and the model read it. Nothing here comes from the product: names, privileges,
// patterns and kinds are the test's own, so that a mistake in the product's tables can't hide itself.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "property/kinds.h"

namespace pgcharter::property {

/// PUBLIC, as manifests call it. No role can have this name.
inline const std::string kPublicName = "public";

struct ObjectKey {
  Kind kind{};
  std::string schema;
  std::string name;
  std::string args;  // "integer, text"
  auto operator<=>(const ObjectKey&) const = default;
  bool operator==(const ObjectKey&) const = default;
};

/// A pattern: literal stretches and wildcards ('*' or '?').
struct Glob {
  struct Piece {
    std::string literal;
    char wildcard = 0;
  };
  std::vector<Piece> pieces;
};

/// What one item of `objects:` names.
struct Item {
  Kind kind{};
  Glob schema;  // of the kinds that have one
  Glob name;
  std::optional<std::string> args;  // a signature, as the manifest spells it; matched through canonical_args
  std::string canonical_args;
  bool all_overloads = false;  // written as name(*)
  bool whole_schema = false;   // schema.* with a literal schema
  std::string schema_name;     // that schema
  std::string spelled;         // how a literal name is written, where that differs
};

enum class Expires { Never, Past, Future };

struct Edge {
  std::string role;  // the group in member_of, the member in members
  bool admin = false;
  bool absent = false;
  Expires expires = Expires::Never;
  std::optional<bool> inherit = std::nullopt;  // written on 16 and later only
  std::optional<bool> set = std::nullopt;
};

struct Attributes {
  std::map<std::string, bool> flags;  // superuser createdb createrole inherit login replication bypassrls
  int connection_limit = -1;
  std::string valid_until;  // empty: none; else "2031-05-06"
};

enum class Status { Undeclared, Declared, External, Absent };

struct RoleSpec {
  std::string name;
  std::string before_name;  // differs where renamed_from is written
  bool exists = false;      // before the charter is applied
  Status status = Status::Undeclared;
  Attributes before;
  Attributes declared;
  std::set<std::string> written;  // attribute keys that the manifest writes
  std::optional<std::string> comment;
  std::map<std::string, std::optional<std::string>> settings;
  std::map<std::string, std::optional<std::string>> settings_in;  // of the case's database
  std::vector<Edge> member_of;
  bool members_written = false;
  std::vector<Edge> members;
};

struct ObjectSpec {
  ObjectKey key;
  char relkind = 0;   // tables: r p P v m f; sequences: S I; functions: u w a; types: e d c R; '-': PostgreSQL makes it
  std::string owner;  // before
  std::vector<std::string> columns;
  std::string linked_table;   // a sequence that belongs to a column of this table
  std::string manifest_args;  // another spelling of key.args
  std::string manifest_name;  // another spelling of key.name, where there is one
  bool extension_member = false;
  bool unnamed = false;  // a parameter that no ACL speaks of: only its literal name finds it
};

struct SchemaSpec {
  std::string name;
  bool exists = false;
  std::string owner;  // before
  bool declared = false;
  bool absent = false;
  std::optional<std::string> declared_owner;
  std::vector<std::string> creators;
};

struct GrantSpec {
  std::vector<std::string> to;
  bool all = false;
  std::vector<std::string> privileges;  // upper case
  std::vector<Item> items;
  std::vector<Item> except;
  std::vector<std::string> columns;
  bool grantable = false;
  bool future = false;
  bool absent = false;
  bool extension_members = false;
  Expires expires = Expires::Never;
  std::string profile;  // its rules are expanded into `expanded`; `items` is empty
  std::string profile_schema;
  std::vector<GrantSpec> expanded;
};

struct DefaultSpec {
  std::vector<std::string> by, in, to;
  bool all = false;
  std::vector<std::string> privileges;
  Kind kind{};
  bool grantable = false;
  bool absent = false;
};

struct OwnershipSpec {
  std::string owner;
  std::vector<Item> items;
  std::vector<Item> except;
};

struct ScopeSpec {
  bool written = false;
  std::optional<std::vector<Glob>> roles;
  std::optional<std::vector<Glob>> schemas;
  bool public_in_scope = false;
  bool additive = false;
  std::set<std::string> without_families;
  std::vector<Item> ignore;
};

struct Case {
  std::uint64_t seed = 0;
  std::string database;
  std::string database_owner;  // before; empty: the executor
  std::optional<std::string> declared_database_owner;
  bool databases_section = false;
  std::vector<RoleSpec> roles;
  std::vector<SchemaSpec> schemas;
  std::vector<ObjectSpec> objects;
  ScopeSpec scope;
  std::vector<GrantSpec> grants;
  std::vector<DefaultSpec> defaults;
  std::vector<OwnershipSpec> ownership;
  std::map<std::string, std::string> vars;
  std::string cluster_sql;             // before CREATE DATABASE
  std::vector<std::string> alone_sql;  // after it, one by one: what can't run in a transaction
  std::string database_sql;            // in the new database
  std::vector<std::string> documents;

  [[nodiscard]] const RoleSpec* find_role(const std::string& name) const {
    for (const auto& role : roles) {
      if (role.name == name) return &role;
    }
    return nullptr;
  }
};

}  // namespace pgcharter::property
