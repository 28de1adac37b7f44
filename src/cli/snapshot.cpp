// snapshot: the actual state as a file, for plans where no server can be reached.

#include <ostream>

#include "pgcharter/export.h"
#include "pgcharter/report.h"

#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace pgcharter::cli {

int snapshot(const Options& options, Terminal& terminal) {
  const State state =
      read_server(make_connector(options, {}), {.databases = options.databases, .schemas = options.schemas, .complete = true});
  if (options.out.empty()) {
    write_state(terminal.out, state);
    terminal.out.flush();
    if (!terminal.out) throw Error("can't write to standard output");
    return kDone;
  }
  save_state(options.out, state);
  say(options, terminal, "The state is saved. Run pgcharter plan --against " + shell_words({options.out}) + " CHARTER to plan against it.");
  return kDone;
}

}  // namespace pgcharter::cli
