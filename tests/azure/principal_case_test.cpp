// The case of manifests/examples/weavix-azure.yaml from end to end: an Entra administrator applies it with a token of App Service's
// endpoint; the function's identity becomes a role, which then logs in with a token of its own, over TLS, and does what it may.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "azure/emulated_azure.h"
#include "base/files.h"

namespace pgcharter {
namespace {

using testing::Asked;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Reply;

const std::string kCharter = std::string(PGCHARTER_SOURCE_DIR) + "/manifests/examples/weavix-azure.yaml";
const std::string kIdentity = "04a9fcc9-de20-4078-a327-cf935088b0bb";
const std::string kRecreated = "99999999-de20-4078-a327-cf935088b0bb";

class PrincipalCase : public testing::AzureTest {
 protected:
  const std::string function_token = testing::token_like("function-token-mark");

  void SetUp() override {
    AzureTest::SetUp();
    secrets.emplace_back("function-token-mark");
    services.answer_with("/function/token", [this](const Asked& asked) {
      if (asked.headers.at("x-identity-header") != "identity-header-mark") return Reply{.status = 401};
      return Reply{.body = R"({"access_token": ")" + function_token + R"(", "expires_in": "3600"})"};
    });
    const auto server = admin();
    server->execute(read_file(std::string(PGCHARTER_SOURCE_DIR) + "/tests/support/emulated_pgaadauth.sql"));
    server->execute(
        "CREATE ROLE weavix_admins; GRANT weavix_admins TO app WITH ADMIN OPTION; GRANT azure_pg_admin TO app; CREATE ROLE azuresu");
    server->execute("SELECT pg_catalog.pgaadauth_emulated_label('app', 'aadauth,admin', 'type=service,oid=1,tenant_id=2,admin')");
    server->execute("CREATE DATABASE weavix OWNER app");
    on_weavix()->execute(R"(
CREATE SCHEMA events AUTHORIZATION weavix_admins;
SET ROLE weavix_admins;
CREATE TABLE events.readings (ts timestamptz NOT NULL, device_id integer NOT NULL, wind_speed double precision);
CREATE TABLE events.alerts (id bigserial PRIMARY KEY, severity text);
CREATE TABLE events.api_keys (id integer PRIMARY KEY, key_hash text);
CREATE FUNCTION events.admin_drop_chunks(relation regclass, older_than interval) RETURNS void LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF relation NOT IN ('events.readings'::regclass) THEN RAISE EXCEPTION 'not allowed: %', relation; END IF;
  DELETE FROM events.readings WHERE ts < now() - older_than;
END $$;)");
  }

  void TearDown() override {
    const auto server = admin();
    server->execute("DROP DATABASE weavix WITH (FORCE)");
    server->execute("DROP ROLE IF EXISTS \"weavix-ingest-func\", weavix_writer, weavix_retention, weavix_admins, azuresu");
    server->execute(read_file(std::string(PGCHARTER_SOURCE_DIR) + "/tests/support/emulated_pgaadauth_drop.sql"));
    AzureTest::TearDown();
  }

  std::unique_ptr<Connection> on_weavix() {
    ConnectOptions options;
    options.dbname = postgres().conninfo("weavix");
    return connect(options);
  }

  int run_on_weavix(std::vector<std::string> arguments, const std::string& user = "app") {
    arguments.insert(arguments.end(), {"-d", fmt::format("host=127.0.0.1 port={} dbname=weavix user={}", postgres().tcp_port(), user)});
    return run(arguments);
  }

  /// What the function itself does: a session whose password is the token.
  std::unique_ptr<Connection> as_function() {
    ConnectOptions options;
    options.dbname = fmt::format("host=127.0.0.1 port={} dbname=weavix user=weavix-ingest-func sslmode=require", postgres().tcp_port());
    options.password = function_token;
    return connect(options);
  }

  /// The server lets the principal in with its token, as Azure does.
  void accept_token() { admin()->execute(fmt::format("ALTER ROLE \"weavix-ingest-func\" PASSWORD '{}'", function_token)); }
};

TEST_F(PrincipalCase, FromAnEmptyServerToTheFunctionsOwnLogin) {
  EXPECT_EQ(run({"validate", kCharter, "--platform", "azure-flexible-server"}), 0) << err;
  EXPECT_EQ(run_on_weavix({"plan", "-v", "--credential", "entra:app-service", kCharter}), 0) << err;
  EXPECT_THAT(out, HasSubstr(kIdentity));
  ASSERT_EQ(run_on_weavix({"apply", "-v", "--auto-approve", "--credential", "entra:app-service", kCharter}), 0) << err;
  EXPECT_EQ(run_on_weavix({"plan", "--detailed-exitcode", "--credential", "entra", kCharter}), 0) << out << err;
  EXPECT_EQ(run_on_weavix({"drift", "--credential", "entra", kCharter}), 0) << out << err;

  accept_token();
  environment["IDENTITY_ENDPOINT"] = services.url() + "/function/token";
  ASSERT_EQ(run_on_weavix({"whoami", "-v", "--credential", "entra", "-U", "weavix-ingest-func"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("weavix-ingest-func"));
  EXPECT_THAT(out, HasSubstr("azure-flexible-server"));

  const auto function = as_function();
  function->execute("INSERT INTO events.readings VALUES (now(), 1, 7.5), (now() - interval '400 days', 1, 3)");
  function->execute("INSERT INTO events.alerts (severity) VALUES ('info')");
  EXPECT_THROW(function->execute("DELETE FROM events.readings"), Error);
  EXPECT_THROW(function->execute("SELECT * FROM events.api_keys"), Error);
  EXPECT_THROW(function->execute("SELECT events.admin_drop_chunks('events.alerts', interval '1 day')"), Error);
  function->execute("SELECT events.admin_drop_chunks('events.readings', interval '90 days')");
  on_weavix()->execute("SET ROLE weavix_admins; CREATE TABLE events.later (id bigserial, note text)");
  function->execute("INSERT INTO events.later (note) VALUES ('by default privileges')");
}

TEST_F(PrincipalCase, ARecreatedIdentityIsFoundAndBoundAndKeepsItsGrants) {
  ASSERT_EQ(run_on_weavix({"apply", "--auto-approve", "--credential", "entra", kCharter}), 0) << err;
  const std::vector<std::string> charter{"--credential", "entra", "--var", "function_app_id=" + kRecreated, kCharter};
  const auto with_charter = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), charter.begin(), charter.end());
    return run_on_weavix(arguments);
  };
  EXPECT_EQ(with_charter({"drift"}), 2);
  EXPECT_THAT(out, HasSubstr("oid=" + kIdentity));
  EXPECT_THAT(out, HasSubstr("oid=" + kRecreated));
  EXPECT_THAT(out, Not(HasSubstr("revoke ")));
  EXPECT_EQ(with_charter({"apply", "--auto-approve"}), 4) << "whoever it is has all the grants";
  ASSERT_EQ(with_charter({"apply", "--auto-approve", "--allow", "privilege-escalation"}), 0) << err;
  EXPECT_EQ(with_charter({"drift"}), 0) << out;
  accept_token();
  as_function()->execute("INSERT INTO events.readings VALUES (now(), 1, 7.5)");
}

}  // namespace
}  // namespace pgcharter
