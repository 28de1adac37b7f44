// The desired state: the charter held against the actual state. Patterns are matched, scope is applied, PostgreSQL's
// own side effects are simulated, and every object has the ACL that it must end with.
//
// Everything that is not managed is desired exactly as it is. Therefore the diff needs no notion of scope.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pgcharter/charter.h"
#include "pgcharter/inheritance.h"
#include "pgcharter/state.h"

namespace pgcharter {

/// Why a change is wanted: a place in a manifest, or a fact about the database.
struct Reason {
  std::string text;                 ///< "declared", "not in the charter", "named absent", "expired 2026-01-01"
  std::optional<SourcePos> source;  ///< the manifest's entry, where there is one

  auto operator<=>(const Reason&) const = default;
  bool operator==(const Reason&) const = default;
};

/// What an object must become. `baseline` is its ACL after the structural statements of the plan (ALTER … OWNER
/// rewrites ACLs, CREATE SCHEMA applies default privileges), `acl` the one it must end with.
struct DesiredObject {
  RoleId owner = kNoRole;
  AclId baseline = kEmptyAcl;
  AclId acl = kEmptyAcl;
  std::uint32_t rules = 0;  ///< index into DesiredObjects::rule_sets
};

/// A column whose ACL is compared; `object` indexes DesiredDatabase::all().
struct DesiredColumn {
  std::uint32_t object = 0;
  std::string name;
  AclId baseline = kEmptyAcl;
  AclId acl = kEmptyAcl;
  std::uint32_t rules = 0;
};

struct DesiredDefaultAcl {
  RoleId creator{};
  std::string schema;
  ObjectKind objects{};
  AclId baseline = kEmptyAcl;  ///< what is there; acldefault() for a global one without a row
  AclId acl = kEmptyAcl;
};

/// Which rule asks for (or forbids) a privilege: for the provenance of one change.
struct RuleUse {
  std::uint32_t rule = 0;  ///< index into Desired::rules
  RoleId grantee{};
  PrivilegeSet privileges;
  PrivilegeSet grantable;
  bool absent = false;
  bool expired = false;  ///< absent because its time is over; weaker than any present rule
};

/// One catalogue of objects with what each must become: a database, or the server's own (databases, tablespaces …).
struct DesiredObjects {
  std::string database;                               ///< empty: cluster-wide objects
  const std::vector<Object>* actual{};                ///< owned by the State
  std::vector<Object> created;                        ///< objects that the plan creates, numbered after the actual ones
  std::vector<DesiredObject> desired;                 ///< parallel to actual + created
  std::vector<DesiredColumn> columns;                 ///< sorted by (object, name)
  std::vector<std::vector<RuleUse>> rule_uses;        ///< what one rule says about objects of one kind
  std::vector<std::vector<std::uint32_t>> rule_sets;  ///< rules that meet in one object, as indexes into rule_uses; 0: none

  /// Everything that the rules of a set say.
  [[nodiscard]] std::vector<RuleUse> uses(std::uint32_t rule_set) const;
  /// The same in place of what `all` holds.
  void uses(std::uint32_t rule_set, std::vector<RuleUse>& all) const;
  [[nodiscard]] std::size_t size() const { return desired.size(); }
  [[nodiscard]] const Object& object(std::size_t i) const { return i < actual->size() ? (*actual)[i] : created[i - actual->size()]; }
  [[nodiscard]] bool is_created(std::size_t i) const { return i >= actual->size(); }
};

struct DesiredMembership {
  RoleId role{};
  RoleId member{};
  bool admin = false;
  bool inherit = true;
  bool set = true;
  Reason reason;
};

struct DesiredRole {
  RoleId id{};
  bool create = false;
  bool drop = false;
  std::optional<std::string> rename_from;
  RoleAttributes attributes;
  std::optional<std::string> comment;      ///< nothing: none
  std::optional<PasswordSource> password;  ///< to be set on creation, or on --set-passwords
  std::optional<EntraPrincipal> entra;     ///< what its labels must say; nothing: none
  std::optional<RoleId> reassign_to;
  Reason reason;
};

struct DesiredSchema {
  std::string name;
  bool create = false;
  bool drop = false;
  std::optional<RoleId> owner;
  Reason reason;
};

struct DesiredExtension {
  Extension desired;  ///< version empty: any
  bool schema_written = false;
  Reason reason;
};

/// A table that is made; points into the charter.
struct DesiredTable {
  const TableRule* rule{};
  std::uint32_t object = 0;  ///< index into DesiredDatabase::objects, of an existing or a created one
  bool create = false;
  RoleId owner = kNoRole;    ///< of a new one
  bool owner_given = false;  ///< false: the executor's, which is what it is born with
  Reason reason;
};

/// A function that is made or replaced.
struct DesiredRoutine {
  const FunctionRule* rule{};
  std::uint32_t object = 0;
  std::optional<RoutineDefinition> before;
  RoutineDefinition after;
  RoleId owner = kNoRole;  ///< of a new one
  bool owner_given = false;
  int rank = 0;  ///< those that it calls come first
  Reason reason;
};

/// How Citus must keep one table.
struct DesiredPlacement {
  Distribution distribution{};
  std::string column;
  std::optional<int> shards;
  std::optional<ObjectName> colocate_with;  ///< nothing: none
};

/// A comment that is lost when a relation is made anew.
struct KeptComment {
  ObjectName relation;
  char relkind = 0;    ///< of the relation, where the comment is its own
  std::string column;  ///< empty: on the relation itself
  std::string text;
};

/// A table that is not where the charter wants it. What a rewrite loses (comments) is written again; the lists of views are the grants'
/// concern.
struct TablePlacement {
  ObjectName table;
  bool fresh = false;  ///< made by this plan: nothing is moved, nobody waits
  CitusTable before;   ///< Distribution::None where Citus does not know it
  DesiredPlacement after;
  bool cascade = false;               ///< the tables that are together with it change their number of shards too
  bool concurrently = false;          ///< outside of any transaction, while others write
  std::vector<KeptComment> comments;  ///< of the table, its views and the columns of both
  double rows = -1;                   ///< an estimate of what moves; -1: not known
  long bytes = 0;
  int rank = 0;  ///< tables that others refer to, or are placed with, come first
  Reason reason;

