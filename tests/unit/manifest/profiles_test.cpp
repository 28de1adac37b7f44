// Variables and profiles: where texts are replaced, that values stay literal, conflicts.
#include <gmock/gmock.h>

#include "manifest_fixture.h"

namespace pgcharter::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(ManifestVariables, ReplaceScalarsAndKeys) {
  const Loaded loaded = load(R"(vars: { app: "${prefix}_app", prefix: x, limit: 5, on: "true" }
roles:
  "${app}": { connection_limit: "${limit}", login: "${on}", comment: "$${app} costs $5" }
)");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  const RoleRule& rule = loaded.charter->roles.at("x_app");
  EXPECT_EQ(rule.connection_limit, 5);
  EXPECT_TRUE(rule.attributes.login);
  EXPECT_EQ(rule.comment, "${app} costs $5");
}

TEST(ManifestVariables, AreLiteralInNames) {
  const Loaded loaded =
      load("vars: {s: 'a.\"*\"', t: '*'}\nroles: {r: {}}\ngrants:\n  - {to: r, privileges: select, objects: {tables: \"${s}.x_${t}*\"}}\n");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  const ObjectPattern& object = loaded.charter->databases[0].grants[0].objects[0];
  EXPECT_EQ(object.schema->text, "a.\"*\"");
  EXPECT_TRUE(object.schema->literal());
  EXPECT_EQ(object.name.text, "x_**");
  EXPECT_EQ(object.name.wild, "   *");
}

TEST(ManifestVariables, CannotBringYaml) {
  const Loaded loaded = load("vars: {v: x}\nroles: {\"${v}\": {}}\n", {{"v", "a: {superuser: true}\nb"}});
  ASSERT_TRUE(loaded.charter) << loaded.text();
  ASSERT_EQ(loaded.charter->roles.size(), 1U);
  EXPECT_EQ(loaded.charter->roles.begin()->first, "a: {superuser: true}\nb");
}

TEST(ManifestVariables, AreOverriddenFromOutside) {
  CharterSources sources;
  sources.documents = {{"m.yaml", "", "charter: 1\nname: \"${a}${b}${c}\"\nvars: {a: 1, b: 2, c: 3}\n"}};
  sources.environment = {{"b", "env"}, {"c", "env"}, {"unrelated", "x"}};
  sources.vars = {{"c", "var"}};
  Diagnostics diagnostics;
  const auto charter = load_charter(sources, diagnostics);
  ASSERT_TRUE(charter);
  EXPECT_EQ(charter->name, "1envvar");
  EXPECT_THAT(charter->vars, ElementsAre(std::pair("a", "1"), std::pair("b", "env"), std::pair("c", "var")));
}

TEST(ManifestVariables, ReportWhatIsUndefined) {
  EXPECT_THAT(load("vars: {schema: a}\nroles: {\"${shema}\": {}}\n").lines(),
              ElementsAre("m.yaml:4:9: undefined-variable: undefined variable \"shema\" | Did you mean \"schema\"?"));
  EXPECT_THAT(load("vars: {a: \"${b}\", b: \"${a}\"}\n").text(), HasSubstr("refers to itself"));
  EXPECT_THAT(load("roles: {\"${a\": {}}\n").text(), HasSubstr("a ${ is not closed"));
  EXPECT_THAT(load("vars: {a: }\nroles: {\"${a}\": {}}\n").text(), HasSubstr("undefined variable \"a\""));
  EXPECT_THAT(load("vars: {\"a b\": x}\n").text(), HasSubstr("is no name of a variable"));
}

TEST(ManifestProfiles, ExpandWithArguments) {
  const Loaded loaded = load(R"(roles: {r: {}, s: {}}
profiles:
  mine:
    params: [schema]
    grants:
      - { privileges: [usage], objects: { schemas: "${schema}" } }
    default_privileges:
      - { by: s, in: "${schema}", privileges: [select], objects: tables }
grants:
  - { to: [r, s], profile: mine, with: { schema: "rep*" } }
)");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  const DatabaseCharter& database = loaded.charter->databases[0];
  ASSERT_EQ(database.grants.size(), 1U);
  EXPECT_EQ(database.grants[0].pos, (SourcePos{"m.yaml", 12, 5}));
  EXPECT_EQ(database.grants[0].profile, "mine");
  EXPECT_TRUE(database.grants[0].objects[0].literal());
  EXPECT_THAT(database.grants[0].to, ElementsAre("r", "s"));
  ASSERT_EQ(database.default_privileges.size(), 1U);
  EXPECT_THAT(database.default_privileges[0].to, ElementsAre("r", "s"));
  EXPECT_EQ(database.default_privileges[0].pos.line, 12);
}

