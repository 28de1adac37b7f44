// The script for psql.
#include <gtest/gtest.h>

#include "support/state_builder.h"

namespace pgcharter {
namespace {

using testing::Fixture;

TEST(SqlPsql, SaysThatThereIsNothingToDo) {
  Fixture f;
  const std::string text = to_psql({}, f.actual, "weavix\n\\! rm");
  EXPECT_NE(text.find("-- Nothing to do"), std::string::npos);
  EXPECT_EQ(text.find("\n\\"), std::string::npos);
}

TEST(SqlPsql, OneDatabaseIsOneTransaction) {
  Fixture f;
  const int db = f.database("app");
  f.table(db, "s", "t", "owner");
  f.add(-1, CreateRole{.role = f.id("r")}, "line\nbreak");
  f.add(db, f.grant(Fixture::list({0}), "r", PrivilegeSet::of(Privilege::Select)));
  f.add(db, f.revoke(Fixture::list({0}), "x", PrivilegeSet::of(Privilege::Select), "other"));
  const std::string text = to_psql(f.script(), f.actual, "weavix");
  EXPECT_EQ(text.substr(text.find("\\set")), R"(\set ON_ERROR_STOP on

\connect -reuse-previous=on '"dbname=''app''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- line\nbreak
CREATE ROLE "r";

SET LOCAL ROLE "other";

-- declared
REVOKE SELECT ON TABLE "s"."t" FROM "x";

RESET ROLE;

-- declared
GRANT SELECT ON TABLE "s"."t" TO "r";

COMMIT;
)");
}

TEST(SqlPsql, SeveralDatabasesAreSeveralTransactions) {
  Fixture f;
  const int one = f.database("app");
  const int two = f.database("o'n\\e \"2\"\n");
  f.add(-1, CreateRole{.role = f.id("r")});
  f.add(one, CreateSchema{.name = "a"});
  f.add(two, CreateSchema{.name = "b"});
  f.add(-1, DropRole{f.id("gone")});
  const std::string text = to_psql(f.script(), f.actual, "weavix");
  const auto count = [&](std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(count("BEGIN;"), 4U);
  EXPECT_EQ(count("COMMIT;"), 4U);
  EXPECT_NE(text.find(R"(\connect -reuse-previous=on '"dbname=''o\\''n\\\\e ""2""\n''"')"), std::string::npos);
}

TEST(SqlPsql, AsksForSecrets) {
  Fixture f;
  f.add(-1, SetPassword{f.id("r"), {.kind = PasswordSource::Kind::Env, .locator = "X"}});
  const std::string text = to_psql(f.script(), f.actual, "weavix");
  EXPECT_NE(text.find("\\if :{?password_1}"), std::string::npos);
  EXPECT_LT(text.find("\\endif"), text.find("BEGIN;"));
}

}  // namespace
}  // namespace pgcharter
