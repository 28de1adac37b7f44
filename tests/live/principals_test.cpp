// Entra principals on a real server: created, found again, bound, refused, rehearsed, undone, exported.
#include "live/principals.h"

namespace pgcharter::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(PrincipalsTest, AreCreatedInDatabasePostgresBeforeEverythingElse) {
  const auto planned = plan(app(kApp, ", connection_limit: 3, comment: exports, settings: { work_mem: 8MB }"));
  ASSERT_FALSE(planned->script.statements.empty());
  EXPECT_EQ(planned->script.statements.front().database, "postgres");
  EXPECT_TRUE(std::ranges::any_of(planned->diagnostics.all(), [](const Diagnostic& d) { return d.code == "several-transactions"; }));
  const Log log = converge(app(kApp, ", connection_limit: 3, comment: exports, settings: { work_mem: 8MB }"));
  EXPECT_THAT(log.committed_parts, ElementsAre("the transaction for Entra principals", "the transaction"));
  EXPECT_THAT(log.sql.front(), HasSubstr("pgaadauth_create_principal_with_oid"));
  EXPECT_EQ(log.sql.size(), planned->script.statements.size());
  EXPECT_THAT(labels("x_app"),
              ElementsAre("pgaadauth-int: type=service,oid=" + std::string(kApp) + ",tenant_id=11111111-2222-3333-4444-555555555555",
                          "pgaadauth: aadauth,oid=" + std::string(kApp) + ",type=service"));
  EXPECT_EQ(column("select rolcanlogin and rolconnlimit = 3 and has_table_privilege('x_app', 'public.t', 'select') and "
                   "pg_has_role('x_app', 'x_readers', 'member') from pg_roles where rolname = 'x_app'"),
            Texts{"t"});
}

TEST_F(PrincipalsTest, AreCreatedInsideTheTransactionOfDatabasePostgres) {
  usual_ = "postgres";
  const std::string manifest = "roles:\n  x_app: { entra: { type: user, object_id: " + std::string(kApp) + " }, connection_limit: 2 }\n";
  const auto planned = plan(manifest);
  EXPECT_TRUE(planned->diagnostics.all().empty());
  EXPECT_THAT(converge(manifest).committed_parts, ElementsAre("the transaction"));
}

TEST_F(PrincipalsTest, AreCreatedBeforeSeveralDatabases) {
  const std::string manifest =
      "roles:\n  x_app: { entra: { type: user, object_id: " + std::string(kApp) +
      " }, connection_limit: 2 }\ndatabases:\n  postgres: {}\n  " + ident(database_name) +
      ":\n    schemas: { public: {} }\n    grants: [{ to: x_app, privileges: [select], objects: { tables: public.t } }]\n";
  EXPECT_THAT(converge(manifest).committed_parts, ElementsAre("the transaction for Entra principals", "the server's roles and databases",
                                                              "database \"" + database_name + "\""));
}

TEST_F(PrincipalsTest, AreCreatedByName) {
  const std::string manifest = "roles:\n  x_app: { entra: {} }\n  x_group: { entra: { type: group, mfa: true } }\n";
  const Log log = converge(manifest);
  EXPECT_THAT(log.sql, ElementsAre("SELECT pg_catalog.pgaadauth_create_principal('x_app', false, false)",
                                   "SELECT pg_catalog.pgaadauth_create_principal('x_group', false, true)"));
  relabel("x_app", kAgain);
  EXPECT_EQ(script(*plan(manifest)), Texts{}) << "whoever has the name";
  relabel("x_group", kAgain, "user", ",mfa");
  EXPECT_THAT(converge(manifest).sql, ElementsAre(HasSubstr("pgaadauth_update_principal_with_oid('x_group', '" + std::string(kAgain) +
                                                            "', 'group', false, true)")));
}

TEST_F(PrincipalsTest, ThatEntraKnowsAsSomethingElseAreNotMade) {
  const std::string manifest = "roles:\n  x_app: { entra: { type: user } }\n";
  Log log;
  try {
    apply_planned(*plan(manifest), connector(), options(), log);
    FAIL() << "x_app is a service";
  } catch (const Refusal& refused) {
    EXPECT_EQ(refused.exit_code, 5);
    EXPECT_THAT(refused.hint, HasSubstr("write its `object_id`"));
  }
  EXPECT_EQ(column("select count(*) from pg_roles where rolname = 'x_app'"), Texts{"0"});
}

