// Reading while the charter is loaded: the plan is that of an ordinary run, whatever the text of the charter seemed to name; and what goes
// wrong ahead is nobody's concern.
#include "reading_ahead.h"

#include <chrono>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include "catalog/queries.h"
#include "faults/hooked.h"
#include "support/live_server.h"

namespace pgcharter {
namespace {

using testing::ident;

class ReadingAheadTest : public testing::LiveTest {
 protected:
  void SetUp() override {
    LiveTest::SetUp();
    run("DO $$BEGIN IF to_regrole('ahead_reader') IS NULL THEN CREATE ROLE ahead_reader; CREATE ROLE ahead_owner; END IF; END$$");
    for (const char* schema : {"named", "globbed_1", "globbed_2", "odd.name", "mentioned", "unknown"}) {
      run("CREATE SCHEMA " + ident(schema) + " CREATE TABLE t (id serial, note text) CREATE VIEW v AS SELECT 1 AS one");
      run("CREATE TYPE " + ident(schema) + ".pair AS (a int, b int); GRANT SELECT ON " + ident(schema) + ".t TO ahead_reader");
    }
    run("GRANT INSERT ON globbed_2.t TO ahead_reader; GRANT SELECT (note) ON named.t TO ahead_reader; "
        "GRANT USAGE ON TYPE \"odd.name\".pair TO ahead_reader");
  }

  static constexpr const char* kCharter =
      "charter: 1\nname: ahead\nroles: { ahead_reader: { comment: mentioned }, ahead_owner: {} }\ngrants:\n"
      "  - { to: ahead_reader, privileges: [select], objects: { tables: [named.t, \"globbed_*.*\", '\"odd.name\".t'] } }\n";

  Connector connector() {
    return [this](const std::optional<std::string>& database) { return server.open(database.value_or(database_name)); };
  }

  static SharedCharter load(const std::string& text) {
    CharterSources sources;
    sources.documents.push_back({"ahead.yaml", {}, text});
    Diagnostics diagnostics;
    auto charter = load_charter(sources, diagnostics);
    EXPECT_TRUE(charter);
    return charter ? std::make_shared<const Charter>(std::move(*charter)) : nullptr;
  }

  std::unique_ptr<Planned> plan(const std::string& text, const std::shared_ptr<ReadingAhead>& ahead) {
    Diagnostics diagnostics;
    auto result = make_planned(load(text), connector(), {}, diagnostics, ahead);
    EXPECT_NE(result, nullptr);
    for (const Diagnostic& d : diagnostics.all()) EXPECT_NE(d.severity, Severity::Error) << d.message;
    return result;
  }

  std::shared_ptr<ReadingAhead> begin(const std::string& text) {
    return std::make_shared<ReadingAhead>(connector(), std::vector<SharedText>{text}, 0);
  }

