// What the concerns of this stage share while one charter is resolved against one state. Internal to src/desired.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pgcharter/desired.h"

#include "desired/extras.h"

namespace pgcharter {

/// Which roles, schemas and objects the charter decides about (DESIGN 4).
class ScopeOf {
 public:
  ScopeOf(const Charter& charter, const State& actual);

  [[nodiscard]] bool role(RoleId id) const {
    const auto i = static_cast<std::size_t>(id);
    return i < roles_.size() && roles_[i];
  }
  /// Roles that the plan drops.
  [[nodiscard]] bool dropped(RoleId id) const { return dropped_.contains(id); }
  [[nodiscard]] const std::set<RoleId>& dropped() const { return dropped_; }
  [[nodiscard]] bool ignored(const ObjectName& object) const;
  [[nodiscard]] bool covers(Family family) const { return charter_.scope.covers(family); }
  [[nodiscard]] bool additive() const { return charter_.scope.additive; }

 private:
  const Charter& charter_;
  void add_role(RoleId id);

  std::vector<bool> roles_;  ///< by number: asked for every entry of every list
  std::set<RoleId> dropped_;
};

/// The schemas of one database that are in scope; `patterns` of scope.schemas, or what the charter names.
std::vector<NamePattern> scope_schemas(const Charter& charter, const DatabaseCharter& database);
/// True for a grant of the profile azure-backup.
bool backs_up(const GrantRule& rule);
bool matches_any(const std::vector<NamePattern>& patterns, std::string_view name);

/// A grant of the charter, ready to be matched.
struct CompiledRule {
  const GrantRule* rule{};
  std::size_t info = 0;  ///< index into Desired::rules
  std::vector<RoleId> to;
  bool expired = false;
  mutable std::vector<bool> matched;  ///< parallel to rule->objects
};

/// Finds the rules that match an object without trying every pattern on every object.
class RuleIndex {
 public:
  explicit RuleIndex(const std::vector<CompiledRule>& rules);
  /// Indexes of the rules that match, ascending; valid until the next call.
  const std::vector<std::uint32_t>& match(const Object& object);

 private:
  struct Item {
    std::uint32_t rule;
    std::uint32_t pattern;
  };
  struct BySchema {
    std::vector<Item> any;
    std::unordered_map<std::string_view, std::vector<Item>> literal;
    std::vector<Item> globs;
  };
  BySchema& by_schema(ObjectKind kind, const std::string& schema);
  void try_items(const std::vector<Item>& items, const Object& object);
  [[nodiscard]] const ObjectPattern& pattern_of(const Item& item) const { return rules_[item.rule].rule->objects[item.pattern]; }

  const std::vector<CompiledRule>& rules_;
  std::map<std::pair<ObjectKind, std::string_view>, std::vector<Item>> literal_schemas_;
  std::map<ObjectKind, std::vector<Item>> glob_schemas_;
  std::pair<ObjectKind, std::string> current_;  ///< objects come sorted, so one schema at a time is enough
  std::optional<BySchema> by_schema_;
  std::vector<std::uint32_t> found_;
};

/// New name → old name.
using Renames = std::map<std::string, std::string>;
/// Gives the roles that are to be renamed their new names in the state's table of names. Once per state.
Renames rename_roles(const Charter& charter, const State& actual, Diagnostics& diagnostics);

/// Bulk rules in their order: of two that match, the later one counts.
using OwnershipRules = std::vector<const OwnershipRule*>;
OwnershipRules ownership_rules(const DatabaseCharter& database);

class Resolver {
 public:
  Resolver(const Charter& charter, const State& actual, const ResolveOptions& options, Diagnostics& diagnostics);
  Desired run();

 private:
  friend class GrantResolver;
  friend class DefaultAclResolver;

  void add_roles();
  void add_role(const RoleRule& rule);
  void add_role_settings(const RoleRule& rule);
  void check_dependencies();
  void tell_dangling();

  void add_memberships();
  /// azure_pg_admin, of which every principal with `admin: true` is made a member by the server.
  [[nodiscard]] bool comes_with_principal(RoleId role, RoleId member) const;
  void close_memberships();
  void end_orphans(std::map<std::pair<RoleId, RoleId>, DesiredMembership>& edges);
  void unwanted_membership(const Membership& row, const DesiredMembership* edge, const MembershipRule* absent);

