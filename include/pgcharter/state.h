// The actual state: what one read of pg_catalog shows. Plain values; nothing here knows a connection or a manifest.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "pgcharter/acl.h"
#include "pgcharter/object_kind.h"
#include "pgcharter/principal.h"
#include "pgcharter/structure.h"

namespace pgcharter {

/// Who answers on the other side.
struct ServerInfo {
  int version_num = 0;  ///< server_version_num: 150018
  std::string version;  ///< server_version: "15.18 (Debian …)"
  std::string system_identifier;
  std::string host;
  std::string port;
  std::string database;  ///< the connected one
  std::string user;      ///< current_user
  bool superuser = false;
  long catalog_bytes = 0;               ///< size of the connected database's pg_class: what reading it will take
  long lock_slots = 0;                  ///< what the server's table of locks is made for; 0: not known
  std::string self_grant;               ///< createrole_self_grant (16+): what a creator without superuser gives itself on a new role
  std::string platform = "postgresql";  ///< a name of platforms()
  std::optional<std::string> allowed_extensions;  ///< azure.extensions, where the server has it
  bool entra_group_sync = false;  ///< pgaadauth.enable_group_sync: members of Entra groups become roles and members by themselves
  std::optional<EntraFunctions> entra_functions;  ///< nothing: was not asked
  std::string now;                                ///< server clock of the read, ISO 8601 in UTC: "2026-11-21T09:30:00Z"

  [[nodiscard]] int major() const { return version_num / 10000; }
  bool operator==(const ServerInfo&) const = default;
};

/// Configuration parameters by lower-case name. Values as the catalog stores them.
using Settings = std::map<std::string, std::string>;

struct RoleAttributes {
  bool superuser = false;
  bool createdb = false;
  bool createrole = false;
  bool inherit = true;
  bool login = false;
  bool replication = false;
  bool bypassrls = false;
  int connection_limit = -1;
  std::string valid_until = "infinity";  ///< "infinity" or "YYYY-MM-DD HH:MM:SS[.ffffff]+00", always UTC

  bool operator==(const RoleAttributes&) const = default;
};

struct Role {
  RoleId id{};
  std::uint32_t oid = 0;
  RoleAttributes attributes;
  std::optional<std::string> comment;
  std::optional<EntraPrincipal> entra;
  bool bootstrap = false;  ///< the superuser of initdb, oid 10

  bool operator==(const Role&) const = default;
};

/// A row of pg_auth_members. Before 16: grantor is informational, inherit is the member's attribute, set is true.
struct Membership {
  RoleId role{};  ///< the group
  RoleId member{};
  RoleId grantor{};
  bool admin = false;
  bool inherit = true;
  bool set = true;

  auto operator<=>(const Membership&) const = default;
  bool operator==(const Membership&) const = default;
};

/// A row of pg_db_role_setting. An empty database means every database, kNoRole every role.
struct SettingsScope {
  std::string database;
  RoleId role = kNoRole;

  auto operator<=>(const SettingsScope&) const = default;
  bool operator==(const SettingsScope&) const = default;
};

/// What identifies an object of any kind inside one database (or, for cluster-wide kinds, on the server).
struct ObjectName {
  ObjectKind kind{};
  std::string schema;  ///< empty where the kind has none
  std::string name;    ///< a large object's oid as digits
  std::string args;    ///< Signature kinds: "integer, events.level", as format_type() prints the types

  auto operator<=>(const ObjectName&) const = default;
  bool operator==(const ObjectName&) const = default;
};

/// One object with its owner and its ACL, already normalised with acldefault().
struct Object {
  ObjectName id;
  std::uint32_t oid = 0;
  char subkind = 0;  ///< pg_class.relkind, pg_proc.prokind, pg_type.typtype; 0 elsewhere
  RoleId owner = kNoRole;
  AclId acl = kEmptyAcl;
  bool acl_is_null = false;  ///< the catalog holds NULL: built-in defaults
  bool extension_member = false;
  std::uint32_t owned_by = 0;     ///< a sequence's table, by oid: its owner follows the table's; 0 where there is none
  AclId initial_acl = kEmptyAcl;  ///< pg_init_privs of an extension member, normalised; kEmptyAcl where there is none

