// Whole charters: the good one with every section, the bad one with ten mistakes, several files, limits.
#include <algorithm>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "manifest_fixture.h"

namespace pgcharter::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(ManifestLoad, ReadsTheSmallestCharter) {
  const Loaded loaded = load("");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  EXPECT_EQ(loaded.charter->name, "test");
  ASSERT_EQ(loaded.charter->databases.size(), 1U);
  EXPECT_EQ(loaded.charter->databases[0].name, "");
}

TEST(ManifestLoad, ReportsTenMistakesInOneRun) {
  const Loaded loaded = load(R"(roles:
  reader: { logn: true }
  writer: { login: yes }
  pg_mine: {}
  late: { valid_until: tomorrow }
schemas:
  events: { owner: redaer }
grants:
  - { to: reader, privileges: [selct], objects: { tables: "events.*" } }
  - { to: reader, privileges: [usage], objects: { tables: "events.*" } }
  - { to: reader, privileges: [select], objects: { tabels: "events.*" } }
  - { to: "${who}", privileges: [select], objects: { tables: "events.*" } }
policies: {}
)");
  EXPECT_FALSE(loaded.charter);
  EXPECT_THAT(loaded.lines(),
              ElementsAre("m.yaml:4:13: unknown-key: unknown key \"logn\" in a role | Did you mean \"login\"?",
                          "m.yaml:5:20: wrong-type: \"login\" must be true or false, not \"yes\"",
                          "m.yaml:6:3: reserved-name: the role \"pg_mine\" belongs to PostgreSQL | Predefined roles are not declared; or "
                          "declare it with { external: "
                          "true }.",
                          "m.yaml:7:24: bad-date: \"tomorrow\" is no date | Write 2027-01-01, 2027-01-01T18:00:00Z, or infinity.",
                          "m.yaml:9:20: undeclared-role: the owner \"redaer\" is not declared | Did you mean \"reader\"?",
                          "m.yaml:11:32: unknown-privilege: unknown privilege \"selct\" | Did you mean \"select\"?",
                          "m.yaml:12:32: wrong-privilege: tables have no privilege \"usage\" | They have insert, select, update, delete, "
                          "truncate, references, "
                          "trigger, maintain.",
                          "m.yaml:13:52: unknown-kind: unknown kind of object \"tabels\" | Did you mean \"tables\"?",
                          "m.yaml:14:11: undefined-variable: undefined variable \"who\" | Give it a default in \"vars\", or a value with "
                          "--var; a literal ${ is "
                          "written as $${.",
                          "m.yaml:15:1: not-supported: \"policies\" is not supported yet"));
  EXPECT_EQ(loaded.diagnostics.all()[0].source_line, "  reader: { logn: true }");
}

TEST(ManifestLoad, RefusesWhatThisVersionDoesNotTreat) {
  const Loaded loaded = load(R"(roles:
  app: {}
policies: {}
expect: []
)");
  std::vector<std::string> codes;
  for (const Diagnostic& d : loaded.diagnostics.all()) codes.push_back(d.code);
  EXPECT_THAT(codes, ElementsAre("not-supported", "not-supported")) << loaded.text();
}

TEST(ManifestLoad, TakesPasswordsFromKeyVaults) {
  const Loaded loaded = load("roles:\n  a: { password: { key_vault: \"https://v.vault.azure.net/secrets/s\" } }\n");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  EXPECT_EQ(loaded.charter->roles.at("a").password->kind, PasswordSource::Kind::KeyVault);
  EXPECT_EQ(loaded.charter->roles.at("a").password->locator, "https://v.vault.azure.net/secrets/s");
  for (const char* url : {"v/secrets/s", "https://v/keys/s", "https://v/secrets/", "https://u@v/secrets/s", "https://v/secrets/s?x=1"}) {
    EXPECT_THAT(load(std::string("roles:\n  a: { password: { key_vault: \"") + url + "\" } }\n").lines(),
                ElementsAre(::testing::HasSubstr("is no secret of a key vault")));
  }
}

