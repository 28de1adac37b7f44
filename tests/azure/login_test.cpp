// The program logs in with what it got: a token as the password of a real PostgreSQL, over TLS; a vault's secret in each of its forms. And
// the verbs token and rotate.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "pgcharter/credential.h"

#include "azure/emulated_azure.h"

namespace pgcharter {
namespace {

using testing::AzureTest;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Reply;

class Login : public AzureTest {};

TEST_F(Login, WithATokenOverTls) {
  EXPECT_EQ(run_on_server({"whoami", "-v", "--credential", "entra"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("app"));
  EXPECT_THAT(err, HasSubstr("credential: client-secret: not set up: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET are not set"));
  EXPECT_THAT(err, HasSubstr("credential: managed-identity (app-service): gave a token for https://ossrdbms-aad.database.windows.net"));
}

TEST_F(Login, NeverSendsATokenInTheClear) {
  for (const char* mode : {"disable", "allow", "prefer"}) {
    environment["PGSSLMODE"] = mode;
    EXPECT_EQ(run_on_server({"whoami", "--credential", "entra"}), 1);
    EXPECT_THAT(err, HasSubstr(fmt::format("sslmode={} would send the credential unprotected: at least require is needed", mode)));
  }
  environment["PGSSLMODE"] = "";
  const std::string place = fmt::format("host=127.0.0.1 port={} user=app dbname=postgres", postgres().tcp_port());
  EXPECT_EQ(run({"whoami", "--credential", "entra", "-d", place + " sslmode=prefer"}), 1);
  EXPECT_EQ(run({"whoami", "--credential", "entra", "-d", "service=somewhere"}), 1);
  EXPECT_THAT(err, HasSubstr("sslmode must be said where the service is"));
  folder.file(".pg_service.conf", "[here]\nsslmode=allow\n");
  environment["PGSERVICE"] = "here";
  EXPECT_EQ(run({"whoami", "--credential", "entra", "-d", place}), 1);
  EXPECT_THAT(err, HasSubstr("sslmode=allow would send"));
  environment["PGSERVICE"] = "";
  admin()->execute("ALTER SYSTEM SET ssl = off");
  admin()->execute("SELECT pg_catalog.pg_reload_conf(), pg_catalog.pg_sleep(0.3)");
  EXPECT_EQ(run_on_server({"whoami", "--credential", "entra"}), 1);
  EXPECT_THAT(err, HasSubstr("server does not support SSL"));
  admin()->execute("ALTER SYSTEM SET ssl = on");
  admin()->execute("SELECT pg_catalog.pg_reload_conf(), pg_catalog.pg_sleep(0.3)");
}

TEST_F(Login, KeepsAStrongerSslmode) {
  environment["PGSSLMODE"] = "verify-full";
  EXPECT_EQ(run_on_server({"whoami", "--credential", "entra"}), 1) << "nobody has signed the certificate";
  environment["PGSSLROOTCERT"] = certificate_file();
  EXPECT_EQ(run_on_server({"whoami", "--credential", "entra"}), 1) << "the certificate is for localhost";
  EXPECT_EQ(run({"whoami", "--credential", "entra", "-d",
                 fmt::format("host=localhost hostaddr=127.0.0.1 port={} user=app dbname=postgres", postgres().tcp_port())}),
            0)
      << err;
}

TEST_F(Login, WithATokenOverAUnixSocket) {
  EXPECT_EQ(run({"whoami", "--credential", "entra:app-service", "-d", postgres().conninfo("postgres", "app")}), 0) << err;
}

TEST_F(Login, SaysThatTheServerRefusesTheToken) {
  admin()->execute("ALTER ROLE app PASSWORD 'another'");
  EXPECT_EQ(run_on_server({"whoami", "-v", "--credential", "entra"}), 1);
  EXPECT_THAT(err, HasSubstr("password authentication failed for user \"app\""));
}

TEST_F(Login, RenewsATokenThatSoonExpires) {
  const std::string charter = folder.file("c.yaml", "charter: 1\nname: c\nroles: { other: {} }\n");
  lives_for = 299;
  EXPECT_EQ(run_on_server({"apply", "--auto-approve", "-v", "--credential", "entra", charter}), 0) << err;
  EXPECT_GE(services.times("/msi/token"), 3U) << "each connection asked anew";
  lives_for = 3600;
  const std::size_t before = services.times("/msi/token");
  EXPECT_EQ(run_on_server({"drift", "--credential", "entra", charter}), 0) << err;
  EXPECT_EQ(services.times("/msi/token"), before + 1);
}

TEST_F(Login, WithASecretOfAVault) {
  admin()->execute("ALTER ROLE app PASSWORD 'vault-password-mark'");
  secrets.emplace_back("vault-password-mark");
  const std::string credential = "key-vault:" + vault.url();
  vault.put({"vault-password-mark\n", "", {}});
  EXPECT_EQ(run_on_server({"whoami", "-v", "--credential", credential}), 0) << err;
  EXPECT_EQ(run_on_server({"whoami", "--credential", credential + "/v0"}), 0) << err;
  const int port = postgres().tcp_port();
  for (const std::string& text :
       {fmt::format("Server=127.0.0.1;Database=postgres;Port={};User Id=app;Password=vault-password-mark;Ssl Mode=Require;", port),
        fmt::format("host=127.0.0.1 port={} dbname=postgres user=app password='vault-password-mark' sslmode=require", port),
        fmt::format("postgresql://app:vault-password-mark@127.0.0.1:{}/postgres?sslmode=require", port)}) {
    vault.put({text, "", {}});
    EXPECT_EQ(run({"whoami", "-v", "--credential", credential}), 0) << text << err;
    EXPECT_THAT(out, HasSubstr("app"));
  }
  vault.put({"jdbc:postgresql://x/?password=vault-password-mark", "", {}});
  EXPECT_EQ(run({"whoami", "-v", "--credential", credential}), 1);
  EXPECT_THAT(err, HasSubstr("JDBC"));
}

TEST_F(Login, SaysWhyAVaultRefuses) {
  vault.put({"x-password", "", {}});
  const std::string credential = "key-vault:" + vault.url();
  const struct {
    Reply reply;
    const char* text;
  } rows[] = {{{.status = 401,
                .body = R"({"error": {"code": "Unauthorized", "message": "AKV10032: Invalid issuer."}})",
                .headers = {{"WWW-Authenticate",
                             "Bearer authorization=\"https://login.microsoftonline.com/tenant-2\", resource=\"https://vault.azure.net\""}}},
               "The vault trusts the tenant tenant-2."},
              {{.status = 403, .body = R"({"error": {"code": "Forbidden", "message": "no right"}})"}, "Key Vault Secrets User"},
              {{.status = 404}, "there is no secret "},
              {{.status = 429, .headers = {{"Retry-After", "3600"}}}, "is throttled"},
              {{.body = "<html>"}, "answered without a value"},
              {{.status = 302, .headers = {{"Location", "/secrets/app"}}}, "was refused: status 302"}};
  for (const auto& row : rows) {
    vault.fail_once("GET", row.reply);
    EXPECT_EQ(run_on_server({"whoami", "-v", "--credential", credential}), 1);
    EXPECT_THAT(err, HasSubstr(row.text));
  }
  vault.fail_once("GET", {.status = 503});
  run_on_server({"whoami", "-v", "--credential", credential});
  EXPECT_THAT(err, HasSubstr("asking again in"));
  for (const char* url : {"https://example.org/secrets/app", "http://app.vault.azure.net/secrets/app",
                          "https://app.vault.azure.net/keys/app", "https://vault.azure.net/secrets/app",
                          "https://app.vault.azure.net/secrets/a_b", "https://app.vault.azure.net.evil.org/secrets/app"}) {
    EXPECT_EQ(run({"whoami", "--credential", std::string("key-vault:") + url}), 1);
    EXPECT_THAT(err, HasSubstr("the URL of a key vault's secret")) << url;
  }
}

TEST_F(Login, SetsPasswordsThatStandInAVault) {
  secrets.emplace_back("other-password-mark");
  vault.put({"other-password-mark", "", {}});
  const std::string charter =
      folder.file("c.yaml", "charter: 1\nname: c\nroles: { other: { login: true, password: { key_vault: \"" + vault.url() + "\" } } }\n");
  for (const char* format : {"text", "json", "sql"}) {
    EXPECT_EQ(run_on_server({"plan", "-v", "--credential", "entra", "--format", format, charter}), 0) << err;
  }
  EXPECT_EQ(run_on_server({"apply", "--auto-approve", "-v", "--credential", "entra", charter}), 0) << err;
  EXPECT_TRUE(can_log_in("other-password-mark", "other"));
  admin()->execute("DROP ROLE other");
  vault.fail_once("GET", {.status = 403});
  EXPECT_EQ(run_on_server({"apply", "--auto-approve", "-v", "--credential", "entra", charter}), 1);
  EXPECT_THAT(err, HasSubstr("is forbidden"));
  EXPECT_FALSE(can_log_in("other-password-mark", "other"));
}

TEST_F(Login, RefusesWhatIsNoCredential) {
  EXPECT_EQ(run({"whoami", "--credential", "entra:app-servce"}), 1);
  EXPECT_THAT(err, HasSubstr("unknown source of tokens \"app-servce\"; did you mean \"app-service\"?"));
  EXPECT_EQ(run({"whoami", "--credential", "magic"}), 1);
  EXPECT_THAT(err, HasSubstr("The forms are password, entra, entra:SOURCE and key-vault:URL."));
  EXPECT_EQ(run({"whoami", "--credential", "entra", "--cloud", "moon"}), 1);
  EXPECT_THAT(err, HasSubstr("unknown cloud \"moon\""));
}

class Token : public AzureTest {};

TEST_F(Token, IsDescribed) {
  EXPECT_EQ(run({"token", "--credential", "entra", "-v"}), 0) << err;
  EXPECT_THAT(out,
              HasSubstr("source    managed-identity (app-service)\naudience  https://ossrdbms-aad.database.windows.net\nexpires   20"));
  EXPECT_THAT(out, HasSubstr("oid       04a9fcc9\n"));
  EXPECT_EQ(run({"token", "--audience", "key-vault", "--format", "json"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("\"audience\": \"https://vault.azure.net\""));
  EXPECT_EQ(run({"token", "--cloud", "usgov"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("https://ossrdbms-aad.database.usgovcloudapi.net"));
  EXPECT_EQ(run({"token", "--cloud", "china", "--audience", "key-vault"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("https://vault.azure.cn"));
  EXPECT_EQ(run({"token", "--credential", "password"}), 1);
}

TEST_F(Token, IsPrintedOnlyWhenAskedFor) {
  secrets = {"vault-token-mark", "identity-header-mark"};
  EXPECT_EQ(run({"token", "--reveal"}), 0);
  EXPECT_EQ(out, postgres_token + "\n");
  EXPECT_THAT(err, Not(HasSubstr("postgres-token-mark")));
  EXPECT_EQ(run({"token", "--reveal", "--format", "json"}), 0);
  EXPECT_THAT(out, HasSubstr("\"access_token\": \"" + postgres_token + "\""));
}

TEST_F(Token, SaysWhatEachSourceSaid) {
  environment["IDENTITY_HEADER"] = "";
  environment["PATH"] = "/nowhere";
  EXPECT_EQ(run({"token", "-v"}), 1);
  EXPECT_THAT(err, HasSubstr("no source gave a token:\n  client-secret: not set up"));
  EXPECT_THAT(err, HasSubstr("  workload-identity: not set up: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE are not set"));
  EXPECT_THAT(err, HasSubstr("  app-service: not set up: IDENTITY_HEADER is not set"));
  EXPECT_THAT(err, HasSubstr("  imds: http://127.0.0.1:"));
  EXPECT_THAT(err, HasSubstr("  azure-cli: not set up: the program az is not on the PATH"));
  EXPECT_THAT(err, HasSubstr("hint: Set one of them up, or log in with az login"));
}

class Rotate : public AzureTest {
 protected:
  void SetUp() override {
    AzureTest::SetUp();
    admin()->execute("CREATE ROLE other LOGIN PASSWORD 'old-password-mark'; GRANT app TO other");
    admin()->execute("ALTER ROLE app SUPERUSER");
    secrets.emplace_back("old-password-mark");
  }
  int rotate() {
    const int code = run_on_server({"rotate", "other", "--key-vault", vault.url(), "-v", "--credential", "entra"});
    secrets.push_back(parse_connection_secret(vault.latest().value.empty() ? "none" : vault.latest().value).password);
    if (secrets.back() == "none") secrets.pop_back();
    return code;
  }
  std::string stored() { return parse_connection_secret(vault.latest().value).password; }
};

TEST_F(Rotate, MakesASecretWhereThereIsNone) {
  EXPECT_EQ(rotate(), 0) << err;
  EXPECT_EQ(out, "Rotated: role other has the password of " + vault.url() + "/v0.\n");
  EXPECT_EQ(vault.count(), 1U);
  EXPECT_TRUE(can_log_in(stored(), "other"));
  EXPECT_FALSE(can_log_in("old-password-mark", "other"));
  EXPECT_EQ(vault.latest().tags, (std::map<std::string, std::string>{{"pgcharter-role", "other"}}));
}

TEST_F(Rotate, KeepsTheFormThatStandsThere) {
  vault.put({"Server=h;Database=d;User Id=other@h;Password='old;pass';Ssl Mode=Require;", "text/plain", {{"team", "data"}}});
  EXPECT_EQ(rotate(), 0) << err;
  EXPECT_EQ(vault.latest().value, "Server=h;Database=d;User Id=other@h;Password=" + stored() + ";Ssl Mode=Require;");
  EXPECT_EQ(vault.latest().content_type, "text/plain");
  EXPECT_EQ(vault.latest().tags.at("team"), "data");
  EXPECT_TRUE(can_log_in(stored(), "other"));
  vault.put({"host=h user=somebody password=x", "", {}});
  EXPECT_EQ(rotate(), 1);
  EXPECT_THAT(err, HasSubstr("is a connection of user \"somebody\", not of role \"other\""));
}

TEST_F(Rotate, ChangesNothingWhereTheVaultRefuses) {
  vault.fail_once("PUT", {.status = 403, .body = R"({"error": {"code": "Forbidden", "message": "no"}})"});
  EXPECT_EQ(rotate(), 1);
  EXPECT_THAT(err, HasSubstr("role \"other\" keeps its old one"));
  EXPECT_EQ(vault.count(), 0U);
  EXPECT_TRUE(can_log_in("old-password-mark", "other"));
}

TEST_F(Rotate, IsFinishedByRunningAgainAfterALostAnswer) {
  vault.fail_once("PUT", {.status = 400, .body = "{}"}, true);
  EXPECT_EQ(rotate(), 1);
  EXPECT_EQ(vault.count(), 1U);
  EXPECT_EQ(vault.latest().tags.at("pgcharter-rotation"), "pending");
  EXPECT_TRUE(can_log_in("old-password-mark", "other"));
  const std::string pending = stored();
  EXPECT_EQ(rotate(), 0) << err;
  EXPECT_THAT(err, HasSubstr("An earlier rotation was interrupted; it is finished now"));
  EXPECT_EQ(vault.count(), 1U) << "no other password was made";
  EXPECT_TRUE(can_log_in(pending, "other"));
  EXPECT_FALSE(vault.latest().tags.contains("pgcharter-rotation"));
  EXPECT_EQ(rotate(), 0) << err;
  EXPECT_EQ(vault.count(), 2U);
  EXPECT_FALSE(can_log_in(pending, "other"));
}

TEST_F(Rotate, TellsThatItsMarkIsLeft) {
  vault.fail_once("PATCH", {.status = 403});
  EXPECT_EQ(rotate(), 1);
  EXPECT_THAT(err, HasSubstr("role \"other\" has its new password, on the server and in the vault; only the tag"));
  EXPECT_TRUE(can_log_in(stored(), "other"));
  EXPECT_EQ(rotate(), 0) << err;
  EXPECT_FALSE(vault.latest().tags.contains("pgcharter-rotation"));
}

TEST_F(Rotate, LeavesTheVaultAloneWhereTheServerRefuses) {
  EXPECT_EQ(run_on_server({"rotate", "nobody", "--key-vault", vault.url(), "--credential", "entra"}), 1);
  EXPECT_THAT(err, HasSubstr("role \"nobody\" does not exist"));
  EXPECT_EQ(vault.count(), 0U);
  EXPECT_EQ(run_on_server({"rotate", "other", "--key-vault", vault.url() + "/v0", "--credential", "entra"}), 1);
  EXPECT_THAT(err, HasSubstr("names a version"));
}

}  // namespace
}  // namespace pgcharter
