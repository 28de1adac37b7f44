// Each right that preflight asks for, alone: without it the server refuses, with it, it does not. A new rule of src/apply/needs.cpp is a
// new row.
#include "live/executors.h"

namespace pgcharter::testing {
namespace {

/// A case in which the executor lacks things, each of which it really needs.
struct Lacking {
  const char* name;
  const char* attributes;
  const char* setup;
  const char* manifest;
  int from = 14;
  int until = 99;
};

void PrintTo(const Lacking& lacking, std::ostream* out) { *out << lacking.name; }

class LackingTest : public ExecutorTest, public ::testing::WithParamInterface<Lacking> {};

TEST_P(LackingTest, EachRightIsNeededAndAllAreEnough) {
  const Lacking& lacking = GetParam();
  if (major < lacking.from || major > lacking.until) GTEST_SKIP() << "not on " << major;
  std::string manifest = lacking.manifest;
  if (const auto at = manifest.find("DATABASE"); at != std::string::npos) manifest.replace(at, 8, database_name);
  start_over(lacking.attributes, lacking.setup);
  const Texts rights = missing(manifest);
  ASSERT_FALSE(rights.empty());
  for (const std::string& left_out : rights) {
    start_over(lacking.attributes, lacking.setup);
    for (const std::string& sql : rights) {
      if (sql != left_out) run(sql);
    }
    const auto planned = plan(manifest);
    EXPECT_EQ(missing(manifest), Texts{left_out});
    const std::string code = sent(*planned);
    EXPECT_TRUE(code == "42501" || code == "01007" || code == "01006")
        << "the server does not mind that this is missing: " << left_out << " " << code;
  }
  start_over(lacking.attributes, lacking.setup);
  provide(manifest);
  converge(manifest);
}

constexpr Lacking kLacking[] = {
    {"CreateRole", "", "", "roles: { x_new: {} }\n"},
    {"AlterRole", "CREATEROLE", "CREATE ROLE x_a", "roles: { x_a: { login: true } }\n", 16},
    {"CommentRole", "CREATEROLE", "CREATE ROLE x_a", "roles: { x_a: { comment: hello } }\n", 16},
    {"RenameRole", "CREATEROLE", "CREATE ROLE x_a", "roles: { x_b: { renamed_from: x_a } }\n", 16},
    {"DropRole", "CREATEROLE", "CREATE ROLE x_a", "roles: { x_a: { ensure: absent } }\n", 16},
    {"RoleSetting", "CREATEROLE", "CREATE ROLE x_a", "roles: { x_a: { settings: { work_mem: 8MB } } }\n", 16},
    {"RoleWithoutCreaterole", "", "CREATE ROLE x_a", "roles: { x_a: { login: true, comment: x, settings: { work_mem: 8MB } } }\n"},
    {"Createdb", "CREATEROLE", "", "roles: { x_a: { createdb: true } }\n", 16},
    {"Replication", "CREATEROLE", "", "roles: { x_a: { replication: true } }\n", 16},
    {"Bypassrls", "CREATEROLE", "", "roles: { x_a: { bypassrls: true } }\n", 16},
    {"Membership", "", "CREATE ROLE x_a; CREATE ROLE x_b", "roles: { x_a: { external: true }, x_b: { member_of: [x_a] } }\n"},
    {"MembershipOfAnotherGrantor", "CREATEROLE",
     "CREATE ROLE x_a; CREATE ROLE x_b; CREATE ROLE x_c; GRANT x_a TO x_c WITH ADMIN OPTION; GRANT x_a TO x_b GRANTED BY x_c;"
     "GRANT x_a, x_b TO x_exec WITH ADMIN OPTION, INHERIT FALSE, SET FALSE",
     "roles: { x_a: { external: true }, x_b: {}, x_c: { ensure: absent } }\n", 16},
    {"GrantOnTable", "", "CREATE ROLE x_a; CREATE ROLE x_b; CREATE TABLE public.t (i integer); ALTER TABLE public.t OWNER TO x_a",
     "roles: { x_a: { external: true }, x_b: { external: true } }\ngrants: [{ to: x_b, privileges: [select], objects: { tables: public.t } "
     "}]\n"},
    {"RevokeOnTable", "",
     "CREATE ROLE x_a; CREATE ROLE x_b; CREATE TABLE public.t (i integer); ALTER TABLE public.t OWNER TO x_a; GRANT SELECT ON public.t TO "
     "x_b",
     "roles: { x_a: { external: true }, x_b: { external: true } }\ngrants: [{ to: x_b, privileges: [select], objects: { tables: public.t "
     "}, ensure: absent }]\n"},
    {"UsageOnSchema", "",
     "CREATE ROLE x_a; CREATE ROLE x_b; CREATE SCHEMA s AUTHORIZATION x_a; CREATE TABLE s.t (i integer); ALTER TABLE s.t OWNER TO x_exec",
     "roles: { x_a: { external: true }, x_b: { external: true } }\ngrants: [{ to: x_b, privileges: [select], objects: { tables: s.t } "
     "}]\n"},
    {"CreateOnSchemaForTheNewOwner", "",
     "CREATE ROLE x_a; GRANT x_a TO x_exec; CREATE SCHEMA s AUTHORIZATION x_exec; CREATE TABLE s.t (i integer); ALTER TABLE s.t OWNER TO "
     "x_exec",
     "roles: { x_a: { external: true } }\nownership: [{ owner: x_a, of: { tables: s.t } }]\n"},
    {"NewOwner", "",
     "CREATE ROLE x_a; CREATE SCHEMA s AUTHORIZATION x_exec; CREATE TABLE s.t (i integer); ALTER TABLE s.t OWNER TO x_exec; GRANT CREATE "
     "ON SCHEMA s TO x_a",
     "roles: { x_a: { external: true } }\nownership: [{ owner: x_a, of: { tables: s.t } }]\n"},
    {"OwnerOfSchema", "", "CREATE ROLE x_a; CREATE ROLE x_b; CREATE SCHEMA s AUTHORIZATION x_a",
     "roles: { x_a: { external: true }, x_b: { external: true } }\nschemas: { s: { owner: x_b } }\n"},
    {"OwnerOfDatabase", "", "CREATE ROLE x_a", "roles: { x_a: { external: true } }\ndatabases: { DATABASE: { owner: x_a } }\n"},
    {"OwnerOfFunctionOfASuperuser", "",
     "CREATE SCHEMA s AUTHORIZATION x_exec; CREATE FUNCTION s.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE ROLE x_a; GRANT x_a "
     "TO x_exec; GRANT CREATE ON SCHEMA s TO x_a",
     "roles: { x_a: { external: true } }\nownership: [{ owner: x_a, of: { functions: \"s.f()\" } }]\n"},
    {"CreateSchema", "", "CREATE ROLE x_a; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO x_a', current_database()); END $$",
     "roles: { x_a: { external: true } }\nschemas: { s: { owner: x_a } }\n"},
    {"DefaultPrivileges", "", "CREATE ROLE x_a; CREATE ROLE x_b",
     "roles: { x_a: { external: true }, x_b: { external: true } }\ndefault_privileges: [{ by: x_a, to: x_b, privileges: [select], objects: "
     "tables }]\n"},
    {"Reassign", "CREATEROLE",
     "CREATE ROLE x_a; CREATE ROLE x_b; CREATE SCHEMA s AUTHORIZATION x_a; CREATE TABLE s.t (i integer); ALTER TABLE s.t OWNER TO x_a",
     "roles: { x_a: { ensure: absent, reassign_owned_to: x_b }, x_b: { external: true } }\n", 16},
    {"ReassignTablesOnly", "CREATEROLE",
     "CREATE ROLE x_a; CREATE ROLE x_b; CREATE SCHEMA s; CREATE TABLE s.t (i integer); ALTER TABLE s.t OWNER TO x_a",
     "roles: { x_a: { ensure: absent, reassign_owned_to: x_b }, x_b: { external: true } }\n", 16},
    {"GrantOnATableOfASuperuser", "", "CREATE ROLE x_b; CREATE TABLE public.t (i integer)",
     "roles: { x_b: { external: true } }\ngrants: [{ to: x_b, privileges: [select, insert], objects: { tables: public.t } }]\n"},
    {"GrantOnALanguage", "", "CREATE ROLE x_b",
     "roles: { x_b: { external: true } }\ngrants: [{ to: x_b, privileges: [usage], objects: { languages: sql } }]\n"},
    {"GrantOnAParameter", "", "CREATE ROLE x_b",
     "roles: { x_b: { external: true } }\ngrants: [{ to: x_b, privileges: [set], objects: { parameters: log_statement } }]\n", 15},
    {"NoinheritNeedsSetRoleOnly", "NOINHERIT",
     "CREATE ROLE x_a; CREATE ROLE x_b; CREATE TABLE public.t (i integer); ALTER TABLE public.t OWNER TO x_a",
     "roles: { x_a: { external: true }, x_b: { external: true } }\n"
     "grants: [{ to: x_b, privileges: [select], objects: { tables: public.t } }]\n"},
    {"NoinheritBefore16", "NOINHERIT", "CREATE ROLE x_a; CREATE SCHEMA s AUTHORIZATION x_a; GRANT x_a TO x_exec",
     "roles: { x_a: { external: true } }\nschemas: { s: { ensure: absent } }\n", 14, 15},
    {"UsageForTheGrantor", "",
     "CREATE ROLE x_a; CREATE ROLE x_b; GRANT x_a TO x_exec; CREATE SCHEMA s AUTHORIZATION x_exec; CREATE TABLE s.t (i integer);"
     "ALTER TABLE s.t OWNER TO x_exec; GRANT SELECT ON s.t TO x_a WITH GRANT OPTION; GRANT USAGE ON SCHEMA s TO x_a;"
     "SET ROLE x_a; GRANT SELECT ON s.t TO x_b; RESET ROLE; REVOKE USAGE ON SCHEMA s FROM x_a",
     "roles: { x_a: { external: true }, x_b: { external: true } }\n"
     "grants: [{ to: x_b, privileges: [select], objects: { tables: s.t }, ensure: absent }]\n"},
    {"DatabaseSetting", "", "CREATE ROLE x_a; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO x_a', current_database()); END $$",
     "roles: { x_a: { external: true } }\ndatabases: { DATABASE: { settings: { work_mem: 8MB } } }\n"},
};

INSTANTIATE_TEST_SUITE_P(Rights, LackingTest, ::testing::ValuesIn(kLacking),
                         [](const ::testing::TestParamInfo<Lacking>& lacking) { return lacking.param.name; });

}  // namespace
}  // namespace pgcharter::testing
