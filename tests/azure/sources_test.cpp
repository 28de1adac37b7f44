// Every source of tokens against a real HTTP server on loopback, or a real program: success, denied, malformed, no answer in time, another
// try, a redirect, a huge answer; and that no secret that was used comes back in a message.

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "azure/emulated_azure.h"
#include "azure/loopback_server.h"
#include "azure/world.h"

namespace pgcharter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::closed_url;
using ::testing::HasSubstr;
using testing::LoopbackServer;
using testing::make_certificate;
using ::testing::Not;
using testing::Reply;
using testing::TestWorld;
using testing::token_like;

constexpr const char* kResource = "https://ossrdbms-aad.database.windows.net";

/// One source over HTTP: its environment, and the path of the request that gives the token.
struct HttpCase {
  const char* name;
  const char* token_path;
  void (*prepare)(TestWorld& world, LoopbackServer& server);
  std::vector<std::string> secrets;
};

void PrintTo(const HttpCase& http_case, std::ostream* out) { *out << http_case.name; }

void prepare_client(TestWorld& world, LoopbackServer& server) {
  world.environment["AZURE_TENANT_ID"] = "tenant-1";
  world.environment["AZURE_CLIENT_ID"] = "client-1";
  world.environment["AZURE_AUTHORITY_HOST"] = server.url() + "/";
}

const char* const kTokenPath = "/tenant-1/oauth2/v2.0/token";

const std::vector<HttpCase>& http_cases() {
  static const std::vector<HttpCase> cases = {
      {"client-secret",
       kTokenPath,
       [](TestWorld& world, LoopbackServer& server) {
         prepare_client(world, server);
         world.environment["AZURE_CLIENT_SECRET"] = "s3cr~t/with\"signs";
       },
       {"s3cr~t/with"}},
      {"client-certificate",
       kTokenPath,
       [](TestWorld& world, LoopbackServer& server) {
         prepare_client(world, server);
         static const std::string pem = make_certificate();
         world.environment["AZURE_CLIENT_CERTIFICATE_PATH"] = world.folder.file("client.pem", pem);
       },
       {"PRIVATE KEY"}},
      {"workload-identity",
       kTokenPath,
       [](TestWorld& world, LoopbackServer& server) {
         prepare_client(world, server);
         world.environment["AZURE_FEDERATED_TOKEN_FILE"] = world.folder.file("federated", token_like("federated-mark") + "\n");
       },
       {"federated-mark"}},
      {"github-actions",
       kTokenPath,
       [](TestWorld& world, LoopbackServer& server) {
         prepare_client(world, server);
         world.environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = server.url() + "/oidc?api-version=2.0";
         world.environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "request-token-mark";
         server.answer("/oidc", {{.body = R"({"value": ")" + token_like("job-mark") + "\"}"}});
       },
       {"request-token-mark", "job-mark"}},
      {"azure-pipelines",
       kTokenPath,
       [](TestWorld& world, LoopbackServer& server) {
         prepare_client(world, server);
         world.environment["SYSTEM_OIDCREQUESTURI"] = server.url() + "/pipelines";
         world.environment["SYSTEM_ACCESSTOKEN"] = "system-token-mark";
         world.environment["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"] = "connection-1";
         server.answer("/pipelines", {{.body = R"({"oidcToken": ")" + token_like("job-mark") + "\"}"}});
       },
       {"system-token-mark", "job-mark"}},
      {"app-service",
       "/msi/token",
       [](TestWorld& world, LoopbackServer& server) {
         world.environment["IDENTITY_ENDPOINT"] = server.url() + "/msi/token";
         world.environment["IDENTITY_HEADER"] = "identity-header-mark";
       },
       {"identity-header-mark"}},
      {"app-service-2017",
       "/msi/token",
       [](TestWorld& world, LoopbackServer& server) {
         world.environment["MSI_ENDPOINT"] = server.url() + "/msi/token";
         world.environment["MSI_SECRET"] = "msi-secret-mark";
       },
       {"msi-secret-mark"}},
      {"imds",
       "/metadata/identity/oauth2/token",
       [](TestWorld& world, LoopbackServer& server) { world.environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = server.url() + "/ignored"; },
       {}},
  };
  return cases;
}

