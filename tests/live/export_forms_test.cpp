// What a charter of a live server looks like, and the servers that are not quite in order: several databases, databases that are closed to
// the reader, members of extensions, roles that are gone, a reader without any rights.
#include <sstream>

#include "pgcharter/report.h"

#include "live/export_support.h"

namespace pgcharter::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST_F(ExportTest, WritesSeveralDatabasesAndWhatIsSharedOnce) {
  const auto admin = open();
  admin->execute("CREATE ROLE app LOGIN; CREATE ROLE reader; GRANT reader TO app; SET allow_in_place_tablespaces = on");
  admin->execute("CREATE TABLESPACE fast OWNER app LOCATION ''");
  admin->execute("GRANT CREATE ON TABLESPACE fast TO reader");
  if (major() >= 15) admin->execute("GRANT SET ON PARAMETER work_mem TO reader");
  admin->execute("CREATE DATABASE b");
  open("b")->execute("CREATE SCHEMA s; CREATE TABLE s.b ()");
  for (const std::string name : {"a_one", "a_two"}) {
    admin->execute("CREATE DATABASE " + name + " OWNER app");
    admin->execute("ALTER DATABASE " + name + " SET work_mem = '5MB'; REVOKE CONNECT ON DATABASE " + name + " FROM PUBLIC");
    open(name)->execute("CREATE SCHEMA s AUTHORIZATION app; CREATE TABLE s." + name + " (x int); ALTER TABLE s." + name +
                        " OWNER TO reader; GRANT SELECT ON s." + name +
                        " TO app; SELECT lo_create(7); ALTER LARGE OBJECT 7 OWNER TO app;"
                        "GRANT SELECT ON LARGE OBJECT 7 TO reader; GRANT USAGE ON LANGUAGE sql TO reader WITH GRANT OPTION;"
                        "ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT INSERT ON TABLES TO reader");
  }
  admin->execute("ALTER ROLE app IN DATABASE a_two SET work_mem = '7MB'");
  for (const bool drop_roles : {true, false}) {
    const std::string text = check({"a_one", "a_two"}, true, drop_roles);
    EXPECT_EQ(count(text, "tablespaces: fast"), 2U);  // its owner, and the grant on it
    EXPECT_EQ(count(text, "parameters: work_mem"), major() >= 15 ? 1U : 0U);
    EXPECT_EQ(count(text, "large_objects: \"7\""), 4U);
    EXPECT_THAT(text, HasSubstr("settings_in: { a_two: { work_mem: \"7MB\" } }"));
    EXPECT_THAT(text, Not(HasSubstr("s.b")));
  }
  const State state = read_server(connector("postgres"), {.databases = {"a*"}});
  ASSERT_EQ(state.databases.size(), 2U);
  EXPECT_EQ(state.databases[1].name, "a_two");
}

TEST_F(ExportTest, WritesTheOwnerOfTheConnectedDatabase) {
  open()->execute("CREATE ROLE app");
  open()->execute("CREATE DATABASE one OWNER app");
  EXPECT_THAT(check({"one"}, false, true), HasSubstr("- { owner: app, of: { databases: one } }"));
}

