// The inverse of an apply, on random databases and charters: applied, undone, and PostgreSQL's own account is what it was, grantors
// included. Schemas, roles and extensions that the apply created are gone, what it dropped is there again.
#include "pgcharter/inverse.h"

#include <algorithm>

#include "live/export_support.h"
#include "property/generator.h"
#include "property/names.h"

namespace pgcharter::testing {
namespace {

class InverseTest : public ExportTest {
 protected:
  /// Keeps the inverse of each transaction, the last one first.
  struct Keeper : ApplyObserver {
    std::vector<Inverse> inverses;
    void inverse(const std::string& /*what*/, const Inverse& inverse) override { inverses.insert(inverses.begin(), inverse); }
  };

  static std::vector<Inverse> apply_keeping(const Planned& planned, const Connector& connector) {
    ReconcileOptions options = everything_allowed();
    options.inverse = true;
    Keeper keeper;
    apply_planned(planned, connector, options, keeper);
    return std::move(keeper.inverses);
  }

  static void undo(Connection& connection, const Script& script) {
    ApplyObserver nobody;
    begin_apply(connection, {});
    execute(connection, script, nobody);
    connection.execute("COMMIT");
  }

  static std::vector<std::string> difference(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::string> result;
    std::ranges::set_symmetric_difference(a, b, std::back_inserter(result));
    return result;
  }

  /// What no statement can bring back, and the server is not asked for.
  static bool beyond(const std::string& lost) { return lost.starts_with("the password of") || lost.starts_with("the former password of"); }
};

TEST_F(InverseTest, OfARandomApplyRestoresTheCatalog) {
  const char* count = std::getenv("PGCHARTER_INVERSE_COUNT");
  const std::uint64_t last = count == nullptr ? 12 : std::strtoull(count, nullptr, 10);
  property::use_server(major());
  for (std::uint64_t seed = 1; seed <= last; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const property::Case c = property::generate(seed);
    create(c);
    const auto connection = open(c.database);

    CharterSources sources;
    for (const std::string& document : c.documents)
      sources.documents.push_back({"m" + std::to_string(sources.documents.size()) + ".yaml", "", document});
    Diagnostics diagnostics;
    const auto charter = load_charter(sources, diagnostics);
    ASSERT_TRUE(charter);
    const Connector connect_to = connector(c.database);
    const auto planned = make_planned(*charter, connect_to, everything_allowed(), diagnostics);
    ASSERT_NE(planned, nullptr);
    const std::vector<std::string> before = exact_facts(*connection);
    for (const Inverse& inverse : apply_keeping(*planned, connect_to)) {
      EXPECT_TRUE(inverse.tried);
      std::vector<std::string> lost;
      std::ranges::remove_copy_if(inverse.not_restored, std::back_inserter(lost), beyond);
      EXPECT_EQ(lost, std::vector<std::string>{});
      undo(*connection, inverse.script);
      EXPECT_EQ(difference(before, exact_facts(*connection)), std::vector<std::string>{});
    }
    if (HasFailure()) return;
    TearDown();
  }
}

TEST_F(InverseTest, OfSeveralDatabasesUndoesTheLastTransactionFirst) {
  const auto admin = open();
  admin->execute("CREATE DATABASE one; ");
  admin->execute("CREATE DATABASE two");
  admin->execute("CREATE ROLE old LOGIN; CREATE ROLE heir; GRANT heir TO old; COMMENT ON ROLE old IS 'to be dropped'");
  for (const char* name : {"one", "two"})
    open(name)->execute("CREATE SCHEMA s; CREATE TABLE s.t (id int); ALTER TABLE s.t OWNER TO old; GRANT SELECT ON s.t TO heir");
  const std::string text = R"(
charter: 1
name: several
roles:
  heir: {}
  fresh: { login: true, member_of: [heir] }
  old: { ensure: absent, reassign_owned_to: heir }
databases:
  one: { schemas: { s: {}, fresh: { owner: fresh } }, grants: [ { to: fresh, privileges: [select, insert], objects: { tables: s.* }, future: true } ] }
  two: { schemas: { s: {} }, grants: [ { to: fresh, privileges: [usage], objects: { schemas: s } } ] }
)";
  const Connector connect_to = connector("one");
  const auto before_one = exact_facts(*open("one"));
  const auto before_two = exact_facts(*open("two"));
  const auto plan = planned(text, connect_to);
  ASSERT_NE(plan, nullptr);
  const std::vector<Inverse> inverses = apply_keeping(*plan, connect_to);
  ASSERT_EQ(inverses.size(), 4U);
  for (const Inverse& inverse : inverses) {
    ASSERT_FALSE(inverse.script.statements.empty());
    const std::string& database = inverse.script.statements.front().database;
    undo(*open(database.empty() ? "one" : database), inverse.script);
  }
  EXPECT_EQ(difference(before_one, exact_facts(*open("one"))), std::vector<std::string>{});
  EXPECT_EQ(difference(before_two, exact_facts(*open("two"))), std::vector<std::string>{});
}

TEST_F(InverseTest, SaysWhatItCantBringBack) {
  const auto admin = open();
  admin->execute("CREATE DATABASE lost");
  admin->execute("CREATE ROLE gone LOGIN PASSWORD 'secret'; CREATE ROLE heir");
  open("lost")->execute(
      "CREATE TEXT SEARCH CONFIGURATION public.config (COPY = simple); ALTER TEXT SEARCH CONFIGURATION public.config OWNER TO gone");
  const auto plan =
      planned("{charter: 1, name: lost, roles: {gone: {ensure: absent, reassign_owned_to: heir}, heir: {}}}", connector("lost"));
  ASSERT_NE(plan, nullptr);
  const std::vector<Inverse> inverses = apply_keeping(*plan, connector("lost"));
  ASSERT_EQ(inverses.size(), 1U);
  EXPECT_THAT(inverses.front().not_restored,
              ::testing::UnorderedElementsAre("the password of role gone, and its number (oid)",
                                              "the owner of text search configuration public.config, which was gone"));
}

}  // namespace
}  // namespace pgcharter::testing