Reply good_token(const std::string& mark = "token-mark") {
  return {.body = R"({"token_type": "Bearer", "expires_in": 3599, "access_token": ")" + token_like(mark) + "\"}"};
}

class HttpSource : public ::testing::TestWithParam<HttpCase> {
 protected:
  TestWorld world;
  LoopbackServer server;
  std::string credential = std::string("entra:") + GetParam().name;

  void SetUp() override { GetParam().prepare(world, server); }
  void expect_no_secret(const std::string& text) {
    for (const std::string& secret : GetParam().secrets) EXPECT_THAT(text, Not(HasSubstr(secret)));
    EXPECT_THAT(text, Not(HasSubstr("token-mark")));
    EXPECT_THAT(text, Not(HasSubstr("eyJ")));
  }
};

TEST_P(HttpSource, GivesAToken) {
  server.answer(GetParam().token_path, {good_token()});
  const AccessToken token = world.token(credential);
  EXPECT_EQ(token.value, token_like("token-mark"));
  EXPECT_EQ(token.resource, kResource);
  EXPECT_EQ(token.source, GetParam().name);
  EXPECT_EQ(token.expires, world.clock.now() + seconds(3599));
  expect_no_secret(world.everything_explained());
}

TEST_P(HttpSource, SaysWhyItIsDenied) {
  // A careless endpoint repeats what it was sent.
  server.answer_with(GetParam().token_path, [](const testing::Asked& asked) {
    std::string echo = asked.query + asked.body;
    for (const auto& [name, value] : asked.headers) echo += " " + value;
    std::string text;
    for (char c : echo) text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return Reply{.status = 403, .body = R"({"error": "access_denied", "error_description": "not you: )" + text + "\"}"};
  });
  const std::string failure = world.failure(credential);
  EXPECT_THAT(failure, HasSubstr("access_denied: not you"));
  EXPECT_THAT(failure, HasSubstr("status 403"));
  EXPECT_EQ(server.times(GetParam().token_path), 1U) << "a refusal is final";
  expect_no_secret(failure + world.everything_explained());
}

TEST_P(HttpSource, RefusesWhatIsMalformed) {
  for (const char* body :
       {"<html>sign in</html>", "", "[]", "{}", R"({"access_token": 5, "expires_in": 10})", R"({"access_token": "", "expires_in": 10})",
        R"({"access_token": "a b", "expires_in": 10})", R"({"access_token": "abcdef"})",
        R"({"access_token": "abcdef", "expires_in": "soon"})", R"({"access_token": "abcdef", "expires_on": "1000"})"}) {
    server.answer(GetParam().token_path, {{.body = body}});
    const std::string failure = world.failure(credential);
    EXPECT_THAT(failure, HasSubstr("no source gave a token")) << body;
    EXPECT_THAT(failure, Not(HasSubstr("abcdef")));
  }
}

TEST_P(HttpSource, GivesUpOnSilence) {
  world.http.limit = milliseconds(60);
  server.answer(GetParam().token_path, {{.body = "{}", .delay = milliseconds(2000)}});
  const std::string failure = world.failure(credential);
  EXPECT_THAT(failure, HasSubstr("there was no answer in time"));
  EXPECT_EQ(server.times(GetParam().token_path), 4U) << "three more tries";
  expect_no_secret(failure + world.everything_explained());
}

TEST_P(HttpSource, AsksAgainAfterATransientFailure) {
  server.answer(GetParam().token_path,
                {{.status = 503}, {.hang_up = true}, {.status = 429, .headers = {{"Retry-After", "7"}}}, good_token()});
  EXPECT_EQ(world.token(credential).value, token_like("token-mark"));
  ASSERT_EQ(world.clock.sleeps.size(), 3U);
  EXPECT_EQ(world.clock.sleeps[2], seconds(7)) << "what the service asks for";
  EXPECT_LE(world.clock.sleeps[0], milliseconds(1100));
  expect_no_secret(world.everything_explained());
}

TEST_P(HttpSource, GivesUpWhenItStaysDown) {
  server.answer(GetParam().token_path, {{.status = 500, .body = R"({"error": {"code": "Oops", "message": "down"}})"}});
  EXPECT_THAT(world.failure(credential), HasSubstr("status 500, Oops: down"));
  EXPECT_EQ(server.times(GetParam().token_path), 4U);
}