TEST_F(PrincipalsTest, ThatWereRecreatedAreFoundAndBoundAnew) {
  converge(app(kApp));
  run("GRANT INSERT ON public.t TO x_app");  // by hand; the heal must not lose what is granted, this goes because it is undeclared
  relabel("x_app", kAgain);
  const auto planned = plan(app(kApp));
  std::ostringstream text;
  write_text(text, *planned, {});
  EXPECT_THAT(text.str(), HasSubstr("role x_app: entra type=service,oid=" + std::string(kAgain) + " -> type=service,oid=" + kApp));
  EXPECT_THAT(text.str(), HasSubstr("can't log in"));
  ReconcileOptions strict = options();
  strict.allow = {};
  EXPECT_THROW(check_guards(*planned, strict), Refusal);
  EXPECT_EQ(planned->plan.summary.hazards.at(Hazard::PrivilegeEscalation), 1U);
  const Log log = converge(app(kApp));
  EXPECT_THAT(log.sql.front(), HasSubstr("pgaadauth_update_principal_with_oid('x_app'"));
  EXPECT_EQ(column("select has_table_privilege('x_app', 'public.t', 'select') and pg_has_role('x_app', 'x_readers', 'member')"),
            Texts{"t"});
}

TEST_F(PrincipalsTest, OfAnotherTypeOrOfNoneAreBound) {
  run("CREATE ROLE x_app LOGIN");
  EXPECT_THAT(converge(app(kApp)).sql.front(), HasSubstr("pgaadauth_update_principal_with_oid"));
  relabel("x_app", kApp, "user");
  EXPECT_THAT(converge(app(kApp)).sql, ElementsAre(HasSubstr("pgaadauth_update_principal_with_oid")));
  EXPECT_THAT(labels("x_app").front(), HasSubstr("type=service"));
}

TEST_F(PrincipalsTest, AreBoundBeforeTheyAreRenamed) {
  run("CREATE ROLE x_old LOGIN");
  const std::string manifest =
      "roles:\n  x_new: { renamed_from: x_old, connection_limit: 2, entra: { type: user, object_id: " + std::string(kApp) + " } }\n";
  const Log log = converge(manifest);
  EXPECT_THAT(log.sql, ElementsAre(HasSubstr("pgaadauth_update_principal_with_oid('x_old'"), R"(ALTER ROLE "x_old" RENAME TO "x_new")",
                                   R"(ALTER ROLE "x_new" CONNECTION LIMIT 2)"));
  EXPECT_THAT(labels("x_new").front(), HasSubstr(kApp));
}

TEST_F(PrincipalsTest, AreAdministratorsWithWhatComesAlong) {
  const auto manifest = [](const std::string& more) {
    return "roles:\n  x_boss: { entra: { type: user, object_id: " + std::string(kApp) + more + " } }\n";
  };
  converge(manifest(", admin: true, mfa: true"));
  EXPECT_EQ(
      column("select rolcreaterole and rolcreatedb and pg_has_role('x_boss', 'azure_pg_admin', 'member') from pg_roles where rolname = "
             "'x_boss'"),
      Texts{"t"});
  EXPECT_THAT(labels("x_boss").back(), HasSubstr(",admin,mfa"));
  // Also where it is written.
  EXPECT_EQ(
      script(*plan("roles:\n  azure_pg_admin: { external: true }\n  x_boss: { createdb: true, member_of: [azure_pg_admin], entra: { type: "
                   "user, object_id: " +
                   std::string(kApp) + ", admin: true, mfa: true } }\n")),
      Texts{});
  const Log log = converge(manifest(", mfa: true"));
  EXPECT_THAT(log.sql,
              Contains(HasSubstr("pgaadauth_update_principal_with_oid('x_boss', '" + std::string(kApp) + "', 'user', false, true)")));
  EXPECT_THAT(log.sql, Contains(HasSubstr("NOCREATEDB NOCREATEROLE")));
  EXPECT_THAT(log.sql, Contains(HasSubstr("REVOKE \"azure_pg_admin\" FROM \"x_boss\"")));
}

TEST_F(PrincipalsTest, ThatAreAbsentAreDroppedWithTheirLabels) {
  converge(app(kApp));
  const std::string absent =
      "roles:\n  x_readers: {}\n  x_app: { ensure: absent }\nschemas: { public: {} }\ngrants:\n"
      "  - { to: x_readers, privileges: [select], objects: { tables: public.t } }\n";
  const Log log = converge(absent);
  EXPECT_THAT(log.sql, Contains("DROP ROLE \"x_app\""));
  EXPECT_THAT(log.committed_parts, ElementsAre("the transaction"));
  EXPECT_EQ(column("select count(*) from pg_catalog.pg_shseclabel l where l.label like '%" + std::string(kApp) + "%'"), Texts{"0"});
}

