// Execution of a script: one transaction per database, locked, verified before COMMIT.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "pgcharter/connection.h"
#include "pgcharter/sql.h"

namespace pgcharter {

/// The advisory lock that applies of all charters on one server share (docs/reliability.md publishes it).
inline constexpr long long kAdvisoryLockKey = 7236837471893582;

struct ApplyOptions {
  std::string lock_timeout = "5s";        ///< PostgreSQL's lock_timeout
  std::string statement_timeout;          ///< empty: the server's
  std::chrono::milliseconds wait{60000};  ///< for another apply to end
  int retries = 5;
  bool citus = false;  ///< the database is distributed: what is set for a transaction holds on its workers too
};

struct Inverse;

/// Told what happens, for progress and reports. All members have empty defaults. Never called by two threads at once; `what` names one
/// transaction and is the same from begins() on. What a member throws before committed() rolls the transaction back.
class ApplyObserver {
 public:
  virtual ~ApplyObserver() = default;
  virtual void begins(const std::string& /*what*/) {}
  virtual void statement_begins(const Statement& /*statement*/, std::size_t /*index*/, std::size_t /*count*/) {}
  /// `error` is null where the server carried the statement out.
  virtual void statement_ended(const Statement& /*statement*/, const Error* /*error*/, std::chrono::microseconds /*took*/) {}
  virtual void message(const std::string& /*text*/) {}
  /// Everything is done and verified, and COMMIT is next: how to undo it.
  virtual void inverse(const std::string& /*what*/, const Inverse& /*inverse*/) {}
  virtual void committed(const std::string& /*what*/) {}
  virtual void rolled_back(const std::string& /*what*/, const std::string& /*why*/) {}
};

/// Set by a signal handler: the open transaction is rolled back at the next statement.
extern std::atomic<int> g_interrupted;

/// Takes the lock in a transaction of `connection`, which must stay open as long as the apply runs. Throws Refusal
/// (exit 1) that names the holder when `wait` passes.
void take_lock(Connection& connection, const ApplyOptions& options);

/// Sends the statements of `script` inside the transaction of begin_apply(). Throws Error that names the statement; the
/// caller's transaction is then aborted. A warning 01006 or 01007 of a GRANT or REVOKE is an Error.
void execute(Connection& connection, const Script& script, ApplyObserver& observer);

/// BEGIN, application settings and timeouts of an applying transaction.
void begin_apply(Connection& connection, const ApplyOptions& options);

/// True for the errors that a fresh plan may survive: 40001, 40P01, 55P03, "tuple concurrently updated", 23505 on a
/// catalog index.
bool is_retryable(const Error& error);

}  // namespace pgcharter