TEST(ManifestLoad, WantsVersionAndName) {
  EXPECT_THAT(load_files({{"a.yaml", "roles: {}\n"}}).lines(),
              ElementsAre(StartsWith("a.yaml:1:1: missing-key: \"charter: 1\" is missing"),
                          StartsWith("a.yaml:1:1: missing-key: the charter has no \"name\"")));
  EXPECT_THAT(load_files({{"a.yaml", "charter: 2\nname: x\n"}}).lines(), ElementsAre(StartsWith("a.yaml:1:10: bad-version:")));
}

TEST(ManifestLoad, ReportsDuplicateKeys) {
  EXPECT_THAT(load("roles:\n  a: {}\n  a: {}\n").lines(),
              ElementsAre("m.yaml:5:3: duplicate-key: the key \"a\" is there twice | The first one is at m.yaml:4:3."));
  EXPECT_THAT(load("roles: {}\nroles: {}\n").lines(), ElementsAre(StartsWith("m.yaml:4:1: duplicate-key:")));
  EXPECT_THAT(load("vars: {a: 1, a: 2}\n").lines(), ElementsAre(StartsWith("m.yaml:3:14: duplicate-key:")));
}

/// So large that it is parsed on two threads; line N + 5 names table N.
std::string large_manifest(const std::string& last_lines) {
  std::string text = "grants:\n  - to: &who r\n    privileges: [select]\n    objects:\n      tables:\n";
  for (int i = 0; i < 30000; ++i) text += "        - s.t" + std::to_string(i) + "\n";
  return text + last_lines;
}

TEST(ManifestLoad, ReadsLargeManifestsInTheirOrder) {
  const Loaded loaded = load(large_manifest("  - { to: *who, privileges: [usage], objects: { schemas: s } }\nroles: { r: {} }\n"));
  ASSERT_TRUE(loaded.charter) << loaded.text();
  const std::vector<GrantRule>& grants = loaded.charter->databases[0].grants;
  ASSERT_EQ(grants.size(), 2U);
  ASSERT_EQ(grants[0].objects.size(), 30000U);
  for (int i = 0; i < 30000; ++i) {
    ASSERT_EQ(grants[0].objects[static_cast<std::size_t>(i)].text(), "s.t" + std::to_string(i));
    ASSERT_EQ(grants[0].objects[static_cast<std::size_t>(i)].pos, (SourcePos{"m.yaml", i + 8, 11}));
  }
  EXPECT_EQ(grants[1].to, std::vector<std::string>{"r"});
}

TEST(ManifestLoad, TellsTheFirstMistakeOfALargeManifestWhereverTheParserIs) {
  EXPECT_THAT(load(large_manifest("  - *nobody\n  - [\n")).lines(),
              ElementsAre(StartsWith("m.yaml:30008:5: yaml: the alias \"nobody\" refers to nothing above it")));
  EXPECT_THAT(load("x: *nobody\n" + large_manifest("  - [\n")).lines(), ElementsAre(StartsWith("m.yaml:3:4: yaml: the alias")));
  EXPECT_THAT(load(large_manifest("  - [\n")).lines(), ElementsAre(StartsWith("m.yaml:30009:1: yaml: not YAML:")));
  EXPECT_THAT(load(large_manifest("roles: {}\nroles: {}\n---\n")).lines(), ElementsAre(StartsWith("m.yaml:30010:1: yaml:")));
}

TEST(ManifestLoad, HandsOverItsFilesBeforeTheyAreUnderstood) {
  CharterSources sources;
  sources.documents.push_back({"a.yaml", "", "no: charter\n"});
  std::vector<std::string> texts;
  sources.files_read = [&](const std::vector<CharterFile>& files) {
    for (const CharterFile& file : files) texts.push_back(file.text.str());
  };
  Diagnostics diagnostics;
  EXPECT_FALSE(load_charter(sources, diagnostics));
  EXPECT_EQ(texts, std::vector<std::string>{"no: charter\n"});
}

