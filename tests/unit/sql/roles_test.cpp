// Roles, settings, schemas, extensions and owners as SQL.
#include "sql/roles.h"

#include <gtest/gtest.h>

#include "model/settings.h"
#include "support/state_builder.h"

namespace pgcharter {
namespace {

using testing::Fixture;
using Lines = std::vector<std::string>;

TEST(SqlRoles, CreateNamesOnlyWhatIsNotTheDefault) {
  Fixture f;
  f.add(-1, CreateRole{.role = f.id("a")});
  f.add(-1,
        CreateRole{.role = f.id("b"),
                   .attributes = {
                       .createdb = true, .inherit = false, .login = true, .connection_limit = 5, .valid_until = "2027-01-01 00:00:00+00"}});
  EXPECT_EQ(f.sql(), (Lines{R"(CREATE ROLE "a")",
                            R"(CREATE ROLE "b" CREATEDB NOINHERIT LOGIN CONNECTION LIMIT 5 VALID UNTIL '2027-01-01 00:00:00+00')"}));
}

TEST(SqlRoles, AlterNamesOnlyWhatChanges) {
  Fixture f;
  f.add(-1, AlterRole{.role = f.id("a"), .before = {.superuser = true, .login = true, .connection_limit = 5}, .after = {.login = true}});
  f.add(-1, AlterRole{.role = f.id("b"), .before = {.valid_until = "2027-01-01 00:00:00+00"}, .after = {.bypassrls = true}});
  EXPECT_EQ(f.sql(), (Lines{R"(ALTER ROLE "a" NOSUPERUSER CONNECTION LIMIT -1)", R"(ALTER ROLE "b" BYPASSRLS VALID UNTIL 'infinity')"}));
}

TEST(SqlRoles, PasswordsAreVariables) {
  Fixture f;
  const PasswordSource source{.kind = PasswordSource::Kind::Env, .locator = "DEPLOYER_PASSWORD"};
  f.add(-1, SetPassword{f.id("b"), source});
  f.add(-1, CreateRole{.role = f.id("a"), .attributes = {.login = true}, .password = source});
  const Script script = f.script();
  ASSERT_EQ(script.statements.size(), 2U);
  EXPECT_EQ(script.statements[0].sql, R"(CREATE ROLE "a" LOGIN PASSWORD :'password_1')");
  EXPECT_EQ(script.statements[0].secret_role, "a");
  EXPECT_EQ(script.statements[0].secrets.at("password_1").locator, "DEPLOYER_PASSWORD");
  EXPECT_EQ(script.statements[1].sql, R"(ALTER ROLE "b" PASSWORD :'password_2')");
  EXPECT_EQ(script.statements[1].id, 2);
}

TEST(SqlRoles, OtherStatements) {
  Fixture f;
  const int db = f.database("app");
  f.add(-1, RenameRole{.from = "old", .role = f.id("new")});
  f.add(-1, CommentRole{.role = f.id("a"), .after = "it's \\ here"});
  f.add(-1, CommentRole{.role = f.id("b"), .before = "x", .after = {}});
  f.add(db, ReassignOwned{f.id("gone"), f.id("heir")});
  f.add(-1, DropRole{f.id("gone")});
  EXPECT_EQ(f.sql(), (Lines{R"(ALTER ROLE "old" RENAME TO "new")", R"(COMMENT ON ROLE "a" IS E'it''s \\ here')",
                            R"(COMMENT ON ROLE "b" IS NULL)", R"(REASSIGN OWNED BY "gone" TO "heir")", R"(DROP ROLE "gone")"}));
}

TEST(SqlRoles, SettingsOfEachScope) {
  Fixture f;
  f.add(-1, ChangeSetting{.scope = {}, .name = "statement_timeout", .after = "30s"});
  f.add(-1, ChangeSetting{.scope = {.database = "app"}, .name = "timezone", .after = "UTC"});
  f.add(-1, ChangeSetting{.scope = {.role = f.id("r")}, .name = "my.flag", .before = "1", .after = {}});
  f.add(-1, ChangeSetting{.scope = {.database = "app", .role = f.id("r")}, .name = "search_path", .after = R"("$user", Events, "It's")"});
  EXPECT_EQ(f.sql(), (Lines{R"(ALTER ROLE ALL SET "statement_timeout" TO '30s')", R"(ALTER DATABASE "app" SET "timezone" TO 'UTC')",
                            R"(ALTER ROLE "r" RESET "my"."flag")",
                            R"(ALTER ROLE "r" IN DATABASE "app" SET "search_path" TO '$user', 'events', 'It''s')"}));
}

TEST(SqlRoles, SplitsListsAsTheServerDoes) {
  EXPECT_EQ(split_setting("search_path", "events, public"), (Lines{"events", "public"}));
  EXPECT_EQ(split_setting("search_path", R"( "a,b" ,"c""d", E )"), (Lines{"a,b", "c\"d", "e"}));
  EXPECT_EQ(split_setting("session_preload_libraries", "$libdir/Foo, bar"), (Lines{"$libdir/Foo", "bar"}));
  EXPECT_EQ(split_setting("search_path", R"("")"), (Lines{""}));
  EXPECT_EQ(split_setting("search_path", ""), (Lines{""}));
  EXPECT_FALSE(is_quoted_list("datestyle"));
}

TEST(SqlSchemas, SchemasAndExtensions) {
  Fixture f;
  const int db = f.database("app");
  f.add(db, CreateSchema{.name = "a"});
  f.add(db, CreateSchema{.name = "b", .owner = f.id("o")});
  f.add(db, DropSchema{"c"});
  f.add(db, CreateExtension{{.name = "pgcrypto", .schema = "public", .version = "1.3"}});
  f.add(db, CreateExtension{{.name = "citext"}});
  f.add(db, AlterExtension{.before = {"hstore", "public", "1.7"}, .after = {"hstore", "ext", "1.8"}});
  EXPECT_EQ(f.sql(), (Lines{R"(CREATE SCHEMA "a")", R"(CREATE SCHEMA "b" AUTHORIZATION "o")", R"(SET LOCAL "search_path" TO 'public')",
                            R"(CREATE EXTENSION "citext")", R"(SET LOCAL "search_path" TO '')",
                            R"(CREATE EXTENSION "pgcrypto" SCHEMA "public" VERSION '1.3')", R"(ALTER EXTENSION "hstore" SET SCHEMA "ext")",
                            R"(ALTER EXTENSION "hstore" UPDATE TO '1.8')", R"(DROP SCHEMA "c")"}));
}

TEST(SqlOwners, OneStatementPerObject) {
  Fixture f;
  const int db = f.database("app");
  f.object(-1, {ObjectKind::Database, {}, "app", {}});
  f.table(db, "s", "t");
  f.table(db, "s", "u");
  f.object(db, {ObjectKind::Function, "s", "f", "integer"});
  f.object(db, {ObjectKind::ForeignServer, {}, "fs", {}});
  f.change_owner(-1, ObjectKind::Database, Fixture::list({0}), "o");
  f.change_owner(db, ObjectKind::Table, Fixture::list({0, 1}), "o");
  f.change_owner(db, ObjectKind::Function, Fixture::list({2}), "o");
  f.change_owner(db, ObjectKind::ForeignServer, Fixture::list({3}), "o");
  EXPECT_EQ(f.sql(),
            (Lines{R"(ALTER DATABASE "app" OWNER TO "o")", R"(ALTER TABLE "s"."t" OWNER TO "o")", R"(ALTER TABLE "s"."u" OWNER TO "o")",
                   R"(ALTER ROUTINE "s"."f"(integer) OWNER TO "o")", R"(ALTER SERVER "fs" OWNER TO "o")"}));
}

}  // namespace
}  // namespace pgcharter