TEST_P(HttpSource, FollowsNoRedirect) {
  server.answer(GetParam().token_path, {{.status = 302, .headers = {{"Location", server.url() + "/elsewhere"}}}});
  server.answer("/elsewhere", {good_token()});
  EXPECT_THAT(world.failure(credential), HasSubstr("status 302"));
  EXPECT_EQ(server.times("/elsewhere"), 0U);
}

TEST_P(HttpSource, BoundsTheAnswer) {
  server.answer(GetParam().token_path, {{.body = R"({"access_token": ")" + std::string(3U << 20U, 'a') + "\"}"}});
  EXPECT_THAT(world.failure(credential), HasSubstr("larger than"));
}

INSTANTIATE_TEST_SUITE_P(Azure, HttpSource, ::testing::ValuesIn(http_cases()), [](const auto& parameter) {
  std::string name = parameter.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(ClientSecret, SendsTheGrantOfTheDocumentation) {
  TestWorld world;
  LoopbackServer server;
  http_cases()[0].prepare(world, server);
  server.answer(kTokenPath, {good_token()});
  world.token("entra");
  const testing::Asked asked = server.asked().at(0);
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.field("grant_type"), "client_credentials");
  EXPECT_EQ(asked.field("client_id"), "client-1");
  EXPECT_EQ(asked.field("client_secret"), "s3cr~t/with\"signs");
  EXPECT_EQ(asked.field("scope"), std::string(kResource) + "/.default");
  EXPECT_EQ(asked.headers.at("content-type"), "application/x-www-form-urlencoded");
}

TEST(ClientSecret, KnowsTheCommonMistakesByTheirNumbers) {
  TestWorld world;
  LoopbackServer server;
  http_cases()[0].prepare(world, server);
  server.answer(kTokenPath,
                {{.status = 401, .body = R"({"error": "invalid_client", "error_description": "AADSTS7000222: expired.\r\nTrace ID: 1",
                                          "error_codes": [7000222]})"}});
  const std::string failure = world.failure("entra:environment");
  EXPECT_THAT(failure, HasSubstr("status 401, invalid_client: AADSTS7000222: expired."));
  EXPECT_THAT(failure, Not(HasSubstr("Trace")));
  EXPECT_THAT(failure, HasSubstr("The client secret has expired: make a new one."));
}

TEST(ClientSecret, GoesOverTlsExceptOnLoopback) {
  TestWorld world;
  LoopbackServer server;
  http_cases()[0].prepare(world, server);
  for (const char* host : {"http://login.microsoftonline.com", "http://10.0.0.1", "http://169.254.169.254"}) {
    world.environment["AZURE_AUTHORITY_HOST"] = host;
    EXPECT_THAT(world.failure("entra:client-secret"), HasSubstr("without TLS")) << host;
  }
  for (const char* host : {"ftp://localhost", "https://user@host", "https://host/path", "https://ho st", "https://host:port"}) {
    world.environment["AZURE_AUTHORITY_HOST"] = host;
    EXPECT_ANY_THROW(world.token("entra:client-secret")) << host;
  }
  world.environment["AZURE_AUTHORITY_HOST"] = server.url();
  world.environment["AZURE_TENANT_ID"] = "../elsewhere";
  EXPECT_THAT(world.failure("entra:client-secret"), HasSubstr("AZURE_TENANT_ID is not of the form of an id"));
  EXPECT_TRUE(server.asked().empty());
}

TEST(ClientCertificate, SignsAnAssertion) {
  TestWorld world;
  LoopbackServer server;
  http_cases()[1].prepare(world, server);
  server.answer(kTokenPath, {good_token()});
  world.environment["AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"] = "true";
  world.token("entra:environment");
  const std::string assertion = server.asked().at(0).field("client_assertion");
  const std::size_t first = assertion.find('.');
  const std::size_t second = assertion.find('.', first + 1);
  const std::string header = azure::from_base64url(assertion.substr(0, first)).value_or("");
  const std::string claims = azure::from_base64url(assertion.substr(first + 1, second - first - 1)).value_or("");
  EXPECT_THAT(header, HasSubstr("\"alg\":\"RS256\""));
  EXPECT_THAT(header, HasSubstr("\"x5c\":[\"MII"));
  EXPECT_THAT(header, HasSubstr("\"x5t\":"));
  EXPECT_THAT(claims, HasSubstr("\"aud\":\"" + server.url() + kTokenPath + "\""));
  EXPECT_THAT(claims, HasSubstr("\"iss\":\"client-1\""));
  // The signature is the key's.
  const std::string signature = azure::from_base64url(assertion.substr(second + 1)).value_or("");
  std::ifstream in(world.environment["AZURE_CLIENT_CERTIFICATE_PATH"]);
  const std::string pem{std::istreambuf_iterator<char>(in), {}};
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key);
  EXPECT_EQ(EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                             reinterpret_cast<const unsigned char*>(assertion.data()), second),
            1);
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  BIO_free_all(bio);
}

