// The sources that need more than one answer: Azure Arc with its challenge file, and the programs az and azd, which are scripts of the
// test.

#include <gmock/gmock.h>

#include "azure/loopback_server.h"
#include "azure/world.h"

namespace pgcharter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using testing::LoopbackServer;
using ::testing::Not;
using testing::Reply;
using testing::TestWorld;
using testing::token_like;

constexpr const char* kResource = "https://ossrdbms-aad.database.windows.net";

Reply good_token() {
  return {.body = R"({"token_type": "Bearer", "expires_in": "3599", "access_token": ")" + token_like("token-mark") + "\"}"};
}

class Arc : public ::testing::Test {
 protected:
  TestWorld world;
  LoopbackServer server;

  void SetUp() override {
    world.environment["IDENTITY_ENDPOINT"] = server.url() + "/arc";
    world.environment["IMDS_ENDPOINT"] = server.url();
    world.folder.file("challenge.key", "challenge-mark");
  }
  void challenge(const std::string& header) {
    server.answer_with("/arc", [header](const testing::Asked& asked) {
      const auto sent = asked.headers.find("authorization");
      if (sent == asked.headers.end()) return Reply{.status = 401, .headers = {{"WWW-Authenticate", header}}};
      return sent->second == "Basic challenge-mark" ? good_token() : Reply{.status = 403};
    });
  }
  std::string realm(const std::string& name) { return "Basic realm=" + (world.folder.path / name).string(); }
};

TEST_F(Arc, AnswersTheChallenge) {
  challenge(realm("challenge.key"));
  EXPECT_EQ(world.token("entra:managed-identity").source, "managed-identity (azure-arc)");
  EXPECT_EQ(server.times("/arc"), 2U);
  EXPECT_THAT(world.everything_explained(), Not(HasSubstr("challenge-mark")));
}

TEST_F(Arc, ReadsNoOtherFile) {
  world.folder.file("other.txt", "other");
  std::filesystem::create_directory(world.folder.path / "sub");
  world.folder.file("sub/deep.key", "deep");
  std::filesystem::create_symlink("/etc/passwd", world.folder.path / "link.key");
  world.folder.file("large.key", std::string(5000, 'x'));
  for (const std::string& header : {realm("other.txt"), realm("sub/deep.key"), realm("../x.key"), std::string("Basic realm=/etc/passwd"),
                                    std::string("Basic realm=/etc/x.key"), realm("challenge.key") + " a=b", std::string("Basic"),
                                    realm("link.key"), realm("large.key"), realm("missing.key"), std::string()}) {
    challenge(header);
    EXPECT_THAT(world.failure("entra:azure-arc"), HasSubstr("of Azure Arc")) << header;
  }
  for (const testing::Asked& asked : server.asked()) EXPECT_FALSE(asked.headers.contains("authorization"));
}

TEST_F(Arc, WantsTheChallengeAndKnowsOneIdentity) {
  server.answer("/arc", {good_token()});
  EXPECT_THAT(world.failure("entra:azure-arc"), HasSubstr("without its challenge"));
  EXPECT_THAT(world.failure("entra:azure-arc", "client_id=x"), HasSubstr("system-assigned identity only"));
  server.answer("/arc", {{.status = 503}, {.status = 403, .body = R"({"error": "forbidden"})"}});
  EXPECT_THAT(world.failure("entra:azure-arc"), HasSubstr("status 403, forbidden"));
  world.http.limit = milliseconds(60);
  server.answer("/arc", {{.delay = milliseconds(1000)}});
  EXPECT_THAT(world.failure("entra:azure-arc"), HasSubstr("no answer in time"));
  challenge(realm("challenge.key"));
  world.http.limit = milliseconds(3000);
  world.folder.file("challenge.key", "wrong-key-mark");
  const std::string failure = world.failure("entra:azure-arc");
  EXPECT_THAT(failure, HasSubstr("status 403"));
  EXPECT_THAT(failure, Not(HasSubstr("wrong-key-mark")));
}

TEST_F(Arc, AsksAgainAndRefusesWhatIsMalformed) {
  int asked_with_key = 0;
  std::string body = good_token().body;
  server.answer_with("/arc", [&](const testing::Asked& asked) {
    if (!asked.headers.contains("authorization")) return Reply{.status = 401, .headers = {{"WWW-Authenticate", realm("challenge.key")}}};
    return ++asked_with_key == 1 ? Reply{.status = 503} : Reply{.body = body};
  });
  EXPECT_EQ(world.token("entra:azure-arc").value, token_like("token-mark"));
  EXPECT_EQ(asked_with_key, 2);
  for (const char* malformed : {"<html/>", "", "{}", R"({"access_token": 5, "expires_in": 10})"}) {
    body = malformed;
    EXPECT_THAT(world.failure("entra:azure-arc"), HasSubstr("no source gave a token")) << malformed;
  }
}

/// False too for one that has ended and that nobody has waited for.
bool runs(const std::string& process) {
  std::ifstream in("/proc/" + process + "/stat");
  std::string number;
  std::string name;
  std::string state;
  return (in >> number >> name >> state) && state != "Z" && state != "X";
}

