// Who may be joined for the time of a plan.
#pragma once

#include "apply/needs.h"

namespace pgcharter {

/// True where the executor may make itself a member of `role` and end that again without a trace. `inherits`: to act for it, not only to
/// become it.
bool can_join(const State& actual, const Needs& needs, RoleId role, bool inherits);

}  // namespace pgcharter