TEST(ClientCertificate, NamesWhatIsWrongWithTheFile) {
  TestWorld world;
  LoopbackServer server;
  http_cases()[1].prepare(world, server);
  world.environment["AZURE_CLIENT_CERTIFICATE_PATH"] = world.folder.file("bad.pem", "nonsense");
  EXPECT_THAT(world.failure("entra:client-certificate"), HasSubstr("holds no private key that can be read"));
  const std::string pem = make_certificate();
  world.environment["AZURE_CLIENT_CERTIFICATE_PATH"] = world.folder.file("key.pem", pem.substr(0, pem.find("-----BEGIN CERT")));
  EXPECT_THAT(world.failure("entra:client-certificate"), HasSubstr("holds no certificate that belongs to its key"));
  world.environment["AZURE_CLIENT_CERTIFICATE_PATH"] = "/nowhere.pem";
  EXPECT_THAT(world.failure("entra:client-certificate"), HasSubstr("can't read the client certificate"));
}

TEST(WorkloadIdentity, ReadsTheFileForEachRequest) {
  TestWorld world;
  LoopbackServer server;
  http_cases()[2].prepare(world, server);
  server.answer(kTokenPath, {good_token()});
  world.token("entra");
  world.folder.file("federated", "replaced-assertion");
  world.token("entra");
  EXPECT_EQ(server.asked().at(1).field("client_assertion"), "replaced-assertion");
}

TEST(GithubActions, AsksForTheAudienceOfTheCloud) {
  TestWorld world;
  LoopbackServer server;
  http_cases()[3].prepare(world, server);
  server.answer(kTokenPath, {good_token()});
  world.token("entra:github-actions");
  const testing::Asked asked = server.asked().at(0);
  EXPECT_EQ(asked.field("audience"), "api://AzureADTokenExchange");
  EXPECT_EQ(asked.field("api-version"), "2.0");
  EXPECT_EQ(asked.headers.at("authorization"), "Bearer request-token-mark");
  server.answer("/oidc", {{.status = 401}});
  EXPECT_THAT(world.failure("entra:github-actions"), HasSubstr("permissions: id-token: write"));
}

TEST(AzurePipelines, AsksForTheServiceConnection) {
  TestWorld world;
  LoopbackServer server;
  http_cases()[4].prepare(world, server);
  server.answer(kTokenPath, {good_token()});
  world.token("entra:azure-pipelines");
  const testing::Asked asked = server.asked().at(0);
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.field("serviceConnectionId"), "connection-1");
  EXPECT_EQ(asked.headers.at("x-tfs-fedauthredirect"), "Suppress");
  server.answer("/pipelines", {{.status = 302, .headers = {{"Location", "/login"}}}});
  EXPECT_THAT(world.failure("entra:azure-pipelines"), HasSubstr("SYSTEM_ACCESSTOKEN"));
  EXPECT_EQ(server.times("/login"), 0U);
}

