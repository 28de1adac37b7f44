// sandbox: a throw-away local PostgreSQL for trying things out. The charter, where one is given, is applied to it first; the
// databases that it names are created empty. A command gets the connection through libpq's variables (PostgreSQL
// documentation 34.15); variables that would lead elsewhere are taken away.

#include "sandbox/sandbox.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ostream>

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/verbs.h"

namespace pgcharter::cli {
namespace {

/// Applies the charter of `options` and returns the database that a user of the sandbox would want.
std::string apply_charter(Options options, Terminal& terminal, const Sandbox& server) {
  options.connect.dbname = server.conninfo();
  for (int i = 0; i <= static_cast<int>(Hazard::PrivilegeEscalation); ++i) options.reconcile.allow.insert(static_cast<Hazard>(i));
  Diagnostics diagnostics;
  const Input input = read_input(options, terminal, diagnostics);
  const Connector connector = make_connector(options, input.charter->name);
  std::string first = "postgres";
  for (const DatabaseCharter& database : input.charter->databases) {
    if (database.name.empty() || database.name == "postgres") continue;
    connector(std::nullopt)->execute("CREATE DATABASE " + quote_identifier(database.name));
    if (first == "postgres") first = database.name;
  }
  const Planned& planned = plan_input(input, options, connector, terminal, diagnostics);
  Progress progress(options, terminal);
  if (changes_anything(planned)) apply_planned(planned, connector, options.reconcile, progress);
  say(options, terminal, "The charter is applied to the sandbox.");
  return first;
}

/// In the child: never returns.
[[noreturn]] void run_command(const std::vector<std::string>& command, const Sandbox& server, const std::string& database) {
  setenv("PGHOST", server.host().c_str(), 1);
  setenv("PGPORT", server.port().c_str(), 1);
  setenv("PGUSER", server.superuser().c_str(), 1);
  setenv("PGDATABASE", database.c_str(), 1);
  for (const char* elsewhere : {"PGHOSTADDR", "PGSERVICE", "PGPASSWORD", "PGOPTIONS", "PGREQUIREAUTH"}) unsetenv(elsewhere);
  signal(SIGPIPE, SIG_DFL);  // run() ignores it, a command must not inherit that
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments.front(), arguments.data());
  const std::string message = fmt::format("pgcharter: can't run {}: {}\n", printable(command.front()), std::strerror(errno));
  [[maybe_unused]] const auto written = write(STDERR_FILENO, message.data(), message.size());
  _exit(127);
}

int run_and_wait(const std::vector<std::string>& command, const Sandbox& server, const std::string& database) {
  const pid_t child = fork();
  if (child < 0) throw Error(std::string("can't start a process: ") + std::strerror(errno));
  if (child == 0) run_command(command, server, database);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    // A signal of the terminal reaches the command too; the server must outlive it.
  }
  return WIFSIGNALED(status) ? kSignal + WTERMSIG(status) : WEXITSTATUS(status);
}

/// Until Enter or a signal; without standard input (a background job) until a signal.
void wait_for_end() {
  char c = 0;
  while (g_interrupted == 0) {
    const ssize_t got = read(STDIN_FILENO, &c, 1);
    if (got == 1 && c == '\n') return;
    if (got == 0 || (got < 0 && errno != EINTR)) break;
  }
  while (g_interrupted == 0) sleep(1);
}

}  // namespace

int sandbox(const Options& options, Terminal& terminal) {
  say(options, terminal, "Starting a throw-away PostgreSQL ...");
  const Sandbox server;
  std::string database = "postgres";
  if (!options.charter.empty()) database = apply_charter(options, terminal, server);
  if (!options.command.empty()) return run_and_wait(options.command, server, database);
  terminal.out << fmt::format("export PGHOST={} PGPORT={} PGUSER={} PGDATABASE={}\n", shell_words({server.host()}),
                              shell_words({server.port()}), shell_words({server.superuser()}), shell_words({database}))
               << std::flush;
  say(options, terminal, "The sandbox is running. Connect with the line above; Enter or Ctrl-C ends it.");
  wait_for_end();
  return kDone;
}

}  // namespace pgcharter::cli
