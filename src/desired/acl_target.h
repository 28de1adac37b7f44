// Pure arithmetic on one ACL: which list it must become, given what is wanted for whom.
#pragma once

#include <functional>
#include <set>
#include <vector>

#include "pgcharter/desired.h"

namespace pgcharter {

/// What decides about one ACL. The same for all objects of a class.
struct AclTask {
  RoleId owner = kNoRole;              ///< who grants what is missing, and who always may
  const std::vector<RuleUse>* uses{};  ///< what the rules say
  const Acl* initial{};                ///< pg_init_privs of an extension member: counts as declared; may be null
  /// True where the charter decides alone what this grantee holds: undeclared privileges go.
  std::function<bool(RoleId)> authoritative;
  /// True for roles that the plan drops: nothing may be left to them, or granted by them.
  std::function<bool(RoleId)> dropped;
  const Acl* table{};                         ///< of a column: the table's own list, whose grant options count too; may be null
  const Acl* table_after{};                   ///< and the list that the table ends with
  const std::set<RoleId>* unable_grantors{};  ///< superusers and roles that are gone: what they granted stays
};

/// The list that `base` must become.
///
/// - A grantee under authority ends with exactly what is declared; any other keeps what it has, plus what is declared,
///   minus what is named absent.
/// - An owner loses only what is named absent for it.
/// - What is there by any grantor counts; what is missing is granted by the owner.
/// - Who loses a grant option takes along what it had granted; what must stay of that is granted anew by the owner. recursive_revoke()
///   (acl.c) spares what a group's option, or the owner's, still supports; but then nobody could revoke it any more, see removable().
/// - What no session can revoke, see removable(), stays.
Acl acl_target(const Acl& base, const AclTask& task);

/// What of an entry its grantor can revoke. A role revokes as itself only where it holds the grant option itself; where it does not, its
/// REVOKE counts as that of a group which has the option, or of the owner, and takes away nothing of its own. A superuser's always
/// counts as the owner's (select_best_grantor() in src/backend/utils/adt/acl.c).
PrivilegeSet removable(const AclEntry& entry, const Acl& base, const AclTask& task);

/// What is left of a column's list after the table's own changes from `before` to `after`: a table-level REVOKE takes the same column
/// privileges along.
Acl after_table_revoke(const Acl& column, const Acl& before, const Acl& after);

}  // namespace pgcharter
