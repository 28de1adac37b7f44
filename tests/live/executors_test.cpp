// Executors without superuser, on a real server: what preflight asks for is what an administrator runs, nothing else; then the plan
// applies, and the next one is empty.
#include "live/executors.h"

namespace pgcharter::testing {
namespace {

constexpr const char* kCreaterole = "CREATEROLE CREATEDB";

TEST_F(ExecutorTest, CreatesRolesWithEverythingThatRolesHave) {
  make_executor(kCreaterole);
  std::string manifest = R"(
roles:
  x_admins: { comment: "own everything", settings: { statement_timeout: 30s } }
  x_readers: { inherit: false }
  x_deployer:
    login: true
    createdb: true
    connection_limit: 5
    valid_until: 2031-01-01
    settings: { search_path: "a, b" }
    settings_in: { DB: { work_mem: 8MB } }
    member_of: [x_readers, { role: x_admins, admin: trueOPTIONS }]
)";
  manifest.replace(manifest.find("DB:"), 2, '"' + database_name + '"');
  manifest.replace(manifest.find("OPTIONS"), 7, major >= 16 ? ", inherit: false, set: true" : "");
  EXPECT_EQ(missing(manifest), Texts{});
  converge(manifest);
  EXPECT_TRUE(is_true("pg_has_role('x_deployer', 'x_admins', 'member with admin option')"));
  EXPECT_TRUE(is_true("shobj_description('x_admins'::regrole, 'pg_authid') = 'own everything'"));
  // The rows that CREATE ROLE makes for its creator are no drift, and stay.
  EXPECT_EQ(own_memberships().size(), major >= 16 ? 3U : 0U);

  // What it made it may also change.
  const std::string next = R"(
roles:
  x_admins: { comment: "", settings: { statement_timeout: null } }
  x_readers: { login: true, inherit: false }
  x_deployer: { login: true, member_of: [x_admins] }
  x_new: { renamed_from: x_nobody, member_of: [x_deployer] }
)";
  EXPECT_EQ(missing(next), Texts{});
  converge(next);
  EXPECT_FALSE(is_true("pg_has_role('x_deployer', 'x_admins', 'member with admin option')"));
  converge("roles: { x_admins: {}, x_readers: { ensure: absent }, x_deployer: { ensure: absent }, x_renamed: { renamed_from: x_new } }\n");
  EXPECT_EQ(column("select rolname from pg_roles where rolname like 'x\\_%' order by 1"), (Texts{"x_admins", "x_exec", "x_renamed"}));
}

TEST_F(ExecutorTest, ChangesRolesThatOthersMadeOnceItAdministersThem) {
  make_executor(kCreaterole);
  run("CREATE ROLE x_group; CREATE ROLE x_member LOGIN; CREATE ROLE x_old; CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO PUBLIC;"
      "CREATE TABLE s.t (i integer); ALTER TABLE s.t OWNER TO x_old; GRANT SELECT ON s.t TO x_member");
  const std::string manifest = R"(
roles:
  x_group: { external: true }
  x_member: { login: true, comment: "changed", connection_limit: 3, settings: { work_mem: 8MB }, member_of: [x_group] }
  x_old: { ensure: absent, reassign_owned_to: x_group }
  x_final: { renamed_from: x_before }
)";
  run("CREATE ROLE x_before");
  const Texts asked = provide(manifest);
  if (major >= 16) {
    // By the names of now, and no option more than the plan needs.
    EXPECT_EQ(asked, (Texts{R"(GRANT "x_before" TO "x_exec" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE)",
                            R"(GRANT "x_group" TO "x_exec" WITH ADMIN TRUE, INHERIT TRUE, SET FALSE)",
                            R"(GRANT "x_member" TO "x_exec" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE)",
                            R"(GRANT "x_old" TO "x_exec" WITH ADMIN TRUE, INHERIT TRUE, SET FALSE)"}));
  } else {
    EXPECT_EQ(asked, Texts{});  // CREATEROLE is enough, with memberships for the time of the plan
    EXPECT_TRUE(plan(manifest)->plan.summary.hazards.contains(Hazard::SelfMembership));
  }
  converge(manifest);
  EXPECT_TRUE(is_true("(select relowner = 'x_group'::regrole from pg_class where oid = 's.t'::regclass)"));
  EXPECT_FALSE(is_true("exists (select from pg_roles where rolname in ('x_old', 'x_before'))"));
}

