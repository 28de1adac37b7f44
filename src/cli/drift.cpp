// drift: the plan as a report of what differs, for whoever did not make the change. Exit 2 where there is drift.

#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace pgcharter::cli {

int drift(const Options& options, Terminal& terminal) {
  Diagnostics diagnostics;
  const Input input = read_input(options, terminal, diagnostics);
  const auto planned = plan_input(input, options, make_connector(options, input.charter->name), terminal, diagnostics);
  write_outputs(options, terminal, plan_writer(*planned, true));
  // What nobody, or not this executor, can revoke is drift too (DESIGN 3.6); applying would not help.
  const bool stuck = !planned->unremovable.empty() || !planned->desired.unremovable.empty();
  if (planned->plan.steps.empty()) return stuck ? kDifferences : kDone;
  say(options, terminal, "Run pgcharter apply " + shell_words(options.charter) + " to bring the server back to the charter.");
  return kDifferences;
}

}  // namespace pgcharter::cli
