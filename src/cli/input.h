// Reading what a verb works on: a charter, or a saved plan with the charter inside.
#pragma once

#include <optional>

#include "pgcharter/report.h"

#include "cli/login.h"
#include "cli/options.h"

namespace pgcharter::cli {

/// Thrown after the diagnostics were printed: nothing more is to be said, the exit code is 1.
struct AlreadyReported {};

struct Input {
  SharedCharter charter;
  std::optional<SavedPlan> saved;
  std::shared_ptr<ReadingAhead> ahead;
};

/// Reads the inputs of `options` into a charter. Prints the diagnostics and throws AlreadyReported where there is no charter. With a
/// connector, the server is read at the same time where the charter is large.
Input read_input(const Options& options, Terminal& terminal, Diagnostics& diagnostics, const Connector& connector = {});

/// The saved plan that is the only input; Error where it is something else.
SavedPlan read_saved_plan(const Options& options, Terminal& terminal);

/// Opens connections with the charter's name in application_name. Connectors of one run share a login.
Connector make_connector(const Options& options, const std::string& charter_name, std::shared_ptr<LoginSource> login = nullptr);

/// A fresh plan of the input, compared with the saved one where there is one. Diagnostics are printed. The plan stays to the end of the
/// process: a large one takes long to take apart, and the system gets its memory back at once.
const Planned& plan_input(const Input& input, const Options& options, const Connector& connector, Terminal& terminal,
                          Diagnostics& diagnostics);

/// Warnings are left out with --quiet.
void print_diagnostics(const Options& options, Terminal& terminal, const Diagnostics& diagnostics);

}  // namespace pgcharter::cli
