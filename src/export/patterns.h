// What one grantee holds on the objects of one kind in one schema, and which of it a pattern says best. Internal to src/export.
#pragma once

#include <string>
#include <vector>

#include "pgcharter/acl.h"
#include "pgcharter/object_kind.h"
#include "pgcharter/privilege.h"

namespace pgcharter {

/// What one grantee has on one object, and what of it must be written.
struct Holding {
  PrivilegeSet held;
  PrivilegeSet options;
  PrivilegeSet plain;      // to be written
  PrivilegeSet grantable;  // to be written with grant option
  PrivilegeSet absent;     // to be written as absent
  [[nodiscard]] bool silent() const { return plain.empty() && grantable.empty() && absent.empty(); }
};

/// A pattern over all of the holdings but some.
struct PatternChoice {
  PrivilegeSet privileges;
  bool grantable = false;
  bool absent = false;
  std::vector<std::size_t> except;  // indexes, ascending
};

/// Whether `schema.*` with `except` is the better text than a list of names: always where it holds for all and more than one needs
/// it, else where few are excepted and the text becomes shorter. `names` as they would be written, parallel to the other two vectors.
bool is_pattern_better(const std::vector<std::string>& names, const std::vector<std::size_t>& needed,
                       const std::vector<std::size_t>& except);

/// The patterns worth writing; exact, so that a member which is not excepted has what they say. `builtin`: privileges that need no
/// second object, because PUBLIC has them on whatever is created.
std::vector<PatternChoice> choose_patterns(const std::vector<Holding>& holdings, const std::vector<std::string>& names,
                                           PrivilegeSet builtin);

/// Takes from a holding what a pattern says about it.
void subtract(const PatternChoice& choice, Holding& holding);

/// A grant on `schema.*`, before it becomes text.
struct PatternGrant {
  ObjectKind kind{};
  std::string schema;
  RoleId grantee{};
  PrivilegeSet privileges;
  bool grantable = false;
  bool absent = false;
  bool future = false;
  std::vector<std::string> except;
};

}  // namespace pgcharter
