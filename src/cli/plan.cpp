// plan: what an apply would do. Nothing on the server changes. --out saves the plan for a later apply.

#include "cli/duration.h"
#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace pgcharter::cli {

int plan(const Options& options, Terminal& terminal) {
  Diagnostics diagnostics;
  const auto login = std::make_shared<LoginSource>(options.credential);
  const Input input = read_input(options, terminal, diagnostics, make_connector(options, {}, login));
  const Planned& planned = plan_input(input, options, make_connector(options, input.charter->name, login), terminal, diagnostics);
  if (!options.out.empty()) {
    const bool expires = options.valid_for.count() > 0;
    save_plan(options.out, planned, options.reconcile.resolve,
              expires ? instant_after(planned.actual.server.now, options.valid_for) : std::string());
  }
  write_outputs(options, terminal, plan_writer(planned, false));
  const bool changes = changes_anything(planned);
  if (!options.out.empty()) {
    say(options, terminal, "The plan is saved. Run pgcharter apply " + shell_words({options.out}) + " to carry it out.");
  } else if (changes) {
    say(options, terminal, "Run pgcharter apply " + shell_words(options.charter) + " to carry this out.");
  }
  if (!unread_nodes(planned).empty()) return kError;
  return changes && options.detailed_exitcode ? kDifferences : kDone;
}

}  // namespace pgcharter::cli
