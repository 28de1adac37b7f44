// The table of verbs, and the one place where exceptions become exit codes (docs/exit-codes.md).
//
// Signals: apply and sandbox have something to put in order, so the first SIGINT or SIGTERM only raises g_interrupted; a
// second one ends the process at once. Every other verb only reads: there the first one ends it (the server rolls the
// reading transaction back). SA_RESTART is left out, so that waiting for an answer ends too.

#include "cli/run.h"

#include <array>
#include <iostream>

#include <signal.h>
#include <unistd.h>

#include "pgcharter/report.h"

#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/verbs.h"

namespace pgcharter::cli {
namespace {

struct Command {
  std::string_view name;
  int (*function)(const Options&, Terminal&);
  bool cleans_up;  ///< a signal must not end it at once
};
constexpr std::array<Command, 11> kCommands{{{"validate", validate, false},
                                             {"plan", plan, false},
                                             {"apply", apply, true},
                                             {"drift", drift, false},
                                             {"show", show, false},
                                             {"export", export_verb, false},
                                             {"snapshot", snapshot, false},
                                             {"sandbox", sandbox, true},
                                             {"whoami", whoami, false},
                                             {"rotate", rotate, true},
                                             {"token", token, false}}};

volatile sig_atomic_t g_end_at_once = 1;

extern "C" void on_signal(int number) {
  if (g_end_at_once != 0 || g_interrupted != 0) _exit(kSignal + number);
  g_interrupted = number;
}

void install_signal_handlers(bool end_at_once) {
  g_end_at_once = end_at_once ? 1 : 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

/// Every line of `text` under a label; what a server or a name holds is escaped line by line.
void print_lines(std::ostream& err, std::string_view label, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    err << "  " << label << printable(text.substr(0, end)) << '\n';
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (!label.empty()) label = "  ";
  }
}

void print_error(std::ostream& err, const Error& error) {
  const std::string_view message = error.what();
  // Our own messages may list things, one per line; what a server says is one line, whatever names it holds.
  const std::size_t end = error.code.empty() ? message.find('\n') : std::string_view::npos;
  err << "pgcharter: error: " << printable(message.substr(0, end));
  if (error.code.size() == 5) err << " (SQLSTATE " << printable(error.code) << ')';
  err << '\n';
  if (end != std::string_view::npos) print_lines(err, "", message.substr(end + 1));
  print_lines(err, "detail: ", error.detail);
  print_lines(err, "statement: ", error.statement);
  print_lines(err, "hint: ", error.hint);
  err << std::flush;
}

int run_verb(int argc, char** argv, Terminal& terminal) {
  const std::optional<Options> options = parse_options(argc, argv, terminal);
  if (!options) return kDone;
  for (const Command& command : kCommands) {
    if (command.name != options->verb) continue;
    install_signal_handlers(!command.cleans_up);
    return command.function(*options, terminal);
  }
  throw Error("unknown verb " + options->verb);
}

int guarded(int argc, char** argv, Terminal& terminal) {
  try {
    return run_verb(argc, argv, terminal);
  } catch (const AlreadyReported&) {
    return kError;
  } catch (const Refusal& refusal) {
    print_error(terminal.err, refusal);
    return refusal.exit_code;
  } catch (const Error& error) {
    print_error(terminal.err, error);
    return kError;
  } catch (const std::exception& e) {
    print_error(terminal.err, Error(std::string("internal error: ") + e.what(), "This is a bug of pgcharter; please report it."));
    return kError;
  }
}

}  // namespace

int run(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  signal(SIGPIPE, SIG_IGN);  // a reader that ends early is a failed write, not a death without words
  Terminal terminal{.in = std::cin,
                    .out = std::cout,
                    .err = std::cerr,
                    .in_is_terminal = isatty(STDIN_FILENO) != 0,
                    .out_is_terminal = isatty(STDOUT_FILENO) != 0,
                    .err_is_terminal = isatty(STDERR_FILENO) != 0};
  const int code = guarded(argc, argv, terminal);
  std::cout.flush();
  if (const int number = g_interrupted; number != 0) return kSignal + number;
  return code;
}

}  // namespace pgcharter::cli
