// Executors without superuser, on a real server: what preflight asks for is what an administrator runs, nothing else; then the plan
// applies, and the next one is empty. And each right alone: without it the server refuses, with it it does not.
//
// Roles belong to the whole server: all names begin with x_, and every test begins with none of them.
#include <algorithm>
#include <functional>
#include <sstream>
#include <stdexcept>

#include "pgcharter/reconcile.h"

#include "support/live_server.h"

namespace pgcharter::testing {
namespace {

using Texts = std::vector<std::string>;

class ExecutorTest : public LiveTest {
 protected:
  void SetUp() override {
    LiveTest::SetUp();
    major = connection->server().major();
    drop_roles();
  }
  void TearDown() override {
    connection.reset();
    const auto admin = server.open();
    admin->execute("DROP DATABASE IF EXISTS " + ident(database_name) + " WITH (FORCE)");
    connection = server.open();
    drop_roles();
  }

  void drop_roles() {
    for (const std::string& role : column("select rolname from pg_catalog.pg_roles where rolname like 'x\\_%'")) {
      run("DROP OWNED BY " + ident(role) + "; REASSIGN OWNED BY " + ident(role) + " TO postgres");
    }
    for (const std::string& role : column("select rolname from pg_catalog.pg_roles where rolname like 'x\\_%'")) {
      run("DROP ROLE " + ident(role));
    }
  }

  /// The database belongs to x_exec, who may log in and has these attributes.
  void make_executor(const std::string& attributes) {
    run("CREATE ROLE x_exec LOGIN " + attributes + "; ALTER DATABASE " + ident(database_name) + " OWNER TO x_exec");
  }

  /// An empty database again, and no role but the executor.
  void start_over(const std::string& attributes, const std::string& setup) {
    connection.reset();
    server.create_database(database_name);
    connection = server.open(database_name);
    drop_roles();
    make_executor(attributes);
    run(setup);
  }

  std::unique_ptr<Planned> plan(const std::string& manifest) {
    CharterSources sources;
    sources.documents.push_back({"test.yaml", "", "charter: 1\nname: executors\n" + manifest});
    Diagnostics diagnostics;
    const auto charter = load_charter(sources, diagnostics);
    auto planned = charter ? make_planned(*charter, connector(), options(), diagnostics) : nullptr;
    std::ostringstream text;
    for (const Diagnostic& diagnostic : diagnostics.all()) write_diagnostic(text, diagnostic);
    if (planned == nullptr) throw std::runtime_error(text.str());
    return planned;
  }

  Texts missing(const std::string& manifest) {
    Texts result;
    const auto planned = plan(manifest);
    for (const MissingRight& right : planned->missing) result.push_back(right.sql.empty() ? "superuser: " + right.what : right.sql);
    return result;
  }

  Texts script(const Planned& planned) {
    Texts result;
    for (const Statement& s : planned.script.statements) result.push_back((s.run_as.empty() ? "" : "[" + s.run_as + "] ") + s.sql);
    return result;
  }

  /// The superuser runs what preflight asks for until it asks for nothing; all that was run.
  Texts provide(const std::string& manifest) {
    Texts all;
    for (int round = 1; round <= 3; ++round) {
      const Texts rights = missing(manifest);
      if (rights.empty()) return all;
      EXPECT_EQ(round, 1) << "one round is enough; now also: " << rights.front();
      for (const std::string& sql : rights) {
        if (sql.starts_with("superuser: ")) {
          ADD_FAILURE() << sql;
          return all;
        }
        run(sql);
        all.push_back(sql);
      }
    }
    EXPECT_EQ(missing(manifest), Texts{});
    return all;
  }

  void apply(const std::string& manifest) {
    const auto planned = plan(manifest);
    ApplyObserver observer;
    try {
      apply_planned(*planned, connector(), options(), observer);
    } catch (const Error& error) {
      std::string sql;
      for (const std::string& statement : script(*planned)) sql += statement + "\n";
      FAIL() << error.what() << "\n" << error.detail << "\n" << error.statement << "\nplan:\n" << sql;
    }
  }

  /// Applies, and expects that nothing is left to do and that the executor's memberships are what they were, roles that are new or gone
  /// aside.
  void converge(const std::string& manifest) {
    const Texts before = own_memberships();
    apply(manifest);
    if (HasFailure()) return;
    EXPECT_EQ(script(*plan(manifest)), Texts{});
    for (const std::string& row : own_memberships()) {
      EXPECT_TRUE(std::ranges::find(before, row) != before.end() || row.ends_with("postgres true false false")) << "new: " << row;
    }
  }

  Texts own_memberships() {
    const std::string options = major >= 16 ? "m.inherit_option::text || ' ' || m.set_option::text" : "'- -'";
    return column("select m.roleid::regrole || ' ' || m.grantor::regrole || ' ' || m.admin_option::text || ' ' || " + options +
                  " from pg_auth_members m where m.member = 'x_exec'::regrole order by 1");
  }

  bool is_true(const std::string& condition) { return column("select " + condition) == Texts{"t"}; }

  Connector connector() {
    return [this](const std::optional<std::string>& database) { return server.open(database.value_or(database_name), "x_exec"); };
  }

  static ReconcileOptions options() {
    ReconcileOptions options;
    options.allow = {Hazard::DropRole, Hazard::DropObject,     Hazard::LoginLoss,
                     Hazard::LockOut,  Hazard::SelfMembership, Hazard::PrivilegeEscalation};
    return options;
  }

  /// Sends the plan's statements without asking anybody, and rolls back: the server's own judgement, as an SQLSTATE.
  std::string sent(const Planned& planned) {
    const auto session = server.open(database_name, "x_exec");
    begin_apply(*session, {});
    ApplyObserver observer;
    try {
      execute(*session, planned.script, observer);
    } catch (const Error& error) {
      return error.code;
    }
    return {};
  }

  int major = 0;
};

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
