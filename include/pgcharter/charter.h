// The charter: what the manifests say, checked and with variables and profiles expanded, but not yet held against a
// server. Every entry keeps its position, because every statement of a plan must be able to name it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pgcharter/diagnostics.h"
#include "pgcharter/object_kind.h"
#include "pgcharter/privilege.h"
#include "pgcharter/state.h"

namespace pgcharter {

/// A name or a glob. `wild` is empty for a literal; else it is as long as `text` and holds '*' or '?' where that
/// byte of `text` is a wildcard, a blank elsewhere (so "${k}" and quoted parts stay literal whatever they hold).
struct NamePattern {
  std::string text;
  std::string wild;

  [[nodiscard]] bool literal() const { return wild.empty(); }
  /// Just "*".
  [[nodiscard]] bool any() const { return wild == "*"; }
  /// '*' stands for any characters, '?' for one character (of UTF-8); case matters.
  [[nodiscard]] bool matches(std::string_view name) const;

  static NamePattern everything() { return {"*", "*"}; }
  auto operator<=>(const NamePattern&) const = default;
  bool operator==(const NamePattern&) const = default;
};

/// Reads a manifest's name: wildcards outside double quotes, "" inside quotes for one quote.
NamePattern parse_name_pattern(std::string_view text);

/// The objects that one item of `objects:` or `except:` names.
struct ObjectPattern {
  ObjectKind kind{};
  /// Set for the kinds that live in a schema; shared, because a list names the same one again and again.
  std::shared_ptr<const NamePattern> schema;
  NamePattern name;
  /// Signature kinds only: the argument types as in the catalog; null for a pattern or `name(*)`.
  std::shared_ptr<const std::string> args;
  SourcePos pos;

