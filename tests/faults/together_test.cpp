// Eight applies at once, of one charter and of eight, on one server.
#include <atomic>
#include <chrono>
#include <iostream>
#include <latch>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "faults/world.h"

namespace pgcharter::testing {
namespace {

class Together : public FaultTest {
 protected:
  static constexpr int kApplies = 8;

  static long deadlocks() {
    long count = 0;
    admin()->query({"deadlocks", "select pg_catalog.sum(deadlocks) from pg_catalog.pg_stat_database"}, {},
                   [&count](const Row& row) { count = row.number(0); });
    return count;
  }

  /// Plans and applies `charters` in a thread each, all at the same moment.
  static std::vector<Told> at_once(const std::vector<std::string>& charters) {
    std::vector<Told> told(charters.size());
    std::vector<std::thread> threads;
    std::latch begin(static_cast<std::ptrdiff_t>(charters.size()));
    for (std::size_t i = 0; i < charters.size(); ++i) {
      threads.emplace_back([&, i] {
        begin.arrive_and_wait();
        try {
          told[i] = apply(*plan(direct(), charters[i]), direct());
        } catch (const std::exception& failure) {
          told[i].error = failure.what();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    return told;
  }

  static std::string team(int i) {
    return fmt::format(R"(charter: 1
name: team{0}
roles:
  f_team{0}_owner: {{}}
  f_team{0}_reader: {{ login: true, connection_limit: {0}, settings: {{ statement_timeout: 30s }} }}
schemas: {{ team{0}: {{ owner: f_team{0}_owner, creators: [f_team{0}_owner] }} }}
grants:
  - {{ to: f_team{0}_reader, privileges: [usage], objects: {{ schemas: [app, team{0}] }} }}
  - {{ to: f_team{0}_reader, privileges: [select], objects: {{ tables: "app.*" }} }}
  - {{ to: f_team{0}_reader, privileges: [select], objects: {{ tables: "team{0}.*" }}, future: true }}
  - {{ to: f_team{0}_reader, privileges: [connect], objects: {{ databases: faults }} }}
)",
                       i);
  }
};

TEST_F(Together, EightOfTheSameCharter) {
  const int rounds = knob("PGCHARTER_FAULT_ROUNDS", 3);
  for (int round = 0; round < rounds; ++round) {
    reset();
    std::size_t statements = 0;
    for (const Told& told : at_once(std::vector<std::string>(kApplies, manifest()))) {
      EXPECT_TRUE(told.succeeded) << told;
      if (told.statements > 0) {
        EXPECT_EQ(statements, 0U) << "two of them did the work";
        statements = told.statements;
      }
    }
    EXPECT_EQ(judge(), Verdict::After);
    EXPECT_TRUE(plan(direct())->plan.steps.empty());
  }
  std::cout << fmt::format("{} rounds of {} applies of one charter\n", rounds, kApplies);
}

TEST_F(Together, EightDifferentCharters) {
  const int rounds = knob("PGCHARTER_FAULT_ROUNDS", 3);
  std::vector<std::string> charters;
  for (int i = 0; i < kApplies; ++i) charters.push_back(team(i));
  const long deadlocks_before = deadlocks();
  for (int round = 0; round < rounds; ++round) {
    reset();
    for (const Told& told : at_once(charters)) EXPECT_TRUE(told.succeeded) << told;
    for (const std::string& charter : charters) EXPECT_TRUE(plan(direct(), charter)->plan.steps.empty());
  }
  EXPECT_EQ(deadlocks(), deadlocks_before);
  std::cout << fmt::format("{} rounds of {} applies of different charters\n", rounds, kApplies);
}

// Nobody else stands still: tables, functions, schemas and roles come and go all the time while one charter is applied again and again.
TEST_F(Together, AppliesWhileEverythingChanges) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(knob("PGCHARTER_FAULT_CHURN", 4));
  std::atomic<bool> over{false};
  std::vector<std::thread> others;
  for (int i = 0; i < 2; ++i) {
    others.emplace_back([&over, i] {
      const auto session = admin();
      for (int n = 0; !over; ++n) {
        try {
          session->execute(
              fmt::format("CREATE ROLE f_passing_{0}; CREATE TABLE app.passing_{0} (id serial); GRANT SELECT ON app.passing_{0} TO "
                          "f_passing_{0}, f_stray; GRANT f_group TO f_passing_{0}; CREATE FUNCTION app.passing_{0}() RETURNS "
                          "integer LANGUAGE sql AS 'select 1'; CREATE SCHEMA passing_{0} AUTHORIZATION f_passing_{0}",
                          i));
          session->execute(
              fmt::format("DROP TABLE app.passing_{0}; DROP FUNCTION app.passing_{0}(); DROP SCHEMA passing_{0}; "
                          "DROP OWNED BY f_passing_{0}; DROP ROLE f_passing_{0}",
                          i));
        } catch (const Error& error) {  // the apply had the object, or we met each other in the catalog
          session->execute(
              fmt::format("DROP TABLE IF EXISTS app.passing_{0}; DROP FUNCTION IF EXISTS app.passing_{0}(); DROP SCHEMA IF "
                          "EXISTS passing_{0} CASCADE; DROP ROLE IF EXISTS f_passing_{0}",
                          i));
        }
      }
    });
  }
  std::map<std::string, int> failures;
  int applies = 0;
  while (std::chrono::steady_clock::now() < end) {
    ++applies;
    try {
      const auto shown = plan(direct());
      const Told told = apply(*shown, direct());
      if (told.succeeded) continue;
      ++failures[fmt::format("{} {}", told.code, told.error.substr(0, 160))];
      EXPECT_TRUE(told.committed.empty()) << told;
      EXPECT_TRUE(told.code != "XX000" && told.code != "40P01") << told;
    } catch (const Error& error) {
      ++failures[fmt::format("plan: {} {}", error.code, error.what())];
      EXPECT_NE(error.code, "XX000") << error.what();
    }
  }
  over = true;
  for (std::thread& thread : others) thread.join();
  for (const auto& [text, count] : failures) std::cout << fmt::format("  {} x {}\n", count, text);
  std::cout << fmt::format("{} applies while everything changed\n", applies);
  const Told told = apply(*plan(direct()), direct());
  EXPECT_TRUE(told.succeeded) << told;
  EXPECT_TRUE(plan(direct())->plan.steps.empty());
}

}  // namespace
}  // namespace pgcharter::testing
