// grants and default_privileges: patterns, privileges by kind, what `future` can promise, contradictions.
#include <gmock/gmock.h>

#include "manifest_fixture.h"

namespace pgcharter::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Loaded grant(const std::string& rest) { return load("roles: {r: {}, o: {}}\ngrants:\n  - { to: r, " + rest + " }\n"); }

TEST(ManifestGrants, ReadsObjectsOfEveryShape) {
  const Loaded loaded = grant(
      R"x(privileges: all, objects: { databases: d, schemas: "*", tables: [events.readings, '"a.b"."c*"', "ev?.*", "*"], functions: ["events.f(int, varchar(10)[])", "events.g(*)", "events.h()", "events.*"],)x"
      R"x( parameters: Log_Min.Duration, large_objects: [16423, "*"], types: public.level, languages: plpgsql, foreign_data_wrappers: f, foreign_servers: s, tablespaces: t, sequences: "*.id_*" })x");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  const GrantRule& rule = loaded.charter->databases[0].grants[0];
  EXPECT_TRUE(rule.all_privileges);
  ASSERT_EQ(rule.objects.size(), 19U);
  EXPECT_EQ(rule.objects[2].schema->text, "events");
  EXPECT_EQ(rule.objects[2].pos.line, 5);
  EXPECT_EQ(rule.objects[3].schema->text, "a.b");
  EXPECT_EQ(rule.objects[3].name.text, "c*");
  EXPECT_TRUE(rule.objects[3].literal());
  EXPECT_EQ(rule.objects[4].schema->wild, "  ?");
  EXPECT_TRUE(rule.objects[5].schema->any() && rule.objects[5].name.any());
  EXPECT_EQ(*rule.objects[6].args, "integer, character varying[]");
  EXPECT_EQ(rule.objects[7].args, nullptr);
  EXPECT_EQ(*rule.objects[8].args, "");
  EXPECT_TRUE(rule.objects[8].literal());
  EXPECT_EQ(rule.objects[10].name.text, "log_min.duration");
}

TEST(ManifestGrants, RefusesMalformedNames) {
  EXPECT_THAT(grant("privileges: select, objects: {tables: readings}").lines(),
              ElementsAre("m.yaml:5:52: bad-name: the table \"readings\" has no schema | Write schema.readings, or * for every schema."));
  EXPECT_THAT(grant("privileges: select, objects: {tables: a.b.c}").lines(), ElementsAre(HasSubstr("too many parts")));
  EXPECT_THAT(grant("privileges: select, objects: {tables: a.}").lines(), ElementsAre(HasSubstr("a part of the name is empty")));
  EXPECT_THAT(grant("privileges: select, objects: {tables: 'a.\"b'}").lines(), ElementsAre(HasSubstr("a double quote is not closed")));
  EXPECT_THAT(grant("privileges: execute, objects: {functions: a.f}").lines(),
              ElementsAre(HasSubstr("has no argument list | Write a.f(integer, text)")));
  EXPECT_THAT(grant("privileges: execute, objects: {functions: \"a.f(int\"}").lines(),
              ElementsAre(HasSubstr("the argument list is not closed")));
  EXPECT_THAT(grant("privileges: select, objects: {large_objects: x}").lines(), ElementsAre(HasSubstr("is no large_object")));
  EXPECT_THAT(grant("privileges: select, objects: {tables: []}").lines(), ElementsAre(HasSubstr("is an empty list")));
  EXPECT_THAT(grant("privileges: select, objects: {}").lines(), ElementsAre(HasSubstr("names nothing")));
  EXPECT_THAT(grant("privileges: select, objects: tables").lines(), ElementsAre(HasSubstr("must be a mapping from kinds to names")));
  EXPECT_THAT(grant("privileges: select, objects: {tables: s." + std::string(64, 'x') + "}").lines(),
              ElementsAre(HasSubstr("has 64 bytes")));
}

TEST(ManifestGrants, KnowsThePrivilegesOfEveryKind) {
  EXPECT_THAT(grant("privileges: [select, usage], objects: {sequences: a.s, tables: a.t}").lines(),
              ElementsAre(StartsWith("m.yaml:5:35: wrong-privilege: tables have no privilege \"usage\"")));
  EXPECT_THAT(grant("privileges: [delete], objects: {tables: a.t}, columns: [x]").lines(),
              ElementsAre(HasSubstr("columns of tables have no privilege \"delete\" | They have insert, select, update, references.")));
  EXPECT_THAT(grant("privileges: [usage], objects: {sequences: a.t}, columns: [x]").lines(),
              ElementsAre(HasSubstr("sequences have no columns")));
  EXPECT_THAT(grant("privileges: [\"ALTER SYSTEM\", set], objects: {parameters: work_mem}").lines(), IsEmpty());
  EXPECT_THAT(grant("privileges: [maintain], objects: {tables: a.t}").lines(), IsEmpty());
}

