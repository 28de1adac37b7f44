// The rules of platforms: each is an error at the line of the manifest that it is about, with the way out.
#include "pgcharter/platform.h"

#include <gmock/gmock.h>

#include "manifest_fixture.h"

namespace pgcharter::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> findings(const std::string& text, std::string_view platform, const PlatformFacts& facts = {}) {
  Loaded loaded = load(text);
  EXPECT_TRUE(loaded.charter) << loaded.text();
  loaded.diagnostics = {};
  check_platform(*loaded.charter, *find_platform(platform), facts, loaded.diagnostics);
  return loaded.lines();
}

TEST(Platform, EveryRowHasANameOfItsOwnAndASentenceForEachRefusal) {
  std::set<std::string_view> names;
  for (const PlatformInfo& platform : platforms()) {
    EXPECT_TRUE(names.insert(platform.name).second) << platform.name;
    EXPECT_FALSE(platform.display.empty());
    EXPECT_EQ(find_platform(platform.name), &platform);
    for (const RefusedExtension& refused : platform.refused) EXPECT_TRUE(refused.way_out.ends_with('.')) << refused.name;
  }
  EXPECT_EQ(find_platform("azure"), nullptr);
}

TEST(Platform, PlainPostgresqlRefusesNothing) {
  EXPECT_THAT(findings("roles: {r: {superuser: true}}\nextensions: {citus: {}, timescaledb: {}, plpython3u: {}}\n", "postgresql"),
              IsEmpty());
}

TEST(Platform, OnlyAzureKnowsPrincipalsOfEntra) {
  const std::string principal = "roles:\n  app:\n    entra: {}\n";
  EXPECT_THAT(
      findings(principal, "aws-rds"),
      ElementsAre("m.yaml:5:5: platform: Amazon RDS for PostgreSQL knows no principals of Microsoft Entra, so \"app\" can't be one | "
                  "Leave `entra` out, or use Azure Database for PostgreSQL."));
  EXPECT_EQ(findings(principal, "postgresql").size(), 1U);
  for (const char* azure : {"azure-flexible-server", "azure-elastic-cluster", "azure-cosmos-postgresql"})
    EXPECT_THAT(findings(principal, azure), IsEmpty());
  EXPECT_THAT(findings(principal, "postgresql", {.server_major = 16}), IsEmpty()) << "a live server is asked";
}

TEST(Platform, CitusNeedsAnElasticClusterAndTimescaledbAFlexibleServer) {
  const std::string both = "extensions:\n  citus: {}\n  timescaledb: {}\n";
  EXPECT_THAT(findings(both, "azure-flexible-server"), ElementsAre(HasSubstr(":4:3: platform: extension \"citus\": a flexible server")));
  EXPECT_THAT(findings(both, "azure-elastic-cluster"),
              ElementsAre(HasSubstr(":5:3: platform: extension \"timescaledb\": an Elastic Cluster")));
}

TEST(Platform, AllowsOnlyTheExtensionsThatTheServerLists) {
  const std::string text = "extensions:\n  pgcrypto: {}\n  hstore: {}\n  plpgsql: {}\n";
  EXPECT_THAT(findings(text, "azure-flexible-server", {.server_major = 17, .allowed_extensions = "PGCRYPTO, vector"}),
              ElementsAre(HasSubstr(":5:3: platform: extension \"hstore\" is not among those that this server allows")));
  EXPECT_THAT(findings(text, "azure-flexible-server"), IsEmpty());
}

TEST(Platform, RolesThatAreNotOursAreNotJudged) {
  EXPECT_THAT(findings("roles: {azuresu: {external: true}, old: {ensure: absent}}\n", "azure-flexible-server"), IsEmpty());
}

TEST(Platform, BypassrlsDependsOnTheVersion) {
  const std::string text = "roles:\n  r: { bypassrls: true }\n";
  EXPECT_THAT(findings(text, "azure-flexible-server", {.server_major = 15, .allowed_extensions = {}}),
              ElementsAre(HasSubstr("from PostgreSQL 16 on")));
  EXPECT_THAT(findings(text, "azure-flexible-server", {.server_major = 16, .allowed_extensions = {}}), IsEmpty());
}

}  // namespace
}  // namespace pgcharter::test
