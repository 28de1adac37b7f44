// roles: attributes, names as YAML would misread them, memberships, and what may not be combined.
#include <gmock/gmock.h>

#include "manifest_fixture.h"

namespace pgcharter::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(ManifestRoles, ReadsEveryAttribute) {
  const Loaded loaded = load(R"(roles:
  group: {}
  deployer:
    login: true
    superuser: true
    createdb: true
    createrole: true
    inherit: false
    replication: true
    bypassrls: true
    connection_limit: 5
    valid_until: 2027-01-01
    password: { env: DEPLOYER_PASSWORD }
    comment: "ships"
    settings: { Statement_Timeout: 30s, work_mem: null, x.y: "null" }
    settings_in: { weavix: { search_path: "events, public" } }
    member_of: [{ role: group, admin: true, inherit: false, set: true, expires: 2026-12-31 }]
    members: []
    renamed_from: releaser
)");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  const RoleRule& rule = loaded.charter->roles.at("deployer");
  EXPECT_EQ(rule.pos, (SourcePos{"m.yaml", 5, 3}));
  EXPECT_TRUE(rule.attributes.login && rule.attributes.superuser && rule.attributes.createdb && rule.attributes.createrole &&
              !rule.attributes.inherit && rule.attributes.replication && rule.attributes.bypassrls);
  EXPECT_EQ(rule.connection_limit, 5);
  EXPECT_EQ(rule.valid_until, "2027-01-01 00:00:00+00");
  ASSERT_TRUE(rule.password);
  EXPECT_EQ(rule.password->locator, "DEPLOYER_PASSWORD");
  EXPECT_EQ(rule.comment, "ships");
  EXPECT_EQ(rule.settings.at("statement_timeout").value, "30s");
  EXPECT_EQ(rule.settings.at("work_mem").value, std::nullopt);
  EXPECT_EQ(rule.settings.at("x.y").value, "null");
  EXPECT_EQ(rule.settings_in.at("weavix").at("search_path").value, "events, public");
  ASSERT_EQ(rule.member_of.size(), 1U);
  EXPECT_EQ(rule.member_of[0].role, "group");
  EXPECT_EQ(rule.member_of[0].member, "deployer");
  EXPECT_EQ(rule.member_of[0].admin, true);
  EXPECT_EQ(rule.member_of[0].inherit, false);
  EXPECT_EQ(rule.member_of[0].expires, "2026-12-31T00:00:00Z");
  EXPECT_TRUE(rule.members_written);
  EXPECT_EQ(rule.renamed_from, "releaser");
}

TEST(ManifestRoles, TakesANameAsItsText) {
  const Loaded loaded = load(R"(roles:
  null: {}
  ~: {}
  true: {}
  007: {}
  'we"ird.$$ %\': {}
  "new\nline": {}
grants:
  - { to: [null, ~, true, 007], privileges: [usage], objects: { schemas: [null, "true"] } }
)");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  std::vector<std::string> names;
  for (const auto& [name, rule] : loaded.charter->roles) names.push_back(name);
  EXPECT_THAT(names, testing::UnorderedElementsAre("null", "~", "true", "007", "we\"ird.$$ %\\", "new\nline"));
  const GrantRule& grant = loaded.charter->databases[0].grants[0];
  EXPECT_THAT(grant.to, ElementsAre("null", "~", "true", "007"));
  EXPECT_EQ(grant.to_pos[1], (SourcePos{"m.yaml", 11, 18}));
  EXPECT_EQ(grant.objects[0].name.text, "null");
}

TEST(ManifestRoles, NormalisesDates) {
  const auto valid_until = [](const std::string& text) {
    const Loaded loaded = load("roles: { a: { valid_until: \"" + text + "\" } }\n");
    return loaded.charter ? loaded.charter->roles.at("a").valid_until.value_or("") : "error";
  };
  EXPECT_EQ(valid_until("2027-01-01"), "2027-01-01 00:00:00+00");
  EXPECT_EQ(valid_until("2027-01-01 10:30"), "2027-01-01 10:30:00+00");
  EXPECT_EQ(valid_until("2027-01-01T00:30:00+02:00"), "2026-12-31 22:30:00+00");
  EXPECT_EQ(valid_until("2027-01-01 00:00:00.50-0130"), "2027-01-01 01:30:00.5+00");
  EXPECT_EQ(valid_until("2027-01-01 00:00:00 UTC"), "2027-01-01 00:00:00+00");
  EXPECT_EQ(valid_until("Infinity"), "infinity");
  EXPECT_EQ(valid_until("2027-02-29"), "error");
  EXPECT_EQ(valid_until("2027-1-1"), "error");
  EXPECT_EQ(valid_until("2027-01-01 25:00"), "error");
  EXPECT_EQ(valid_until("01.02.2027"), "error");
}