TEST_F(PrincipalsTest, MembersThatGroupSyncMadeAreNoDrift) {
  const std::string manifest = "roles:\n  x_group: { entra: { type: group, object_id: " + std::string(kApp) +
                               " } }\n  x_plain: {}\n  x_member: { entra: { type: user, object_id: " + std::string(kAgain) + " } }\n";
  converge(manifest);
  run("GRANT x_group, x_plain TO x_member");
  EXPECT_EQ(script(*plan(manifest)).size(), 2U);
  run("ALTER DATABASE " + ident(database_name) + " SET pgaadauth.enable_group_sync = 'on'");
  EXPECT_THAT(script(*plan(manifest)), ElementsAre(R"(REVOKE "x_plain" FROM "x_member")"));
}

TEST_F(PrincipalsTest, NeedAServerThatKnowsThem) {
  in_postgres(support_file("emulated_pgaadauth_drop.sql"));
  EXPECT_THAT(refusal(app(kApp)),
              HasSubstr("this server has no pgaadauth_create_principal_with_oid(): Entra principals need Azure Database for "
                        "PostgreSQL with Microsoft Entra authentication | Enable"));
  const auto planned = plan(app(kApp));
  EXPECT_TRUE(std::ranges::any_of(planned->diagnostics.all(), [](const Diagnostic& d) { return d.code == "obstacle"; }));
}

TEST_F(PrincipalsTest, NeedAnEntraAdministrator) {
  run("CREATE ROLE x_plain LOGIN CREATEROLE CREATEDB");
  run("ALTER TABLE public.t OWNER TO x_plain");
  const std::string manifest =
      "roles:\n  x_app: { entra: { type: service, object_id: " + std::string(kApp) +
      " }, connection_limit: 3 }\nschemas: { public: {} }\ngrants:\n  - { to: x_app, privileges: [select], objects: { "
      "tables: public.t } }\n";
  EXPECT_THAT(refusal(manifest, "x_plain"),
              HasSubstr("x_plain is no Entra administrator of this server, and nobody else may create or bind "
                        "Entra principals | Log in as one, with --credential entra"));
  relabel("x_plain", kAgain, "user", ",admin");
  converge(manifest, "x_plain");
  relabel("x_app", "11111111-0000-0000-0000-000000000000");
  EXPECT_THAT(converge(manifest, "x_plain").sql, ElementsAre(HasSubstr("pgaadauth_update_principal_with_oid")));
}

TEST_F(PrincipalsTest, MayOwnWhatAnEntraAdministratorMakes) {
  run("CREATE ROLE x_plain LOGIN CREATEROLE CREATEDB; ALTER DATABASE " + ident(database_name) + " OWNER TO x_plain");
  relabel("x_plain", kAgain, "user", ",admin");
  const std::string manifest = "roles:\n  x_app: { entra: { type: service, object_id: " + std::string(kApp) +
                               " } }\nschemas: { x_s: { owner: x_app } }\ndefault_privileges:\n"
                               "  - { by: x_app, in: x_s, to: x_app, privileges: [select], objects: tables }\n";
  ReconcileOptions approved = options();
  approved.allow.insert(Hazard::SelfMembership);
  const auto planned = plan(manifest, "x_plain");
  approved.expected_fingerprint = planned->fingerprint;
  Log log;
  apply_planned(*planned, connector("x_plain"), approved, log);
  EXPECT_THAT(log.committed_parts, ElementsAre("the transaction for Entra principals", "the transaction"));
  EXPECT_EQ(script(*plan(manifest, "x_plain")), Texts{});
}

TEST_F(PrincipalsTest, ACharterThatIsMetDoesNotAskDatabasePostgres) {
  converge(app(kApp));
  Texts asked;
  const Connector watched = [&](const std::optional<std::string>& database) {
    asked.push_back(database.value_or(database_name));
    return server.open(asked.back());
  };
  CharterSources sources;
  sources.documents.push_back({"test.yaml", "", "charter: 1\nname: principals\n" + app(kApp)});
  Diagnostics diagnostics;
  make_planned(*load_charter(sources, diagnostics), watched, options(), diagnostics);
  EXPECT_THAT(asked, ElementsAre(database_name));
}

