// A coordinator and its workers for a test: throw-away servers with Citus where the server under test offers the extension, or with the
// stand-in of emulated_citus.sql, which needs psql.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "pgcharter/connection.h"

#include "sandbox/sandbox.h"

namespace pgcharter::testing {

class CitusCluster {
 public:
  /// Server 0 is the coordinator.
  CitusCluster(bool real, int workers) : real_(real) {
    for (int i = 0; i <= workers; ++i) add_server();
    const auto coordinator = open(0);
    if (real) {
      coordinator->execute("SELECT pg_catalog.citus_set_coordinator_host('127.0.0.1', " + port(0) + ")");
    } else {
      coordinator->execute("INSERT INTO pg_catalog.pg_dist_node (groupid, nodename, nodeport) VALUES (0, '127.0.0.1', " + port(0) + ")");
    }
    for (int i = 1; i <= workers; ++i) join(i);
  }

  /// Why there can be no such cluster here; empty where there can.
  static std::string obstacle(bool real, Connection& server) {
    bool offered = false;
    server.query({"offered", "select exists (select from pg_catalog.pg_available_extensions e where e.name = 'citus')"}, {},
                 [&](const Row& row) { offered = row.boolean(0); });
    if (real) return offered ? "" : "the server under test does not offer the extension citus";
    return psql().empty() ? "the stand-in needs psql" : "";
  }

  /// Another server that is no node yet.
  int add_server() {
    SandboxOptions options;
    if (const char* folder = std::getenv("PGCHARTER_TEST_BIN_DIR")) options.bin_dir = folder;
    options.tcp = true;
    if (real_) {
      options.settings = {"shared_preload_libraries = 'citus'", "wal_level = logical", "citus.node_conninfo = 'sslmode=disable'",
                          "max_worker_processes = 16"};
    }
    servers_.push_back(std::make_unique<Sandbox>(options));
    const int number = static_cast<int>(servers_.size()) - 1;
    const auto connection = open(number);
    connection->execute(real_ ? std::string("CREATE EXTENSION citus") : stand_in());
    if (!real_) connection->execute("INSERT INTO pg_catalog.pg_dist_local_group VALUES (" + std::to_string(number) + ")");
    return number;
  }

  void join(int number) {
    const std::string sql = real_ ? "SELECT pg_catalog.citus_add_node('127.0.0.1', " + port(number) + ")"
                                  : "INSERT INTO pg_catalog.pg_dist_node (groupid, nodename, nodeport) VALUES (" + std::to_string(number) +
                                        ", '127.0.0.1', " + port(number) + ")";
    open(0)->execute(sql);
  }

  [[nodiscard]] std::string node(int number) const { return "127.0.0.1:" + port(number); }
  Sandbox& server(int number) { return *servers_[static_cast<std::size_t>(number)]; }
  [[nodiscard]] int size() const { return static_cast<int>(servers_.size()); }
  [[nodiscard]] bool real() const { return real_; }

  std::unique_ptr<Connection> open(int number) {
    ConnectOptions options;
    options.dbname = server(number).conninfo("postgres");
    options.application_name = "pgcharter test";
    return connect(options);
  }

  /// What makes objects: on a real cluster Citus brings them to the workers.
  void run_everywhere(const std::string& sql) {
    for (int i = 0; i < (real_ ? 1 : size()); ++i) open(i)->execute(sql);
  }

  /// On one worker only.
  void run_apart(int number, const std::string& sql) {
    const auto connection = open(number);
    connection->execute("SET citus.enable_ddl_propagation TO off");
    connection->execute(sql);
  }

  /// The first value of a query on one server.
  std::string value(int number, const std::string& sql) {
    std::string result;
    open(number)->query({"test", sql}, {}, [&](const Row& row) { result = row.text(0); });
    return result;
  }

 private:
  bool real_;
  std::vector<std::unique_ptr<Sandbox>> servers_;

  [[nodiscard]] std::string port(int number) const { return std::to_string(servers_[static_cast<std::size_t>(number)]->tcp_port()); }

  static std::string stand_in() {
    std::ifstream in(PGCHARTER_SOURCE_DIR "/tests/support/emulated_citus.sql");
    std::ostringstream text;
    text << in.rdbuf();
    std::string sql = text.str();
    const std::string_view command = "'psql -X";
    sql.replace(sql.find(command), command.size(), "'" + psql() + " -X");
    return sql;
  }

  /// The program itself: what Debian has in the path is a script that takes its time.
  static std::string psql() {
    std::vector<std::string> folders = server_bin_dirs();
    if (const char* folder = std::getenv("PGCHARTER_TEST_BIN_DIR")) folders.insert(folders.begin(), folder);
    for (const std::string& folder : folders) {
      if (std::filesystem::exists(folder + "/psql")) return folder + "/psql";
    }
    return {};
  }
};

}  // namespace pgcharter::testing