TEST(ManifestLoad, MergesFilesByKey) {
  const Loaded loaded = load_files(
      {{"a.yaml", "charter: 1\nname: x\nroles: {r: {login: true}}\ngrants: [{to: r, privileges: [usage], objects: {schemas: a}}]\n"},
       {"b.yaml", "charter: 1\nroles: {r: {login: true}, s: {}}\ngrants: [{to: s, privileges: [usage], objects: {schemas: b}}]\n"}});
  ASSERT_TRUE(loaded.charter) << loaded.text();
  EXPECT_EQ(loaded.charter->roles.size(), 2U);
  EXPECT_EQ(loaded.charter->databases[0].grants.size(), 2U);
  EXPECT_EQ(loaded.charter->databases[0].grants[1].pos, (SourcePos{"b.yaml", 3, 10}));
}

TEST(ManifestLoad, ReportsEntriesThatDiffer) {
  const Loaded loaded =
      load_files({{"a.yaml", "charter: 1\nname: x\nroles: {r: {login: true}}\n"}, {"b.yaml", "roles:\n  r: {login: false}\n"}});
  EXPECT_THAT(
      loaded.lines(),
      ElementsAre(
          "b.yaml:2:3: declared-twice: \"r\" in \"roles\" is declared twice with different content | The other place is a.yaml:3:9."));
}

TEST(ManifestLoad, MergesDatabasesOfSeveralFiles) {
  const Loaded loaded = load_files({{"a.yaml", "charter: 1\nname: x\nroles: {r: {}}\ndatabases: {d: {owner: r, schemas: {a: {}}}}\n"},
                                    {"b.yaml", "databases: {d: {schemas: {b: {}}}, e: {}}\n"}});
  ASSERT_TRUE(loaded.charter) << loaded.text();
  ASSERT_EQ(loaded.charter->databases.size(), 2U);
  EXPECT_EQ(loaded.charter->databases[0].schemas.size(), 2U);
  EXPECT_EQ(loaded.charter->databases[0].owner, "r");
}

TEST(ManifestLoad, RefusesSectionsBesideDatabases) {
  EXPECT_THAT(load("databases: {d: {}}\nschemas: {s: {}}\n").lines(),
              ElementsAre(StartsWith("m.yaml:4:1: invalid-combination: \"schemas\" can't stand beside \"databases\"")));
}

TEST(ManifestLoad, ReportsBrokenYamlWithItsPlace) {
  EXPECT_THAT(load("roles: {a: }}\n").lines(), ElementsAre(StartsWith("m.yaml:3:")));
  EXPECT_THAT(load("roles: [a\n").text(), HasSubstr("yaml: not YAML"));
  EXPECT_THAT(load("a: \x01\n").lines(), ElementsAre(StartsWith("m.yaml:3:4: yaml: the control character \\x01 is not allowed")));
  EXPECT_THAT(load("roles: {}\n\x04grants: 5\n").lines(), ElementsAre(StartsWith("m.yaml:4:1: yaml: the control character \\x04")));
  EXPECT_THAT(load("a: \xff\n").lines(), ElementsAre(StartsWith("m.yaml:3:4: yaml: not UTF-8")));
  EXPECT_THAT(load("roles: {}\n---\nroles: {}\n").text(), HasSubstr("a manifest is one YAML document"));
  // To YAML 1.1 these end a line, and so a comment, where an editor shows one line.
  for (const char* separator : {"\u0085", "\u2028", "\u2029"}) {
    EXPECT_THAT(load(std::string("roles: {}  # harmless") + separator + "grants: []\n").lines(),
                ElementsAre(StartsWith("m.yaml:3:22: yaml: a Unicode line separator")));
  }
  EXPECT_THAT(load("roles: { a: *nobody }\n").text(), HasSubstr("the alias \"nobody\" refers to nothing above it"));
  EXPECT_THAT(load("roles: &r { a: *r }\n").text(), HasSubstr("an alias refers to what contains it"));
  EXPECT_THAT(load("roles: { \"ä\": {}, b: !!binary x }\n").lines(), ElementsAre(StartsWith("m.yaml:3:23: yaml: the YAML tag")));
  EXPECT_THAT(load("roles: !!python/object {}\n").text(), HasSubstr("has no meaning here"));
  EXPECT_THAT(load_files({{"a.yaml", "- 1\n"}}).lines(), ElementsAre("a.yaml:1:1: wrong-type: a manifest must be a mapping, not a list"));
}

