// Eight applies at once, of one charter and of eight, on one server.
#include <iostream>
#include <latch>
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

}  // namespace
}  // namespace pgcharter::testing