TEST_F(ExecutorTest, JoinsTheRolesThatItCreatesForTheTimeOfThePlan) {
  make_executor(kCreaterole);
  const std::string manifest = R"(
roles: { x_owner: {}, x_reader: {} }
schemas: { s: { owner: x_owner } }
grants: [{ to: x_reader, privileges: [usage], objects: { schemas: s } }]
default_privileges: [{ by: x_owner, in: s, to: x_reader, privileges: [select], objects: tables }]
)";
  const auto planned = plan(manifest);
  EXPECT_TRUE(planned->missing.empty());
  EXPECT_EQ(planned->plan.summary.hazards, (std::map<Hazard, std::size_t>{{Hazard::SelfMembership, 2}}));
  const std::string join = std::string(R"(GRANT "x_owner" TO "x_exec")") + (major >= 16 ? " WITH INHERIT TRUE" : "");
  EXPECT_EQ(script(*planned), (Texts{R"(CREATE ROLE "x_owner")", R"(CREATE ROLE "x_reader")", join,
                                     R"(CREATE SCHEMA "s" AUTHORIZATION "x_owner")", R"(GRANT USAGE ON SCHEMA "s" TO "x_reader")",
                                     R"(ALTER DEFAULT PRIVILEGES FOR ROLE "x_owner" IN SCHEMA "s" GRANT SELECT ON TABLES TO "x_reader")",
                                     R"(REVOKE "x_owner" FROM "x_exec")"}));

  ReconcileOptions careful = options();
  careful.allow.erase(Hazard::SelfMembership);
  ApplyObserver observer;
  try {
    apply_planned(*planned, connector(), careful, observer);
    ADD_FAILURE() << "self-membership was not allowed";
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.exit_code, 4);
  }
  converge(manifest);
  EXPECT_FALSE(is_true("pg_has_role('x_exec', 'x_owner', 'usage')"));

  // Later, with the role there: the same again. Options that it has from itself come back as they were.
  if (major >= 16) server.open(database_name, "x_exec")->execute("GRANT x_owner TO x_exec WITH INHERIT FALSE, SET TRUE");
  const std::string next = manifest + "ownership: [{ owner: x_owner, of: { tables: \"s.*\" } }]\n";
  server.open(database_name, "x_exec")->execute("CREATE SCHEMA own; CREATE TABLE own.t (i integer)");
  converge(next + "scope: { schemas: [s] }\n");
  const std::string moved = R"(
roles: { x_owner: {}, x_reader: {} }
schemas: { own: { owner: x_owner } }
ownership: [{ owner: x_owner, of: { tables: "own.*" } }]
grants: [{ to: x_reader, privileges: [select], objects: { tables: "own.*" } }]
)";
  EXPECT_EQ(missing(moved), Texts{});
  converge(moved);
  EXPECT_EQ(own_memberships(), major >= 16 ? (Texts{"x_owner postgres true false false", "x_owner x_exec false false true",
                                                    "x_reader postgres true false false"})
                                           : Texts{});
}

TEST_F(ExecutorTest, NeedsNoSelfMembershipWithCreateroleSelfGrant) {
  if (major < 16) GTEST_SKIP() << "createrole_self_grant came with 16";
  make_executor(kCreaterole);
  run("ALTER ROLE x_exec SET createrole_self_grant = 'set, inherit'");
  const std::string manifest = R"(
roles: { x_owner: {}, x_reader: {} }
schemas: { s: { owner: x_owner } }
grants: [{ to: x_reader, privileges: [usage], objects: { schemas: s } }]
)";
  const auto planned = plan(manifest);
  EXPECT_TRUE(planned->missing.empty());
  EXPECT_TRUE(planned->plan.summary.hazards.empty());
  apply(manifest);
  EXPECT_EQ(script(*plan(manifest)), Texts{});

  run("ALTER ROLE x_exec SET createrole_self_grant = 'set'");
  const std::string more = manifest + R"(
