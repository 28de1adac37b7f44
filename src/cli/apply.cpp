// apply: plan, show, ask, carry out. apply_planned() plans once more under the lock. What a person approved is the plan that was printed,
// and a saved plan is what was reviewed: where another one comes out then, nothing is done (exit 3). --auto-approve approves the charter:
// a plan that the server's changes have made another one is carried out, within the same guards. A rehearsal changes nothing, so nobody is
// asked.

#include <istream>
#include <ostream>

#include <fmt/format.h>

#include "pgcharter/apply_records.h"

#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/observers.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/verbs.h"

namespace pgcharter::cli {
namespace {

constexpr std::string_view kOutcomeUnknown = "08007";  // SQLSTATE transaction_resolution_unknown, see src/apply/commit.cpp

/// Returns where the answer is yes; throws where nobody can be asked, or the answer is another. A plan that a guard would
/// refuse is not asked about.
void ask_for_approval(const Options& options, Terminal& terminal, const Planned& planned) {
  if (options.auto_approve || options.reconcile.rehearse || !changes_anything(planned)) return;
  if (!terminal.in_is_terminal || !terminal.err_is_terminal) {
    throw Error("there is no terminal to ask for approval", "Review the plan, then run again with --auto-approve.");
  }
  check_guards(planned, options.reconcile);
  terminal.err << "Carry this out? Only \"yes\" is taken as approval: " << std::flush;
  std::string answer;
  std::getline(terminal.in, answer);
  if (answer != "yes") throw Refusal(kRefused, "approval declined: nothing was changed");
}

std::string counted(std::size_t n) { return fmt::format("{} statement{}", n, n == 1 ? "" : "s"); }

void write_outcome(std::ostream& out, const ApplyOutcome& outcome) {
  if (outcome.rehearsed) {
    out << fmt::format("Rehearsed: {}, verified, and rolled back. Nothing was changed.\n", counted(outcome.statements));
    if (outcome.not_rehearsed.empty()) return;
    out << "Not rehearsed, since no transaction can hold it:\n";
    for (const std::string& sql : outcome.not_rehearsed) out << "  " << printable(sql) << '\n';
  } else if (outcome.changed) {
    out << fmt::format("Applied: {}, verified. The server matches the charter.\n", counted(outcome.statements));
  }
}

void write_result(const Options& options, Terminal& terminal, const Planned& planned, const ApplyOutcome& outcome) {
  write_outputs(options, terminal, [&](std::ostream& out, Format format, const TextStyle& style) {
    if (format == Format::Json) return write_result_json(out, planned, outcome);
    // The plan itself was printed before the question.
    if (format != options.format || &out != &terminal.out) return plan_writer(planned, false)(out, format, style);
    if (format == Format::Text) write_outcome(out, outcome);
  });
}

void show_plan(const Options& options, Terminal& terminal, const Planned& planned) {
  const bool to_stdout = options.format != Format::Json;
  if (to_stdout || !options.quiet || !options.auto_approve) {
    plan_writer(planned, false)(to_stdout ? terminal.out : terminal.err, to_stdout ? options.format : Format::Text,
                                TextStyle{.color = to_stdout && options.color, .full = options.verbose});
  }
  terminal.out.flush();
}

ApplyOutcome carry_out(const Options& options, Terminal& terminal, const Input& input, const Planned& planned, const Connector& connector,
                       ApplyObserver& others) {
  ReconcileOptions reconcile = options.reconcile;
  if (!options.auto_approve) reconcile.expected_fingerprint = planned.fingerprint;
  if (input.saved) {
    reconcile.resolve = input.saved->resolve;
    reconcile.expected_fingerprint = input.saved->fingerprint;
  }
  std::optional<InverseFile> inverse;
  Progress progress(options, terminal);
  Observers observers;
  observers.add(progress);
  observers.add(others);
  if (!options.out_inverse.empty()) {
    inverse.emplace(options.out_inverse, planned);
    if (options.reconcile.rehearse) inverse->keep_rolled_back();
    observers.add(*inverse);
  }
  ApplyOutcome outcome;
  try {
    outcome = apply_planned(planned, connector, reconcile, observers);
  } catch (const Error& error) {
    progress.clear();
    terminal.err << "pgcharter: " << progress.committed_so_far(error.code == kOutcomeUnknown) << '\n';
    throw;
  } catch (...) {
    progress.clear();
    terminal.err << "pgcharter: " << progress.committed_so_far(false) << '\n';
    throw;
  }
  progress.clear();
  if (inverse) {
    say(options, terminal, fmt::format("The inverse is in {}.", shell_words({options.out_inverse})));
    for (const std::string& lost : inverse->not_restored()) say(options, terminal, "The inverse does not restore " + printable(lost));
  }
  return outcome;
}

/// Runs `action` between the first and the last line of the audit log.
template <typename Action>
ApplyOutcome audited(AuditLog* log, const Action& action) {
  if (log == nullptr) return action();
  const auto ends = [&](int code, const std::string& message) {
    log->apply_ends(g_interrupted != 0 ? kSignal + g_interrupted : code, message);
  };
  try {
    ApplyOutcome outcome = action();
    ends(kDone, {});
    return outcome;
  } catch (const Refusal& refusal) {
    ends(refusal.exit_code, refusal.what());
    throw;
  } catch (const Error& error) {
    ends(kError, error.what());
    throw;
  }
}

}  // namespace

int apply(const Options& options, Terminal& terminal) {
  Diagnostics diagnostics;
  const auto login = std::make_shared<LoginSource>(options.credential);
  const Input input = read_input(options, terminal, diagnostics, make_connector(options, {}, login));
  const Connector connector = make_connector(options, input.charter->name, login);
  const Planned& planned = plan_input(input, options, connector, terminal, diagnostics);
  show_plan(options, terminal, planned);
  ApplyOutcome outcome;
  outcome.rehearsed = options.reconcile.rehearse;
  if (changes_anything(planned) || !unread_nodes(planned).empty()) {
    std::optional<AuditLog> log;
    Observers others;
    if (!options.audit_log.empty()) {
      others.add(log.emplace(options.audit_log));
      log->apply_begins(planned, options.reconcile);
    }
    outcome = audited(log ? &*log : nullptr, [&] {
      ask_for_approval(options, terminal, planned);
      return carry_out(options, terminal, input, planned, connector, others);
    });
  }
  write_result(options, terminal, planned, outcome);
  return kDone;
}

}  // namespace pgcharter::cli
