// What differs between the actual and the desired state, as values. A change that many objects share is one value
// with many objects: the plan of a schema-wide grant stays small whatever the number of tables.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pgcharter/desired.h"

namespace pgcharter {

struct RenameRole {
  std::string from;
  RoleId role{};
};
struct CreateRole {
  RoleId role{};
  RoleAttributes attributes;
  std::optional<PasswordSource> password;
};
/// A role that stands for an identity of Entra: made by a function of the server, with LOGIN, and for an admin with CREATEROLE and
/// CREATEDB.
struct CreatePrincipal {
  RoleId role{};
  EntraPrincipal principal;

  /// What the function gives the role; everything else is altered after it.
  [[nodiscard]] RoleAttributes attributes() const;
};
/// The labels of a role that is there: it stands for an identity, for another one, or (only ever in an inverse) for none any more.
struct BindPrincipal {
  RoleId role{};
  std::optional<EntraPrincipal> before;
  std::optional<EntraPrincipal> after;
};
/// Only what differs is set.
struct AlterRole {
  RoleId role{};
  RoleAttributes before;
  RoleAttributes after;
};
struct SetPassword {
  RoleId role{};
  PasswordSource password;
};
struct CommentRole {
  RoleId role{};
  std::optional<std::string> before;
  std::optional<std::string> after;
};
/// ALTER ROLE/DATABASE … SET or RESET of one parameter.
struct ChangeSetting {
  SettingsScope scope;
  std::string name;
  std::optional<std::string> before;
  std::optional<std::string> after;  ///< nothing: RESET
};
struct DropRole {
  RoleId role{};
};
/// REASSIGN OWNED BY role TO owner, in one database.
struct ReassignOwned {
  RoleId role{};
  RoleId to{};
};

/// A membership of the executor that lasts for one transaction of the plan (hazard self-membership): where it begins and where it ends.
enum class Passing {
  No,
  Begin,            ///< before everything that needs it
  EndOfFirstPart,   ///< several databases: after the server's first phases
  BeginOfLastPart,  ///< several databases: before the server's last phases
  End,              ///< after everything that needs it
};

/// GRANT of a role: a new edge (`before` empty), or options that are switched on or off in place.
struct GrantMembership {
  std::optional<Membership> before;  ///< the row that is altered
  Membership after;                  ///< a new edge's grantor: kNoRole where the server chooses
  Passing passing = Passing::No;
};
/// REVOKE of one row.
struct RevokeMembership {
  Membership membership;
  Passing passing = Passing::No;
};

struct CreateSchema {
  std::string name;
  std::optional<RoleId> owner;
};
struct DropSchema {
  std::string name;
};
struct CreateExtension {
  Extension extension;  ///< empty fields: the server's default
};
struct AlterExtension {
  Extension before;
  Extension after;
};
/// Only ever in the inverse of a plan.
struct DropExtension {
  Extension extension;
};

/// Makes a table with the columns of its entry, and gives it to its owner.
struct CreateTable {
  const TableRule* rule{};
  std::optional<RoleId> owner;  ///< nothing: the executor
};
/// CREATE OR REPLACE of a function or procedure; a new one is given to its owner.
struct PutRoutine {
  std::uint32_t object = 0;
  std::optional<RoutineDefinition> before;
  RoutineDefinition after;
  std::optional<RoleId> owner;  ///< of a new one; nothing: the executor
  int rank = 0;                 ///< those that it calls come first
};
/// DROP of a table, view, sequence or function that is named absent.
struct DropObject {
  ObjectName object;
  char subkind = 0;
};
/// Where Citus keeps a table.
struct PlaceTable {
  TablePlacement placement;
};
/// Citus' schema-based sharding, on or off.
struct PlaceSchema {
  SchemaPlacement placement;
};
/// What TimescaleDB is told about a table.
struct ChangeHypertable {
  DesiredHypertable hypertable;
};
struct ChangeCronJob {
  DesiredCronJob job;
};

/// Indexes into DesiredObjects, ascending; shared by the changes of one class of objects.
using ObjectList = std::shared_ptr<const std::vector<std::uint32_t>>;

/// ALTER … OWNER TO, for objects of one kind.
struct ChangeOwner {
  ObjectKind kind{};
  ObjectList objects;
  RoleId before{};
  RoleId after{};
};

/// GRANT or REVOKE of privileges on objects (or on one column of them), for one grantee.
struct ChangePrivileges {
  bool grant = false;
  ObjectKind kind{};
  ObjectList objects;
  std::string column;  ///< empty: the whole object
  RoleId grantee{};
  PrivilegeSet privileges;
  bool grant_option = false;   ///< GRANT … WITH GRANT OPTION; REVOKE GRANT OPTION FOR
  RoleId grantor = kNoRole;    ///< whose entry it is; kNoRole: the object's owner
  bool cascade = false;        ///< REVOKE … CASCADE: entries depend on it; they are changes of their own, `implied`
  bool implied = false;        ///< happens through another change's CASCADE; has no statement of its own
  bool before_grants = false;  ///< a table-level REVOKE that would remove column grants of this plan
};

/// ALTER DEFAULT PRIVILEGES.
struct ChangeDefaultPrivileges {
  bool grant = false;
  RoleId creator{};
  std::string schema;  ///< empty: global
  ObjectKind objects{};
  RoleId grantee{};
  PrivilegeSet privileges;
  bool grant_option = false;
};

using ChangeBody = std::variant<CreatePrincipal, BindPrincipal, RenameRole, CreateRole, AlterRole, SetPassword, CommentRole, ChangeSetting,
                                DropRole, ReassignOwned, GrantMembership, RevokeMembership, CreateSchema, DropSchema, CreateExtension,
                                AlterExtension, DropExtension, PlaceSchema, CreateTable, PlaceTable, ChangeHypertable, PutRoutine,
                                DropObject, ChangeCronJob, ChangeOwner, ChangePrivileges, ChangeDefaultPrivileges>;

struct Change {
  int database = -1;  ///< index into Desired::databases; -1: cluster-wide
  ChangeBody body;
  Reason reason;
};

/// How many single differences (object × grantee × privilege) a change stands for; what summaries count.
std::size_t weight(const Change& change);

/// The role that the change creates, in whatever way; else kNoRole.
RoleId created_role(const Change& change);

/// Pure. The order is the order of the concerns; ordering for execution is the plan's.
std::vector<Change> diff(const State& actual, const Desired& desired);

}  // namespace pgcharter
