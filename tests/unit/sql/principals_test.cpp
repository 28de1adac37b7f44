// Entra principals as SQL: which function, where it runs, and how a script for psql gets there.
#include <gtest/gtest.h>

#include "support/state_builder.h"

namespace pgcharter {
namespace {

using testing::Fixture;
using Lines = std::vector<std::string>;

const EntraPrincipal kService{.type = "service", .object_id = "04a9fcc9-de20-4078-a327-cf935088b0bb"};

TEST(SqlPrincipals, AreCreatedByObjectIdOrByName) {
  Fixture f;
  EntraPrincipal admin = kService;
  admin.admin = admin.mfa = true;
  f.add(-1, CreatePrincipal{f.id("app"), kService});
  f.add(-1, CreatePrincipal{f.id("boss's"), admin});
  f.add(-1, CreatePrincipal{f.id("named"), {.type = "group", .mfa = true}});
  EXPECT_EQ(f.sql(),
            (Lines{"SELECT pg_catalog.pgaadauth_create_principal_with_oid('app', '04a9fcc9-de20-4078-a327-cf935088b0bb', 'service', "
                   "false, false)",
                   "SELECT pg_catalog.pgaadauth_create_principal_with_oid('boss''s', '04a9fcc9-de20-4078-a327-cf935088b0bb', "
                   "'service', true, true)",
                   "SELECT pg_catalog.pgaadauth_create_principal('named', false, true)"}));
  const Statement created = f.script().statements[1];
  EXPECT_EQ(created.database, "postgres");
  EXPECT_EQ(name(created.phase), "create-principal");
  EXPECT_EQ(created.stand_in, R"(CREATE ROLE "boss's" CREATEDB CREATEROLE LOGIN)");
  f.role("azure_pg_admin");
  EXPECT_EQ(f.script().statements[1].stand_in, R"(CREATE ROLE "boss's" CREATEDB CREATEROLE LOGIN IN ROLE "azure_pg_admin")");
}

TEST(SqlPrincipals, AreBoundByAzuresFunctionOrByALabel) {
  Fixture f;
  EntraPrincipal admin = kService;
  admin.admin = true;
  f.add(-1, BindPrincipal{f.id("a"), std::nullopt, admin});
  f.add(-1, BindPrincipal{f.id("b"), kService, std::nullopt});
  f.add(-1, BindPrincipal{f.id("c"), kService, EntraPrincipal{.mfa = true}});
  const std::string label =
      R"(SECURITY LABEL FOR "pgaadauth" ON ROLE "a" IS 'aadauth,oid=04a9fcc9-de20-4078-a327-cf935088b0bb,type=service,admin')";
  const Lines rest{R"(SECURITY LABEL FOR "pgaadauth" ON ROLE "b" IS NULL)",
                   R"(SECURITY LABEL FOR "pgaadauth" ON ROLE "c" IS 'aadauth,mfa')"};
  EXPECT_EQ(f.sql(), (Lines{label, rest[0], rest[1]}));
  f.actual.server.entra_functions = {.create = true, .create_with_oid = true};
  EXPECT_EQ(f.sql(), (Lines{label, rest[0], rest[1]}));
  f.actual.server.entra_functions->update_with_oid = true;
  EXPECT_EQ(
      f.sql(),
      (Lines{"SELECT pg_catalog.pgaadauth_update_principal_with_oid('a', '04a9fcc9-de20-4078-a327-cf935088b0bb', 'service', true, false)",
             rest[0], rest[1]}));
}

TEST(SqlPrincipals, AreBoundByTheNameThatTheyHaveThen) {
  Fixture f;
  f.add(-1, RenameRole{.from = "old", .role = f.id("new")});
  f.add(-1, BindPrincipal{f.id("new"), std::nullopt, EntraPrincipal{}});
  EXPECT_EQ(f.sql(), (Lines{R"(SECURITY LABEL FOR "pgaadauth" ON ROLE "old" IS 'aadauth')", R"(ALTER ROLE "old" RENAME TO "new")"}));
}

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST(SqlPrincipals, AreATransactionInDatabasePostgres) {
  Fixture f;
  const int db = f.database("app");
  f.add(-1, CreatePrincipal{f.id("r"), kService});
  f.add(-1, AlterRole{.role = f.id("r"), .before = {.login = true}, .after = {.login = true, .connection_limit = 3}});
  f.add(db, CreateSchema{.name = "s"});
  const std::string text = to_psql(f.script(), f.actual, "c");
  const std::size_t there = text.find(R"(\connect -reuse-previous=on '"dbname=''postgres''"')");
  const std::size_t call = text.find("pgaadauth_create_principal_with_oid");
  const std::size_t here = text.find(R"(\connect -reuse-previous=on '"dbname=''app''"')");
  const std::size_t alter = text.find("ALTER ROLE");
  EXPECT_TRUE(there < call && call < here && here < alter && alter != std::string::npos) << text;
  EXPECT_EQ(count(text, "BEGIN;"), 2U);
  EXPECT_EQ(count(text, "COMMIT;"), 2U);
}

TEST(SqlPrincipals, AreInTheOnlyTransactionWhereThatIsInDatabasePostgres) {
  Fixture f;
  f.actual.server.database = "postgres";
  const int db = f.database("postgres");
  f.add(-1, CreatePrincipal{f.id("r"), kService});
  f.add(-1, CommentRole{.role = f.id("r"), .after = "x"});
  f.add(db, CreateSchema{.name = "s"});
  const std::string text = to_psql(f.script(), f.actual, "c");
  EXPECT_EQ(count(text, "\\connect"), 1U) << text;
  EXPECT_EQ(count(text, "BEGIN;"), 1U);
}

}  // namespace
}  // namespace pgcharter
