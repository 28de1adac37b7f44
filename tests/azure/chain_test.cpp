// The chain: order, narrowing, what ends it, how long a token is kept, clouds.

#include <gmock/gmock.h>

#include "azure/loopback_server.h"
#include "azure/world.h"

namespace pgcharter {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::closed_url;
using ::testing::HasSubstr;
using testing::LoopbackServer;
using ::testing::Not;
using testing::Reply;
using testing::TestWorld;

Reply token_for(int lifetime) { return {.body = R"({"access_token": "a.b.c", "expires_in": )" + std::to_string(lifetime) + "}"}; }

class Chain : public ::testing::Test {
 protected:
  TestWorld world;
  LoopbackServer server;

  void SetUp() override { world.environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = closed_url(); }
  void set_client_secret() {
    world.environment["AZURE_TENANT_ID"] = "t";
    world.environment["AZURE_CLIENT_ID"] = "c";
    world.environment["AZURE_CLIENT_SECRET"] = "client-secret-mark";
    world.environment["AZURE_AUTHORITY_HOST"] = server.url();
  }
  void set_az() {
    world.environment["PATH"] = world.folder.path.string();
    world.folder.program("az", R"(echo '{"accessToken": "from.az.cli", "expires_on": 4085607478}')"
                               "\n");
  }
};

TEST_F(Chain, PassesOverWhatIsNotSetUp) {
  set_az();
  EXPECT_EQ(world.token("entra").source, "azure-cli");
  EXPECT_THAT(world.everything_explained(), HasSubstr("imds: http://127.0.0.1:"));
  EXPECT_TRUE(world.clock.sleeps.empty()) << "an absent metadata service is not waited for";
}

TEST_F(Chain, EndsAtASourceThatRefuses) {
  set_client_secret();
  set_az();
  server.answer("/t/oauth2/v2.0/token", {{.status = 401, .body = R"({"error": "invalid_client"})"}});
  const std::string failure = world.failure("entra");
  EXPECT_THAT(failure, HasSubstr("client-secret: "));
  EXPECT_THAT(failure, HasSubstr("A source that is set up and refuses ends the search"));
  EXPECT_EQ(world.token("entra:azure-cli").source, "azure-cli");
}

TEST_F(Chain, GoesOnWhereTheMachineHasNoIdentity) {
  set_az();
  world.environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = server.url();
  server.answer("/metadata/identity/oauth2/token", {{.status = 400}});
  EXPECT_EQ(world.token("entra").source, "azure-cli");
  server.answer("/metadata/identity/oauth2/token", {{.status = 503}, token_for(3600)});
  EXPECT_EQ(world.token("entra").source, "managed-identity (imds)") << "it is there, so it is asked again";
}

TEST_F(Chain, IsNarrowedByTheEnvironment) {
  set_az();
  world.environment["AZURE_TOKEN_CREDENTIALS"] = "prod";
  EXPECT_THAT(world.failure("entra"), Not(HasSubstr("azure-cli")));
  world.environment["AZURE_TOKEN_CREDENTIALS"] = "DEV";
  EXPECT_EQ(world.token("entra").source, "azure-cli");
  world.environment["AZURE_TOKEN_CREDENTIALS"] = "workloadidentitycredential";
  EXPECT_THAT(world.failure("entra"), HasSubstr("workload-identity: not set up"));
  world.environment["AZURE_TOKEN_CREDENTIALS"] = "visualstudio";
  EXPECT_THAT(world.failure("entra"), HasSubstr("The values are prod, dev, EnvironmentCredential"));
  EXPECT_EQ(world.token("entra:azure-cli").source, "azure-cli") << "a source by name is not narrowed";
}

TEST_F(Chain, KeepsATokenUntilFiveMinutesRemain) {
  set_client_secret();
  server.answer("/t/oauth2/v2.0/token", {token_for(3600)});
  azure::ChainedSource source = world.source("entra");
  source.token(Audience::PostgreSql);
  world.clock.advance(minutes(55));
  source.token(Audience::PostgreSql);
  EXPECT_EQ(server.asked().size(), 1U);
  source.token(Audience::KeyVault);
  EXPECT_EQ(server.asked().size(), 2U) << "a token is for one audience";
  EXPECT_EQ(server.asked().at(1).field("scope"), "https://vault.azure.net/.default");
  world.clock.advance(seconds(1));
  source.token(Audience::PostgreSql);
  EXPECT_EQ(server.asked().size(), 3U);
}

TEST_F(Chain, UsesATokenToItsEndWhereItCanNotBeRenewed) {
  set_client_secret();
  server.answer("/t/oauth2/v2.0/token", {token_for(3600), {.status = 400}});
  azure::ChainedSource source = world.source("entra");
  source.token(Audience::PostgreSql);
  world.clock.advance(minutes(58));
  EXPECT_EQ(source.token(Audience::PostgreSql).value, "a.b.c");
  EXPECT_THAT(world.everything_explained(), HasSubstr("could not be renewed"));
  world.clock.advance(minutes(2));
  EXPECT_ANY_THROW(source.token(Audience::PostgreSql));
}

TEST_F(Chain, KnowsTheClouds) {
  world.environment["AZURE_AUTHORITY_HOST"] = "https://login.microsoftonline.us/";
  EXPECT_EQ(world.source("entra").cloud().name, "usgov");
  EXPECT_EQ(world.source("entra", {}, "usgov").cloud().name, "usgov");
  EXPECT_ANY_THROW(world.source("entra", {}, "china"));
  world.environment["AZURE_AUTHORITY_HOST"] = "https://login.chinacloudapi.cn";
  EXPECT_EQ(world.source("entra").cloud().postgres_resource, "https://ossrdbms-aad.database.chinacloudapi.cn");
  set_client_secret();
  server.answer("/t/oauth2/v2.0/token", {token_for(3600)});
  world.source("entra", {}, "usgov").token(Audience::PostgreSql);
  EXPECT_EQ(server.asked().at(0).field("scope"), "https://ossrdbms-aad.database.usgovcloudapi.net/.default");
}

}  // namespace
}  // namespace pgcharter