  bool operator==(const Object&) const = default;
};

/// A column that has an ACL of its own, or that the charter names.
struct Column {
  std::uint32_t object = 0;  ///< index of its table in DatabaseState::objects
  int number = 0;            ///< attnum
  std::string name;
  AclId acl = kEmptyAcl;
};

/// A row of pg_default_acl; for a global row `acl` is the whole list, for one IN SCHEMA only what is added.
struct DefaultAcl {
  RoleId creator{};
  std::string schema;  ///< empty: global
  ObjectKind objects{};
  AclId acl = kEmptyAcl;

  [[nodiscard]] auto key() const { return std::tuple(creator, schema, objects); }
};

struct Extension {
  std::string name;
  std::string schema;
  std::string version;

  bool operator==(const Extension&) const = default;
};

/// Something that keeps a role from being dropped (pg_shdepend).
struct RoleDependency {
  RoleId role{};
  std::string database;     ///< empty: a shared object
  std::string description;  ///< pg_describe_object() where this database could tell, else "3 objects"
  char type = 0;            ///< pg_shdepend.deptype: 'o' owner, 'a' ACL, 'r' policy, 'i' initial ACL
  int count = 1;
  std::string catalog;  ///< where the object is: "pg_class"; empty where only the number is known
  std::uint32_t oid = 0;
};

/// What was seen but not compared, by what it is: "large_object: not readable" → 1.
using Coverage = std::map<std::string, long>;

struct DatabaseState {
  std::string name;
  std::vector<Object> objects;  ///< sorted by ObjectName, all kinds of one database, schemas among them
  std::vector<Column> columns;  ///< sorted by (object, number)
  std::vector<DefaultAcl> default_acls;
  std::vector<Extension> extensions;
  std::vector<RoleDependency> role_dependencies;
  std::vector<ObjectName> row_security;  ///< tables that hide rows by policies; read only where ReadScope asks, no part of the fingerprint
  std::vector<TableDefinition> tables;   ///< those that ReadScope names; sorted by schema and name
  std::vector<RoutineDefinition> routines;  ///< those that ReadScope names; sorted by schema, name, args
  std::optional<CitusState> citus;          ///< where the extension is
  std::optional<TimescaleState> timescale;  ///< where the extension is, and the charter asks
  bool all_role_dependencies = false;       ///< of every role, as a snapshot holds them; else of those that were asked for
  Coverage coverage;

  /// Index of an object, or nothing.
  [[nodiscard]] std::optional<std::uint32_t> find(const ObjectName& id) const;
  [[nodiscard]] const TableDefinition* find_table(const std::string& schema, const std::string& table) const;
  [[nodiscard]] const RoutineDefinition* find_routine(const ObjectName& id) const;
};

struct ClusterState {
  std::vector<Role> roles;  ///< sorted by name
  std::vector<Membership> memberships;
  std::map<SettingsScope, Settings> settings;
  std::vector<Object> objects;  ///< databases, tablespaces, parameters; sorted by ObjectName
  Coverage coverage;

  [[nodiscard]] const Role* find_role(RoleId id) const;
  [[nodiscard]] std::optional<std::uint32_t> find(const ObjectName& id) const;
};

/// Everything one run reads. Names and lists are shared with the desired state that is computed from it.
struct State {
  ServerInfo server;
  std::shared_ptr<RoleNames> names = std::make_shared<RoleNames>();
  std::shared_ptr<AclPool> acls = std::make_shared<AclPool>();
  ClusterState cluster;
  std::vector<DatabaseState> databases;

  /// True where one of the databases has the extension citus.
  [[nodiscard]] bool has_citus() const;
};

/// SHA-256 over the canonical form of everything in `state` (not the clock): equal exactly when nothing that was
/// read has changed. Hex.
std::string fingerprint(const State& state);

/// A stable multi-line text of a state, for tests and for "what changed since the plan".
std::string to_debug_string(const State& state);

/// True for the schemas that no pattern matches and that are never managed: pg_*, information_schema, and the
/// internals of TimescaleDB and Citus.
bool is_system_schema(std::string_view name);

/// True for PostgreSQL's predefined roles (pg_*) and the roles that cloud providers keep for themselves.
bool is_reserved_role(std::string_view name);

}  // namespace pgcharter
