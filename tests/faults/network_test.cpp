// The network breaks at every round trip of an apply, COMMIT included, in each of the ways in which it can: before the message arrives,
// after it was carried out, or without anybody knowing.
#include <algorithm>
#include <chrono>
#include <iostream>

#include <fmt/format.h>

#include "faults/process.h"
#include "faults/proxy.h"
#include "faults/world.h"

namespace pgcharter::testing {
namespace {

class Network : public FaultTest {
 protected:
  Network() : proxy(LiveServer::instance().sandbox().host() + "/.s.PGSQL." + LiveServer::instance().sandbox().port()) {}

  Connector through_proxy() {
    return [this](const std::optional<std::string>& database) {
      ConnectOptions options;
      options.dbname = fmt::format("host=127.0.0.1 port={} user=postgres dbname={} sslmode=disable gssencmode=disable", proxy.port(),
                                   database.value_or(kDatabase));
      options.application_name = "pgcharter faults";
      return connect(options);
    };
  }

  /// Which round trip of an undisturbed apply is its COMMIT.
  int commit_trip() {
    proxy.arm(0, Proxy::Cut::Before);
    const Told told = apply(*plan(direct()), through_proxy());
    EXPECT_TRUE(told.succeeded) << told;
    const std::vector<std::string> trips = proxy.trips();
    EXPECT_EQ(std::ranges::count(trips, "COMMIT"), 1);
    reset();
    return static_cast<int>(std::ranges::find(trips, "COMMIT") - trips.begin()) + 1;
  }

  /// Cuts at every round trip in turn until an apply gets through.
  void cut_everywhere(Proxy::Cut cut) {
    const auto shown = plan(direct());
    int ran = 0;
    int committed = 0;
    for (int k = 1;; ++k) {
      proxy.arm(k, cut);
      const Told told = apply(*shown, through_proxy());
      const std::string fault =
          fmt::format("cut at round trip {}: {}", k,
                      k <= static_cast<int>(proxy.trips().size()) ? proxy.trips()[static_cast<std::size_t>(k) - 1] : "none");
      expect_truth(told, fault);
      EXPECT_FALSE(told.unknown()) << fault << ": " << told;
      if (HasFailure() || !proxy.was_cut()) {
        EXPECT_TRUE(told.succeeded) << fault << ": " << told;
        break;
      }
      ++ran;
      if (told.succeeded) ++committed;
      if (told.succeeded || k % 16 == 0) {
        expect_convergence(fault);
        reset();
      }
    }
    expect_convergence("the last one");
    EXPECT_GT(ran, 60);
    std::cout << fmt::format("cut at each of {} round trips, {} times committed nevertheless\n", ran, committed);
  }

