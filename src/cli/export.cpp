// export: a charter of what is on the server, proved to have an empty plan before it is written.

#include "pgcharter/export.h"

#include <ostream>

#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace pgcharter::cli {

int export_verb(const Options& options, Terminal& terminal) {
  const State state = read_server(make_connector(options, {}), {.databases = options.databases, .schemas = options.schemas});
  ExportOptions form;
  form.databases_section = !options.databases.empty();
  form.roles = options.roles;
  const std::string text = export_checked(state, std::move(form));
  if (options.out.empty()) {
    terminal.out << text << std::flush;
    if (!terminal.out) throw Error("can't write to standard output");
    return kDone;
  }
  save_charter(options.out, text);
  say(options, terminal, "The charter is written. Run pgcharter plan " + shell_words({options.out}) + "; it has nothing to do.");
  return kDone;
}

}  // namespace pgcharter::cli
