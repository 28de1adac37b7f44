// The connection: hardening, errors, warnings, secrets, and what a lost session looks like.
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "pg/error.h"
#include "support/live_server.h"

namespace pgcharter {
namespace {

using testing::ident;
using testing::literal;

class ConnectionTest : public testing::LiveTest {
 protected:
  Error error_of(const std::string& sql, Connection* where = nullptr) {
    try {
      (where != nullptr ? *where : *connection).execute(sql);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "no error: " << sql;
    return Error("none");
  }
  std::string setting(const std::string& name) { return column("select pg_catalog.current_setting(" + literal(name) + ")").at(0); }
};

TEST_F(ConnectionTest, KnowsTheServer) {
  const ServerInfo& info = connection->server();
  EXPECT_GE(info.major(), 14);
  EXPECT_EQ(info.database, database_name);
  EXPECT_EQ(info.user, "postgres");
  EXPECT_TRUE(info.superuser);
  EXPECT_EQ(info.host, server.sandbox().host());
  EXPECT_EQ(info.port, server.sandbox().port());
  EXPECT_FALSE(info.system_identifier.empty());
  ASSERT_EQ(info.now.size(), 20U) << info.now;
  EXPECT_EQ(info.now.back(), 'Z');
}

TEST_F(ConnectionTest, HardensTheSessionAgainstSettingsOfTheDatabase) {
  run("ALTER DATABASE " + ident(database_name) + " SET search_path = evil, public");
  run("ALTER DATABASE " + ident(database_name) + " SET DateStyle = 'German'");
  run("ALTER DATABASE " + ident(database_name) + " SET TimeZone = 'Asia/Tokyo'");
  run("ALTER DATABASE " + ident(database_name) + " SET quote_all_identifiers = on");
  connection = server.open(database_name);
  EXPECT_EQ(setting("search_path"), "\"\"");
  EXPECT_EQ(setting("TimeZone"), "UTC");
  EXPECT_EQ(setting("DateStyle").substr(0, 3), "ISO");
  EXPECT_EQ(setting("quote_all_identifiers"), "off");
  EXPECT_EQ(setting("client_encoding"), "UTF8");
  EXPECT_EQ(setting("application_name"), "pgcharter test");
}

TEST_F(ConnectionTest, IdentifierIsOptional) {
  run("CREATE ROLE connection_limited LOGIN");
  run("REVOKE EXECUTE ON FUNCTION pg_catalog.pg_control_system() FROM PUBLIC");
  const auto limited = server.open(database_name, "connection_limited");
  EXPECT_FALSE(limited->server().superuser);
  EXPECT_EQ(limited->server().system_identifier, "");
  EXPECT_EQ(limited->server().user, "connection_limited");
  limited->execute("SELECT 1");  // the refused question left nothing behind
}

TEST_F(ConnectionTest, ErrorsAreTakenApart) {
  const Error error = error_of("DO $$BEGIN RAISE 'broken: %', 'it' USING DETAIL = 'why', HINT = 'What to do.', ERRCODE = 'P0777'; END$$");
  EXPECT_EQ(error.code, "P0777");
  EXPECT_STREQ(error.what(), "broken: it");
  EXPECT_EQ(error.detail, "why");
  EXPECT_EQ(error.hint, "What to do.");
  EXPECT_EQ(error.statement.substr(0, 9), "DO $$BEGI");
  EXPECT_FALSE(error.connection_lost);
  connection->execute("SELECT 1");
}

TEST_F(ConnectionTest, ErrorTextsDoNotRepeatTheStatement) {
  const Error error = error_of("SELEC 'hunter2'");
  EXPECT_EQ(error.code, "42601");
  EXPECT_STREQ(error.what(), "syntax error at or near \"SELEC\"");
}

TEST_F(ConnectionTest, WarningsOfAStatementAreReturnedWithIt) {
  run("CREATE ROLE connection_nobody");
  run("CREATE ROLE connection_reader; CREATE TABLE public.t (a int); GRANT SELECT ON public.t TO connection_nobody");
  run("BEGIN; SET LOCAL ROLE connection_nobody");
  const auto notices = connection->execute("GRANT SELECT ON public.t TO connection_reader");
  run("ROLLBACK");
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].sqlstate, "01007");
  EXPECT_EQ(notices[0].message, "no privileges were granted for \"t\"");
  EXPECT_TRUE(connection->execute("SELECT 1").empty());
  EXPECT_TRUE(connection->execute("DROP TABLE IF EXISTS public.no_such").empty()) << "a NOTICE is no warning";
}

TEST_F(ConnectionTest, ParametersCarryAnyText) {
  const std::string odd = "a'b\\c\"d\n$$ é";
  connection->query({"test", "select $1::pg_catalog.text, $2::pg_catalog.text"}, {odd, std::nullopt}, [&](const Row& row) {
    EXPECT_EQ(row.text(0), odd);
    EXPECT_TRUE(row.is_null(1));
    EXPECT_EQ(row.text(1), "");
  });
}

TEST_F(ConnectionTest, CancelEndsAStatementOfAnotherThread) {
  std::thread other([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    connection->cancel();
  });
  EXPECT_EQ(error_of("SELECT pg_catalog.pg_sleep(30)").code, "57014");
  other.join();
  connection->execute("SELECT 1");
}

TEST_F(ConnectionTest, LostSessionIsToldAndStaysLost) {
  const auto victim = server.open(database_name);
  std::string pid;
  victim->query({"test", "select pg_catalog.pg_backend_pid()"}, {}, [&](const Row& row) { pid = row.text(0); });
  victim->execute("BEGIN");
  run("SELECT pg_catalog.pg_terminate_backend(" + pid + ")");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_TRUE(error_of("COMMIT", victim.get()).connection_lost);
  EXPECT_TRUE(error_of("SELECT 1", victim.get()).connection_lost) << "a new session would have lost the transaction";
}

TEST_F(ConnectionTest, VerifierLogsIn) {
  const std::string verifier = connection->scram_verifier("connection_scram", "pä'ss");
  EXPECT_EQ(verifier.substr(0, 19), "SCRAM-SHA-256$4096:");
  EXPECT_NE(verifier, connection->scram_verifier("connection_scram", "pä'ss")) << "the salt is fresh each time";
  run("CREATE ROLE connection_scram LOGIN PASSWORD " + literal(verifier));
  EXPECT_EQ(column("select rolpassword from pg_catalog.pg_authid where rolname = 'connection_scram'").at(0), verifier);
}

TEST_F(ConnectionTest, DatabaseOfTheCallerReplacesTheOneOfTheOptions) {
  EXPECT_EQ(connect(server.options(database_name), "template1")->server().database, "template1");
  const std::string odd = "it's \"nasty\" \\ x=y postgresql://";
  server.create_database(odd);
  EXPECT_EQ(connect(server.options(), odd)->server().database, odd);
}

TEST_F(ConnectionTest, OptionsOverrideTheConnectionString) {
  ConnectOptions options;
  options.dbname = "postgresql://nobody:secret@/template1?host=%2Fnowhere&port=1";
  options.host = server.sandbox().host();
  options.port = server.sandbox().port();
  options.user = "postgres";
  EXPECT_EQ(connect(options)->server().database, "template1");
  options.dbname = database_name;
  EXPECT_EQ(connect(options)->server().database, database_name);
}

TEST_F(ConnectionTest, StreamKeepsTheErrorOfWhoeverTakesTheRows) {
  const Query many{"many", "select n, $1::text from pg_catalog.generate_series(1, 20000) n  -- $1"};
  try {
    connection->stream(many, {"a'b\\"}, [](const Row& row) {
      EXPECT_EQ(row.text(1), "a'b\\");
      if (row.number(0) == 3) throw Error("enough", "The hint.");
    });
    ADD_FAILURE() << "no failure";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "enough");
    EXPECT_EQ(error.hint, "The hint.");
  }
  long rows = 0;
  connection->stream(many, {std::nullopt}, [&](const Row& row) { rows += row.is_null(1) ? 1 : 0; });
  EXPECT_EQ(rows, 20000) << "the session goes on";
}

