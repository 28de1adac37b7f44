// A throw-away local PostgreSQL: initdb, start, stop, for the sandbox verb and for the tests. PostgreSQL refuses to run as root, so
// a root caller starts it as another user. Listens on a Unix socket only, unless a TCP port is asked for.
#pragma once

#include <string>
#include <vector>

namespace pgcharter {

struct SandboxOptions {
  std::string bin_dir;                ///< with initdb and postgres; empty: the newest installed server
  std::vector<std::string> settings;  ///< "name = value" lines for postgresql.conf
  std::string superuser = "postgres";
  bool tcp = false;  ///< also on 127.0.0.1, a free port
};

class Sandbox {
 public:
  explicit Sandbox(const SandboxOptions& options = {});  ///< throws Error when no server can be found or started
  ~Sandbox();                                            ///< stops the server it started and removes its files
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  [[nodiscard]] const std::string& host() const { return host_; }  ///< the socket's folder
  [[nodiscard]] const std::string& port() const { return port_; }
  [[nodiscard]] const std::string& superuser() const { return superuser_; }
  [[nodiscard]] int tcp_port() const { return tcp_port_; }
  /// "host='…' port='…' dbname='…' user='…'"
  [[nodiscard]] std::string conninfo(const std::string& database = "postgres", const std::string& user = {}) const;
  /// What the server wrote to its log so far.
  [[nodiscard]] std::string log() const;
  void stop();  ///< fast shutdown; the data stay until destruction
  void start();

 private:
  std::string folder_, host_, port_, superuser_, bin_dir_;
  int tcp_port_ = 0;
  int pid_ = 0;
};

/// Folders with a PostgreSQL server's programs, newest major version first: /usr/lib/postgresql/*/bin, then PATH.
std::vector<std::string> server_bin_dirs();

}  // namespace pgcharter
