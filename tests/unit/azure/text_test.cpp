// URLs, instants, scrubbing: the texts that come from outside.

#include <gmock/gmock.h>

#include "pgcharter/diagnostics.h"

#include "azure/http.h"
#include "azure/retry.h"
#include "azure/surroundings.h"
#include "azure/token_reply.h"

namespace pgcharter::azure {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(AzureUrl, IsTakenApart) {
  const Url url = parse_url("HTTPS://Vault.Example:8443/a/b?c=d");
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.host, "vault.example");
  EXPECT_EQ(url.port, "8443");
  EXPECT_EQ(url.path, "/a/b");
  EXPECT_EQ(url.query, "c=d");
  EXPECT_EQ(shown_url("http://[::1]:80/x?secret=1"), "http://[::1]:80/x");
}

TEST(AzureUrl, IsRefusedWhereItCouldMeanAnotherHost) {
  for (const char* text :
       {"", "host", "ftp://h/", "https://", "https:///x", "https://u@h/", "https://h:x/", "https://h#f", "https://h\\@e/", "https://a b/",
        "https://h\r\nX: y/", "https://[::1/", "https://[::1]x/", "https://h:123456/", "https://h%2e/", "https://h/a\\b"}) {
    EXPECT_THROW(parse_url(text), Error) << text;
  }
}

TEST(AzureUrl, KnowsWhichHostsAreThisMachine) {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "::1"}) EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host : {"127.0.0.1.evil.org", "localhost.evil.org", "0x7f.1", "2130706433", "127.1", "0127.0.0.1", "128.0.0.1", ""}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
  for (const char* host : {"169.254.169.254", "10.1.2.3", "172.16.0.1", "172.31.0.1", "192.168.1.1"})
    EXPECT_TRUE(is_unrouted(host)) << host;
  for (const char* host : {"172.32.0.1", "172.15.0.1", "8.8.8.8", "169.253.1.1", "10.1.2.3.evil.org"})
    EXPECT_FALSE(is_unrouted(host)) << host;
}

TEST(AzureUrl, GetsFieldsAppended) {
  EXPECT_EQ(with_query("http://h/p", {{"a", "b c/d"}, {"e", "f"}}), "http://h/p?a=b%20c%2Fd&e=f");
  EXPECT_EQ(with_query("http://h/p?x=y", {{"a", "b"}}), "http://h/p?x=y&a=b");
  EXPECT_EQ(with_query("http://h/p?", {{"a", "b"}}), "http://h/p?a=b");
}

TEST(Instants, AreUnderstoodInTheirForms) {
  const Instant expected{std::chrono::seconds(1586984735)};
  EXPECT_EQ(parse_instant("1586984735"), expected);
  EXPECT_EQ(parse_instant("2020-04-15T21:05:35Z"), expected);
  EXPECT_EQ(parse_instant("2020-04-15T23:05:35.123+02:00"), expected);
  EXPECT_EQ(parse_instant("2020-04-15 21:05:35"), expected);
  EXPECT_EQ(parse_instant("04/15/2020 21:05:35 +00:00"), expected);
  EXPECT_EQ(parse_instant("4/15/2020 9:05:35 PM +00:00"), expected);
  EXPECT_EQ(parse_instant("1/16/2019 12:00:00 AM +00:00"), Instant(std::chrono::seconds(1547596800)));
  for (const char* text : {"", "soon", "0", "-5", "99999999999999", "2020-04-15", "2020-13-15T00:00:00Z", "2020-04-15T25:00:00Z",
                           "2020-04-15T21:05:35X", "15.04.2020 21:05:35", "2020-04-15T21:05:35+99:00"}) {
    EXPECT_EQ(parse_instant(text), std::nullopt) << text;
  }
}

TEST(Base64Url, GoesThereAndBack) {
  for (const std::string text : {"", "a", "ab", "abc", "\xff\xfe\xfd\xfc"}) EXPECT_EQ(from_base64url(base64url(text)), text);
  EXPECT_EQ(base64url("\xff\xef"), "_-8");
  EXPECT_EQ(from_base64url("a*b"), std::nullopt);
}

TEST(Scrubbing, HidesEverySecretInEveryForm) {
  Secrets secrets;
  secrets.add("s3cr\"t/+");
  secrets.add("abc");  // too short to be one; it would hide half of every text
  EXPECT_EQ(secrets.scrub("x s3cr\"t/+ y s3cr%22t%2F%2B z s3cr\\\"t\\/+ abc"), "x ******** y ******** z ******** abc");
  EXPECT_EQ(secrets.scrub("token eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln, eyJx"), "token ********, eyJx");
  EXPECT_EQ(secrets.scrub("line\r\nnext\x1b[31m"), "line  next [31m");
  EXPECT_EQ(secrets.scrub(std::string(1000, 'x')).size(), 300 + std::string("…").size());
  secrets.add("s3cr\"t/+longer");
  EXPECT_THAT(secrets.scrub("s3cr\"t/+longer"), Not(HasSubstr("longer")));
}

/// Answers from a list, the last one for ever.
class ScriptedClient final : public HttpClient {
 public:
  HttpResponse send(const HttpRequest&) override { return script[std::min(sent++, script.size() - 1)]; }
  std::vector<HttpResponse> script;
  std::size_t sent = 0;
};
class RecordingClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return {}; }
  void sleep(std::chrono::milliseconds time) override { sleeps.push_back(time.count()); }
  std::vector<long> sleeps;
};

TEST(Retries, ObeyTheServiceUpToAMinute) {
  ScriptedClient http;
  RecordingClock clock;
  Surroundings around{
      .environment = [](const std::string&) { return std::nullopt; }, .http = http, .clock = clock, .run = {}, .explain = {}};
  const HttpRequest request{.url = "https://h/"};
  http.script = {{.status = 429, .headers = {{"retry-after-ms", "1500"}}},
                 {.status = 503, .headers = {{"x-ms-retry-after-ms", "20"}}},
                 {.status = 200}};
  EXPECT_EQ(send_with_retries(around, request, kServiceRule).status, 200);
  EXPECT_EQ(clock.sleeps, (std::vector<long>{1500, 20}));
  http.script = {{.status = 429, .headers = {{"retry-after", "61"}}}};
  http.sent = 0;
  EXPECT_EQ(send_with_retries(around, request, kServiceRule).status, 429);
  EXPECT_EQ(http.sent, 1U);
  clock.sleeps.clear();
  http.script = {{.status = 504}};
  send_with_retries(around, request, kServiceRule);
  ASSERT_EQ(clock.sleeps.size(), 3U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_GE(clock.sleeps[static_cast<std::size_t>(i)], 640 << i);
    EXPECT_LE(clock.sleeps[static_cast<std::size_t>(i)], 1040 << i);
  }
  for (const long status : {400L, 401L, 403L, 404L, 501L}) {
    http.script = {{.status = status}};
    http.sent = 0;
    send_with_retries(around, request, kServiceRule);
    EXPECT_EQ(http.sent, 1U) << status;
  }
}

}  // namespace
}  // namespace pgcharter::azure