TEST_F(PrincipalsTest, AreRehearsed) {
  std::string manifest = app(kApp, ", connection_limit: 3");
  manifest.insert(manifest.find("schemas:"),
                  "  azure_pg_admin: { external: true }\n  x_boss: { member_of: [azure_pg_admin], entra: { type: user, object_id: " +
                      std::string(kAgain) + ", admin: true } }\n");
  ReconcileOptions rehearsal = options();
  rehearsal.rehearse = true;
  Log log;
  const ApplyOutcome outcome = apply_planned(*plan(manifest), connector(), rehearsal, log);
  EXPECT_THAT(outcome.not_rehearsed, IsEmpty());
  EXPECT_THAT(log.committed_parts, IsEmpty());
  EXPECT_THAT(log.sql, Contains(HasSubstr("GRANT SELECT")));
  EXPECT_EQ(column("select count(*) from pg_roles where rolname like 'x\\_%'"), Texts{"0"});
}

TEST_F(PrincipalsTest, AFailureAfterThemIsFinishedByRunningAgain) {
  ReconcileOptions with_inverse = options();
  with_inverse.inverse = true;
  Log broken;
  broken.refuse = "the transaction";
  EXPECT_THROW(apply_planned(*plan(app(kApp, ", connection_limit: 3")), connector(), with_inverse, broken), Error);
  EXPECT_THAT(broken.committed_parts, ElementsAre("the transaction for Entra principals"));
  EXPECT_THAT(converge(app(kApp, ", connection_limit: 3")).committed_parts, ElementsAre("the transaction"));
}

TEST_F(PrincipalsTest, AnInverseBringsTheOldIdentityBack) {
  converge(app(kApp));
  relabel("x_app", kAgain);
  const Texts before = labels("x_app");
  ReconcileOptions with_inverse = options();
  with_inverse.inverse = true;
  const std::string more = app(kApp) + "  - { to: x_app, privileges: [insert], objects: { tables: public.t } }\n";
  Log log;
  apply_planned(*plan(more), connector(), with_inverse, log);
  ASSERT_EQ(log.inverses.size(), 2U);
  EXPECT_TRUE(log.inverses[0].tried);
  EXPECT_THAT(log.inverses[0].script.statements.at(0).sql,
              HasSubstr("pgaadauth_update_principal_with_oid('x_app', '" + std::string(kAgain)));
  EXPECT_THAT(log.inverses[1].script.statements.at(0).sql, HasSubstr("REVOKE INSERT"));
}

TEST_F(PrincipalsTest, ASavedPlanIsCarriedOut) {
  const auto planned = plan(app(kApp, ", connection_limit: 3"));
  ReconcileOptions approved = options();
  approved.expected_fingerprint = planned->fingerprint;
  Log log;
  apply_planned(*planned, connector(), approved, log);
  EXPECT_THAT(log.committed_parts, ElementsAre("the transaction for Entra principals", "the transaction"));
}

TEST_F(PrincipalsTest, AStalePlanIsSeenBeforeTheyAreMade) {
  const auto planned = plan(app(kApp));
  run("GRANT INSERT ON public.t TO PUBLIC");
  ReconcileOptions approved = options();
  approved.expected_fingerprint = planned->fingerprint;
  Log log;
  try {
    apply_planned(*planned, connector(), approved, log);
    FAIL() << "it is stale";
  } catch (const Refusal& refused) {
    EXPECT_EQ(refused.exit_code, 3);
  }
  EXPECT_THAT(log.sql, IsEmpty());
}

TEST_F(PrincipalsTest, AreExportedAndKeptInSnapshots) {
  converge("roles:\n  x_app: { entra: { type: service, object_id: " + std::string(kApp) +
           " } }\n  x_boss: { connection_limit: 4, entra: { type: user, object_id: " + std::string(kAgain) +
           ", admin: true, mfa: true } }\n  x_silent: { entra: {} }\n");
  run("ALTER ROLE x_silent NOLOGIN");
  ExportOptions wanted;
  wanted.roles = {"x_*"};
  const State state = read_server(connector(), {});
  const std::string text = export_checked(state, wanted);
  EXPECT_THAT(text, HasSubstr("x_app: { entra: { type: service, object_id: " + std::string(kApp) + " } }"));
  EXPECT_THAT(text, HasSubstr("object_id: " + std::string(kAgain) + ", admin: true, mfa: true"));
  EXPECT_THAT(text, HasSubstr("x_silent: {}"));
  std::ostringstream file;
  write_state(file, state);
  const State again = read_state(file.str());
  EXPECT_EQ(fingerprint(again), fingerprint(state));
  EXPECT_EQ(export_checked(again, wanted), text);
}

}  // namespace
}  // namespace pgcharter::testing
