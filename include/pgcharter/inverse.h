// How to undo what a transaction did: a plan from the state after it to the state before it.
#pragma once

#include <string>
#include <vector>

#include "pgcharter/sql.h"

namespace pgcharter {

/// `script` brings back what the catalog said before, grantors, options, defaults and owners included; lists of privileges come back with
/// the same meaning, so a NULL list may come back as the explicit built-in default.
struct Inverse {
  Script script;
  std::vector<std::string> not_restored;  ///< "the password of role \"x\"", and what a trial found to remain
  bool tried = false;                     ///< it was run inside the transaction, read back, and rolled back
};

/// Which part of the state a transaction was about.
struct InverseScope {
  bool server = true;    ///< roles, memberships, settings, databases, tablespaces, parameters
  bool database = true;  ///< the state's first database
};

/// Pure. `done` is the plan that was carried out; its actual state is what must come back. `after` is what the same read found then. Roles
/// that were renamed get their old names in `after`'s table of names.
Inverse make_inverse(const Plan& done, const State& after, const InverseScope& scope);

}  // namespace pgcharter
