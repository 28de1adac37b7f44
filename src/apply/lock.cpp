// One apply at a time on a server: a transaction-level advisory lock with a published key (PostgreSQL documentation,
// 13.3.5 Advisory Locks, and the view pg_locks for how a bigint key is shown).
//
// Transaction-level, because a session-level lock survives on a pooled connection. The waiting is lock_timeout's, so
// that the server queues the waiters in order; the other timeouts of the role are switched off, since the transaction
// stays open and idle as long as the apply runs.
#include <algorithm>

#include <fmt/format.h>

#include "pgcharter/apply.h"

#include "apply/interrupt.h"

namespace pgcharter {
namespace {

// Without pg_read_all_stats another role's start time is NULL; its pid, name and application_name are always shown.
constexpr Query kLockHolder{
    "lock_holder",
    "SELECT l.pid, a.usename, a.application_name, pg_catalog.to_char(a.xact_start AT TIME ZONE 'UTC', "
    "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM pg_catalog.pg_locks AS l "
    "LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid "
    "WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted "
    "AND l.classid = (($1::bigint >> 32) & 4294967295)::oid AND l.objid = ($1::bigint & 4294967295)::oid "
    "AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()) "
    "ORDER BY l.pid"};

/// "pid 4711, user deployer, application pgcharter: weavix, since 2026-11-21T09:30:00Z", as far as it can be seen.
std::string describe_holder(Connection& connection) {
  std::string holder;
  connection.query(kLockHolder, {std::to_string(kAdvisoryLockKey)}, [&holder](const Row& row) {
    holder = fmt::format("pid {}", row.text(0));
    if (!row.is_null(1)) holder += fmt::format(", user {}", display_name(row.text(1)));
    if (!row.text(2).empty()) holder += fmt::format(", application \"{}\"", row.text(2));
    if (!row.is_null(3)) holder += fmt::format(", since {}", row.text(3));
  });
  return holder.empty() ? "a session that has ended since" : holder;
}

}  // namespace

void take_lock(Connection& connection, const ApplyOptions& options) {
  // lock_timeout = 0 would mean "for ever".
  const long long wait = std::max<long long>(options.wait.count(), 1);
  const std::string sql = fmt::format(
      "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; "
      "{}SET LOCAL lock_timeout = {}; SELECT pg_catalog.pg_advisory_xact_lock({})",
      connection.server().major() >= 17 ? "SET LOCAL transaction_timeout = 0; " : "", wait, kAdvisoryLockKey);
  try {
    const InterruptWatch watch(connection);
    connection.execute(sql);
  } catch (const Error& error) {
    if (g_interrupted != 0) throw Error("interrupted while waiting for another apply");
    if (error.code != "55P03") throw;
    connection.execute("ROLLBACK");
    throw Refusal(1, fmt::format("another apply is at work on this server: {}", describe_holder(connection)),
                  fmt::format("Waited {} ms; wait longer with --wait, or end the other session.", wait));
  }
}

}  // namespace pgcharter
