// What is made of the server's answers about a COMMIT that got none. The faults themselves are injected in tests/faults.
#include "apply/commit.h"

#include <chrono>

#include <gtest/gtest.h>

#include "support/scripted_connection.h"

namespace pgcharter::testing {
namespace {

/// A script whose transaction ends when its idle session is ended.
class Watched final : public Connection {
 public:
  Watched(ScriptedConnection& inner, std::size_t& rounds, bool& ended) : inner_(inner), rounds_(rounds), ended_(ended) {}
  [[nodiscard]] const ServerInfo& server() const override { return inner_.server(); }
  void query(const Query& query, const std::vector<std::optional<std::string>>& parameters,
             const std::function<void(const Row&)>& each) override {
    if (query.name == "transaction_status") ++rounds_;
    if (query.name == "end_idle_session") {
      ended_ = true;
      inner_.answer("transaction_status", {{"aborted"}});
    }
    inner_.query(query, parameters, each);
  }
  std::vector<Notice> execute(std::string_view sql) override { return inner_.execute(sql); }
  std::string scram_verifier(const std::string&, const std::string&) override { return {}; }
  void cancel() noexcept override {}
  [[nodiscard]] long round_trips() const override { return 0; }

 private:
  ScriptedConnection& inner_;
  std::size_t& rounds_;
  bool& ended_;
};

class SettleCommit : public ::testing::Test {
 protected:
  LostCommit lost{.what = "database \"app\"", .transaction = "4711", .server = {}};
  ApplyOptions options;

  SettleCommit() {
    lost.server.system_identifier = "7";
    options.wait = std::chrono::milliseconds(150);
  }

  static std::unique_ptr<ScriptedConnection> server(const std::string& status) {
    auto connection = std::make_unique<ScriptedConnection>();
    connection->info.system_identifier = "7";
    connection->answer("transaction_status", {{status}});
    connection->answer("end_idle_session", {});
    return connection;
  }

  /// The error of settling with this one connection; "" where it was committed.
  Error settle(std::unique_ptr<ScriptedConnection> connection) {
    try {
      const auto left = settle_commit(
          lost, [&]() -> std::unique_ptr<Connection> { return std::move(connection); }, options);
      EXPECT_NE(left, nullptr);
      return Error("");
    } catch (const Error& error) {
      return error;
    }
  }
};

TEST_F(SettleCommit, BelievesTheServer) {
  EXPECT_STREQ(settle(server("committed")).what(), "");
  const Error error = settle(server("aborted"));
  EXPECT_STREQ(error.what(), "the connection was lost at COMMIT; database \"app\" was not committed");
  EXPECT_EQ(error.code, "");
}

TEST_F(SettleCommit, NumberThatTheServerNeverGaveMeansNotCommitted) {
  auto connection = server("");
  Error future("transaction ID 4711 is in the future");
  future.code = "22023";
  connection->fail("transaction_status", future);
  EXPECT_NE(std::string(settle(std::move(connection)).what()).find("was not committed"), std::string::npos);
}

TEST_F(SettleCommit, StandbyOrAnotherServerCanNotTell) {
  EXPECT_EQ(settle(server("a standby")).code, kOutcomeUnknown);
  auto another = server("committed");
  another->info.system_identifier = "8";
  const Error error = settle(std::move(another));
  EXPECT_EQ(error.code, kOutcomeUnknown);
  EXPECT_NE(std::string(error.what()).find("another server answers now"), std::string::npos);
  EXPECT_NE(error.hint.find("pg_xact_status('4711')"), std::string::npos);
}

TEST_F(SettleCommit, UnreachableServerLeavesItOpen) {
  const auto nobody = []() -> std::unique_ptr<Connection> { throw Error("connection refused"); };
  try {
    settle_commit(lost, nobody, options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code, kOutcomeUnknown);
    EXPECT_NE(std::string(error.what()).find("not known whether database \"app\" was committed: connection refused"), std::string::npos);
  }
}

TEST_F(SettleCommit, TransactionInProgressIsWaitedForAndItsIdleSessionEnded) {
  options.wait = std::chrono::milliseconds(1300);
  const auto script = server("in progress");
  std::size_t rounds = 0;
  bool ended = false;
  try {
    settle_commit(
        lost, [&]() -> std::unique_ptr<Connection> { return std::make_unique<Watched>(*script, rounds, ended); }, options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("was not committed"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(ended);
  EXPECT_GT(rounds, 5U) << "a COMMIT that is at work is given time";
}

}  // namespace
}  // namespace pgcharter::testing