TEST(ManifestProfiles, ReportArguments) {
  EXPECT_THAT(load("roles: {r: {}}\ngrants: [{to: r, profile: read-only}]\n").lines(),
              ElementsAre(StartsWith("m.yaml:4:10: missing-argument: the profile \"read-only\" needs the parameter \"schema\"")));
  EXPECT_THAT(
      load("roles: {r: {}}\ngrants: [{to: r, profile: read-only, with: {shema: a, schema: b}}]\n").lines(),
      ElementsAre("m.yaml:4:45: unknown-argument: the profile \"read-only\" has no parameter \"shema\" | Did you mean \"schema\"?"));
  EXPECT_THAT(load("roles: {r: {}}\ngrants: [{to: r, profile: raed-only}]\n").lines(),
              ElementsAre(HasSubstr("Did you mean \"read-only\"?")));
  EXPECT_THAT(load("roles: {r: {}}\ngrants: [{to: r, profile: monitoring, future: true}]\n").lines(),
              ElementsAre(HasSubstr("\"future\" has no meaning with \"profile\"")));
  EXPECT_THAT(load("profiles: {p: {params: [a], grants: [{privileges: usage, objects: {schemas: \"${b}\"}}]}}\n").lines(),
              ElementsAre(HasSubstr("undefined variable \"b\"")));
}

TEST(ManifestProfiles, GiveAttributesAndMemberships) {
  const Loaded loaded =
      load("roles: {r: {}, azure_pg_admin: {external: true}}\ngrants: [{to: r, profile: azure-restore}, {to: r, profile: monitoring}]\n");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  const RoleRule& rule = loaded.charter->roles.at("r");
  EXPECT_TRUE(rule.attributes.createdb);
  ASSERT_EQ(rule.member_of.size(), 2U);
  EXPECT_EQ(rule.member_of[0].role, "azure_pg_admin");
  EXPECT_EQ(rule.member_of[1].role, "pg_monitor");
  EXPECT_THAT(load("roles: {r: {}}\ngrants: [{to: r, profile: azure-restore}]\n").lines(),
              ElementsAre(StartsWith("m.yaml:4:10: undeclared-role:")));
}

TEST(ManifestProfiles, ReportConflictsWithRoles) {
  EXPECT_THAT(load("roles: {r: {createdb: false}, azure_pg_admin: {external: true}}\ngrants: [{to: r, profile: azure-restore}]\n").lines(),
              ElementsAre("m.yaml:4:10: profile-conflict: the profile \"azure-restore\" and the role \"r\" disagree about \"createdb\" | "
                          "The other value is at m.yaml:3:13."));
  EXPECT_THAT(load("grants: [{to: public, profile: monitoring}]\n").lines(), ElementsAre(HasSubstr("which \"public\" can't take")));
}

TEST(ManifestProfiles, EveryBuiltInOneLoads) {
  const Loaded loaded = load(R"(roles: {r: {}, azure_pg_admin: {external: true}}
grants:
  - { to: r, profile: read-only, with: { schema: a } }
  - { to: r, profile: read-write, with: { schema: b } }
  - { to: r, profile: monitoring }
  - { to: r, profile: azure-backup, with: { database: d } }
  - { to: r, profile: azure-restore }
)");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  EXPECT_EQ(loaded.charter->databases[0].grants.size(), 8U);
}

TEST(ManifestScope, ReadsEveryKey) {
  const Loaded loaded = load(R"(scope:
  roles: ["app_*", weavix_reader]
  schemas: events
  public: true
  mode: additive
  families: [roles, grants]
  ignore: { tables: "events.tmp_*", roles: "old_*" }
)");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  const Scope& scope = loaded.charter->scope;
  EXPECT_TRUE(scope.roles_written && scope.schemas_written && scope.public_in_scope && scope.additive);
  EXPECT_TRUE(scope.roles[0].matches("app_x"));
  EXPECT_TRUE(scope.covers(Family::Grants));
  EXPECT_FALSE(scope.covers(Family::Memberships));
  EXPECT_EQ(scope.ignore.size(), 1U);
  EXPECT_TRUE(scope.ignore_roles[0].matches("old_x"));
  EXPECT_THAT(load("scope: {mode: additve, families: [rolls]}\n").lines(),
              ElementsAre(HasSubstr("Did you mean \"additive\"?"), HasSubstr("Did you mean \"roles\"?")));
}

}  // namespace
}  // namespace pgcharter::test