TEST(ManagedIdentity, NamesUserAssignedOnesAsEachEndpointWants) {
  const struct {
    std::size_t index;
    const char* identity;
    const char* field;
  } rows[] = {{5, "client_id=id-1", "client_id"},   {5, "object_id=id-1", "principal_id"}, {5, "resource_id=id-1", "mi_res_id"},
              {6, "client_id=id-1", "clientid"},    {7, "client_id=id-1", "client_id"},    {7, "object_id=id-1", "object_id"},
              {7, "resource_id=id-1", "msi_res_id"}};
  for (const auto& row : rows) {
    TestWorld world;
    LoopbackServer server;
    const HttpCase& http_case = http_cases()[row.index];
    http_case.prepare(world, server);
    server.answer(http_case.token_path, {good_token()});
    const AccessToken token = world.token("entra:managed-identity", row.identity);
    EXPECT_EQ(token.source, std::string("managed-identity (") + http_case.name + ")");
    const testing::Asked asked = server.asked().at(0);
    EXPECT_EQ(asked.field(row.field), "id-1");
    EXPECT_EQ(asked.field("resource"), kResource);
    EXPECT_FALSE(world.http.last_used_proxy);
  }
  TestWorld world;
  LoopbackServer server;
  http_cases()[6].prepare(world, server);
  EXPECT_THAT(world.failure("entra:managed-identity", "object_id=x"), HasSubstr("by their client id only"));
  EXPECT_ANY_THROW(world.source("entra", "name=x"));
}

TEST(ManagedIdentity, TakesTheClientIdOfTheEnvironment) {
  TestWorld world;
  LoopbackServer server;
  http_cases()[5].prepare(world, server);
  world.environment["AZURE_CLIENT_ID"] = "client-2";
  server.answer("/msi/token", {good_token()});
  world.token("entra:managed-identity");
  world.token("entra:managed-identity", "system");
  EXPECT_EQ(server.asked().at(0).field("client_id"), "client-2");
  EXPECT_EQ(server.asked().at(1).field("client_id"), "");
  EXPECT_EQ(server.asked().at(0).headers.at("x-identity-header"), "identity-header-mark");
}

TEST(ManagedIdentity, NeverGoesToAnotherMachineWithoutTls) {
  TestWorld world;
  world.environment["IDENTITY_ENDPOINT"] = "http://example.org/token";
  world.environment["IDENTITY_HEADER"] = "identity-header-mark";
  EXPECT_THAT(world.failure("entra:app-service"), HasSubstr("http://example.org/token is not asked"));
}

TEST(AppService2017, UnderstandsItsDates) {
  TestWorld world;
  LoopbackServer server;
  http_cases()[6].prepare(world, server);
  server.answer("/msi/token", {{.body = R"({"access_token": "a.b.c", "expires_on": "06/20/2099 02:57:58 +00:00", "resource": "x"})"}});
  EXPECT_EQ(std::chrono::system_clock::to_time_t(world.token("entra:app-service-2017").expires), 4085607478);
  EXPECT_EQ(server.asked().at(0).headers.at("secret"), "msi-secret-mark");
  EXPECT_EQ(server.asked().at(0).field("api-version"), "2017-09-01");
}

TEST(Imds, WaitsSeventySecondsForAnUpdate) {
  TestWorld world;
  LoopbackServer server;
  http_cases()[7].prepare(world, server);
  const std::vector<Reply> gone(7, Reply{.status = 410});
  std::vector<Reply> replies = gone;
  replies.push_back(good_token());
  server.answer("/metadata/identity/oauth2/token", replies);
  EXPECT_EQ(world.token("entra:imds").value, token_like("token-mark"));
  EXPECT_EQ(world.clock.slept(), seconds(70));
  server.answer("/metadata/identity/oauth2/token", {{.status = 410}});
  EXPECT_THAT(world.failure("entra:imds"), HasSubstr("status 410"));
}

TEST(Imds, AsksAgainAfter404ButNotAfter400) {
  TestWorld world;
  LoopbackServer server;
  http_cases()[7].prepare(world, server);
  server.answer("/metadata/identity/oauth2/token", {{.status = 404}, {.status = 404}, {.status = 500}, good_token()});
  world.token("entra:imds");
  EXPECT_EQ(world.clock.sleeps, (std::vector<milliseconds>{seconds(1), seconds(2), seconds(4)}));
  EXPECT_EQ(server.asked().at(0).headers.at("metadata"), "true");
  server.answer("/metadata/identity/oauth2/token",
                {{.status = 400, .body = R"({"error": "invalid_request", "error_description": "Identity not found"})"}});
  EXPECT_THAT(world.failure("entra:imds"), HasSubstr("knows no such identity: status 400, invalid_request: Identity not found"));
}

}  // namespace
}  // namespace pgcharter
