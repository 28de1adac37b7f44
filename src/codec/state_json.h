// The actual state as a file: what golden tests start from, and what a snapshot holds. Made to be written by hand too:
// whatever has its usual value may be left out (docs/plan-format.md, "State").
#pragma once

#include <iosfwd>
#include <string_view>

#include "pgcharter/state.h"

namespace pgcharter {

void write_state(std::ostream& out, const State& state);

/// Throws Error for what is no state, or one of another major version. Objects and roles may stand in any order.
State read_state(std::string_view text);

}  // namespace pgcharter