TEST_F(ExportTest, FoldsDefaultPrivilegesAndExceptions) {
  const auto admin = open();
  admin->execute("CREATE ROLE app; CREATE ROLE deployer; CREATE ROLE reader; CREATE ROLE writer");
  admin->execute("CREATE DATABASE shop OWNER app");
  const auto connection = open("shop");
  std::string sql =
      "CREATE SCHEMA s AUTHORIZATION app; CREATE SCHEMA r AUTHORIZATION app; GRANT USAGE, CREATE ON SCHEMA r TO deployer;"
      "ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA s GRANT SELECT ON TABLES TO reader;"
      "ALTER DEFAULT PRIVILEGES FOR ROLE app, deployer IN SCHEMA r GRANT SELECT ON TABLES TO reader;"
      "SET ROLE app;";
  for (const char* name : {"orders", "customers", "products", "shipments", "invoices", "payments"}) {
    sql += std::string("CREATE TABLE s.") + name + " (x int); CREATE TABLE r." + name + " (x int);";
  }
  connection->execute(sql +
                      "RESET ROLE; ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA r GRANT INSERT ON TABLES TO writer; REVOKE SELECT ON "
                      "s.payments FROM reader; ALTER TABLE r.orders OWNER TO deployer;"
                      "GRANT SELECT ON ALL TABLES IN SCHEMA r TO reader; GRANT INSERT ON r.orders TO writer");
  const std::string text = check({"shop"}, true, true);
  EXPECT_THAT(text, HasSubstr("r: { owner: app, creators: [app, deployer] }"));
  EXPECT_THAT(text, HasSubstr("{ owner: app, of: { tables: [\"r.*\", \"s.*\"] }, except: { tables: r.orders } }"));
  EXPECT_THAT(text,
              HasSubstr("{ to: reader, privileges: [select], objects: { tables: [\"r.*\", \"s.*\"] }, except: { tables: s.payments },"));
  EXPECT_THAT(text, HasSubstr("future: true, except_future: ignore }"));
  EXPECT_THAT(text, HasSubstr("{ by: app, in: r, to: writer, privileges: [insert], objects: tables }"));
  EXPECT_EQ(count(text, "{ by: "), 1U);
}

TEST_F(ExportTest, LeavesMembersOfExtensionsToTheirExtension) {
  const auto admin = open();
  admin->execute("CREATE ROLE app; CREATE ROLE reader");
  admin->execute("CREATE DATABASE ext");
  open("ext")->execute(
      "CREATE SCHEMA stats; CREATE EXTENSION pg_stat_statements SCHEMA stats; CREATE EXTENSION pgcrypto SCHEMA public;"
      "GRANT SELECT ON stats.pg_stat_statements_info TO reader; REVOKE SELECT ON stats.pg_stat_statements FROM PUBLIC;"
      "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA stats TO app; REVOKE EXECUTE ON FUNCTION public.gen_random_bytes(int) FROM PUBLIC");
  const std::string text = check({"ext"}, false, true);
  EXPECT_THAT(text, HasSubstr("pg_stat_statements: { schema: stats }"));
  EXPECT_THAT(text, Not(HasSubstr("stats.*")));
  EXPECT_THAT(text, Not(HasSubstr("gen_salt")));
}

TEST_F(ExportTest, TellsWhatIsLeftOfRolesThatAreGone) {
  const auto admin = open();
  admin->execute("CREATE ROLE app; CREATE ROLE gone; CREATE ROLE other");
  admin->execute("CREATE DATABASE old");
  const auto connection = open("old");
  connection->execute(
      "CREATE TABLE public.t (x int); GRANT SELECT ON public.t TO app, gone; GRANT UPDATE (x) ON public.t TO gone; CREATE TABLE public.u "
      "();"
      "ALTER TABLE public.u OWNER TO gone; ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO gone, other;"
      "DELETE FROM pg_authid WHERE rolname = 'gone'");
  const auto connect_to = connector("old");
  const std::string text = export_checked(read_server(connect_to, {}), {});
  EXPECT_THAT(text, HasSubstr("privileges of roles that no longer exist: "));
  EXPECT_THAT(text, HasSubstr("default privileges of roles that no longer exist: "));
  EXPECT_THAT(text, HasSubstr("owners that no longer exist: 1"));
  const auto plan = planned(text, connect_to);
  ASSERT_NE(plan, nullptr);
  EXPECT_TRUE(plan->script.statements.empty());
  // Everything else comes back, and nothing of the role that is gone.
  connection->execute("DROP TABLE public.u");
  auto before = facts(*connection);
  const auto is_dangling = [](const std::string& line) { return line.find("unknown (OID=") != std::string::npos; };
  EXPECT_GT(std::erase_if(before, is_dangling), 2U);
  connection->execute("DELETE FROM pg_shdepend WHERE refobjid NOT IN (SELECT oid FROM pg_authid) AND refobjid >= 16384");
  forget({"old"}, false, true);
  apply(text, connect_to);
  EXPECT_EQ(facts(*connection), before);
}