/// az and azd are scripts of the test.
class Tool : public ::testing::TestWithParam<std::pair<const char*, const char*>> {
 protected:
  TestWorld world;
  std::string name = GetParam().second;
  std::string credential = std::string("entra:") + GetParam().first;

  void SetUp() override { world.environment["PATH"] = "relative:" + world.folder.path.string(); }
  [[nodiscard]] std::string output(const std::string& token) const {
    return name == "az" ? R"({"accessToken": ")" + token + R"(", "expiresOn": "2020-01-01 00:00:00.000000", "expires_on": 4085607478})"
                        : R"({"token": ")" + token + R"(", "expiresOn": "2099-06-20T02:57:58Z"})";
  }
};

TEST_P(Tool, GivesAToken) {
  world.folder.program(name, "echo \"$@\" > " + (world.folder.path / "arguments").string() + "; pwd >> " +
                                 (world.folder.path / "arguments").string() + "; echo warning >&2; cat <<'END'\n" + output("a.b.c") +
                                 "\nEND\n");
  world.environment["AZURE_TENANT_ID"] = "tenant-1";
  const AccessToken token = world.token(credential);
  EXPECT_EQ(token.value, "a.b.c");
  EXPECT_EQ(std::chrono::system_clock::to_time_t(token.expires), 4085607478);
  std::ifstream in(world.folder.path / "arguments");
  const std::string arguments{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(arguments, name == "az"
                           ? "account get-access-token --output json --resource " + std::string(kResource) + " --tenant tenant-1\n/\n"
                           : "auth token --output json --scope " + std::string(kResource) + "/.default --tenant-id tenant-1\n/\n");
}

TEST_P(Tool, SaysThatNobodyHasLoggedIn) {
  world.folder.program(
      name, "echo \"ERROR: not logged in, run \\`azd auth login\\` or az login " + token_like("stderr-mark") + "\" >&2; exit 1\n");
  const std::string failure = world.failure(credential);
  EXPECT_THAT(failure, HasSubstr("nobody has logged in with " + name));
  EXPECT_THAT(failure, Not(HasSubstr("stderr-mark")));
}

TEST_P(Tool, IsAskedOnce) {
  // It asks its services again by itself.
  const std::filesystem::path times = world.folder.path / "times";
  world.folder.program(name, "echo x >> " + times.string() + "; echo 'temporarily unavailable' >&2; exit 1\n");
  EXPECT_THAT(world.failure(credential), HasSubstr("temporarily unavailable"));
  std::ifstream in(times);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "x\n");
}

TEST_P(Tool, SaysWhatFailed) {
  world.folder.program(name, "echo \"AADSTS50076: needs a second factor\" >&2; echo '" + output("a.b.c") + "'; exit 3\n");
  const std::string failure = world.failure(credential);
  EXPECT_THAT(failure, HasSubstr(name + " failed with exit code 3: AADSTS50076: needs a second factor"));
  EXPECT_THAT(failure, Not(HasSubstr("a.b.c")));
}

TEST_P(Tool, RefusesWhatIsMalformed) {
  for (const char* text : {"", "<xml/>", "{}", R"({"accessToken": "a.b.c", "token": "a.b.c"})", R"({"accessToken": 1, "token": []})"}) {
    world.folder.program(name, std::string("echo '") + text + "'\n");
    const std::string failure = world.failure(credential);
    EXPECT_THAT(failure, HasSubstr(name)) << text;
    EXPECT_THAT(failure, Not(HasSubstr("a.b.c")));
  }
}

TEST_P(Tool, IsKilledWhenItTakesTooLong) {
  world.command_limit = milliseconds(200);
  // A child of the program keeps its output open, and must not outlive it.
  const std::filesystem::path number = world.folder.path / "child";
  world.folder.program(name, "sleep 60 & echo $! > " + number.string() + "; sleep 60\n");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(world.failure(credential), HasSubstr(name + " gave no answer"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(10));
  std::string child;
  std::ifstream(number) >> child;
  ASSERT_FALSE(child.empty());
  for (int i = 0; i < 100 && runs(child); ++i) usleep(20000);
  EXPECT_FALSE(runs(child));
}

TEST_P(Tool, IsLookedForOnThePath) { EXPECT_THAT(world.failure(credential), HasSubstr("the program " + name + " is not on the PATH")); }

INSTANTIATE_TEST_SUITE_P(Azure, Tool, ::testing::Values(std::pair("azure-cli", "az"), std::pair("azd", "azd")),
                         [](const auto& parameter) { return std::string(parameter.param.second); });

TEST(AzureCli, UnderstandsItsLocalTime) {
  TestWorld world;
  world.environment["PATH"] = world.folder.path.string();
  world.folder.program("az", R"(echo '{"accessToken": "a.b.c", "expiresOn": "2099-06-20 02:57:58.123456"}')"
                             "\n");
  std::tm tm{.tm_sec = 58, .tm_min = 57, .tm_hour = 2, .tm_mday = 20, .tm_mon = 5, .tm_year = 199, .tm_isdst = -1};
  EXPECT_EQ(std::chrono::system_clock::to_time_t(world.token("entra:azure-cli").expires), std::mktime(&tm));
}

}  // namespace
}  // namespace pgcharter
