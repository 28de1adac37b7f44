// Other sessions at work on the same objects: what may be tried again is, from a fresh plan and a bounded number of times; what may not is
// a clean error. Nothing is ever half done.
#include <atomic>
#include <chrono>
#include <thread>

#include "faults/world.h"

namespace pgcharter::testing {
namespace {

class Contention : public FaultTest {
 protected:
  std::unique_ptr<Connection> other = admin();
  std::unique_ptr<Connection> watcher = admin("postgres");

  /// Waits until the apply waits for a lock that is not its own advisory one; false where that does not happen.
  bool apply_waits() {
    for (int i = 0; i < 2000; ++i) {
      bool waits = false;
      watcher->query({"waits",
                      "select 1 from pg_catalog.pg_stat_activity where application_name like 'pgcharter%' and wait_event_type = 'Lock' "
                      "and wait_event <> 'advisory'"},
                     {}, [&waits](const Row&) { waits = true; });
      if (waits) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ADD_FAILURE() << "the apply never waited";
    return false;
  }

  /// Applies while another thread, once the apply waits for a lock, does `then`.
  Told apply_until_it_waits(const ReconcileOptions& with, const std::function<void()>& then) {
    const auto shown = plan(direct());
    std::thread thread([&] {
      if (apply_waits()) then();
    });
    const Told told = apply(*shown, direct(), with);
    thread.join();
    return told;
  }

  static ReconcileOptions with_timeouts(const std::string& lock, const std::string& statement = {}, int retries = 5) {
    ReconcileOptions result = options();
    result.apply.lock_timeout = lock;
    result.apply.statement_timeout = statement;
    result.apply.retries = retries;
    return result;
  }
};

TEST_F(Contention, LockTimeoutIsTriedAgain) {
  other->execute("BEGIN; LOCK TABLE app.t2 IN ACCESS SHARE MODE");
  const Told told = apply_until_it_waits(with_timeouts("150ms"), [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    other->execute("COMMIT");
  });
  EXPECT_TRUE(told.succeeded) << told;
  EXPECT_GE(told.attempts, 2) << told;
  ASSERT_FALSE(told.messages.empty());
  EXPECT_NE(told.messages[0].find("55P03"), std::string::npos) << told;
  expect_truth(told, "a lock timeout");
}

TEST_F(Contention, LockTimeoutThatDoesNotEndIsAnError) {
  other->execute("BEGIN; LOCK TABLE app.t2 IN ACCESS SHARE MODE");
  const Told told = apply(*plan(direct()), direct(), with_timeouts("100ms", {}, 2));
  EXPECT_EQ(told.code, "55P03") << told;
  EXPECT_EQ(told.messages.size(), 2U) << told;
  EXPECT_NE(told.hint.find("2 times"), std::string::npos) << told;
  expect_truth(told, "a lock that stays");
  other->execute("COMMIT");
  expect_convergence("a lock that stayed");
}

TEST_F(Contention, StatementTimeoutIsAnErrorAtOnce) {
  other->execute("BEGIN; LOCK TABLE app.t2 IN ACCESS SHARE MODE");
  const Told told = apply(*plan(direct()), direct(), with_timeouts("0", "200ms"));
  EXPECT_EQ(told.code, "57014") << told;
  EXPECT_NE(told.error.find("statement timeout"), std::string::npos) << told;
  EXPECT_TRUE(told.messages.empty()) << told;
  expect_truth(told, "a statement timeout");
  other->execute("COMMIT");
  expect_convergence("a statement timeout");
}

// The other session is made patient, so that it is the apply that PostgreSQL picks.
TEST_F(Contention, DeadlockIsTriedAgain) {
  other->execute("BEGIN; SET LOCAL deadlock_timeout = '30s'; LOCK TABLE app.t3 IN ACCESS SHARE MODE");
  const Told told = apply_until_it_waits(options(), [&] { other->execute("LOCK TABLE app.t1 IN ACCESS SHARE MODE; COMMIT"); });
  EXPECT_TRUE(told.succeeded) << told;
  EXPECT_GE(told.attempts, 2) << told;
  ASSERT_FALSE(told.messages.empty());
  EXPECT_NE(told.messages[0].find("40P01"), std::string::npos) << told;
  expect_truth(told, "a deadlock");
}

// Another session grants on the same table and commits while the apply waits for it; the fresh plan takes back what the charter does not
// have.
TEST_F(Contention, TupleConcurrentlyUpdatedIsTriedAgainFromAFreshPlan) {
  other->execute("BEGIN; GRANT DELETE ON app.t1 TO f_stray");
  const Told told = apply_until_it_waits(options(), [&] { other->execute("COMMIT"); });
  if (other->server().major() >= 18) {
    // GRANT locks the table there: the apply waits, goes on, and its verification finds what the other session gave.
    EXPECT_EQ(told.exit_code, 5) << told;
    EXPECT_TRUE(told.committed.empty()) << told;
    return expect_convergence("a concurrent GRANT");
  }
  EXPECT_TRUE(told.succeeded) << told;
  EXPECT_GE(told.attempts, 2) << told;
  ASSERT_FALSE(told.messages.empty());
  EXPECT_NE(told.messages[0].find("tuple concurrently updated"), std::string::npos) << told;
  expect_truth(told, "a concurrent GRANT");
}

// pg_database rows are locked otherwise than those of pg_class, and by every database's sessions.
TEST_F(Contention, ConcurrentGrantOnTheDatabaseIsTriedAgain) {
  const auto elsewhere = admin("postgres");
  elsewhere->execute("BEGIN; GRANT TEMPORARY ON DATABASE faults TO f_stray");
  const Told told = apply_until_it_waits(options(), [&] { elsewhere->execute("COMMIT"); });
  EXPECT_TRUE(told.succeeded) << told;
  EXPECT_GE(told.attempts, 2) << told;
  expect_truth(told, "a concurrent GRANT on the database");
}

TEST_F(Contention, RoleThatAnotherSessionCreatesIsTriedAgainFromAFreshPlan) {
  other->execute("BEGIN; CREATE ROLE f_new NOLOGIN");
  const Told told = apply_until_it_waits(options(), [&] { other->execute("COMMIT"); });
  EXPECT_TRUE(told.succeeded) << told;
  EXPECT_GE(told.attempts, 2) << told;
  expect_truth(told, "a concurrent CREATE ROLE");
}

// Another session keeps committing grants: the number of attempts is bounded, or one of them gets through.
TEST_F(Contention, EndlessGrantsOfAnotherSessionEndInSuccessOrACleanError) {
  std::atomic<bool> end{false};
  std::thread busy([&] {
    while (!end) {
      for (const char* sql : {"GRANT DELETE ON app.t1 TO f_group", "REVOKE DELETE ON app.t1 FROM f_group"}) {
        try {
          other->execute(sql);
        } catch (const Error& error) {
          EXPECT_TRUE(is_retryable(error)) << error.what();  // the same happens to it
        }
      }
    }
  });
  const auto shown = plan(direct());
  const Told told = apply(*shown, direct());
  end = true;
  busy.join();
  EXPECT_TRUE(told.succeeded || told.exit_code != 0) << told;
  EXPECT_LE(told.attempts, 6);
  if (!told.succeeded) {
    EXPECT_TRUE(told.committed.empty()) << told;
  }
  expect_convergence("endless grants");
}

TEST_F(Contention, HolderOfTheAdvisoryLockIsNamed) {
  const auto holder = admin("postgres");
  holder->execute("BEGIN; SELECT pg_catalog.pg_advisory_xact_lock(" + std::to_string(kAdvisoryLockKey) + ")");
  ReconcileOptions impatient = options();
  impatient.apply.wait = std::chrono::milliseconds(200);
  const Told told = apply(*plan(direct()), direct(), impatient);
  EXPECT_EQ(told.exit_code, 1) << told;
  EXPECT_NE(told.error.find("another apply is at work"), std::string::npos) << told;
  EXPECT_NE(told.error.find("application \"admin\""), std::string::npos) << told;
  expect_truth(told, "a lock held by another apply");
}

}  // namespace
}  // namespace pgcharter::testing
