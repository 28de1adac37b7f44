// posix_spawn() instead of fork(): this process has threads. The child leads a process group of its own, because az is a script that starts
// Python, and only the group can be killed as a whole. Its working directory is "/": a program that looks for settings below its working
// directory must not take them from the folder of a charter.

#include "azure/process.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pgcharter/diagnostics.h"

#include "base/strings.h"

extern char** environ;

namespace pgcharter::azure {
namespace {

constexpr std::size_t kMaximalOutput = std::size_t{1} << 20U;
using SteadyClock = std::chrono::steady_clock;

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0) throw Error("can't make a pipe");
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  void close_end(int i) {
    if (ends[i] >= 0) close(ends[i]);
    ends[i] = -1;
  }
};

/// Reads what is there; closes the pipe at its end.
void drain(Pipe& pipe, std::string& text) {
  std::array<char, 4096> buffer{};
  const ssize_t got = read(pipe.ends[0], buffer.data(), buffer.size());
  if (got > 0) {
    if (text.size() + static_cast<std::size_t>(got) <= kMaximalOutput) text.append(buffer.data(), static_cast<std::size_t>(got));
  } else if (got == 0 || errno != EINTR) {
    pipe.close_end(0);
  }
}

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    bool replaced = false;
    for (const auto& [name, value] : command.environment) replaced = replaced || text.starts_with(name + "=");
    if (!replaced) all.emplace_back(text);
  }
  for (const auto& [name, value] : command.environment) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// The child's process id, or 0.
pid_t spawn(const Command& command, const Pipe& out, const Pipe& err) {
  std::vector<std::string> words{command.program};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> variables = environment_of(command);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.ends[1], STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, "/");
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int failed = posix_spawn(&pid, command.program.c_str(), &actions, &attributes, pointers(words).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return failed == 0 ? pid : 0;
}

/// Reads both pipes until they end; false when the time is up.
bool collect(Pipe& out, Pipe& err, CommandResult& result, SteadyClock::time_point end, const std::function<bool()>& interrupted) {
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    if (interrupted && interrupted()) return false;
    if (SteadyClock::now() >= end) return false;
    std::array<pollfd, 2> polled{{{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}}};  // poll() skips -1
    poll(polled.data(), polled.size(), 100);
    if (polled[0].revents != 0) drain(out, result.out);
    if (polled[1].revents != 0) drain(err, result.err);
  }
  return true;
}

}  // namespace

CommandResult run_command(const Command& command, const std::function<bool()>& interrupted) {
  CommandResult result;
  Pipe out;
  Pipe err;
  const auto end = SteadyClock::now() + command.timeout;
  const pid_t pid = spawn(command, out, err);
  if (pid == 0) return result;
  result.started = true;
  out.close_end(1);
  err.close_end(1);
  bool in_time = collect(out, err, result, end, interrupted);
  int status = 0;
  // Its output has ended; it may still run.
  while (in_time && waitpid(pid, &status, WNOHANG) == 0) {
    if (SteadyClock::now() >= end || (interrupted && interrupted())) in_time = false;
    poll(nullptr, 0, 10);
  }
  if (!in_time) {
    kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (interrupted && interrupted()) throw Error("interrupted");
    result.timed_out = true;
    return result;
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

std::string find_program(const std::string& name, const std::string& path) {
  for (const std::string& folder : split(path, ':')) {
    if (!folder.starts_with('/')) continue;  // a relative folder means another program in every folder
    const std::string candidate = folder + "/" + name;
    struct stat info {};
    if (stat(candidate.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

}  // namespace pgcharter::azure