  void add_database(std::size_t i);
  void add_schemas(std::size_t i);
  void add_extensions(std::size_t i);
  void start_objects(DesiredObjects& objects, const std::vector<Object>& actual);
  // Tables and functions.
  void add_tables(std::size_t i);
  void create_table(std::size_t i, const TableRule& rule);
  void check_columns(std::size_t i, const TableRule& rule, const TableDefinition& existing);
  void add_routines(std::size_t i);
  void create_routine(std::size_t i, const FunctionRule& rule);
  void keep_routine(std::size_t i, const FunctionRule& rule, std::uint32_t object);
  void close_to_public(std::size_t i, const FunctionRule& rule);
  /// An entry of the charter lets everybody use it.
  [[nodiscard]] bool grants_to_public(const DatabaseCharter& charter, const ObjectName& id) const;
  void drop_object(std::size_t i, std::uint32_t object, Reason reason);
  [[nodiscard]] bool is_dropped(const DesiredObjects& objects, std::size_t object) const {
    return !dropped_objects_.empty() && dropped_objects_.contains({&objects, static_cast<std::uint32_t>(object)});
  }
  /// The list that an object has once the executor has made it and given it to `owner`.
  [[nodiscard]] Acl born_acl(const DatabaseState& database, ObjectKind kind, RoleId owner, const std::string& schema) const;
  std::uint32_t add_created(std::size_t i, const ObjectName& id, char subkind, RoleId owner);
  RoleId owner_of_new(std::size_t i, const ObjectName& id, const std::optional<std::string>& written, bool& given);
  bool check_schema_of_new(std::size_t i, const ObjectName& id, const SourcePos& pos);
  /// The owner that an object's own entry writes, and where.
  [[nodiscard]] std::optional<std::pair<std::string, SourcePos>> own_owner(const DatabaseCharter& charter, const ObjectName& id) const;
  // Where Citus keeps tables.
  void place(std::size_t i);
  void add_hypertables(std::size_t i);
  void lose_grants_of_views(std::size_t i);
  // Owners.
  void reassign(DesiredObjects& objects);
  void set_owners(std::size_t i);
  void set_cluster_owners();
  /// The bulk rule that decides about the object, if any.
  const OwnershipRule* ownership_of(const OwnershipRules& rules, const Object& object);
  void check_wrapper_owner(const OwnershipRule& rule, const Object& object, RoleId owner);
  void check_follower(const OwnershipRule& rule, const DesiredObjects& objects, std::size_t sequence);
  void check_owner_patterns(const OwnershipRules& rules, const DatabaseState* database);
  void set_owner(DesiredObjects& objects, std::map<std::size_t, Reason>& reasons, std::size_t object, RoleId owner, const Reason& reason);
  const std::vector<std::size_t>& sequences_of(const DesiredObjects& objects, std::uint32_t table);
  void add_database_settings();
  // Backups.
  void check_backups();
  void check_row_security(std::size_t database, const std::string& role, const SourcePos& pos);
  void check_large_objects(std::size_t database, const std::string& role, const SourcePos& pos);
  void check_creators(std::size_t database, const std::string& role, const SourcePos& pos);
  void check_database_owners();
  void add_parameters();

  /// A literal name that stands for nothing; `database` is null for objects of the whole server.
  void tell_missing(const ObjectPattern& pattern, const DatabaseState* database);

  RoleId role_id(std::string_view name);
  std::size_t add_rule(SourcePos pos, std::string text);
  [[nodiscard]] int major() const { return actual_.server.major(); }
  [[nodiscard]] bool is_expired(const std::optional<std::string>& expires) const { return expires && *expires <= actual_.server.now; }

  const Charter& charter_;
  const State& actual_;
  const ResolveOptions& options_;
  Diagnostics& diagnostics_;
  Desired desired_;
  Extras extras_;
  Renames renames_;  // before scope_: scope speaks of roles by their new names
  ScopeOf scope_;
  std::map<const std::vector<Object>*, std::unordered_map<std::uint32_t, std::vector<std::size_t>>> owned_sequences_;
  std::set<const ObjectPattern*> owner_patterns_;  ///< of `ownership`: those that have matched something
  std::set<std::pair<const DesiredObjects*, std::uint32_t>> dropped_objects_;
  std::map<std::size_t, std::deque<GrantRule>> implied_grants_;  ///< by database: what no entry of `grants` says
  std::map<RoleId, RoleId> reassigned_;                          ///< dropped role → who gets what it owns
};

}  // namespace pgcharter
