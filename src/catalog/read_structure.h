// Tables, routines and where Citus and TimescaleDB keep what: the part of a database's state that a charter has to ask for.
#pragma once

#include "pgcharter/catalog.h"

namespace pgcharter {

/// Fills tables, routines, citus and timescale of `database`, whose extensions are known.
void read_structure(Connection& connection, const ReadScope& scope, DatabaseState& database);

}  // namespace pgcharter