  /// It goes to a group of its own, and nothing moves: update_distributed_table_colocation().
  [[nodiscard]] bool only_regroups() const;
  /// Citus makes it anew: alter_distributed_table() and undistribute_table() lose comments, and the grants on views.
  [[nodiscard]] bool rewrites() const;
};

/// Schema-based sharding, on or off.
struct SchemaPlacement {
  std::string schema;
  bool distribute = false;
  std::vector<KeptComment> comments;  ///< of the tables in it, which are made anew when it is gathered, and of what depends on them
  Reason reason;
};

/// What TimescaleDB must know of a table, where it does not.
struct DesiredHypertable {
  ObjectName table;
  bool fresh = false;                ///< made by this plan
  std::string function_schema;       ///< where the extension is
  std::optional<Hypertable> before;  ///< nothing: it becomes one
  Hypertable after;
  double rows = -1;  ///< an estimate of what moves; -1: not known
  long bytes = 0;
  Reason reason;
};

/// A job of pg_cron, by name.
struct DesiredCronJob {
  std::string name;
  bool fresh = false;                 ///< about a table that this plan makes
  std::optional<std::string> before;  ///< "SCHEDULE\nCOMMAND"
  std::optional<std::string> after;   ///< nothing: it is taken away
  Reason reason;
};

struct DesiredDatabase {
  DesiredObjects objects;
  std::vector<DesiredSchema> schemas;  ///< to create or to drop
  std::vector<DesiredExtension> extensions;
  std::vector<DesiredTable> tables;
  std::vector<DesiredRoutine> routines;
  std::vector<std::pair<std::uint32_t, Reason>> dropped;  ///< tables and functions, as indexes into `objects`
  std::vector<SchemaPlacement> schema_placements;
  std::vector<TablePlacement> placements;
  std::vector<ObjectName> remade;  ///< tables that Citus makes anew: views of them lose their grants
  std::vector<DesiredHypertable> hypertables;
  std::vector<DesiredCronJob> cron_jobs;
  std::vector<DesiredDefaultAcl> default_acls;
  std::map<std::size_t, Reason> owner_reasons;                    ///< why an object's owner changes, by object
  std::map<std::size_t, std::vector<RuleUse>> default_acl_rules;  ///< by index in default_acls
};

/// One rule that a RuleUse points to.
struct RuleInfo {
  SourcePos pos;
  std::string text;  ///< "declared", "named absent", "expired …", "profile read-only"
};

struct Desired {
  const State* actual{};
  std::vector<DesiredRole> roles;  ///< those that the charter manages
  std::vector<DesiredMembership> memberships;
  std::vector<Membership> unwanted_memberships;                          ///< rows of the catalog that must go
  std::vector<Reason> unwanted_reasons;                                  ///< parallel
  std::map<SettingsScope, std::map<std::string, SettingRule>> settings;  ///< only what is written; no value: reset
  std::map<SettingsScope, Reason> setting_reasons;
  DesiredObjects cluster;
  std::map<std::size_t, Reason> cluster_owner_reasons;  ///< why an object's owner changes, by object of `cluster`
  std::vector<DesiredDatabase> databases;               ///< parallel to State::databases
  std::vector<RuleInfo> rules;
  std::vector<std::string> deferred;  ///< names to be resolved after CREATE EXTENSION
  /// One superuser transaction carries everything, so grantors revoke before anything becomes a superuser: from then on its REVOKE would
  /// count as the owner's.
  bool grantors_first = false;
  bool one_transaction = true;  ///< false: the server's part, each database and the server's last part are transactions of their own
  std::shared_ptr<const Inheritance> inheritance;  ///< while grants and revokes run
  std::set<RoleId> unable_grantors;      ///< superusers, and roles that no longer exist: their REVOKE takes away nothing of theirs
  std::vector<std::string> unremovable;  ///< what must go and no session can revoke
  std::vector<std::string> extras;       ///< additive mode: what is there and not declared
  Coverage coverage;
};

/// What must be read before resolve() can work.
struct ReadScope;
ReadScope read_scope(const Charter& charter, const DatabaseCharter& database);

/// Options of one run that change the meaning of a charter.
struct ResolveOptions {
  bool set_passwords = false;
  /// The state is that of a worker of a Citus cluster: what Citus brings there (objects, their structure) is not asked for, and what is
  /// not there is nobody's mistake.
  bool on_worker = false;
};

/// Pure: no clock (the server's is in `actual.server.now`), no I/O. Findings (a literal name that does not exist, a
/// privilege that this server lacks, a pattern without a match) go to `diagnostics`; with errors the result is not usable.
Desired resolve(const Charter& charter, const State& actual, const ResolveOptions& options, Diagnostics& diagnostics);

}  // namespace pgcharter
