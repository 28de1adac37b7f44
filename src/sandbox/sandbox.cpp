// A throw-away PostgreSQL: initdb in a fresh folder, a postmaster as a direct child, removal at the end.
//
// The server is our own child (not pg_ctl's), so that its pid is known for certain and that it can be told to die with us:
// PR_SET_PDEATHSIG sends it SIGINT, a fast shutdown, however we end. That signal is tied to the thread that forked, and a change of
// user clears it, so it is set after setuid(). PostgreSQL refuses to run as root: a root caller's server runs as "postgres" or "nobody",
// by setgid/setuid in the child. Trust authentication is safe because only that user and root can reach the socket's folder (mode 0700).
// Readiness is the 8th line of postmaster.pid (src/include/utils/pidfile.h), as pg_ctl reads it: no client library is needed.

#include "sandbox/sandbox.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pgcharter/diagnostics.h"

#include "base/strings.h"

namespace pgcharter {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto kStartTimeout = std::chrono::seconds(60);
constexpr auto kStopTimeout = std::chrono::seconds(60);
constexpr auto kPoll = std::chrono::milliseconds(10);
// A socket's path holds 107 bytes; the folder must leave room for "/pgcharter-XXXXXX/.s.PGSQL.65535".
constexpr std::size_t kLongestParent = 70;

[[noreturn]] void fail(const std::string& what) { throw Error(fmt::format("{}: {}", what, std::strerror(errno))); }

/// Who the server runs as: nobody else than us, unless we are root.
const passwd* server_user() {
  if (geteuid() != 0) return nullptr;
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* user = getpwnam(name)) return user;
  }
  throw Error("PostgreSQL can't run as root, and there is no user postgres or nobody to run it as");
}

bool has_programs(const fs::path& folder) {
  return access((folder / "initdb").c_str(), X_OK) == 0 && access((folder / "postgres").c_str(), X_OK) == 0;
}

/// Our environment without what would reach the server's own settings.
std::vector<std::string> clean_environment() {
  std::vector<std::string> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!text.starts_with("PG") && !text.starts_with("LC_")) kept.emplace_back(text);
  }
  return kept;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// Starts a program as the server's user, its output appended to `log`. Everything that allocates is done before the fork.
pid_t spawn(std::vector<std::string> arguments, const std::string& folder, const std::string& log) {
  std::vector<std::string> environment = clean_environment();
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(environment);
  const passwd* user = server_user();
  const uid_t uid = user != nullptr ? user->pw_uid : 0;
  const gid_t gid = user != nullptr ? user->pw_gid : 0;
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) fail("can't start " + arguments[0]);
  if (pid > 0) return pid;

  // From here on we are the child: only async-signal-safe calls.
  for (int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT, SIGCHLD}) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  setsid();  // a Ctrl-C at our terminal is for us; the server gets its signal when we end
  umask(077);
  const int input = open("/dev/null", O_RDONLY);
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (input < 0 || output < 0 || chdir(folder.c_str()) != 0) _exit(126);
  dup2(input, 0);
  dup2(output, 1);
  dup2(output, 2);
  for (int descriptor = 3; descriptor < 1024; ++descriptor) close(descriptor);
  if (user != nullptr && (setgroups(0, nullptr) != 0 || setgid(gid) != 0 || setuid(uid) != 0)) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGINT);
  if (getppid() != parent) _exit(126);
  execve(argv[0], argv.data(), envp.data());
  _exit(127);
}

int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return status;
}

/// Waits until the child has ended; false when `limit` passes first.
bool wait_for(pid_t pid, std::chrono::seconds limit) {
  const auto end = Clock::now() + limit;
  while (Clock::now() < end) {
    const pid_t ended = waitpid(pid, nullptr, WNOHANG);
    if (ended == pid || (ended < 0 && errno != EINTR)) return true;
    std::this_thread::sleep_for(kPoll);
  }
  return false;
}

std::string make_folder() {
  std::string parent = "/tmp";
  // Root's TMPDIR may be closed to the server's user.
  if (const char* given = std::getenv("TMPDIR");
      given != nullptr && *given == '/' && geteuid() != 0 && std::strlen(given) <= kLongestParent) {
    parent = given;
  }
  std::string folder = parent + "/pgcharter-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) fail("can't make a folder in " + parent);
  if (const passwd* user = server_user(); user != nullptr && chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) {
    fail("can't give " + folder + " to " + user->pw_name);
  }
  return folder;
}

/// A port that nobody listens on now.
int free_tcp_port() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  const bool bound = descriptor >= 0 && bind(descriptor, any, size) == 0 && getsockname(descriptor, any, &size) == 0;
  if (descriptor >= 0) close(descriptor);
  if (!bound) fail("can't find a free TCP port");
  return ntohs(address.sin_port);
}

