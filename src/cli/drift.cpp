// drift: the plan as a report of what differs, for whoever did not make the change. Exit 2 where there is drift.

#include <algorithm>

#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace pgcharter::cli {

int drift(const Options& options, Terminal& terminal) {
  Diagnostics diagnostics;
  const auto login = std::make_shared<LoginSource>(options.credential);
  const Input input = read_input(options, terminal, diagnostics, make_connector(options, {}, login));
  const Planned& planned = plan_input(input, options, make_connector(options, input.charter->name, login), terminal, diagnostics);
  write_outputs(options, terminal, plan_writer(planned, true));
  if (!unread_nodes(planned).empty()) return kError;
  // What nobody, or not this executor, can revoke is drift too (DESIGN 3.6); applying would not help.
  const auto is_stuck = [](const Planned& p) { return !p.unremovable.empty() || !p.desired.unremovable.empty(); };
  const bool stuck = is_stuck(planned) || std::ranges::any_of(planned.nodes, [&](const NodePlanned& n) { return is_stuck(*n.planned); });
  if (!changes_anything(planned)) return stuck ? kDifferences : kDone;
  say(options, terminal, "Run pgcharter apply " + shell_words(options.charter) + " to bring the server back to the charter.");
  return kDifferences;
}

}  // namespace pgcharter::cli
