// Pure arithmetic on one ACL: which list it must become, given what is wanted for whom.
#pragma once

#include <functional>
#include <vector>

#include "pgcharter/desired.h"
#include "pgcharter/inheritance.h"

namespace pgcharter {

/// What decides about one ACL. The same for all objects of a class.
struct AclTask {
  RoleId owner_before = kNoRole;       ///< the owner while grantors revoke: a new one comes after that
  RoleId owner = kNoRole;              ///< who grants what is missing, and who always may
  const std::vector<RuleUse>* uses{};  ///< what the rules say
  const Acl* initial{};                ///< pg_init_privs of an extension member: counts as declared; may be null
  /// True where the charter decides alone what this grantee holds: undeclared privileges go.
  std::function<bool(RoleId)> authoritative;
  /// True for roles that the plan drops: nothing may be left to them, or granted by them.
  std::function<bool(RoleId)> dropped;
  const Inheritance* inheritance{};        ///< while grants and revokes run
  const Inheritance* early_inheritance{};  ///< while grantors revoke
};

/// The list that `base` must become.
///
/// - A grantee under authority ends with exactly what is declared; any other keeps what it has, plus what is declared,
///   minus what is named absent.
/// - An owner loses only what is named absent for it.
/// - What is there by any grantor counts; what is missing is granted by the owner.
/// - Who loses a grant option takes along what it had granted (REVOKE … CASCADE, recursive_revoke() in acl.c); what must stay of that is
///   granted anew by the owner.
/// - What was granted by a role that now acts for the owner can be revoked by nobody: such a role's REVOKE counts as the owner's. It stays.
Acl acl_target(const Acl& base, const AclTask& task);

/// False for an entry that no session can revoke, see above.
bool is_removable(const AclEntry& entry, const AclTask& task);

/// What ALTER … OWNER TO makes of a list: aclnewowner() in src/backend/utils/adt/acl.c.
Acl with_new_owner(const Acl& acl, RoleId before, RoleId after);

}  // namespace pgcharter