TEST(ManifestGrants, PromisesOnlyTheFutureThatDefaultPrivilegesKnow) {
  EXPECT_THAT(grant("privileges: select, objects: {tables: \"a.*\"}, future: true").lines(), IsEmpty());
  EXPECT_THAT(grant("privileges: usage, objects: {schemas: \"*\"}, future: true").lines(), IsEmpty());
  EXPECT_THAT(grant("privileges: select, objects: {tables: \"*\"}, future: true").lines(), IsEmpty());
  EXPECT_THAT(grant("privileges: select, objects: {tables: a.t}, future: true").lines(),
              ElementsAre(StartsWith("m.yaml:5:52: bad-future:")));
  EXPECT_THAT(grant("privileges: select, objects: {tables: \"a.t*\"}, future: true").lines(), ElementsAre(HasSubstr("bad-future")));
  EXPECT_THAT(grant("privileges: select, objects: {tables: \"t_*.*\"}, future: true").lines(), ElementsAre(HasSubstr("bad-future")));
  EXPECT_THAT(grant("privileges: usage, objects: {schemas: a}, future: true").lines(), ElementsAre(HasSubstr("bad-future")));
  EXPECT_THAT(grant("privileges: connect, objects: {databases: \"*\"}, future: true").lines(),
              ElementsAre(HasSubstr("databases have no default privileges")));
  EXPECT_THAT(grant("privileges: select, objects: {tables: \"a.*\"}, columns: [x], future: true").lines(),
              ElementsAre(HasSubstr("with \"columns\"")));
  EXPECT_THAT(grant("privileges: select, objects: {tables: \"a.*\"}, except: {tables: a.x}, future: true").lines(),
              ElementsAre(HasSubstr("with \"except\"")));
  EXPECT_THAT(grant("privileges: select, objects: {tables: \"a.*\"}, except: {tables: a.x}, future: true, except_future: ignore").lines(),
              IsEmpty());
  EXPECT_THAT(grant("privileges: select, objects: {tables: \"a.*\"}, except_future: ignore").lines(),
              ElementsAre(HasSubstr("needs \"future: true\"")));
}

TEST(ManifestGrants, ReportsContradictionsWithBothPlaces) {
  const Loaded loaded = load(R"(roles: {r: {}}
grants:
  - { to: r, privileges: [select, insert], objects: { tables: s.t } }
  - { to: r, privileges: all, objects: { tables: s.t }, ensure: absent }
  - { to: r, privileges: [delete], objects: { tables: s.u }, ensure: absent }
)");
  EXPECT_THAT(
      loaded.lines(),
      ElementsAre(
          "m.yaml:6:5: contradiction: insert on table \"s.t\" for \"r\" is both present and absent | The other entry is at m.yaml:5:5."));
  EXPECT_THAT(load("roles: {r: {}, o: {}}\ndefault_privileges:\n  - {by: o, to: r, privileges: select, objects: tables}\n  - {by: o, to: "
                   "r, privileges: select, objects: tables, ensure: absent}\n")
                  .lines(),
              ElementsAre(StartsWith("m.yaml:6:5: contradiction:")));
}

TEST(ManifestGrants, RefusesCombinationsWithoutMeaning) {
  EXPECT_THAT(load("grants: [{to: public, privileges: usage, objects: {schemas: s}, grantable: true}]\n").lines(),
              ElementsAre(HasSubstr("PUBLIC can't have grant options")));
  EXPECT_THAT(grant("privileges: usage, objects: {schemas: s}, ensure: absent, expires: 2027-01-01").lines(),
              ElementsAre(HasSubstr("has no meaning with \"ensure: absent\"")));
  EXPECT_THAT(grant("privileges: usage, objects: {schemas: s}, with: {a: b}").lines(),
              ElementsAre(HasSubstr("\"with\" needs \"profile\"")));
  EXPECT_THAT(grant("objects: {schemas: s}").lines(), ElementsAre("m.yaml:5:5: missing-key: a grant has no \"privileges\""));
  EXPECT_THAT(load("grants: [{privileges: usage}]\n").lines(), ElementsAre(HasSubstr("no \"to\""), HasSubstr("no \"objects\"")));
  EXPECT_THAT(load("grants: {to: r}\n").lines(), ElementsAre("m.yaml:3:9: wrong-type: \"grants\" must be a list, not a mapping"));
}

TEST(ManifestGrants, ReadsAnExpiry) {
  const Loaded loaded = grant("privileges: usage, objects: {schemas: s}, expires: 2026-12-31T10:00:00+01:00");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  EXPECT_EQ(loaded.charter->databases[0].grants[0].expires, "2026-12-31T09:00:00Z");
}

TEST(ManifestDefaultPrivileges, ReadsOneRulePerKind) {
  const Loaded loaded = load(
      "roles: {r: {}, o: {}}\ndefault_privileges:\n  - { by: o, in: [a, b], to: [r, public], privileges: select, objects: [tables, "
      "sequences] }\n");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  const auto& rules = loaded.charter->databases[0].default_privileges;
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[1].objects, ObjectKind::Sequence);
  EXPECT_THAT(rules[0].in, ElementsAre("a", "b"));
}

TEST(ManifestDefaultPrivileges, KnowsTheKinds) {
  const auto rule = [](const std::string& rest) {
    return load("roles: {r: {}, o: {}}\ndefault_privileges:\n  - { by: o, to: r, " + rest + " }\n").text();
  };
  EXPECT_THAT(rule("privileges: usage, objects: databases"),
              HasSubstr("must be one of schemas, tables, sequences, functions, types, large_objects"));
  EXPECT_THAT(rule("in: a, privileges: usage, objects: schemas"), HasSubstr("default privileges on schemas are global"));
  EXPECT_THAT(rule("privileges: usage, objects: tables"), HasSubstr("tables have no privilege \"usage\""));
  EXPECT_THAT(rule("privileges: usage"), HasSubstr("has no \"objects\""));
}

TEST(ManifestOwnership, ReadsPatterns) {
  const Loaded loaded = load("roles: {o: {}}\nownership:\n  - { owner: o, of: { tables: \"events.*\" }, except: { tables: events.x } }\n");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  EXPECT_EQ(loaded.charter->databases[0].ownership[0].owner, "o");
  EXPECT_THAT(load("roles: {o: {}}\nownership:\n  - { owner: o, of: { parameters: work_mem } }\n").lines(),
              ElementsAre(HasSubstr("parameters have no owner")));
}

}  // namespace
}  // namespace pgcharter::test
