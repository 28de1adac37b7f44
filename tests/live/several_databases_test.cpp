// One charter for several databases: read and applied one after the other or side by side, rehearsed, and what a failure leaves.
#include <algorithm>
#include <mutex>

#include "live/export_support.h"

namespace pgcharter::testing {
namespace {

class SeveralDatabasesTest : public ExportTest {
 protected:
  static constexpr int kCount = 4;

  void SetUp() override {
    const auto admin = open();
    admin->execute("CREATE ROLE leaving; CREATE ROLE heir");
    std::string databases;
    for (int i = 0; i < kCount; ++i) {
      admin->execute("CREATE DATABASE d" + std::to_string(i));
      const auto connection = open("d" + std::to_string(i));
      connection->execute("CREATE SCHEMA s; CREATE TABLE s.mine (id int); ALTER TABLE s.mine OWNER TO leaving");
      for (int t = 0; t < 8; ++t) connection->execute("CREATE TABLE s.t" + std::to_string(t) + " (id int)");
      databases += "  d" + std::to_string(i) +
                   ": { schemas: { s: {} }, grants: [ { to: reader, privileges: [select], objects: { tables: s.* }, except: { tables: s.t" +
                   std::to_string(i) + " } } ] }\n";
    }
    text_ =
        "charter: 1\nname: several\nroles:\n  reader: {}\n  heir: {}\n  leaving: { ensure: absent, reassign_owned_to: heir "
        "}\ndatabases:\n" +
        databases;
  }

  static ReconcileOptions with_jobs(std::size_t jobs) {
    ReconcileOptions options = everything_allowed();
    options.jobs = jobs;
    return options;
  }

  std::unique_ptr<Planned> plan(std::size_t jobs) {
    CharterSources sources;
    sources.documents.push_back({"several.yaml", {}, text_});
    Diagnostics diagnostics;
    const auto charter = load_charter(sources, diagnostics);
    auto result = charter ? make_planned(*charter, connector_, with_jobs(jobs), diagnostics) : nullptr;
    EXPECT_NE(result, nullptr);
    return result;
  }

  static std::vector<std::vector<std::string>> all_facts() {
    std::vector<std::vector<std::string>> result;
    for (int i = 0; i < kCount; ++i) result.push_back(exact_facts(*open("d" + std::to_string(i))));
    return result;
  }

  std::string text_;
  Connector connector_ = connector("d0");
};

struct Committed : ApplyObserver {
  std::vector<std::string> all;
  std::string refuse;  ///< the transaction that fails after its statements
  void inverse(const std::string& what, const Inverse& /*inverse*/) override {
    if (what == refuse) throw Error("refused for the test");
  }
  void committed(const std::string& what) override { all.push_back(what); }
};

TEST_F(SeveralDatabasesTest, AreReadSideBySideWithTheSameResult) {
  const auto one = plan(1);
  const auto many = plan(4);
  EXPECT_EQ(one->script.statements, many->script.statements);
  EXPECT_EQ(one->fingerprint, many->fingerprint);
  EXPECT_EQ(one->queries, many->queries);
  EXPECT_EQ(one->queries.size(), static_cast<std::size_t>(kCount));
}

TEST_F(SeveralDatabasesTest, AreAppliedSideBySide) {
  Committed observer;
  apply_planned(*plan(4), connector_, with_jobs(4), observer);
  ASSERT_EQ(observer.all.size(), kCount + 2U);
  EXPECT_EQ(observer.all.front(), "the server's roles and databases");
  EXPECT_EQ(observer.all.back(), "the server's last part");
  EXPECT_TRUE(plan(1)->script.statements.empty());
  EXPECT_TRUE(lines(*open(), "select rolname from pg_roles where rolname = 'leaving'").empty());
}

TEST_F(SeveralDatabasesTest, AreLeftConsistentByAFailureInOne) {
  for (const std::size_t jobs : {1U, 3U}) {
    SCOPED_TRACE(jobs);
    Committed observer;
    observer.refuse = "database \"d2\"";
    ReconcileOptions options = with_jobs(jobs);
    options.inverse = true;  // its observer is called between the last statement and COMMIT
    EXPECT_THROW(apply_planned(*plan(jobs), connector_, options, observer), Error);
    EXPECT_EQ(std::ranges::count(observer.all, observer.refuse), 0);
    EXPECT_EQ(std::ranges::count(observer.all, "the server's last part"), 0);
    for (int i = 0; i < kCount; ++i) {
      const std::string name = "d" + std::to_string(i);
      const auto connection = open(name);
      const auto granted = lines(*connection, "select relname from pg_class where relacl::text ~ 'reader=r' and relkind = 'r'");
      const auto owned = lines(*connection, "select 1 from pg_tables where tableowner = 'leaving'");
      // All of its changes, or none.
      if (granted.empty()) {
        EXPECT_EQ(owned.size(), 1U) << name;
      } else {
        EXPECT_EQ(granted.size(), 8U) << name;
        EXPECT_TRUE(owned.empty()) << name;
      }
    }
  }
  ApplyObserver nobody;
  apply_planned(*plan(2), connector_, with_jobs(2), nobody);
  EXPECT_TRUE(plan(1)->script.statements.empty());
}

TEST_F(SeveralDatabasesTest, AreRehearsedWithoutATrace) {
  const auto before = all_facts();
  ReconcileOptions options = with_jobs(2);
  options.rehearse = true;
  Committed observer;
  const ApplyOutcome outcome = apply_planned(*plan(1), connector_, options, observer);
  EXPECT_TRUE(outcome.rehearsed);
  EXPECT_FALSE(outcome.changed);
  EXPECT_GT(outcome.statements, static_cast<std::size_t>(kCount));
  EXPECT_EQ(outcome.not_rehearsed, std::vector<std::string>{"DROP ROLE \"leaving\""});
  EXPECT_TRUE(observer.all.empty());
  EXPECT_EQ(all_facts(), before);
}

}  // namespace
}  // namespace pgcharter::testing
