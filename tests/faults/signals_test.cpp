// The program itself is interrupted and killed at random moments of an apply of about 10,000 changes. The judge says what the catalog is;
// the exit code and the message must agree. PGCHARTER_FAULT_KILLS says how often (each way), PGCHARTER_FAULT_SEED repeats a run.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <iostream>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "faults/process.h"
#include "faults/world.h"

namespace pgcharter::testing {
namespace {

using Clock = std::chrono::steady_clock;

// Owners are a statement each, so that there are many moments; grants on many tables share one. More tables than this would be more locks
// than one transaction of a server with the usual settings can have, and so several transactions.
constexpr int kTables = 520;
constexpr int kTablesOfSeveral = 1250;

std::string setup(int tables) {
  return fmt::format(R"(
drop schema if exists large cascade;
create schema large;
do $$
begin
  for i in 1..{} loop
    execute pg_catalog.format('create table large.%I (id integer)', 't' || i);
  end loop;
end $$)",
                     tables);
}

const std::string kLarge = R"(charter: 1
name: large
roles:
  f_large_owner: {}
  f_large_a: {}
  f_large_b: { login: true, member_of: [f_large_a] }
  f_large_c: { settings: { statement_timeout: 30s } }
  f_large_d: { comment: "one of six" }
  f_large_e: {}
  f_large_f: {}
schemas: { large: { owner: f_large_owner } }
ownership: [{ owner: f_large_owner, of: { tables: "large.*" } }]
grants:
  - to: [f_large_a, f_large_b, f_large_c, f_large_d, f_large_e, f_large_f]
    privileges: [select, insert, delete]
    objects: { tables: "large.*" }
)";

class Signals : public FaultTest {
 protected:
  void SetUp() override {
    FaultTest::SetUp();
    LiveServer::instance().create_database("faults_large");
  }

  /// Makes the tables, learns how long the program takes, and what the catalog is before and after.
  void make(int tables) {
    admin("faults_large")->execute(setup(tables));
    back();
    at_start = now();
    const auto begin = Clock::now();
    const Ended ended = run_program(folder, arguments());
    whole = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
    ASSERT_EQ(ended.exit_code, 0) << ended.err;
    at_end = now();
    ASSERT_NE(at_start, at_end);
    back();
    ASSERT_TRUE(now() == at_start) << difference(at_start, now());
  }
  void TearDown() override {
    back();
    admin("postgres")->execute("DROP DATABASE faults_large WITH (FORCE)");
  }

  /// To the state before, in a tenth of the time that the setup takes.
  static void back() {
    const auto connection = admin("faults_large");
    ASSERT_TRUE(sessions_end(*connection));
    connection->execute(R"(
do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'f_large_owner') then
    reassign owned by f_large_owner to postgres;
    drop owned by f_large_owner, f_large_a, f_large_b, f_large_c, f_large_d, f_large_e, f_large_f;
    drop role f_large_owner, f_large_a, f_large_b, f_large_c, f_large_d, f_large_e, f_large_f;
  end if;
  update pg_catalog.pg_class set relacl = null where relnamespace = 'large'::pg_catalog.regnamespace and relacl is not null;
  update pg_catalog.pg_namespace set nspacl = null where nspname = 'large';
end $$)");
  }

  /// Asks until there is a row; false after 20 seconds.
  static bool comes(const std::string& sql) {
    const auto watcher = admin("postgres");
    for (int i = 0; i < 4000; ++i) {
      bool any = false;
      watcher->query({"comes", sql}, {}, [&any](const Row&) { any = true; });
      if (any) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }

  static Dumps now() { return dump(LiveServer::instance(), {"faults_large"}); }

  std::vector<std::string> arguments() const {
    return {"apply", "-d", LiveServer::instance().sandbox().conninfo("faults_large"), charter, "--auto-approve", "--max-revokes", "100000"};
  }

  /// Runs the program `count` times, sends `signal` at a random moment, and lets the judge compare.
  void at_random(int signal, int count) {
    const int seed = knob("PGCHARTER_FAULT_SEED", static_cast<int>(std::random_device{}() % 1000000));
    std::mt19937 random(static_cast<unsigned>(seed));
    std::uniform_int_distribution<long> moment(0, whole.count() * 11 / 10);
    int afterwards = 0;
    int halves = 0;
    for (int i = 0; i < count; ++i) {
      const auto delay = std::chrono::microseconds(moment(random));
      Process program(folder, arguments());
      std::this_thread::sleep_for(delay);
      program.send(signal);
      const Ended ended = program.wait();
      const Dumps left = now();
      const bool is_after = left == at_end || left == at_half;
      const std::string what = fmt::format("seed {}, signal {} after {} µs: exit {}, by signal {}, said: {}", seed, signal, delay.count(),
                                           ended.exit_code, ended.signal, ended.err);
      ASSERT_TRUE(is_after || left == at_start) << what << "\nin between:\n" << difference(at_start, left) << difference(at_end, left);
      expect_said(signal, ended, is_after, what);
      if (is_after) {
        ++afterwards;
        if (left == at_half) ++halves;
        back();
        ASSERT_TRUE(now() == at_start) << "the test could not go back";
      }
    }
    const Ended ended = run_program(folder, arguments());
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    EXPECT_TRUE(now() == at_end);
    const Ended empty =
        run_program(folder, {"plan", "-d", LiveServer::instance().sandbox().conninfo("faults_large"), charter, "--detailed-exitcode"});
    EXPECT_EQ(empty.exit_code, 0) << empty.out;
    std::cout << fmt::format("signal {}: {} times (seed {}), {} after a COMMIT, {} of them after the first of two\n", signal, count, seed,
                             afterwards, halves);
  }

  /// Exit code and message agree with the catalog. SIGKILL leaves no last words, but what was said before is true as well.
  static void expect_said(int signal, const Ended& ended, bool is_after, const std::string& what) {
    const bool said_committed = ended.err.find("committed: the transaction") != std::string::npos;
    if (said_committed) {
      EXPECT_TRUE(is_after) << what;
    }
    if (ended.err.find("nothing was committed") != std::string::npos) {
      EXPECT_FALSE(is_after) << what;
    }
    if (ended.exit_code == 0) {
      EXPECT_TRUE(is_after) << what;
    } else if (ended.signal == 0) {
      EXPECT_EQ(ended.exit_code, 128 + signal) << what;
      EXPECT_EQ(said_committed, is_after) << what;
    } else if (signal != SIGKILL) {
      EXPECT_FALSE(is_after) << "it died before it could listen: " << what;
    }
  }

  WorkFolder folder;
  std::string charter = folder.write("large.yaml", kLarge);
  Dumps at_start, at_end;
  Dumps at_half;  ///< of a charter that takes two transactions
  std::chrono::microseconds whole{};
};

