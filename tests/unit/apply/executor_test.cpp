// The executor against a connection that records what it is sent: order, roles, warnings, secrets, interruption.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "pgcharter/apply.h"

namespace pgcharter {
namespace {

constexpr const char* kVerifier = "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy";

/// Answers every statement with success, unless a text that it contains has an answer of its own.
class RecordingConnection : public Connection {
 public:
  RecordingConnection() { server_.user = "deployer"; }

  const ServerInfo& server() const override { return server_; }
  void query(const Query& query, const std::vector<std::optional<std::string>>& /*parameters*/,
             const std::function<void(const Row&)>& each) override {
    sent.push_back("query " + std::string(query.name));
    for (const auto& row : rows) each(FakeRow(row));
  }
  std::vector<Notice> execute(std::string_view sql) override {
    sent.emplace_back(sql);
    for (const auto& [part, error] : errors) {
      if (sql.find(part) != std::string_view::npos) throw error;
    }
    for (const auto& [part, notice] : notices) {
      if (sql.find(part) != std::string_view::npos) return {notice};
    }
    return {};
  }
  std::string scram_verifier(const std::string& role, const std::string& password) override {
    hashed.push_back(role + "/" + password);
    return kVerifier;
  }
  void cancel() noexcept override {}
  long round_trips() const override { return static_cast<long>(sent.size()); }

  ServerInfo server_;
  std::vector<std::string> sent;
  std::vector<std::string> hashed;
  std::vector<std::pair<std::string, Error>> errors;
  std::vector<std::pair<std::string, Notice>> notices;
  std::vector<std::vector<std::optional<std::string>>> rows;

 private:
  class FakeRow : public Row {
   public:
    explicit FakeRow(const std::vector<std::optional<std::string>>& values) : values_(values) {}
    bool is_null(int column) const override { return !values_[static_cast<std::size_t>(column)]; }
    std::string_view text(int column) const override {
      const auto& value = values_[static_cast<std::size_t>(column)];
      return value ? std::string_view(*value) : std::string_view();
    }

   private:
    const std::vector<std::optional<std::string>>& values_;
  };
};

Error server_error(const std::string& code, const std::string& message) {
  Error error(message);
  error.code = code;
  return error;
}

Statement statement(const std::string& sql, const std::string& run_as = {}) {
  Statement result;
  result.sql = sql;
  result.run_as = run_as;
  return result;
}

Statement password_statement(const PasswordSource& source) {
  Statement result = statement("ALTER ROLE \":'pw'\" PASSWORD :'pw'");
  result.secrets["pw"] = source;
  result.secret_role = ":'pw'";
  return result;
}

using Sent = std::vector<std::string>;

TEST(ApplyExecutor, OpensAReadCommittedTransactionWithItsTimeouts) {
  RecordingConnection connection;
  ApplyOptions options;
  options.lock_timeout = "5'; DROP";
  options.statement_timeout = "1min";
  begin_apply(connection, options);
  EXPECT_EQ(connection.sent,
            Sent{"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL search_path = ''; SET LOCAL client_min_messages = 'warning'; "
                 "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '5''; DROP'; SET LOCAL statement_timeout = "
                 "'1min'"});
}

TEST(ApplyExecutor, SwitchesTheRoleOnlyWhereItChangesAndComesBack) {
  RecordingConnection connection;
  ApplyObserver observer;
  execute(connection, {{statement("A"), statement("B", "o\"wner"), statement("C", "o\"wner"), statement("D"), statement("E", "other")}},
          observer);
  EXPECT_EQ(connection.sent,
            (Sent{"A", "SET LOCAL ROLE \"o\"\"wner\"", "B", "C", "RESET ROLE", "D", "SET LOCAL ROLE \"other\"", "E", "RESET ROLE"}));
}

TEST(ApplyExecutor, TellsTheObserverBeforeEachStatement) {
  class Observer : public ApplyObserver {
   public:
    void statement_begins(const Statement& s, std::size_t index, std::size_t count) override {
      seen.push_back(s.sql + " " + std::to_string(index) + "/" + std::to_string(count));
    }
    Sent seen;
  };
  RecordingConnection connection;
  Observer observer;
  execute(connection, {{statement("A"), statement("B")}}, observer);
  EXPECT_EQ(observer.seen, (Sent{"A 0/2", "B 1/2"}));
}

TEST(ApplyExecutor, NamesTheStatementThatFailed) {
  RecordingConnection connection;
  connection.errors.emplace_back("B", server_error("42501", "permission denied"));
  ApplyObserver observer;
  Statement second = statement("B");
  second.provenance = "app.yaml:42";
  try {
    execute(connection, {{statement("A"), second, statement("C")}}, observer);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.statement, "B\n-- app.yaml:42");
    EXPECT_EQ(error.code, "42501");
  }
  EXPECT_EQ(connection.sent, (Sent{"A", "B"}));
}

TEST(ApplyExecutor, NamesTheRoleSwitchThatFailed) {
  RecordingConnection connection;
  connection.errors.emplace_back("SET LOCAL ROLE", server_error("42501", "permission denied to set role"));
  ApplyObserver observer;
  try {
    execute(connection, {{statement("A", "owner")}}, observer);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.statement, "SET LOCAL ROLE \"owner\"");
  }
}