TEST(ManifestLoad, BoundsAliasesAndDepth) {
  std::string bomb = "vars:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "  a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 1; j < 10; ++j) bomb += ", " + before;
    bomb += "]\n";
  }
  EXPECT_THAT(load(bomb).text(), HasSubstr("aliases make this manifest grow beyond measure"));
  EXPECT_THAT(load("roles: &r [*r]\n").text(), HasSubstr("refers to what contains it"));
  EXPECT_THAT(load("roles: " + std::string(120, '[') + std::string(120, ']') + "\n").text(), HasSubstr("nested more than 100 levels deep"));
  EXPECT_THAT(load("# " + std::string(17U << 20U, 'x') + "\n").text(), HasSubstr("larger than 16 MiB"));
}

TEST(ManifestLoad, FollowsAliases) {
  const Loaded loaded = load("roles:\n  a: &x { login: true }\n  b: *x\n");
  ASSERT_TRUE(loaded.charter) << loaded.text();
  EXPECT_TRUE(loaded.charter->roles.at("b").attributes.login);
}

TEST(ManifestLoad, TakesByteOrderMarkAndCarriageReturns) {
  const Loaded loaded = load_files({{"a.yaml",
                                     "\xEF\xBB\xBF"
                                     "charter: 1\r\nname: x\r\nroles:\r\n  a: {lgin: true}\r\n"}});
  EXPECT_THAT(loaded.lines(), ElementsAre(StartsWith("a.yaml:4:7: unknown-key:")));
  EXPECT_EQ(loaded.diagnostics.all()[0].source_line, "  a: {lgin: true}");
}

TEST(ManifestLoad, NeverShowsAPassword) {
  for (const std::string body :
       {"roles:\n  a: { password: hunter2 }\n", "roles:\n  a:\n    password:\n      hunter2\n",
        "roles:\n  a: { logn: true, password: hunter2, coment: x }\n", "roles:\n  a: { password: \"hunter2, x }\n"}) {
    const Loaded loaded = load(body);
    EXPECT_FALSE(loaded.charter);
    for (const Diagnostic& d : loaded.diagnostics.all()) {
      std::ostringstream out;
      write_diagnostic(out, d);
      EXPECT_THAT(out.str(), testing::Not(HasSubstr("hunter2"))) << body;
    }
  }
}

TEST(ManifestLoad, KeepsTheFilesThatWereRead) {
  const Loaded loaded = load("");
  ASSERT_TRUE(loaded.charter);
  ASSERT_EQ(loaded.charter->files.size(), 1U);
  EXPECT_EQ(loaded.charter->files[0].path, "m.yaml");
  EXPECT_EQ(loaded.charter->files[0].text, "charter: 1\nname: test\n");
}

TEST(ManifestLoad, ReadsStandardInput) {
  CharterSources sources;
  sources.paths = {"-"};
  sources.standard_input = "charter: 1\nname: x\n";
  Diagnostics diagnostics;
  const auto charter = load_charter(sources, diagnostics);
  ASSERT_TRUE(charter);
  EXPECT_EQ(charter->files[0].path, "-");
  EXPECT_EQ(charter->files[0].sha256, "43d80e5442c0cb904454c18e80faa3426828b61c353b19af5d85c5a26a66f675");
}

TEST(ManifestLoad, ThrowsForAFileThatIsNotThere) {
  CharterSources sources;
  sources.paths = {"/nonexistent/charter.yaml"};
  Diagnostics diagnostics;
  EXPECT_THROW((void)load_charter(sources, diagnostics), Error);
}

}  // namespace
}  // namespace pgcharter::test