  Proxy proxy;
};

TEST_F(Network, CutBeforeTheMessageArrives) { cut_everywhere(Proxy::Cut::Before); }
TEST_F(Network, CutBeforeTheAnswerArrives) { cut_everywhere(Proxy::Cut::AfterAnswer); }

TEST_F(Network, LostAnswerToCommitIsNoFailure) {
  const int commit = commit_trip();
  proxy.arm(commit, Proxy::Cut::AfterAnswer);
  const Told told = apply(*plan(direct()), through_proxy());
  EXPECT_TRUE(told.succeeded) << told;
  EXPECT_EQ(judge(), Verdict::After);
  ASSERT_EQ(told.messages.size(), 1U) << told;
  EXPECT_NE(told.messages[0].find("was committed"), std::string::npos) << told;
}

TEST_F(Network, LostCommitIsToldAsNotCommitted) {
  const int commit = commit_trip();
  proxy.arm(commit, Proxy::Cut::Before);
  const Told told = apply(*plan(direct()), through_proxy());
  EXPECT_NE(told.error.find("was not committed"), std::string::npos) << told;
  EXPECT_EQ(judge(), Verdict::Before);
  expect_convergence("a lost COMMIT");
}

// COMMIT is on its way when the network breaks: what becomes of it is open when the new connection asks.
TEST_F(Network, CommitOnItsWayIsWaitedFor) {
  const int commit = commit_trip();
  const int count = knob("PGCHARTER_FAULT_COMMITS", 10);
  int committed = 0;
  for (int i = 0; i < count; ++i) {
    proxy.arm(commit, Proxy::Cut::AtOnce);
    const Told told = apply(*plan(direct()), through_proxy());
    expect_truth(told, "COMMIT on its way");
    EXPECT_FALSE(told.unknown()) << told;
    committed += told.succeeded ? 1 : 0;
    reset();
  }
  std::cout << fmt::format("{} times: {} committed, {} not\n", count, committed, count - committed);
}

// The server does not notice that the client is gone: its session would keep the transaction and its locks open for hours.
TEST_F(Network, HalfOpenSessionIsEnded) {
  const int commit = commit_trip();
  proxy.arm(commit, Proxy::Cut::HalfOpen);
  const Told told = apply(*plan(direct()), through_proxy());
  EXPECT_NE(told.error.find("was not committed"), std::string::npos) << told;
  proxy.heal();
  EXPECT_EQ(judge(), Verdict::Before);
  expect_convergence("a half-open session");
}

TEST_F(Network, UnreachableServerLeavesTheOutcomeOpenAndSaysSo) {
  const int commit = commit_trip();
  ReconcileOptions impatient = options();
  impatient.apply.wait = std::chrono::milliseconds(500);
  for (const auto& [cut, verdict] : {std::pair(Proxy::Cut::Before, Verdict::Before), std::pair(Proxy::Cut::AfterAnswer, Verdict::After)}) {
    proxy.arm(commit, cut, true);
    const Told told = apply(*plan(direct()), through_proxy(), impatient);
    proxy.heal();
    EXPECT_TRUE(told.unknown()) << told;
    EXPECT_TRUE(told.committed.empty()) << told;
    EXPECT_NE(told.error.find("not known"), std::string::npos) << told;
    EXPECT_NE(told.hint.find("pg_xact_status"), std::string::npos) << told;
    EXPECT_EQ(judge(), verdict);
    expect_convergence("an unknown outcome");
    reset();
  }
}

TEST_F(Network, ProgramSaysThatTheOutcomeIsUnknown) {
  const WorkFolder folder;
  const std::vector<std::string> arguments = {
      "apply",
      "-d",
      fmt::format("host=127.0.0.1 port={} user=postgres dbname={} sslmode=disable gssencmode=disable", proxy.port(), kDatabase),
      folder.write("faults.yaml", manifest()),
      "--auto-approve",
      "--allow",
      "drop-role",
      "--wait",
      "1s"};
  proxy.arm(0, Proxy::Cut::Before);
  ASSERT_EQ(run_program(folder, arguments).exit_code, 0);
  const std::vector<std::string> trips = proxy.trips();
  const auto last = std::find(trips.rbegin(), trips.rend(), "COMMIT");
  reset();
  proxy.arm(static_cast<int>(trips.rend() - last), Proxy::Cut::AfterAnswer, true);
  const Ended ended = run_program(folder, arguments);
  proxy.heal();
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  EXPECT_NE(ended.err.find("it is not known whether the transaction was committed"), std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.find("nothing was committed"), std::string::npos) << ended.err;
  EXPECT_EQ(judge(), Verdict::After);
}

TEST_F(Network, ServerThatCantBeReachedForAWhileIsAskedWhenItCan) {
  const int commit = commit_trip();
  proxy.arm(commit, Proxy::Cut::AfterAnswer, true);
  std::thread healer([this] {
    while (!proxy.was_cut()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::seconds(1));
    proxy.heal();
  });
  const Told told = apply(*plan(direct()), through_proxy());
  healer.join();
  EXPECT_TRUE(told.succeeded) << told;
  EXPECT_EQ(judge(), Verdict::After);
}

}  // namespace
}  // namespace pgcharter::testing
