// entra: what it brings along, what it excludes, and what is left of Single Server.
#include <gmock/gmock.h>

#include "manifest_fixture.h"

namespace pgcharter::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> findings(const std::string& body) { return load(body).lines(); }

TEST(ManifestPrincipals, ReadsAPrincipal) {
  const Loaded loaded = load(R"(roles:
  app:
    entra: { type: service, object_id: 04A9FCC9-DE20-4078-A327-CF935088B0BB, mfa: true }
  boss:
    entra: { type: group, object_id: 04a9fcc9-de20-4078-a327-cf935088b0bc, admin: true }
  "someone@example.com": { entra: {} }
)");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  const RoleRule& app = loaded.charter->roles.at("app");
  ASSERT_TRUE(app.entra);
  EXPECT_EQ(app.entra->pos, (SourcePos{"m.yaml", 5, 5}));
  EXPECT_EQ(app.entra->principal, (EntraPrincipal{.type = "service", .object_id = "04a9fcc9-de20-4078-a327-cf935088b0bb", .mfa = true}));
  EXPECT_TRUE(app.attributes.login);
  EXPECT_FALSE(app.attributes.createrole || app.attributes.createdb);
  const RoleAttributes& boss = loaded.charter->roles.at("boss").attributes;
  EXPECT_TRUE(boss.login && boss.createrole && boss.createdb);
  EXPECT_EQ(loaded.charter->roles.at("someone@example.com").entra->principal, EntraPrincipal{});
}

TEST(ManifestPrincipals, RefusesWhatContradictsIt) {
  EXPECT_THAT(
      findings(R"(roles:
  a: { login: false, entra: {} }
  b: { createdb: false, createrole: true, entra: { admin: true } }
  c: { password: { env: X }, entra: {} }
  d: { entra: { type: app } }
  e: { entra: { type: user, object_id: someone } }
  f: { entra: { object_id: 04a9fcc9-de20-4078-a327-cf935088b0bb } }
  g: { entra: { oid: x } }
)"),
      ElementsAre(HasSubstr("m.yaml:4:15: invalid-combination: \"login: false\" contradicts \"entra\", which brings it along"),
                  HasSubstr("m.yaml:5:18: invalid-combination: \"createdb: false\" contradicts \"admin: true\""),
                  HasSubstr("m.yaml:6:8: invalid-combination: a principal of Microsoft Entra has no password"),
                  HasSubstr("m.yaml:7:23: unknown-word: \"type\" must be one of user, group, service, not \"app\""),
                  HasSubstr("m.yaml:8:40: bad-object-id: \"someone\" is no object id"),
                  HasSubstr("m.yaml:9:28: missing-key: \"object_id\" needs \"type\" beside it"), HasSubstr("m.yaml:10:17: unknown-key")));
}

TEST(ManifestPrincipals, AProfileCantTakeTheLoginAway) {
  const auto found = findings(R"(roles:
  a: { entra: {} }
profiles:
  silent: { login: false, grants: [] }
grants:
  - { to: a, profile: silent }
)");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0], HasSubstr("profile-conflict"));
}

TEST(ManifestPrincipals, ExplainsTheRecipeOfSingleServer) {
  EXPECT_THAT(
      findings(R"(roles:
  backup:
    login: true
    settings: { aad_validate_oids_in_tenant: off }
    member_of: [azure_ad_user]
  azure_ad_admin: { external: true }
)"),
      ElementsAre(HasSubstr("m.yaml:6:17: retired-single-server: \"aad_validate_oids_in_tenant\" is a parameter of Azure Database"),
                  HasSubstr("m.yaml:7:17: retired-single-server: \"azure_ad_user\" is a role of Azure Database for PostgreSQL Single "
                            "Server, which is retired"),
                  HasSubstr("m.yaml:8:3: retired-single-server: \"azure_ad_admin\"")));
}

}  // namespace
}  // namespace pgcharter::test
