// Sends a script to the server, inside a transaction that the caller opens with begin_apply(), reads again for the
// verification, and commits. One statement at a time: the error of a statement must name it, and a warning must be
// seen before the next one runs.
//
// PostgreSQL answers a GRANT or REVOKE that it could not (fully) carry out with a warning and success: 01007
// (privilege not granted) and 01006 (privilege not revoked), see src/backend/catalog/aclchk.c, restrict_and_check_grant().
// For a tool that promises convergence that is a failure, so it is one here. client_min_messages is set because a
// role's own setting could hide those warnings.
#include <cassert>
#include <string>

#include <fmt/format.h>

#include "pgcharter/apply.h"

#include "apply/interrupt.h"
#include "apply/secret.h"

namespace pgcharter {

std::atomic<int> g_interrupted{0};

namespace {

constexpr std::string_view kQueryCanceled = "57014";
constexpr std::string_view kPrivilegeNotRevoked = "01006";
constexpr std::string_view kPrivilegeNotGranted = "01007";

// Custom parameters (pg_stat_statements) may be set whether or not the module is loaded; a superuser may set them all.
constexpr std::string_view kQuietLog =
    "SET LOCAL log_statement = 'none'; SET LOCAL log_min_error_statement = 'panic'; SET LOCAL log_min_duration_statement = -1; "
    "SET LOCAL log_min_duration_sample = -1; SET LOCAL log_transaction_sample_rate = 0; SET LOCAL pg_stat_statements.track_utility = off";
constexpr std::string_view kUsualLog =
    "SET LOCAL log_statement TO DEFAULT; SET LOCAL log_min_error_statement TO DEFAULT; SET LOCAL log_min_duration_statement TO DEFAULT; "
    "SET LOCAL log_min_duration_sample TO DEFAULT; SET LOCAL log_transaction_sample_rate TO DEFAULT; "
    "SET LOCAL pg_stat_statements.track_utility TO DEFAULT";

/// Runs what surrounds a statement; its failure is reported with its own text.
void run_setting(Connection& connection, const std::string& sql) {
  try {
    connection.execute(sql);
  } catch (Error& error) {
    if (error.statement.empty()) error.statement = sql;
    throw;
  }
}

/// Switches the role only where it changes: consecutive statements of one owner share the switch. RESET ROLE goes
/// back to what the session began with, also where the connection string or ALTER ROLE … SET role chose a role.
class RoleSwitch {
 public:
  explicit RoleSwitch(Connection& connection) : connection_(connection) {}

  void become(const std::string& role) {
    if (role == current_) return;
    run_setting(connection_, role.empty() ? std::string("RESET ROLE") : "SET LOCAL ROLE " + quote_identifier(role));
    current_ = role;
  }

