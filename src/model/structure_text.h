// The canonical text of tables, routines and where they are kept.
#pragma once

#include <functional>
#include <string>

#include "pgcharter/state.h"

namespace pgcharter {

/// A line for each fact, in a stable order; nothing for what was not read. Sizes are estimates of the server and no part of it, nor are
/// numbers that mean nothing outside of one run (oids, colocation groups).
void structure_lines(const DatabaseState& database, const std::function<void(const std::string&)>& line);

}  // namespace pgcharter
