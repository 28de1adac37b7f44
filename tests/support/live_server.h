// A real server for a test process: one sandbox, started when the first test asks for it. PGCHARTER_TEST_BIN_DIR names the programs of
// another version (a folder with initdb and postgres).
#pragma once

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "pgcharter/connection.h"

#include "sandbox/sandbox.h"

namespace pgcharter::testing {

/// A name as an SQL identifier, always quoted.
inline std::string ident(std::string_view name) {
  std::string text = "\"";
  for (char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

/// A text as an SQL literal; sessions have standard_conforming_strings on.
inline std::string literal(std::string_view value) {
  std::string text = "'";
  for (char c : value) {
    if (c == '\'') text += '\'';
    text += c;
  }
  return text + '\'';
}

class LiveServer {
 public:
  static LiveServer& instance() {
    static LiveServer server;
    return server;
  }

  Sandbox& sandbox() { return *sandbox_; }

  ConnectOptions options(const std::string& database = "postgres", const std::string& user = {}) {
    ConnectOptions options;
    options.dbname = sandbox_->conninfo(database, user);
    options.application_name = "pgcharter test";
    return options;
  }

  std::unique_ptr<Connection> open(const std::string& database = "postgres", const std::string& user = {}) {
    return connect(options(database, user));
  }

  /// Makes an empty database; one that is there is dropped first.
  void create_database(const std::string& name) {
    const auto admin = open();
    admin->execute("DROP DATABASE IF EXISTS " + ident(name) + " WITH (FORCE)");
    admin->execute("CREATE DATABASE " + ident(name) + " TEMPLATE template0");
  }

 private:
  std::unique_ptr<Sandbox> sandbox_;

  LiveServer() {
    SandboxOptions options;
    if (const char* folder = std::getenv("PGCHARTER_TEST_BIN_DIR")) options.bin_dir = folder;
    sandbox_ = std::make_unique<Sandbox>(options);
  }
};

/// A test with a database of its own, named after the test, and a superuser's connection to it. Roles belong to the whole server and
/// stay: tests give theirs names of their own.
class LiveTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    database_name = std::string(test->test_suite_name()) + "_" + test->name();
    if (database_name.size() > 63) database_name.resize(63);
    server.create_database(database_name);
    connection = server.open(database_name);
  }

  void run(const std::string& sql) { connection->execute(sql); }

  /// The first column of a query.
  std::vector<std::string> column(const std::string& sql) {
    std::vector<std::string> result;
    connection->query({"test", sql}, {}, [&](const Row& row) { result.emplace_back(row.text(0)); });
    return result;
  }

  LiveServer& server = LiveServer::instance();
  std::string database_name;
  std::unique_ptr<Connection> connection;
};

}  // namespace pgcharter::testing