 private:
  Connection& connection_;
  std::string current_;
};

void check_warnings(const Statement& statement, const std::vector<Notice>& notices, const std::string& executor) {
  for (const Notice& notice : notices) {
    if (notice.sqlstate != kPrivilegeNotGranted && notice.sqlstate != kPrivilegeNotRevoked) continue;
    const std::string& who = statement.run_as.empty() ? executor : statement.run_as;
    Error error(fmt::format("the server did not carry out the statement: {}", notice.message));
    error.code = notice.sqlstate;
    error.statement = statement.sql;
    error.hint =
        notice.sqlstate == kPrivilegeNotGranted
            ? fmt::format("Role {} is neither the owner nor a holder of the grant option; apply as the owner or as a member of it.",
                          display_name(who))
            : fmt::format("The privilege was granted by another role than {}; it can only be revoked as the role that granted it.",
                          display_name(who));
    throw error;
  }
}

/// A statement whose text holds a secret: the secret is read now, kept out of the server's log where we may, and out
/// of every error.
std::vector<Notice> execute_with_secrets(Connection& connection, RoleSwitch& role, const Statement& statement) {
  const SecretText text = resolve_secrets(connection, statement);
  const bool quiet = connection.server().superuser;
  if (quiet) {
    role.become({});  // what a superuser may set, the role of the statement perhaps may not
    run_setting(connection, std::string(kQuietLog));
  }
  role.become(statement.run_as);
  std::vector<Notice> notices;
  try {
    notices = connection.execute(text.sql);
  } catch (const Error& error) {
    throw text.scrubbed(error);
  }
  for (Notice& notice : notices) notice.message = text.scrubbed(notice.message);
  if (quiet) {
    role.become({});
    run_setting(connection, std::string(kUsualLog));
  }
  return notices;
}

void run_statement(Connection& connection, RoleSwitch& role, const Statement& statement) {
  std::vector<Notice> notices;
  if (statement.secrets.empty()) {
    role.become(statement.run_as);
    if (statement.local) run_setting(connection, "SET LOCAL citus.enable_ddl_propagation TO off");
    notices = connection.execute(statement.sql);
    if (statement.local) run_setting(connection, "SET LOCAL citus.enable_ddl_propagation TO DEFAULT");
  } else {
    notices = execute_with_secrets(connection, role, statement);
  }
  if (statement.checks_warnings) check_warnings(statement, notices, connection.server().user);
}

}  // namespace

void begin_apply(Connection& connection, const ApplyOptions& options) {
  std::string sql =
      "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL search_path = ''; SET LOCAL client_min_messages = 'warning'; "
      "SET LOCAL idle_in_transaction_session_timeout = 0";
  if (!options.lock_timeout.empty()) sql += "; SET LOCAL lock_timeout = " + quote_literal(options.lock_timeout);
  if (!options.statement_timeout.empty()) sql += "; SET LOCAL statement_timeout = " + quote_literal(options.statement_timeout);
  run_setting(connection, sql);
  if (!options.citus) return;
  // Roles and schemas touch every node in one transaction (docs/citus.md).
  run_setting(connection, "SET LOCAL citus.multi_shard_modify_mode TO 'sequential'");
  if (options.lock_timeout.empty()) return;
  // Citus sends the whole text that held a SET to its workers, so this one stands alone; of what comes later they are to know nothing.
  run_setting(connection, "SET LOCAL citus.propagate_set_commands TO 'local'");
  run_setting(connection, "SET LOCAL lock_timeout = " + quote_literal(options.lock_timeout));
  run_setting(connection, "SET LOCAL citus.propagate_set_commands TO 'none'");
}

void execute(Connection& connection, const Script& script, ApplyObserver& observer) {
  const InterruptWatch watch(connection);
  fetch_vault_secrets(connection, script);
  RoleSwitch role(connection);
  const std::size_t count = script.statements.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Statement& statement = script.statements[i];
    assert(statement.transactional && "statements outside a transaction have a phase of their own");
    if (g_interrupted != 0) throw Error(fmt::format("interrupted before statement {} of {}", i + 1, count));
    observer.statement_begins(statement, i, count);
    const auto began = std::chrono::steady_clock::now();
    const auto took = [&] { return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began); };
    try {
      run_statement(connection, role, statement);
    } catch (Error& error) {
      if (error.statement.empty()) error.statement = statement.sql;
      const bool from_charter = error.statement == statement.sql && !statement.provenance.empty();
      if (from_charter) error.statement += "\n-- " + statement.provenance;  // the place in the manifest
      observer.statement_ended(statement, &error, took());
      if (g_interrupted != 0 && error.code == kQueryCanceled)
        throw Error(fmt::format("interrupted during statement {} of {}", i + 1, count));
      throw;
    }
    observer.statement_ended(statement, nullptr, took());
  }
  role.become({});
}

bool is_retryable(const Error& error) {
  const std::string_view message = error.what();
  if (error.code == "40001" || error.code == "40P01" || error.code == "55P03") return true;
  // elog() texts are never translated; the names of catalog indexes neither.
  if (error.code == "XX000") return message.find("tuple concurrently ") != std::string_view::npos;
  if (error.code != "23505") return false;
  const std::size_t index = message.find("pg_");
  return index != std::string_view::npos && message.find("_index", index) != std::string_view::npos;
}

}  // namespace pgcharter