  long sessions_of_others() {
    const auto count = column("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    return std::stol(count.at(0));
  }

  /// The server notices the end of a session a little later.
  bool all_sessions_end() {
    for (int i = 0; i < 500 && sessions_of_others() > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return sessions_of_others() == 0;
  }
};

TEST_F(ReadingAheadTest, GivesThePlanOfAnOrdinaryRun) {
  const auto expected = plan(kCharter, nullptr);
  ASSERT_FALSE(expected->script.statements.empty());
  const auto ahead = begin(kCharter);
  ASSERT_TRUE(ahead->begun());
  const auto planned = plan(kCharter, ahead);
  EXPECT_EQ(ahead->relations.schemas, (std::set<std::string>{"mentioned", "named"}));
  EXPECT_EQ(planned->script.statements, expected->script.statements);
  EXPECT_EQ(planned->fingerprint, expected->fingerprint);
  EXPECT_EQ(to_debug_string(planned->actual), to_debug_string(expected->actual));
  EXPECT_EQ(planned->desired.coverage, expected->desired.coverage);
  EXPECT_TRUE(all_sessions_end());
}

TEST_F(ReadingAheadTest, SeesOneSnapshotThroughout) {
  const auto expected = plan(kCharter, nullptr);
  const auto ahead = begin(kCharter);
  ASSERT_TRUE(ahead->begun());
  run("GRANT DELETE ON globbed_1.t TO ahead_reader; CREATE TABLE named.later (id int); GRANT SELECT ON named.later TO ahead_reader; "
      "DROP TABLE globbed_2.t CASCADE");
  EXPECT_EQ(plan(kCharter, ahead)->fingerprint, expected->fingerprint);
  EXPECT_NE(plan(kCharter, nullptr)->fingerprint, expected->fingerprint);
}

TEST_F(ReadingAheadTest, IsLeftWhereTheCharterIsOfOtherDatabases) {
  const std::string text = "charter: 1\nname: ahead\nroles: { ahead_reader: {} }\ndatabases: { postgres: { schemas: {} } }\n";
  const auto ahead = begin(text);
  EXPECT_EQ(plan(text, ahead)->actual.databases.at(0).name, "postgres");
  EXPECT_TRUE(all_sessions_end());
}

TEST_F(ReadingAheadTest, FitsTheOnlyDatabaseOfACharterThatNamesIt) {
  const std::string text = "charter: 1\nname: ahead\nroles: { ahead_reader: {} }\ndatabases: { " + ident(database_name) +
                           ": { grants: [{ to: ahead_reader, privileges: [select], objects: { tables: named.* } }] } }\n";
  const auto expected = plan(text, nullptr);
  EXPECT_EQ(plan(text, begin(text))->fingerprint, expected->fingerprint);
}

TEST_F(ReadingAheadTest, IsNotBegunOnASmallCatalog) {
  ReadingAhead ahead(connector(), {SharedText(kCharter)});
  EXPECT_FALSE(ahead.begun());
  const auto shared = std::make_shared<ReadingAhead>(connector(), std::vector<SharedText>{kCharter});
  EXPECT_EQ(plan(kCharter, shared)->fingerprint, plan(kCharter, nullptr)->fingerprint);
}

TEST_F(ReadingAheadTest, FailureIsLeftToWhoeverReadsInEarnest) {
  const Connector broken = [](const std::optional<std::string>&) -> std::unique_ptr<Connection> { throw Error("no server"); };
  const auto ahead = std::make_shared<ReadingAhead>(broken, std::vector<SharedText>{kCharter}, 0);
  EXPECT_FALSE(ahead->begun());
  EXPECT_EQ(plan(kCharter, ahead)->fingerprint, plan(kCharter, nullptr)->fingerprint);
  Diagnostics diagnostics;
  EXPECT_THROW(make_planned(load(kCharter), broken, {}, diagnostics, ahead), Error);
}

TEST_F(ReadingAheadTest, AFailureOfTheQueryIsTold) {
  const auto ahead = begin(kCharter);
  ASSERT_TRUE(ahead->begun());
  ahead->relations.objects.wait();
  std::promise<std::vector<Object>> failed;
  failed.set_exception(std::make_exception_ptr(Error("the connection is lost")));
  ahead->relations.objects = failed.get_future();
  Diagnostics diagnostics;
  EXPECT_THROW(make_planned(load(kCharter), connector(), {}, diagnostics, ahead), Error);
}

TEST_F(ReadingAheadTest, FailureOfTheOtherSessionWaitsForItsThread) {
  const auto before = [this](std::string_view query, const std::function<void()>& action) -> Connector {
    return [=, this](const std::optional<std::string>&) {
      return std::make_unique<testing::HookedConnection>(server.open(database_name), [=](auto&, std::string_view sql, bool) {
        if (sql == find_query(query).sql) action();
      });
    };
  };
  for (const char* query : {"extensions", "acl_schema", "owned_sequences"}) {
    const Connector slow = before("acl_relation", [] { std::this_thread::sleep_for(std::chrono::milliseconds(200)); });
    const Connector failing = before(query, [] { throw Error("refused for the test"); });
    const auto ahead = std::make_shared<ReadingAhead>(slow, std::vector<SharedText>{kCharter}, 0);
    ASSERT_TRUE(ahead->begun());
    Diagnostics diagnostics;
    EXPECT_THROW(make_planned(load(kCharter), failing, {}, diagnostics, ahead), Error) << query;
    EXPECT_EQ(ahead->connection, nullptr);
  }
}

TEST_F(ReadingAheadTest, EndsItsSessionWhenNobodyWantsIt) {
  begin(kCharter).reset();
  const auto ahead = begin(kCharter);
  ASSERT_TRUE(ahead->begun());
  ahead->close();
  EXPECT_TRUE(all_sessions_end());
}

TEST_F(ReadingAheadTest, PaysForLargeChartersOnly) {
  EXPECT_EQ(read_ahead(connector(), {{"a.yaml", {}, kCharter}}), nullptr);
  EXPECT_NE(read_ahead(connector(), {{"a.yaml", {}, kCharter}, {"b.yaml", {}, std::string(std::size_t{1} << 20U, '#')}}), nullptr);
}

TEST_F(ReadingAheadTest, DoesWithoutTheRightToExportSnapshots) {
  run("DO $$BEGIN IF to_regrole('ahead_executor') IS NULL THEN CREATE ROLE ahead_executor LOGIN; END IF; END$$");
  run("REVOKE EXECUTE ON FUNCTION pg_catalog.pg_export_snapshot() FROM PUBLIC");
  const Connector limited = [this](const std::optional<std::string>& database) {
    return server.open(database.value_or(database_name), "ahead_executor");
  };
  Diagnostics diagnostics;
  const auto expected = make_planned(load(kCharter), limited, {}, diagnostics);
  const auto ahead = std::make_shared<ReadingAhead>(limited, std::vector<SharedText>{kCharter}, 0);
  ASSERT_TRUE(ahead->begun());
  EXPECT_FALSE(ahead->snapshot);
  const auto planned = make_planned(load(kCharter), limited, {}, diagnostics, ahead);
  EXPECT_EQ(planned->fingerprint, expected->fingerprint);
  EXPECT_EQ(planned->script.statements, expected->script.statements);
}

}  // namespace
}  // namespace pgcharter