default_privileges: [{ by: x_second, to: x_reader, privileges: [select], objects: tables }]
)";
  std::string second = more;
  second.replace(second.find("x_reader: {}"), 12, "x_reader: {}, x_second: {}");
  EXPECT_EQ(plan(second)->plan.summary.hazards, (std::map<Hazard, std::size_t>{{Hazard::SelfMembership, 2}}));
  apply(second);
  EXPECT_EQ(script(*plan(second)), Texts{});
  EXPECT_TRUE(
      is_true("(select set_option and not inherit_option from pg_auth_members where roleid = 'x_second'::regrole and member = "
              "'x_exec'::regrole and grantor = 'x_exec'::regrole)"));
}

constexpr const char* kOthers = R"(
CREATE ROLE x_owner; CREATE ROLE x_next; CREATE ROLE x_reader; CREATE ROLE x_creator; CREATE SCHEMA s AUTHORIZATION x_owner;
CREATE TABLE s.t (i integer); ALTER TABLE s.t OWNER TO x_owner; CREATE TABLE s.u (i integer); ALTER TABLE s.u OWNER TO x_owner;
CREATE FUNCTION s.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION s.f() OWNER TO x_owner;
GRANT SELECT ON s.u TO x_reader)";
constexpr const char* kOthersManifest = R"y(
roles: { x_owner: { external: true }, x_next: { external: true }, x_creator: { external: true }, x_reader: { login: true } }
schemas: { s: { owner: x_owner } }
ownership: [{ owner: x_next, of: { tables: s.t } }]
grants:
  - { to: x_reader, privileges: [usage], objects: { schemas: s } }
  - { to: x_reader, privileges: [insert], objects: { tables: "s.*" } }
  - { to: public, privileges: [execute], objects: { functions: "s.f()"
}
, ensure : absent
}
default_privileges: [{ by: x_creator, in: s, to: x_reader, privileges: [select], objects: tables }]
)y";

TEST_F(ExecutorTest, WorksOnWhatBelongsToOthersOnceItIsAMember) {
  make_executor(kCreaterole);
  run(kOthers);
  const Texts asked = provide(kOthersManifest);
  if (major >= 16) {
    EXPECT_EQ(
        asked,
        (Texts{R"(GRANT "x_creator" TO "x_exec" WITH INHERIT TRUE, SET FALSE)", R"(GRANT "x_next" TO "x_exec" WITH INHERIT TRUE, SET TRUE)",
               R"(GRANT "x_owner" TO "x_exec" WITH INHERIT TRUE, SET FALSE)",
               R"(GRANT "x_reader" TO "x_exec" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE)", R"(GRANT CREATE ON SCHEMA "s" TO "x_next")"}));
  } else {
    EXPECT_EQ(asked, (Texts{R"(GRANT CREATE ON SCHEMA "s" TO "x_next")"}));
  }
  converge(kOthersManifest);
  EXPECT_TRUE(is_true("has_table_privilege('x_reader', 's.t', 'insert') and not has_table_privilege('x_reader', 's.u', 'select')"));
  EXPECT_TRUE(is_true("not has_function_privilege('x_reader', 's.f()', 'execute')"));
}

TEST_F(ExecutorTest, AsksForWhatADatabaseOwnerWithoutCreateroleLacks) {
  make_executor("");
  run(kOthers);
  const Texts asked = provide(kOthersManifest);
  EXPECT_TRUE(std::ranges::find(asked, R"(ALTER ROLE "x_exec" CREATEROLE)") != asked.end());
  converge(kOthersManifest);
}

