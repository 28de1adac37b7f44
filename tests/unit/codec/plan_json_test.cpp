// The document of DESIGN 7: its members, its expansion to single differences, and the way back.

#include "codec/plan_json.h"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "codec/json_text.h"
#include "support/planned_fixture.h"

namespace pgcharter {
namespace {

using testing::Fixture;

Json document_of(const Planned& planned) {
  std::ostringstream out;
  write_json(out, planned);
  return Json::parse(out.str());
}

class CodecPlanJson : public ::testing::Test {
 protected:
  CodecPlanJson() {
    testing::add_sample_changes(fixture);
    planned = testing::to_planned(fixture);
    document = document_of(*planned);
  }
  Fixture fixture;
  std::unique_ptr<Planned> planned;
  Json document;

  [[nodiscard]] std::vector<Json> changes(const std::string& kind) const {
    std::vector<Json> found;
    for (const Json& change : document.at("changes")) {
      if (change.at("kind") == kind) found.push_back(change);
    }
    return found;
  }
};

TEST_F(CodecPlanJson, HasTheMembersOfTheContractInTheirOrder) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : document.items()) keys.push_back(key);
  const std::vector<std::string> expected{"format_version", "tool_version", "generated_at", "target",     "charter",
                                          "fingerprint",    "summary",      "changes",      "statements", "effective_access",
                                          "expectations",   "diagnostics",  "coverage",     "extras"};
  EXPECT_EQ(keys, expected);
  EXPECT_EQ(document.at("target").at("port"), 5432);
  EXPECT_EQ(document.at("charter").at("files"), Json::parse(R"([{"path": "weavix.yaml", "sha256": "abc"}])"));
}

TEST_F(CodecPlanJson, CountsInTheSummaryWhatTheChangesList) {
  std::map<std::string, int> counts;
  for (const Json& change : document.at("changes")) ++counts[change.at("action").get<std::string>()];
  for (const char* action : {"create", "alter", "drop", "grant", "revoke"})
    EXPECT_EQ(document.at("summary").at(action), counts[action]) << action;
  EXPECT_EQ(document.at("summary").at("statements"), document.at("statements").size());
}

TEST_F(CodecPlanJson, NumbersTheChanges) {
  int number = 0;
  for (const Json& change : document.at("changes")) EXPECT_EQ(change.at("id"), "c" + std::to_string(++number));
}

TEST_F(CodecPlanJson, ExpandsAGrantToOneDifferencePerObjectAndPrivilege) {
  const std::vector<Json> tables = changes("table");
  ASSERT_EQ(tables.size(), 6U * 2U + 1U);
  const auto it =
      std::ranges::find_if(tables, [](const Json& c) { return c.at("object").at("schema") == "other" && c.at("privilege") == "SELECT"; });
  ASSERT_NE(it, tables.end());
  Json change = *it;
  change.erase("id");
  change.erase("statements");
  EXPECT_EQ(change, Json::parse(R"({"action":"grant","kind":"table",
    "object":{"database":"app","schema":"other","name":"Odd \"name\"","args":null,"column":null},"grantee":"reader","privilege":"SELECT",
    "grantable":false,"grantor":null,"creator":null,"objects":null,"before":null,"after":{"grantable":false},"reason":"declared",
    "source":{"file":"weavix.yaml","line":42,"column":5},"hazards":[]})"));
}

TEST_F(CodecPlanJson, NamesTheStatementsOfAChange) {
  for (const Json& change : document.at("changes")) {
    ASSERT_FALSE(change.at("statements").empty()) << change;
    for (const Json& id : change.at("statements")) {
      EXPECT_TRUE(std::ranges::any_of(document.at("statements"), [&](const Json& s) { return s.at("id") == id; })) << change;
    }
  }
}

TEST_F(CodecPlanJson, DescribesAMembershipByGroupAndMember) {
  const std::vector<Json> edges = changes("membership");
  ASSERT_EQ(edges.size(), 1U);
  EXPECT_EQ(edges[0].at("object").at("name"), "reader");
  EXPECT_EQ(edges[0].at("grantee"), "deployer");
  EXPECT_TRUE(edges[0].at("object").at("database").is_null());
  EXPECT_TRUE(edges[0].at("privilege").is_null());
}

TEST_F(CodecPlanJson, DescribesADefaultPrivilegeByCreatorAndObjects) {
  const std::vector<Json> defaults = changes("default_privilege");
  ASSERT_EQ(defaults.size(), 1U);
  EXPECT_EQ(defaults[0].at("creator"), "owner");
  EXPECT_EQ(defaults[0].at("objects"), "table");
  EXPECT_EQ(defaults[0].at("object").at("schema"), "events");
  EXPECT_TRUE(defaults[0].at("object").at("name").is_null());
}