/// A value in postgresql.conf and in a conninfo string, which differ in how they escape a quote.
std::string quoted(std::string_view text, std::string_view escaped_quote) {
  std::string result = "'";
  for (char c : text) {
    if (c == '\'') {
      result += escaped_quote;
    } else {
      if (c == '\\') result += '\\';
      result += c;
    }
  }
  return result + "'";
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string tail(const std::string& text, std::size_t size) { return text.size() <= size ? text : text.substr(text.size() - size); }

void run_initdb(const std::string& bin_dir, const std::string& folder, const std::string& superuser) {
  const std::string log = folder + "/initdb.log";
  // C.UTF-8 orders by code point and knows the characters; where the system has none, C does.
  for (const char* locale : {"C.UTF-8", "C"}) {
    const pid_t pid = spawn({bin_dir + "/initdb", "-D", folder + "/data", "-U", superuser, "-A", "trust", "-E", "UTF8", "--no-sync",
                             "--no-instructions", std::string("--locale=") + locale},
                            folder, log);
    if (wait_for(pid) == 0) return;
    std::error_code ignored;
    fs::remove_all(folder + "/data", ignored);
  }
  throw Error(fmt::format("{}/initdb failed", bin_dir), tail(text_of(log), 2000));
}

}  // namespace

std::vector<std::string> server_bin_dirs() {
  std::vector<std::pair<int, std::string>> installed;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version > 0 && has_programs(entry.path() / "bin")) installed.emplace_back(version, (entry.path() / "bin").string());
  }
  std::ranges::sort(installed, std::greater{});
  std::vector<std::string> folders;
  for (auto& [version, folder] : installed) folders.push_back(std::move(folder));
  const char* path = std::getenv("PATH");
  for (const std::string& folder : split(path != nullptr ? path : "", ':')) {
    if (!folder.empty() && has_programs(folder) && std::ranges::find(folders, folder) == folders.end()) folders.push_back(folder);
  }
  return folders;
}

Sandbox::Sandbox(const SandboxOptions& options) : superuser_(options.superuser), bin_dir_(options.bin_dir) {
  if (bin_dir_.empty()) {
    const auto found = server_bin_dirs();
    if (found.empty())
      throw Error("no PostgreSQL server was found", "Install the server's package, or put its folder with initdb and postgres on PATH.");
    bin_dir_ = found.front();
  } else if (!has_programs(bin_dir_)) {
    throw Error(fmt::format("{} has no initdb and postgres to run", bin_dir_));
  }
  folder_ = host_ = make_folder();
  try {
    run_initdb(bin_dir_, folder_, superuser_);
    if (options.tcp) tcp_port_ = free_tcp_port();
    port_ = std::to_string(options.tcp ? tcp_port_ : 54320);
    {
      std::ofstream conf(folder_ + "/data/postgresql.conf", std::ios::app);
      conf << "\nport = " << port_ << "\nlisten_addresses = '" << (options.tcp ? "127.0.0.1" : "")
           << "'\nunix_socket_directories = " << quoted(folder_, "''")
           << "\nfsync = off\nfull_page_writes = off\nsynchronous_commit = off\nlogging_collector = off\nlog_destination = 'stderr'\n";
      for (const std::string& line : options.settings) conf << line << "\n";
      if (!conf.flush()) throw Error(fmt::format("can't write {}/data/postgresql.conf", folder_));
    }
    start();
  } catch (...) {
    stop();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    throw;
  }
}

Sandbox::~Sandbox() {
  stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string Sandbox::conninfo(const std::string& database, const std::string& user) const {
  return fmt::format("host={} port={} dbname={} user={}", quoted(host_, "\\'"), quoted(port_, "\\'"), quoted(database, "\\'"),
                     quoted(user.empty() ? superuser_ : user, "\\'"));
}

std::string Sandbox::log() const { return text_of(folder_ + "/log"); }

void Sandbox::start() {
  if (pid_ != 0) return;
  pid_ = spawn({bin_dir_ + "/postgres", "-D", folder_ + "/data"}, folder_, folder_ + "/log");
  const auto end = Clock::now() + kStartTimeout;
  while (Clock::now() < end) {
    const std::vector<std::string> lines = split(text_of(folder_ + "/data/postmaster.pid"), '\n');
    if (lines.size() >= 8 && lines[0] == std::to_string(pid_) && trim(lines[7]) == "ready") return;
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      throw Error("the sandbox's server did not start", tail(log(), 2000));
    }
    std::this_thread::sleep_for(kPoll);
  }
  stop();
  throw Error("the sandbox's server did not become ready in time", tail(log(), 2000));
}

void Sandbox::stop() {
  if (pid_ == 0) return;
  // Fast shutdown, then immediate, then by force; the pid is our child's until it has been waited for.
  for (int signal : {SIGINT, SIGQUIT, SIGKILL}) {
    kill(pid_, signal);
    if (wait_for(pid_, kStopTimeout)) break;
  }
  pid_ = 0;
}

}  // namespace pgcharter