TEST(ApplyExecutor, TreatsAPrivilegeNotGrantedAsFailure) {
  RecordingConnection connection;
  connection.notices.emplace_back("GRANT", Notice{"01007", "no privileges were granted for \"t\""});
  Statement grant = statement("GRANT SELECT ON TABLE \"t\" TO \"r\"", "table owner");
  grant.checks_warnings = true;
  ApplyObserver observer;
  try {
    execute(connection, {{grant}}, observer);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the server did not carry out the statement: no privileges were granted for \"t\"");
    EXPECT_EQ(error.statement, grant.sql);
    EXPECT_NE(error.hint.find("table owner"), std::string::npos) << error.hint;
  }
}

TEST(ApplyExecutor, TreatsAPrivilegeNotRevokedAsFailure) {
  RecordingConnection connection;
  connection.notices.emplace_back("REVOKE", Notice{"01006", "no privileges could be revoked for \"t\""});
  Statement revoke = statement("REVOKE SELECT ON TABLE \"t\" FROM \"r\"");
  revoke.checks_warnings = true;
  ApplyObserver observer;
  try {
    execute(connection, {{revoke}}, observer);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code, "01006");
    EXPECT_NE(error.hint.find("deployer"), std::string::npos) << error.hint;
  }
}

TEST(ApplyExecutor, LetsOtherWarningsPass) {
  RecordingConnection connection;
  connection.notices.emplace_back("GRANT", Notice{"01000", "role is already a member"});
  Statement grant = statement("GRANT a TO b");
  grant.checks_warnings = true;
  ApplyObserver observer;
  EXPECT_NO_THROW(execute(connection, {{grant}}, observer));
}

TEST(ApplyExecutor, StopsAtTheNextStatementWhenInterrupted) {
  class Observer : public ApplyObserver {
    void statement_begins(const Statement&, std::size_t, std::size_t) override { g_interrupted = 2; }
  };
  RecordingConnection connection;
  Observer observer;
  EXPECT_THROW(execute(connection, {{statement("A"), statement("B")}}, observer), Error);
  g_interrupted = 0;
  EXPECT_EQ(connection.sent, Sent{"A"});
}

TEST(ApplyExecutor, CallsACancelledStatementInterrupted) {
  class Observer : public ApplyObserver {
    void statement_begins(const Statement&, std::size_t index, std::size_t) override { g_interrupted = index == 1 ? 2 : 0; }
  };
  class Connection : public RecordingConnection {
   public:
    std::vector<Notice> execute(std::string_view sql) override {
      if (sql != "B") return {};
      for (int i = 0; i < 500 && cancelled == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
      throw server_error("57014", "canceling statement due to user request");
    }
    void cancel() noexcept override { ++cancelled; }
    std::atomic<int> cancelled = 0;
  };
  Connection connection;
  Observer observer;
  try {
    execute(connection, {{statement("A"), statement("B")}}, observer);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "interrupted during statement 2 of 2");
  }
  g_interrupted = 0;
  EXPECT_GT(connection.cancelled, 0);
}

TEST(ApplySecrets, SendsAVerifierOutsideQuotesOnly) {
  ::setenv("PGCHARTER_UNIT_SECRET", "hunter2", 1);
  RecordingConnection connection;
  ApplyObserver observer;
  execute(connection, {{password_statement({PasswordSource::Kind::Env, "PGCHARTER_UNIT_SECRET", {}})}}, observer);
  EXPECT_EQ(connection.hashed, Sent{":'pw'/hunter2"});
  EXPECT_EQ(connection.sent, Sent{std::string("ALTER ROLE \":'pw'\" PASSWORD '") + kVerifier + "'"});
}

TEST(ApplySecrets, KeepsTheStatementOutOfTheLogWhereItMay) {
  ::setenv("PGCHARTER_UNIT_SECRET", "hunter2", 1);
  RecordingConnection connection;
  connection.server_.superuser = true;
  ApplyObserver observer;
  execute(connection, {{password_statement({PasswordSource::Kind::Env, "PGCHARTER_UNIT_SECRET", {}})}}, observer);
  ASSERT_EQ(connection.sent.size(), 3u);
  EXPECT_NE(connection.sent[0].find("SET LOCAL log_statement = 'none'"), std::string::npos);
  EXPECT_NE(connection.sent[2].find("SET LOCAL log_statement TO DEFAULT"), std::string::npos);
}