TEST_F(CodecPlanJson, MakesEachAttributeThatDiffersADifferenceOfItsOwn) {
  const std::vector<Json> roles = changes("role");
  const auto altered = [&](const char* attribute) {
    const auto found =
        std::ranges::find_if(roles, [&](const Json& c) { return c.at("action") == "alter" && c.at("before").contains(attribute); });
    return found == roles.end() ? Json() : *found;
  };
  EXPECT_EQ(altered("login").at("before"), Json::parse(R"({"login": true})"));
  EXPECT_EQ(altered("login").at("after"), Json::parse(R"({"login": false})"));
  EXPECT_EQ(altered("createrole").at("after"), Json::parse(R"({"createrole": true})"));
  EXPECT_EQ(altered("login").at("statements"), altered("createrole").at("statements"));
  EXPECT_EQ(altered("login").at("hazards"), Json::parse(R"(["login-loss", "privilege-escalation"])"));
}

TEST_F(CodecPlanJson, KeepsTheTypesOfASignature) {
  const std::vector<Json> functions = changes("function");
  ASSERT_EQ(functions.size(), 1U);
  EXPECT_EQ(functions[0].at("object").at("args"), "integer, text");
  EXPECT_EQ(functions[0].at("after"), Json::parse(R"({"owner": "owner"})"));
}

TEST_F(CodecPlanJson, ReadsBackWhatItWrote) {
  const PlanDocument read = read_document(document.dump());
  EXPECT_EQ(read.charter_name, "weavix");
  EXPECT_EQ(read.fingerprint, "f00d");
  EXPECT_EQ(read.target.port, "5432");
  EXPECT_EQ(read.target.version_num, 150018);
  EXPECT_EQ(read.script.statements, planned->script.statements);
  EXPECT_EQ(read.summary, planned->plan.summary);
  std::vector<ChangeRecord> records;
  for_each_record(*planned, [&](const ChangeRecord& record) { records.push_back(record); });
  ASSERT_EQ(read.changes.size(), records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_TRUE(read.changes[i].same_header(records[i])) << i;
    EXPECT_EQ(read.changes[i].privileges, records[i].privileges);
    EXPECT_EQ(read.changes[i].objects, records[i].objects);
  }
}

TEST_F(CodecPlanJson, ReadsItsOwnLayoutAsItReadsAnyOther) {
  std::ostringstream out;
  write_json(out, *planned);
  const PlanDocument by_lines = read_document(out.str());
  const PlanDocument as_tree = read_document(document.dump());
  ASSERT_EQ(by_lines.changes.size(), as_tree.changes.size());
  for (std::size_t i = 0; i < by_lines.changes.size(); ++i) {
    EXPECT_TRUE(by_lines.changes[i].same_header(as_tree.changes[i])) << i;
    EXPECT_EQ(by_lines.changes[i].objects, as_tree.changes[i].objects) << i;
    EXPECT_EQ(by_lines.changes[i].privileges, as_tree.changes[i].privileges) << i;
  }
  const PlanDocument without = read_document(out.str(), ReadChanges::No);
  EXPECT_TRUE(without.changes.empty());
  EXPECT_EQ(without.summary, as_tree.summary);
  EXPECT_EQ(without.script.statements, as_tree.script.statements);
}

TEST_F(CodecPlanJson, RefusesAnotherMajorVersionAndTakesAnotherMinorOne) {
  document["format_version"] = "1.7";
  document["news"] = 1;
  EXPECT_NO_THROW(read_document(document.dump()));
  document["format_version"] = "2.0";
  EXPECT_THROW(read_document(document.dump()), Error);
  EXPECT_THROW(read_document("{}"), Error);
  EXPECT_THROW(read_document("nonsense"), Error);
}

TEST(CodecJsonText, EscapesWhatJsonCannotHold) {
  EXPECT_EQ(json_string("plain"), "\"plain\"");
  EXPECT_EQ(json_string("a\"b\\c\n\x01"), R"("a\"b\\c\n\u0001")");
  EXPECT_EQ(json_string("\xff"), "\"\xef\xbf\xbd\"");
}

TEST(CodecPlanJsonGrants, TellsWhatWasHeldBefore) {
  Fixture f;
  f.role("reader");
  const int db = f.database("app");
  const PrivilegeSet select = PrivilegeSet::of(Privilege::Select);
  const std::uint32_t table = f.object(db, {ObjectKind::Table, "s", "t", {}}, "postgres", {f.entry("reader", "postgres", select)});
  ChangePrivileges change = f.grant(Fixture::list({table}), "reader", select);
  change.grant_option = true;
  f.add(db, change);
  const Json document = document_of(*testing::to_planned(f));
  EXPECT_EQ(document.at("changes")[0].at("before"), Json::parse(R"({"grantable": false})"));
  EXPECT_EQ(document.at("changes")[0].at("after"), Json::parse(R"({"grantable": true})"));
}

}  // namespace
}  // namespace pgcharter