TEST_F(ExportTest, NeedsNoRights) {
  const auto admin = open();
  admin->execute("CREATE ROLE nobody LOGIN; CREATE ROLE app; CREATE ROLE reader");
  admin->execute("CREATE DATABASE mine OWNER app");
  admin->execute("CREATE DATABASE closed");
  admin->execute("REVOKE CONNECT ON DATABASE closed FROM PUBLIC; ALTER ROLE app IN DATABASE mine SET work_mem = '5MB'");
  const auto connection = open("mine");
  connection->execute(
      "CREATE SCHEMA s AUTHORIZATION app; REVOKE ALL ON SCHEMA s FROM PUBLIC; CREATE TABLE s.t (x int);"
      "ALTER TABLE s.t OWNER TO app; GRANT SELECT ON s.t TO reader; SELECT lo_create(5); ALTER LARGE OBJECT 5 OWNER TO app");
  if (major() >= 15) admin->execute("GRANT SET ON PARAMETER work_mem TO reader");
  const auto strip = [](std::string text) {
    // The role that reads is external, and said in a line of its own.
    for (const std::string line :
         {"  nobody: { login: true }\n", "  nobody: { external: true }\n", "  # Logins. Passwords are never written.\n"}) {
      if (const auto at = text.find(line); at != std::string::npos) text.erase(at, line.size());
    }
    return text;
  };
  const std::string all = export_checked(read_server(connector("mine"), {}), {});
  const std::string seen = export_checked(read_server(connector("mine", "nobody"), {}), {});
  EXPECT_EQ(strip(seen), strip(all));
  const auto plan = planned(seen, connector("mine", "nobody"));
  ASSERT_NE(plan, nullptr);
  EXPECT_TRUE(plan->script.statements.empty());

  connection->execute("REVOKE SELECT ON pg_catalog.pg_largeobject_metadata FROM PUBLIC");
  ExportOptions options;
  options.databases_section = true;
  const std::string some = export_checked(read_server(connector("mine", "nobody"), {.databases = {"*"}}), options);
  EXPECT_THAT(some, HasSubstr("# - database \"closed\": this role can't connect to it"));
  EXPECT_THAT(some, HasSubstr("# - large_object: not readable: 1"));
  EXPECT_THAT(some, Not(HasSubstr("  closed:")));
  EXPECT_THROW(read_server(connector("mine", "nobody"), {.databases = {"closed"}}), Error);
}

TEST_F(ExportTest, SnapshotsTellWhatKeepsARole) {
  const auto admin = open();
  admin->execute("CREATE ROLE app; CREATE ROLE leaving; CREATE ROLE free");
  admin->execute("CREATE DATABASE here");
  open("here")->execute("CREATE TABLE public.t (x int); ALTER TABLE public.t OWNER TO leaving; GRANT SELECT ON public.t TO free");
  std::stringstream file;
  write_state(file, read_server(connector("here"), {.complete = true}));
  const auto findings = [&](const std::string& roles) {
    CharterSources sources;
    sources.documents.push_back({"charter.yaml", {}, "charter: 1\nname: t\nroles:\n" + roles});
    Diagnostics diagnostics;
    const auto plan =
        plan_snapshot(std::make_shared<const Charter>(load_charter(sources, diagnostics).value()), read_state(file.str()), {}, diagnostics);
    std::vector<std::string> messages;
    for (const Diagnostic& d : diagnostics.all()) messages.push_back(d.message);
    if (plan != nullptr) messages.push_back(std::to_string(plan->script.statements.size()) + " statements");
    return messages;
  };
  EXPECT_THAT(findings("  leaving: { ensure: absent }\n"), ElementsAre("role \"leaving\" can't be dropped: table public.t depends on it"));
  EXPECT_THAT(findings("  free: { ensure: absent }\n"), ElementsAre("2 statements"));
  EXPECT_THAT(findings("  app: {}\n  leaving: { ensure: absent, reassign_owned_to: app }\n"), ElementsAre("2 statements"));
}

}  // namespace
}  // namespace pgcharter::testing
