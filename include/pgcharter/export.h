// A charter of what is there: the inverse of a plan. export_charter() is pure; check_export() proves that the text it made has an
// empty plan against the state that it was made from.
#pragma once

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "pgcharter/charter.h"
#include "pgcharter/connection.h"
#include "pgcharter/state.h"

namespace pgcharter {

struct ExportOptions {
  std::string name;                ///< of the charter; empty: the database's
  bool databases_section = false;  ///< several databases, each under `databases`; else the state's only one at the top level
  std::vector<std::string> roles;  ///< patterns as in a manifest; empty: every role
  /// (database, schema, kind) for which no `schema.*` is written, whatever its objects share.
  std::set<std::tuple<std::string, std::string, ObjectKind>> literal_only;
};

/// The YAML text of a charter that describes `state`: compact, commented, in an order that depends on names alone. What a charter
/// can't say is told in the comment at its beginning.
std::string export_charter(const State& state, const ExportOptions& options);

/// What to read for an export or a snapshot.
struct ReadSelection {
  std::vector<std::string> databases;  ///< patterns; empty: the connected one
  std::vector<std::string> schemas;    ///< patterns; empty: every schema
  bool complete = false;               ///< also columns without privileges of their own, and what keeps each role from being dropped
};

/// Reads the server and the selected databases, each in one snapshot. A database that only a pattern names and that this role can't
/// connect to is left out, and counted in the coverage. Throws Error where no database matches.
State read_server(const Connector& connector, const ReadSelection& selection);

/// export_charter(), read again and planned against the same state: the plan is empty. Where a pattern reached too far, its objects are
/// named one by one. Throws Error that lists what no charter can express.
std::string export_checked(const State& state, ExportOptions options);

/// Writes a charter to a file, which appears as a whole or not at all.
void save_charter(const std::string& path, const std::string& text);

}  // namespace pgcharter