TEST(ApplySecrets, TrimsOneNewlineOfAFile) {
  const std::string path = ::testing::TempDir() + "pgcharter_unit_secret";
  std::ofstream(path) << "two\nlines\n\n";
  RecordingConnection connection;
  ApplyObserver observer;
  execute(connection, {{password_statement({PasswordSource::Kind::File, path, {}})}}, observer);
  std::remove(path.c_str());
  EXPECT_EQ(connection.hashed, Sent{":'pw'/two\nlines\n"});
}

TEST(ApplySecrets, NamesASourceThatIsMissing) {
  ::unsetenv("PGCHARTER_UNIT_MISSING");
  RecordingConnection connection;
  ApplyObserver observer;
  try {
    execute(connection, {{password_statement({PasswordSource::Kind::Env, "PGCHARTER_UNIT_MISSING", {"a.yaml", 7, 15}})}}, observer);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("PGCHARTER_UNIT_MISSING"), std::string::npos);
    EXPECT_NE(error.hint.find("a.yaml:7:15"), std::string::npos) << error.hint;
  }
  EXPECT_TRUE(connection.sent.empty());
}

TEST(ApplySecrets, AreInNoPartOfAnError) {
  ::setenv("PGCHARTER_UNIT_SECRET", "hunter2", 1);
  RecordingConnection connection;
  Error refused = server_error("42601", std::string("syntax error at or near \"'") + kVerifier + "'\"");
  refused.detail = kVerifier;
  refused.hint = kVerifier;
  refused.statement = std::string("ALTER ROLE x PASSWORD '") + kVerifier + "'";
  connection.errors.emplace_back("PASSWORD", refused);
  ApplyObserver observer;
  try {
    execute(connection, {{password_statement({PasswordSource::Kind::Env, "PGCHARTER_UNIT_SECRET", {}})}}, observer);
    FAIL() << "no error";
  } catch (const Error& error) {
    const std::string all = error.what() + error.detail + error.hint + error.statement;
    EXPECT_EQ(all.find("SCRAM"), std::string::npos) << all;
    EXPECT_EQ(error.statement, "ALTER ROLE \":'pw'\" PASSWORD :'pw'");
    EXPECT_EQ(error.code, "42601");
  }
}

TEST(ApplyLock, TakesATransactionLevelLock) {
  RecordingConnection connection;
  take_lock(connection, {});
  ASSERT_EQ(connection.sent.size(), 1u);
  EXPECT_NE(connection.sent[0].find("SET LOCAL lock_timeout = 60000; SELECT pg_catalog.pg_advisory_xact_lock(7236837471893582)"),
            std::string::npos)
      << connection.sent[0];
}

TEST(ApplyLock, NamesTheHolder) {
  RecordingConnection connection;
  connection.errors.emplace_back("pg_advisory_xact_lock", server_error("55P03", "canceling statement due to lock timeout"));
  connection.rows = {{"4711", "ci", "pgcharter: weavix", std::nullopt}};
  ApplyOptions options;
  options.wait = std::chrono::milliseconds(0);
  try {
    take_lock(connection, options);
    FAIL() << "no refusal";
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.exit_code, 1);
    EXPECT_STREQ(refusal.what(), "another apply is at work on this server: pid 4711, user ci, application \"pgcharter: weavix\"");
    EXPECT_FALSE(is_retryable(refusal));
  }
  EXPECT_EQ(connection.sent[1], "ROLLBACK");
}

TEST(ApplyRetry, KnowsWhatAFreshPlanMaySurvive) {
  EXPECT_TRUE(is_retryable(server_error("40001", "could not serialize access")));
  EXPECT_TRUE(is_retryable(server_error("40P01", "deadlock detected")));
  EXPECT_TRUE(is_retryable(server_error("55P03", "canceling statement due to lock timeout")));
  EXPECT_TRUE(is_retryable(server_error("XX000", "tuple concurrently updated")));
  EXPECT_TRUE(is_retryable(server_error("23505", "duplicate key value violates unique constraint \"pg_authid_rolname_index\"")));
  EXPECT_FALSE(is_retryable(server_error("23505", "duplicate key value violates unique constraint \"orders_pkey\"")));
  EXPECT_FALSE(is_retryable(server_error("XX000", "cache lookup failed for type 1")));
  EXPECT_FALSE(is_retryable(server_error("42501", "permission denied")));
}

}  // namespace
}  // namespace pgcharter
