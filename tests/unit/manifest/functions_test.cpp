// functions: signatures, bodies, and the functions that profiles bring.
#include <gmock/gmock.h>

#include "manifest_fixture.h"

namespace pgcharter::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const FunctionRule& find(const Loaded& loaded, const std::string& name, const std::string& args) {
  return loaded.charter->databases[0].functions.at({.kind = ObjectKind::Function, .schema = "s", .name = name, .args = args});
}

std::string finding(const std::string& key, const std::string& body) {
  return load("functions:\n  \"" + key + "\": { " + body + " }\n").text();
}

TEST(ManifestFunctions, ReadsADefinition) {
  const Loaded loaded = load(R"yaml(roles: { owner: {} }
functions:
  "s.drop(regclass, interval)":
    owner: owner
    returns: void
    language: plpgsql
    security: definer
    volatility: volatile
    settings: { search_path: "pg_catalog, pg_temp" }
    body: |
      BEGIN
        PERFORM $1;
      END;
  "s.many(int4, varchar(3)[])": { returns: setof int, language: sql, body: "SELECT 1" }
  "s.rows()": { returns: "table(Id int, at timestamptz)", language: sql, volatility: stable, body: "SELECT 1, now()" }
  "s.proc()": { language: sql, body: "SELECT 1" }
  "s.known(events.level)": { owner: owner, settings: { work_mem: null } }
  "s.gone(variadic text[])": { ensure: absent }
)yaml");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  const FunctionRule& drop = find(loaded, "drop", "regclass, interval");
  EXPECT_EQ(drop.owner, "owner");
  EXPECT_EQ(drop.returns, "void");
  EXPECT_EQ(drop.language, "plpgsql");
  EXPECT_EQ(drop.definer, true);
  EXPECT_EQ(drop.volatility, 'v');
  EXPECT_EQ(drop.settings.at("search_path").value, "pg_catalog, pg_temp");
  EXPECT_EQ(drop.body, "BEGIN\n  PERFORM $1;\nEND;\n");
  EXPECT_EQ(find(loaded, "many", "integer, character varying[]").returns, "SETOF integer");
  EXPECT_EQ(find(loaded, "rows", "").returns, "TABLE(id integer, at timestamp with time zone)");
  EXPECT_EQ(find(loaded, "rows", "").volatility, 's');
  EXPECT_FALSE(find(loaded, "proc", "").returns);
  EXPECT_TRUE(find(loaded, "known", "events.level").settings_written);
  EXPECT_EQ(find(loaded, "gone", "text[]").ensure, Ensure::Absent);
}

TEST(ManifestFunctions, RefusesWhatIsNoDefinition) {
  EXPECT_THAT(finding("s.f()", "returns: int, body: \"SELECT 1\""), HasSubstr("has a \"body\" and no \"language\""));
  EXPECT_THAT(finding("s.f()", "security: definer"), HasSubstr("\"security\" needs a \"body\""));
  EXPECT_THAT(finding("s.f()", "language: sql, volatility: stable, body: \"SELECT 1\""), HasSubstr("\"volatility\" needs \"returns\""));
  EXPECT_THAT(finding("s.f()", "ensure: absent, language: sql, body: \"SELECT 1\""), HasSubstr("no meaning for an absent function"));
  EXPECT_THAT(finding("s.f()", "returns: int; drop, language: sql, body: \"SELECT 1\""), HasSubstr("is no type of a result"));
  EXPECT_THAT(finding("s.f()", "returns: \"table(a int); x\", language: sql, body: \"SELECT 1\""), HasSubstr("is no type of a result"));
  EXPECT_THAT(finding("s.f()", "returns: int, language: c, body: sym"), HasSubstr("a function in c is no text"));
  EXPECT_THAT(finding("s.f()", "returns: int, language: sql, body: \" \""), HasSubstr("\"body\" is empty"));
  EXPECT_THAT(finding("s.f()", "security: owner, returns: int, language: sql, body: x"), HasSubstr("definer, invoker"));
  EXPECT_THAT(load("functions: { s.f: {} }\n").text(), HasSubstr("has no argument list"));
  EXPECT_THAT(load("functions: { \"s.f(*)\": {} }\n").text(), HasSubstr("is a pattern"));
  EXPECT_THAT(finding("s.f(a int)", ""), HasSubstr("are no list of types"));
  EXPECT_THAT(finding("s.f(int) returns int; --)", ""), HasSubstr("are no list of types"));
  EXPECT_THAT(finding("s.f(variadic text[])", "returns: int, language: sql, body: \"SELECT 1\""), HasSubstr("mode IN only"));
  EXPECT_THAT(load("functions:\n  s.f(int): {}\n  s.f(integer): {}\n").text(), HasSubstr("5:3: duplicate-key"));
  EXPECT_THAT(finding("pg_catalog.f()", ""), HasSubstr("belongs to the system"));
}

TEST(ManifestFunctions, AProfileBringsThem) {
  const std::string profile = R"yaml(roles: { a: {}, b: {} }
profiles:
  dropper:
    params: [schema, table]
    functions:
      "${schema}.drop_${table}(interval)":
        owner: a
        returns: void
        language: sql
        body: "SELECT drop_chunks('${table}', $1)"
    grants:
      - { privileges: [execute], objects: { functions: "${schema}.drop_${table}(interval)" } }
grants:
  - { to: b, profile: dropper, with: { schema: s, table: readings } }
  - { to: a, profile: dropper, with: { schema: s, table: readings } }
)yaml";
  const Loaded loaded = load(profile);
  ASSERT_TRUE(loaded.charter) << loaded.text();
  EXPECT_EQ(loaded.charter->databases[0].functions.size(), 1U);
  const FunctionRule& function = find(loaded, "drop_readings", "interval");
  EXPECT_EQ(function.profile, "dropper");
  EXPECT_EQ(function.body, "SELECT drop_chunks('readings', $1)");
  EXPECT_EQ(to_string(function.pos), "m.yaml:16:5");
  EXPECT_THAT(
      load(profile + "functions: { s.drop_readings(interval): { owner: b } }\n").lines(),
      ElementsAre(HasSubstr("16:5: profile-conflict: the profile \"dropper\" brings the function"), HasSubstr("17:5: profile-conflict")));
}

}  // namespace
}  // namespace pgcharter::test
