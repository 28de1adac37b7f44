// What became of a transaction whose COMMIT got no answer: the server knows it by its number (pg_xact_status(), PostgreSQL documentation,
// 9.27.8 Transaction ID and Snapshot Information Functions, made for exactly this case).
//
// Reading the state again would not do alone: as long as the server has not noticed that we are gone, the old session still stands there,
// its transaction open, and may yet commit. So "in progress" is waited for. A session that idles in that transaction never got the COMMIT;
// it is our own, and ending it makes the outcome certain and its locks free. One that is at work (waiting for a standby, say) is left
// alone.
//
// A standby or another server (after a failover) can't answer: their numbers mean other transactions.
#include "apply/commit.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

namespace pgcharter {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLongest{15000};
constexpr std::chrono::milliseconds kPause{100};
constexpr int kPatience = 10;  // pauses, before an idle session of ours is ended

constexpr Query kTransaction{"transaction_id", "SELECT pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.text"};
constexpr Query kStatus{"transaction_status",
                        "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'a standby' "
                        "ELSE pg_catalog.pg_xact_status($1::pg_catalog.xid8) END"};
constexpr Query kEndIdle{"end_idle_session",
                         "SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity AS a "
                         "WHERE a.backend_xid = ($1::pg_catalog.xid8)::pg_catalog.xid AND a.state LIKE 'idle in transaction%' "
                         "AND a.pid <> pg_catalog.pg_backend_pid()"};

/// The server's word for it; "aborted" where it has never heard of the number, because it crashed before that was written.
std::string status_of(Connection& connection, const LostCommit& lost) {
  if (connection.server().system_identifier != lost.server.system_identifier) return "another server";
  std::string status;
  try {
    connection.query(kStatus, {lost.transaction}, [&](const Row& row) { status = row.text(0); });
  } catch (const Error& error) {
    if (error.code != "22023") throw;
    status = "aborted";
  }
  return status;
}

Error not_committed(const LostCommit& lost) {
  Error error(fmt::format("the connection was lost at COMMIT; {} was not committed", lost.what),
              "Nothing of it was changed. Run apply again.");
  error.connection_lost = true;
  return error;
}

}  // namespace

Error unknown_outcome(const LostCommit& lost, const std::string& why) {
  Error error(
      fmt::format("the connection was lost at COMMIT, and it is not known whether {} was committed: {}", lost.what, why),
      fmt::format("When the server answers, SELECT pg_xact_status('{}') tells; so does pgcharter plan: it is empty where the changes "
                  "were committed. Apply again in either case; it does what is left to do.",
                  lost.transaction));
  error.code = kOutcomeUnknown;
  error.connection_lost = true;
  return error;
}

std::string transaction_id(Connection& connection) {
  std::string id;
  connection.query(kTransaction, {}, [&id](const Row& row) { id = row.text(0); });
  return id;
}

std::unique_ptr<Connection> settle_commit(const LostCommit& lost, const std::function<std::unique_ptr<Connection>()>& reconnect,
                                          const ApplyOptions& options) {
  const auto deadline = Clock::now() + std::min(options.wait, kLongest);
  std::string why = "the server still works on it";
  std::unique_ptr<Connection> connection;
  for (int round = 0;; ++round) {
    std::string status;
    try {
      if (connection == nullptr) connection = reconnect();
      status = status_of(*connection, lost);
      if (status == "in progress" && round >= kPatience) connection->query(kEndIdle, {lost.transaction}, [](const Row&) {});
    } catch (const Error& error) {
      connection.reset();
      why = error.what();
    }
    if (status == "committed") return connection;
    if (status == "aborted") throw not_committed(lost);
    if (status == "a standby" || status == "another server") throw unknown_outcome(lost, status + " answers now");
    if (Clock::now() >= deadline || g_interrupted != 0) throw unknown_outcome(lost, why);
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace pgcharter