TEST_F(Signals, KilledAtRandomMoments) {
  ASSERT_NO_FATAL_FAILURE(make(kTables));
  at_random(SIGKILL, knob("PGCHARTER_FAULT_KILLS", 8));
}

TEST_F(Signals, TerminatedAtRandomMoments) {
  ASSERT_NO_FATAL_FAILURE(make(kTables));
  at_random(SIGTERM, knob("PGCHARTER_FAULT_KILLS", 8));
}

TEST_F(Signals, InterruptedAtRandomMoments) {
  ASSERT_NO_FATAL_FAILURE(make(kTables));
  at_random(SIGINT, (knob("PGCHARTER_FAULT_KILLS", 8) + 1) / 2);
}

// What does not fit into one transaction is two; each is whole, and the next apply goes on where the last one was killed.
TEST_F(Signals, KilledBetweenTheTransactionsOfALargePlan) {
  ASSERT_NO_FATAL_FAILURE(make(kTablesOfSeveral));
  {
    Process program(folder, arguments());
    ASSERT_TRUE(comes(R"(select 1 from pg_catalog.pg_roles where rolname = 'f_large_owner')"));
    program.send(SIGKILL);
    program.wait();
  }
  at_half = now();
  ASSERT_TRUE(at_half != at_start);
  ASSERT_TRUE(at_half != at_end) << "the program was faster than the test";
  ASSERT_EQ(run_program(folder, arguments()).exit_code, 0);
  EXPECT_TRUE(now() == at_end) << "the next apply did not finish what was left";
  back();
  at_random(SIGKILL, (knob("PGCHARTER_FAULT_KILLS", 8) + 3) / 4);
}

TEST_F(Signals, EndsAtOnceWhileItWaitsForALock) {
  ASSERT_NO_FATAL_FAILURE(make(20));
  const auto other = admin("faults_large");
  other->execute("BEGIN; LOCK TABLE large.t7 IN ACCESS SHARE MODE");
  std::vector<std::string> patient = arguments();
  patient.insert(patient.end(), {"--lock-timeout", "60s"});
  Process program(folder, patient);
  ASSERT_TRUE(comes("select 1 from pg_catalog.pg_stat_activity where application_name like 'pgcharter%' and wait_event_type = 'Lock'"));
  const auto begin = Clock::now();
  program.send(SIGTERM);
  const Ended ended = program.wait();
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(ended.exit_code, 128 + SIGTERM) << ended.err;
  EXPECT_NE(ended.err.find("nothing was committed"), std::string::npos) << ended.err;
  other->execute("COMMIT");
  EXPECT_TRUE(now() == at_start);
}

}  // namespace
}  // namespace pgcharter::testing