  [[nodiscard]] bool literal() const {
    return name.literal() && (!schema || schema->literal()) && (info(kind).identity != IdentityShape::Signature || args);
  }
  [[nodiscard]] bool matches(const ObjectName& object) const;
  /// As a manifest writes it.
  [[nodiscard]] std::string text() const;
};

enum class Ensure { Present, Absent };

struct GrantRule {
  SourcePos pos;
  std::vector<std::string> to;  ///< role names; "public" is PUBLIC
  std::vector<SourcePos> to_pos;
  bool all_privileges = false;
  PrivilegeSet privileges;
  std::vector<ObjectPattern> objects;
  std::vector<ObjectPattern> except;
  std::vector<std::string> columns;  ///< empty: the whole object
  bool grantable = false;
  bool future = false;
  bool except_future_ignore = false;
  bool extension_members = false;
  Ensure ensure = Ensure::Present;
  std::optional<std::string> expires;  ///< "YYYY-MM-DDTHH:MM:SSZ"
  std::string profile;                 ///< the profile that it comes from, for messages
};

struct DefaultPrivilegeRule {
  SourcePos pos;
  std::vector<std::string> by;
  std::vector<std::string> in;  ///< literal schemas; empty: global
  std::vector<std::string> to;
  bool all_privileges = false;
  PrivilegeSet privileges;
  ObjectKind objects{};
  bool grantable = false;
  Ensure ensure = Ensure::Present;
};

struct MembershipRule {
  SourcePos pos;
  std::string role;  ///< the group
  std::string member;
  std::optional<bool> admin;
  std::optional<bool> inherit;
  std::optional<bool> set;
  Ensure ensure = Ensure::Present;
  std::optional<std::string> expires;
};

/// `password:`; the secret itself is read only when it is sent.
struct PasswordSource {
  enum class Kind { Env, File, KeyVault };
  Kind kind{};
  std::string locator;
  SourcePos pos;
};

/// A parameter to set, or (no value) to reset.
struct SettingRule {
  SourcePos pos;
  std::optional<std::string> value;
};
using SettingRules = std::map<std::string, SettingRule>;  ///< by lower-case name

/// `entra:`; what is not written is empty.
struct EntraRule {
  SourcePos pos;
  EntraPrincipal principal;
};

struct RoleRule {
  SourcePos pos;
  std::string name;
  bool external = false;
  Ensure ensure = Ensure::Present;
  /// The boolean attributes as they must be (not written: PostgreSQL's default).
  RoleAttributes attributes;
  std::map<std::string, SourcePos> written;  ///< keys of the entry that were written
  std::optional<int> connection_limit;
  std::optional<std::string> valid_until;  ///< in the form of RoleAttributes::valid_until
  std::optional<std::string> comment;      ///< "" removes it
  std::optional<PasswordSource> password;
  std::optional<EntraRule> entra;
  SettingRules settings;
  std::map<std::string, SettingRules> settings_in;  ///< by database
  std::vector<MembershipRule> member_of;            ///< this role is the member
  bool members_written = false;
  std::vector<MembershipRule> members;  ///< this role is the group
  std::optional<std::string> reassign_owned_to;
  std::optional<std::string> renamed_from;
};

/// A table to be found, or made: just what the entry writes counts.
struct ColumnRule {
  SourcePos pos;
  ColumnDefinition definition;
};

/// `distribute:` of a table.
struct DistributeRule {
  SourcePos pos;
  Distribution distribution{};
  std::string by;                           ///< the column of Hash
  std::optional<int> shards;                ///< of Hash; not written: the server's citus.shard_count on creation, else left alone
  bool alone = false;                       ///< colocate_with: none
  std::optional<ObjectName> colocate_with;  ///< a table
  bool concurrently = false;                ///< create_distributed_table_concurrently(), outside of any transaction
};

/// `hypertable:` of a table.
struct HypertableRule {
  SourcePos pos;
  std::string by;
  std::optional<std::string> interval;
  std::optional<std::string> retention;  ///< drop chunks that are older
  std::optional<std::string> schedule;   ///< retention by pg_cron: "0 3 * * *"; else by a policy
};

struct TableRule {
  SourcePos pos;
  ObjectName id;
  Ensure ensure = Ensure::Present;
  std::optional<std::string> owner;
  std::vector<ColumnRule> columns;  ///< in their order; empty: the table must exist
  std::vector<std::string> primary_key;
  std::optional<SourcePos> primary_key_pos;
  std::optional<DistributeRule> distribute;
  std::optional<HypertableRule> hypertable;
};

/// A function; without a body it must exist, and only owner and settings are ours.
struct FunctionRule {
  SourcePos pos;
  ObjectName id;
  Ensure ensure = Ensure::Present;
  std::optional<std::string> owner;
  std::optional<std::string> returns;  ///< a type as format_type() prints it, perhaps after "SETOF "; nothing: a procedure
  std::optional<std::string> language;
  std::optional<bool> definer;
  std::optional<std::string> body;
  std::optional<char> volatility;  ///< as in pg_proc.provolatile
  SettingRules settings;
  bool settings_written = false;
  std::string profile;  ///< the profile that it comes from, for messages
};

struct SchemaRule {
  SourcePos pos;
  std::string name;
  std::optional<bool> distribute;  ///< Citus' schema-based sharding
  Ensure ensure = Ensure::Present;
  std::optional<std::string> owner;
  std::vector<std::string> creators;
};

struct ExtensionRule {
  SourcePos pos;
  std::string name;
  std::optional<std::string> schema;
  std::optional<std::string> version;
};

struct OwnershipRule {
  SourcePos pos;
  std::string owner;
  std::vector<ObjectPattern> objects;
  std::vector<ObjectPattern> except;
};

struct DatabaseCharter {
  std::string name;  ///< empty: the connected database
  SourcePos pos;
  std::optional<std::string> owner;
  SettingRules settings;
  std::map<std::string, ExtensionRule> extensions;
  std::map<std::string, SchemaRule> schemas;
  std::map<ObjectName, TableRule> tables;
  std::map<ObjectName, FunctionRule> functions;
  std::vector<OwnershipRule> ownership;
  std::vector<GrantRule> grants;
  std::vector<DefaultPrivilegeRule> default_privileges;
};

enum class Family { Roles, Memberships, Grants, DefaultPrivileges, Owners, Schema, Distribution };

struct Scope {
  bool roles_written = false;
  std::vector<NamePattern> roles;
  bool schemas_written = false;
  std::vector<NamePattern> schemas;
  bool public_in_scope = false;
  bool additive = false;
  std::set<Family> families;  ///< empty: all
  std::vector<ObjectPattern> ignore;
  std::vector<NamePattern> ignore_roles;

  [[nodiscard]] bool covers(Family family) const { return families.empty() || families.contains(family); }
};

/// One file as it was read; kept so that a saved plan can be planned again.
struct CharterFile {
  std::string path;
  std::string sha256;
  SharedText text;
};

/// 1 MiB or more together: so large that work beside the loading pays.
bool are_large(const std::vector<CharterFile>& files);

struct Charter {
  std::string name;
  std::vector<CharterFile> files;
  std::map<std::string, std::string> vars;  ///< after overriding
  Scope scope;
  std::map<std::string, RoleRule> roles;
  std::vector<DatabaseCharter> databases;  ///< exactly one, unnamed, without a `databases:` section
};

/// Where a charter comes from: files, directories, or "-" with the text in `standard_input`.
struct CharterSources {
  std::vector<std::string> paths;
  std::map<std::string, std::string> vars;         ///< --var and --var-file
  std::map<std::string, std::string> environment;  ///< PGCHARTER_VAR_*, without the prefix
  std::string standard_input;
  std::vector<CharterFile> documents;                               ///< instead of `paths`: the files of a saved plan
  std::function<void(const std::vector<CharterFile>&)> files_read;  ///< called before their texts are looked at; may be empty
};

/// Reads, checks and expands a charter. Nothing where there was an error; all errors are in `diagnostics`.
/// Throws Error only when a file can't be read at all.
std::optional<Charter> load_charter(const CharterSources& sources, Diagnostics& diagnostics);

/// "integer, text" for "int, text": the argument types of a signature as format_type() prints them.
std::string normalised_types(std::string_view types);

}  // namespace pgcharter