TEST(ManifestRoles, RefusesWrongTypes) {
  EXPECT_THAT(load("roles: [a]\n").lines(), ElementsAre("m.yaml:3:8: wrong-type: \"roles\" must be a mapping, not a list"));
  EXPECT_THAT(load("roles: {a: {login: \"true\"}}\n").lines(),
              ElementsAre("m.yaml:3:20: wrong-type: \"login\" must be true or false, not \"true\" | Leave the quotes away."));
  EXPECT_THAT(load("roles: {a: {connection_limit: many}}\n").lines(), ElementsAre(HasSubstr("must be a whole number, not \"many\"")));
  EXPECT_THAT(load("roles: {a: {connection_limit: -2}}\n").lines(), ElementsAre(HasSubstr("out-of-range")));
  EXPECT_THAT(load("roles: {a: {comment: [x]}}\n").lines(), ElementsAre(HasSubstr("must be a text, not a list")));
  EXPECT_THAT(load("roles: {a: {ensure: gone}}\n").lines(), ElementsAre(HasSubstr("must be one of present, absent, not \"gone\"")));
}

TEST(ManifestRoles, RefusesReservedAndLongNames) {
  EXPECT_THAT(load("roles: {public: {}}\n").lines(),
              ElementsAre(StartsWith("m.yaml:3:9: reserved-name: no role can be called \"public\"")));
  EXPECT_THAT(load("roles: {none: {}}\n").lines(), ElementsAre(StartsWith("m.yaml:3:9: reserved-name:")));
  EXPECT_THAT(load("roles: {pg_monitor: {external: true}}\n").lines(), testing::IsEmpty());
  EXPECT_THAT(load("roles: {" + std::string(64, 'a') + ": {}}\n").lines(), ElementsAre(StartsWith("m.yaml:3:9: name-too-long:")));
  EXPECT_THAT(load("roles: {" + std::string(63, 'a') + ": {}}\n").lines(), testing::IsEmpty());
  EXPECT_THAT(load("roles: {\"\": {}}\n").lines(), ElementsAre(StartsWith("m.yaml:3:9: bad-name:")));
}

TEST(ManifestRoles, RefusesCombinationsWithoutMeaning) {
  EXPECT_THAT(load("roles: {a: {external: true, login: true}}\n").lines(),
              ElementsAre(StartsWith("m.yaml:3:29: invalid-combination: \"login\" can't be written")));
  EXPECT_THAT(load("roles: {a: {ensure: absent, login: true}}\n").lines(), ElementsAre(StartsWith("m.yaml:3:29: invalid-combination:")));
  EXPECT_THAT(load("roles: {a: {reassign_owned_to: b}, b: {}}\n").lines(), ElementsAre(HasSubstr("needs \"ensure: absent\"")));
  EXPECT_THAT(load("roles: {a: {renamed_from: b}, b: {}}\n").lines(), ElementsAre(HasSubstr("which is declared too")));
  EXPECT_THAT(load("roles: {a: {password: {env: A, file: B}}}\n").lines(), ElementsAre(HasSubstr("names one place")));
}

TEST(ManifestRoles, PrintsACircleOfMemberships) {
  EXPECT_THAT(load("roles:\n  a: {member_of: [b]}\n  b: {member_of: [c]}\n  c: {members: [], member_of: a}\n").lines(),
              ElementsAre(StartsWith("m.yaml:4:19: membership-circle: memberships form a circle: a -> b -> c -> a")));
  EXPECT_THAT(load("roles: {a: {member_of: [a]}}\n").lines(), ElementsAre(HasSubstr("a -> a")));
  EXPECT_THAT(load("roles: {a: {member_of: [b]}, b: {member_of: [{role: a, ensure: absent}]}}\n").lines(), testing::IsEmpty());
}

TEST(ManifestRoles, ReportsContradictoryMemberships) {
  EXPECT_THAT(
      load("roles:\n  a: {member_of: [b]}\n  b: {members: [{role: a, ensure: absent}]}\n").lines(),
      ElementsAre(
          "m.yaml:5:17: contradiction: the membership of \"a\" in \"b\" is both present and absent | The other entry is at m.yaml:4:19."));
  EXPECT_THAT(load("roles: {a: {member_of: [public]}}\n").lines(), ElementsAre(HasSubstr("can't be public")));
  EXPECT_THAT(load("roles: {a: {member_of: [b]}, b: {ensure: absent}}\n").lines(), ElementsAre(HasSubstr("\"b\" is declared absent")));
}

TEST(ManifestRoles, WantsEveryRoleDeclared) {
  EXPECT_THAT(load("roles: {a: {member_of: [bb, pg_monitor]}}\n").lines(),
              ElementsAre(StartsWith("m.yaml:3:25: undeclared-role: a role in \"member_of\" \"bb\" is not declared")));
}

}  // namespace
}  // namespace pgcharter::test
