// The session is ended from outside (pg_terminate_backend) before each call that an apply makes; then, before each statement, the session
// that holds the advisory lock.
#include <csignal>
#include <fstream>
#include <functional>
#include <iostream>

#include "faults/hooked.h"
#include "faults/world.h"

namespace pgcharter::testing {
namespace {

class Kill : public FaultTest {
 protected:
  /// A connector whose connections are hooked.
  static Connector hooked(HookedConnection::Hook hook) {
    return [hook = std::move(hook)](const std::optional<std::string>& database) {
      return std::make_unique<HookedConnection>(direct()(database), hook);
    };
  }

  /// Makes the test's own server crash: an immediate shutdown, which writes nothing down.
  static void end_at_once(const std::string& pid_file) {
    std::ifstream in(pid_file);
    pid_t pid = 0;
    in >> pid;
    ASSERT_GT(pid, 1);
    ASSERT_EQ(kill(pid, SIGQUIT), 0);
  }

  /// One apply that is told of each call of the sessions that do the work.
  static Told disturbed(const Planned& shown, const std::function<void(HookedConnection&)>& disturb) {
    return apply(shown, hooked([&](HookedConnection& connection, std::string_view, bool) {
                   if (!connection.is_lock) disturb(connection);
                 }));
  }
};

TEST_F(Kill, EveryCallOfTheApply) {
  const auto killer = admin();
  const auto shown = plan(direct());
  int ran = 0;
  for (int k = 1;; ++k) {
    int call = 0;
    bool killed = false;
    const Told told = disturbed(*shown, [&](HookedConnection& connection) {
      if (++call != k || killed) return;
      killed = true;
      end_session(*killer, connection.pid);
    });
    const std::string fault = "killed before call " + std::to_string(k);
    expect_truth(told, fault);
    if (!killed) {
      EXPECT_TRUE(told.succeeded) << told;
      break;
    }
    ++ran;
    EXPECT_FALSE(told.succeeded) << fault << ": " << told;
    if (HasFailure()) break;
    if (k % 8 == 0) {
      expect_convergence(fault);
      reset();
    }
  }
  expect_convergence("the last one");
  EXPECT_GT(ran, 40);
  std::cout << "killed before each of " << ran << " calls\n";
}

TEST_F(Kill, TheLocksOwnSessionAtEveryStatement) {
  const auto killer = admin();
  const auto shown = plan(direct());
  int ran = 0;
  for (int k = 1;; ++k) {
    int statement = 0;
    bool killed = false;
    bool at_commit = false;
    int lock_pid = 0;
    const Told told = apply(*shown, hooked([&](HookedConnection& connection, std::string_view sql, bool is_statement) {
      if (connection.is_lock) lock_pid = connection.pid;
      if (connection.is_lock || !is_statement || ++statement != k || killed) return;
      killed = true;
      at_commit = sql == "COMMIT";
      end_session(*killer, lock_pid);
    }));
    const std::string fault = "the lock's session killed before statement " + std::to_string(k);
    expect_truth(told, fault);
    if (!killed) break;
    ++ran;
    // Between the last look at the lock and COMMIT nothing can be noticed.
    EXPECT_EQ(told.succeeded, at_commit) << fault << ": " << told;
    if (!at_commit) {
      EXPECT_NE(told.error.find("keeps other applies away"), std::string::npos) << told;
    }
    if (HasFailure()) break;
    if (at_commit) reset();
  }
  expect_convergence("the last one");
  EXPECT_GT(ran, 15);
  std::cout << "killed the lock's session before each of " << ran << " statements\n";
}

// The whole server goes down when COMMIT is next, and is back when the new connection is made: by a fast shutdown, and by a crash, after
// which the server may never have heard of the transaction's number.
TEST_F(Kill, ServerThatRestartsOrCrashesAtCommit) {
  Sandbox& sandbox = LiveServer::instance().sandbox();
  for (const bool crash : {false, true}) {
    bool done = false;
    const Told told = apply(*plan(direct()), hooked([&](HookedConnection&, std::string_view sql, bool) {
      if (sql != "COMMIT" || done) return;
      done = true;
      if (crash) end_at_once(sandbox.host() + "/data/postmaster.pid");
      sandbox.stop();
      sandbox.start();
    }));
    const std::string fault = crash ? "a crash at COMMIT" : "a restart at COMMIT";
    EXPECT_TRUE(done) << fault;
    EXPECT_NE(told.error.find("was not committed"), std::string::npos) << fault << ": " << told;
    expect_truth(told, fault);
    expect_convergence(fault);
    reset();
  }
}

}  // namespace
}  // namespace pgcharter::testing
