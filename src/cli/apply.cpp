// apply: plan, show, ask, carry out. apply_planned() plans once more under the lock. What a person approved is the plan that was printed,
// and a saved plan is what was reviewed: where another one comes out then, nothing is done (exit 3). --auto-approve approves the charter:
// a plan that the server's changes have made another one is carried out, within the same guards.

#include <istream>
#include <ostream>

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/verbs.h"

namespace pgcharter::cli {
namespace {

/// Returns where the answer is yes; throws where nobody can be asked, or the answer is another. A plan that a guard would
/// refuse is not asked about.
void ask_for_approval(const Options& options, Terminal& terminal, const Planned& planned) {
  if (options.auto_approve) return;
  if (!terminal.in_is_terminal || !terminal.err_is_terminal) {
    throw Error("there is no terminal to ask for approval", "Review the plan, then run again with --auto-approve.");
  }
  check_guards(planned, options.reconcile);
  terminal.err << "Carry this out? Only \"yes\" is taken as approval: " << std::flush;
  std::string answer;
  std::getline(terminal.in, answer);
  if (answer != "yes") throw Refusal(kRefused, "approval declined: nothing was changed");
}

void write_result(const Options& options, Terminal& terminal, const Planned& planned, const ApplyOutcome& outcome) {
  write_outputs(options, terminal, [&](std::ostream& out, Format format, const TextStyle& style) {
    if (format == Format::Json) return write_result_json(out, planned, outcome);
    // The plan itself was printed before the question.
    if (format != options.format || &out != &terminal.out) return plan_writer(planned, false)(out, format, style);
    if (format == Format::Text && outcome.changed) {
      out << fmt::format("Applied: {} statement{}, verified. The server matches the charter.\n", outcome.statements,
                         outcome.statements == 1 ? "" : "s");
    }
  });
}

}  // namespace

int apply(const Options& options, Terminal& terminal) {
  Diagnostics diagnostics;
  const Input input = read_input(options, terminal, diagnostics);
  const Connector connector = make_connector(options, input.charter.name);
  const auto planned = plan_input(input, options, connector, terminal, diagnostics);
  const bool to_stdout = options.format != Format::Json;
  if (to_stdout || !options.quiet || !options.auto_approve) {
    plan_writer(*planned, false)(to_stdout ? terminal.out : terminal.err, to_stdout ? options.format : Format::Text,
                                 TextStyle{.color = to_stdout && options.color, .full = options.verbose});
  }
  terminal.out.flush();
  ApplyOutcome outcome;
  if (!planned->plan.steps.empty()) {
    ask_for_approval(options, terminal, *planned);
    ReconcileOptions reconcile = options.reconcile;
    if (!options.auto_approve) reconcile.expected_fingerprint = planned->fingerprint;
    if (input.saved) {
      reconcile.resolve = input.saved->resolve;
      reconcile.expected_fingerprint = input.saved->fingerprint;
    }
    Progress progress(options, terminal);
    try {
      outcome = apply_planned(*planned, connector, reconcile, progress);
    } catch (...) {
      progress.clear();
      terminal.err << "pgcharter: " << progress.committed_so_far() << '\n';
      throw;
    }
  }
  write_result(options, terminal, *planned, outcome);
  return kDone;
}

}  // namespace pgcharter::cli
