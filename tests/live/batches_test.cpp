// A plan that needs more locks than the server's table of locks has: a server of its own, with a very small table.
#include "live/export_support.h"

namespace pgcharter::testing {
namespace {

class BatchesTest : public ::testing::Test {
 protected:
  static constexpr int kTables = 150;

  void SetUp() override {
    SandboxOptions options;
    if (const char* folder = std::getenv("PGCHARTER_TEST_BIN_DIR")) options.bin_dir = folder;
    // 10 * 20 slots. On 18 and later a part of the granting is spread too.
    options.settings = {"fsync = off", "autovacuum = off", "max_locks_per_transaction = 10", "max_connections = 20", "max_wal_senders = 0"};
    sandbox_ = std::make_unique<Sandbox>(options);
    const auto admin = open();
    admin->execute("CREATE ROLE owner; CREATE ROLE reader; CREATE SCHEMA s");
    std::string sql;
    for (int i = 0; i < kTables; ++i) sql += "CREATE TABLE s.t" + std::to_string(i) + " (id int PRIMARY KEY, x text);";
    // One by one: creating them all in one transaction is what this server can't do.
    for (std::size_t begin = 0; begin < sql.size();) {
      const std::size_t end = sql.find(';', begin) + 1;
      admin->execute(sql.substr(begin, end - begin));
      begin = end;
    }
    connector_ = [this](const std::optional<std::string>& name) { return open(name ? *name : "postgres"); };
  }

  std::unique_ptr<Connection> open(const std::string& database = "postgres") const {
    ConnectOptions options;
    options.dbname = sandbox_->conninfo(database);
    return connect(options);
  }

  std::unique_ptr<Planned> plan() {
    CharterSources sources;
    sources.documents.push_back({"batches.yaml", {}, R"(
charter: 1
name: batches
roles: { owner: {}, reader: {} }
schemas: { s: {} }
ownership: [ { owner: owner, of: { tables: s.* } } ]
grants: [ { to: reader, privileges: [select], objects: { tables: s.* } } ]
)"});
    diagnostics_ = {};
    const auto charter = load_charter(sources, diagnostics_);
    return charter ? make_planned(*charter, connector_, {}, diagnostics_) : nullptr;
  }

  [[nodiscard]] bool told() const {
    return std::ranges::any_of(diagnostics_.all(), [](const Diagnostic& d) { return d.code == "several-transactions"; });
  }

  [[nodiscard]] long owned() const {
    long count = 0;
    open()->query({"owned", "select count(*) from pg_tables where schemaname = 's' and tableowner = 'owner'"}, {},
                  [&](const Row& row) { count = row.number(0); });
    return count;
  }

  std::unique_ptr<Sandbox> sandbox_;
  Connector connector_;
  Diagnostics diagnostics_;
};

struct Counter : ApplyObserver {
  std::vector<std::string> parts;
  std::size_t fail_at = 0;
  void begins(const std::string& what) override {
    if (parts.size() + 1 == fail_at) throw Error("stopped before " + what);
  }
  void committed(const std::string& what) override { parts.push_back(what); }
};

TEST_F(BatchesTest, AreSaidBeforehandAndConverge) {
  const auto planned = plan();
  ASSERT_NE(planned, nullptr);
  EXPECT_TRUE(told());
  Counter counter;
  apply_planned(*planned, connector_, {}, counter);
  EXPECT_GT(counter.parts.size(), 2U);
  EXPECT_EQ(counter.parts.back(), "the transaction: part " + std::to_string(counter.parts.size()));
  EXPECT_EQ(owned(), kTables);
  const auto again = plan();
  ASSERT_NE(again, nullptr);
  EXPECT_TRUE(again->script.statements.empty());
  EXPECT_FALSE(told());
}

TEST_F(BatchesTest, AreResumable) {
  const auto planned = plan();
  ASSERT_NE(planned, nullptr);
  Counter counter;
  counter.fail_at = 3;
  EXPECT_THROW(apply_planned(*planned, connector_, {}, counter), Error);
  EXPECT_EQ(counter.parts.size(), 2U);
  const long half = owned();
  EXPECT_GT(half, 0);
  EXPECT_LT(half, kTables);
  Counter rest;
  apply_planned(*plan(), connector_, {}, rest);
  EXPECT_EQ(owned(), kTables);
  EXPECT_TRUE(plan()->script.statements.empty());
}

}  // namespace
}  // namespace pgcharter::testing