TEST_F(ExecutorTest, NeedsNothingForItsOwnDatabase) {
  make_executor("");
  run("CREATE ROLE x_reader");
  // Until 14 schema public belongs to the bootstrap superuser, since then to the owner of the database.
  if (major == 14) run("ALTER SCHEMA public OWNER TO x_exec");
  server.open(database_name, "x_exec")->execute("CREATE SCHEMA s; CREATE TABLE s.t (i integer); CREATE TABLE public.t (i integer)");
  const std::string manifest = R"(
roles: { x_reader: { external: true } }
schemas: { s: {}, new: {} }
grants:
  - { to: x_reader, privileges: [usage], objects: { schemas: [s, new, public] } }
  - { to: x_reader, privileges: [select], objects: { tables: ["s.*", "public.*"] }, future: true }
  - { to: x_reader, privileges: [connect], objects: { databases: )" +
                               ident(database_name) + " } }\n";
  EXPECT_EQ(missing(manifest), Texts{});
  converge(manifest);
}

TEST_F(ExecutorTest, IsNeverAskedToJoinASuperuser) {
  make_executor(kCreaterole);
  run("CREATE ROLE x_reader LOGIN; CREATE SCHEMA s; CREATE TABLE s.t (i integer); CREATE TABLE s.u (i integer); GRANT USAGE ON SCHEMA s TO "
      "PUBLIC");
  const std::string grants = R"(
roles: { x_reader: { external: true } }
grants: [{ to: x_reader, privileges: [select], objects: { tables: "s.*" } }]
)";
  EXPECT_EQ(provide(grants), (Texts{R"(GRANT SELECT ON TABLE "s"."t", "s"."u" TO "x_exec" WITH GRANT OPTION)"}));
  converge(grants);
  const std::string owners =
      "roles: { x_reader: { external: true }, x_owner: {} }\nschemas: { s: { owner: x_owner } }\nownership: [{ owner: x_owner, of: { "
      "tables: s.t } }]\n";
  EXPECT_EQ(provide(owners), (Texts{R"(ALTER SCHEMA "s" OWNER TO "x_exec")", R"(ALTER TABLE "s"."t" OWNER TO "x_exec")"}));
  converge(owners);
  run("CREATE ROLE x_super SUPERUSER");
  EXPECT_EQ(missing("roles: { x_super: { superuser: true, comment: x }, x_reader: { login: true, superuser: true } }\n"),
            major >= 16 ? (Texts{R"(GRANT "x_reader" TO "x_exec" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE)",
                                 "superuser: to alter or drop the superuser x_super", "superuser: to change SUPERUSER"})
                        : (Texts{"superuser: to alter or drop the superuser x_super", "superuser: to change SUPERUSER"}));
}

TEST_F(ExecutorTest, TellsWhatOnlyAnotherGrantorCouldRevoke) {
  make_executor("");
  run("CREATE ROLE x_middle; CREATE ROLE x_reader; CREATE ROLE x_last; CREATE SCHEMA s AUTHORIZATION x_exec; GRANT USAGE ON SCHEMA s TO "
      "PUBLIC;"
      "CREATE TABLE s.t (i integer); ALTER TABLE s.t OWNER TO x_exec; GRANT SELECT ON s.t TO x_middle WITH GRANT OPTION;"
      "SET ROLE x_middle; GRANT SELECT ON s.t TO x_reader; RESET ROLE; GRANT INSERT ON s.t TO x_reader");
  const std::string manifest = R"(
roles: { x_middle: { external: true }, x_reader: {} }
scope: { families: [grants], schemas: [s] }
grants: []
)";
  const auto planned = plan(manifest);
  EXPECT_EQ(planned->missing.size(), 0U);
  ASSERT_EQ(planned->unremovable.size(), 1U);
  EXPECT_EQ(describe_unremovable(planned->actual, planned->unremovable.front()).text,
            "SELECT of x_reader on 1 table(s) was granted by x_middle, and x_exec can't act for that role");
  EXPECT_EQ(script(*planned), (Texts{R"(REVOKE INSERT ON TABLE "s"."t" FROM "x_reader")"}));
  converge(manifest);
  EXPECT_TRUE(is_true("has_table_privilege('x_reader', 's.t', 'select')"));

  // As the hint says.
  run(R"(GRANT "x_middle" TO "x_exec")");
  EXPECT_EQ(script(*plan(manifest)), (Texts{R"([x_middle] REVOKE SELECT ON TABLE "s"."t" FROM "x_reader")"}));
  converge(manifest);
  EXPECT_FALSE(is_true("has_table_privilege('x_reader', 's.t', 'select')"));
}