TEST(ConnectionStrings, MalformedOnesAreNeverRepeated) {
  for (const char* text : {"postgresql://u:s3cr%et@h/x", "postgresql://u:s3cr3t@[::1/x", "host=h s3cr3t=x", "host=h password='s3cr3t",
                           "postgresql://u:pa@s3cr3t@host/x", "postgresql://u:s3cr3t/w@h/db", "postgres://h/x?s3cr3t=1"}) {
    ConnectOptions options;
    options.dbname = text;
    try {
      connect(options);
      ADD_FAILURE() << "connected: " << text;
    } catch (const Error& error) {
      const std::string all = std::string(error.what()) + error.hint + error.detail + error.statement;
      EXPECT_EQ(all.find("s3cr"), std::string::npos) << all;
      EXPECT_NE(all.find("--dbname"), std::string::npos) << all;
    }
  }
}

TEST(ConnectionStrings, UnreachableServerIsSaidInOneLine) {
  ConnectOptions options;
  options.dbname = "host=/nowhere password=s3cr3t";
  try {
    connect(options);
    ADD_FAILURE() << "connected";
  } catch (const Error& error) {
    EXPECT_TRUE(error.connection_lost);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    EXPECT_EQ(std::string(error.what()).find("s3cr3t"), std::string::npos);
  }
}

TEST(ServerMessages, KeepTheFirstOfTwoAndDropTheStatement) {
  const ServerMessage message = parse_server_message(
      "FATAL:  57P01: terminating connection due to administrator command\nLOCATION:  ProcessInterrupts, postgres.c:1\n"
      "server closed the connection unexpectedly\n");
  EXPECT_EQ(message.sqlstate, "57P01");
  EXPECT_EQ(message.message, "terminating connection due to administrator command");
  const ServerMessage syntax =
      parse_server_message("ERROR:  42601: syntax error at or near \"x\"\nLINE 1: x 'secret'\n        ^\nHINT:  Try it.\nTwice.\n");
  EXPECT_EQ(syntax.message, "syntax error at or near \"x\"");
  EXPECT_EQ(syntax.hint, "Try it.\nTwice.");
}

}  // namespace
}  // namespace pgcharter