TEST_F(ExecutorTest, BecomesTheOwnerWhereTheServerCouldTakeAnotherGrantor) {
  make_executor("");
  run("CREATE ROLE x_other; CREATE ROLE x_owner; CREATE ROLE x_reader; GRANT x_other TO x_exec; CREATE TABLE public.t (i integer);"
      "ALTER TABLE public.t OWNER TO x_owner; GRANT SELECT ON public.t TO x_other WITH GRANT OPTION; GRANT SELECT ON public.t TO x_reader");
  const std::string manifest = R"(
roles: { x_owner: { external: true }, x_reader: { external: true } }
grants: [{ to: x_reader, privileges: [select], objects: { tables: public.t }, ensure: absent }]
)";
  const Texts asked = provide(manifest);
  EXPECT_EQ(asked,
            major >= 16 ? Texts{R"(GRANT "x_owner" TO "x_exec" WITH INHERIT TRUE, SET TRUE)"} : Texts{R"(GRANT "x_owner" TO "x_exec")"});
  // As it is, the server takes x_other for the grantor: nothing is revoked, and nothing is said.
  server.open(database_name, "x_exec")->execute("REVOKE SELECT ON public.t FROM x_reader");
  EXPECT_TRUE(is_true("has_table_privilege('x_reader', 'public.t', 'select')"));
  EXPECT_EQ(script(*plan(manifest)), Texts{R"([x_owner] REVOKE SELECT ON TABLE "public"."t" FROM "x_reader")"});
  converge(manifest);
  EXPECT_FALSE(is_true("has_table_privilege('x_reader', 'public.t', 'select')"));
}

TEST_F(ExecutorTest, TellsWhichMembershipsOthersGranted) {
  if (major < 16) GTEST_SKIP() << "before 16 the grantor of a membership does not matter";
  make_executor(kCreaterole);
  run("CREATE ROLE x_group; CREATE ROLE x_other; CREATE ROLE x_member; GRANT x_group, x_other TO x_member WITH INHERIT FALSE;"
      "GRANT x_group, x_other, x_member TO x_exec WITH ADMIN OPTION, INHERIT FALSE, SET FALSE");
  // An option that is missing becomes a row of the executor's own; what is too much stays, and is told.
  const std::string manifest = "roles: { x_group: { external: true }, x_other: { external: true }, x_member: { member_of: [x_group] } }\n";
  const auto planned = plan(manifest);
  EXPECT_TRUE(planned->missing.empty());
  EXPECT_EQ(script(*planned), (Texts{R"(GRANT "x_group" TO "x_member" WITH INHERIT TRUE, SET FALSE)"}));
  ASSERT_EQ(planned->unremovable.size(), 1U);
  const Unremovable told = describe_unremovable(planned->actual, planned->unremovable.front());
  EXPECT_EQ(told.text, "the membership of x_member in x_other was granted by postgres, and x_exec can't act for that role");
  EXPECT_EQ(told.hint, "An administrator can run: REVOKE \"x_other\" FROM \"x_member\" GRANTED BY \"postgres\";");
  converge(manifest);
  run(R"(REVOKE "x_other" FROM "x_member" GRANTED BY "postgres")");
  EXPECT_TRUE(plan(manifest)->unremovable.empty());
}

TEST_F(ExecutorTest, JoinsRolesInEachTransactionOfSeveralDatabases) {
  make_executor(kCreaterole);
  const std::string second = database_name.substr(0, 50) + "_2";
  server.create_database(second);
  run("ALTER DATABASE " + ident(second) + " OWNER TO x_exec; CREATE ROLE x_gone");
  if (major >= 16) run("GRANT x_gone TO x_exec WITH ADMIN OPTION, INHERIT FALSE, SET FALSE");
  const std::string body =
      R"({ schemas: { s: { owner: x_owner } }, grants: [{ to: x_reader, privileges: [usage], objects: { schemas: s } }] })";
  const std::string manifest = "roles: { x_owner: {}, x_reader: {}, x_gone: { ensure: absent } }\ndatabases:\n  " + ident(database_name) +
                               ": " + body + "\n  " + ident(second) + ": " + body + "\n";
  EXPECT_EQ(missing(manifest), Texts{});
  converge(manifest);
  const auto admin = server.open();
  admin->execute("DROP DATABASE " + ident(second) + " WITH (FORCE)");
}

}  // namespace
}  // namespace pgcharter::testing
