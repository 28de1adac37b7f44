// Saved plans: whatever byte is altered is found, and a fresh plan must be the saved one.

#include <sstream>

#include <gtest/gtest.h>

#include "pgcharter/report.h"

#include "support/planned_fixture.h"

namespace pgcharter {
namespace {

using testing::Fixture;

class CodecPlanFile : public ::testing::Test {
 protected:
  CodecPlanFile() {
    testing::add_sample_changes(fixture);
    planned = testing::to_planned(fixture);
    text = to_plan_file(*planned, {.set_passwords = true}, "2026-11-21T11:00:00Z");
  }
  Fixture fixture;
  std::unique_ptr<Planned> planned;
  std::string text;

  static int refusal_of(const std::function<void()>& f) {
    try {
      f();
    } catch (const Refusal& refusal) {
      return refusal.exit_code;
    } catch (const Error&) {
      return 1;
    }
    return 0;
  }
};

TEST_F(CodecPlanFile, KeepsWhatIsNeededToPlanAgain) {
  ASSERT_TRUE(is_plan_file(text));
  const SavedPlan saved = read_plan_file(text);
  ASSERT_EQ(saved.sources.documents.size(), 1U);
  EXPECT_EQ(saved.sources.documents[0].text, "charter: 1\n");
  EXPECT_EQ(saved.sources.vars, planned->charter->vars);
  EXPECT_TRUE(saved.resolve.set_passwords);
  EXPECT_EQ(saved.expires_at, "2026-11-21T11:00:00Z");
  EXPECT_EQ(saved.script.statements, planned->script.statements);
}

TEST_F(CodecPlanFile, HoldsTheDocumentAsPlanPrintsIt) {
  std::ostringstream out;
  write_json(out, *planned);
  EXPECT_EQ(read_plan_file(text).document, out.str());
}

TEST_F(CodecPlanFile, FindsEveryAlteredByte) {
  // From behind the version on, which has an answer of its own.
  for (std::size_t i = text.find("tool_version"); i < text.size(); i += 7) {
    std::string altered = text;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_EQ(refusal_of([&] { read_plan_file(altered); }), 3) << i;
  }
  EXPECT_EQ(refusal_of([&] { read_plan_file(text + " "); }), 3);
  EXPECT_EQ(refusal_of([&] { read_plan_file(text.substr(0, text.size() - 1)); }), 3);
}

TEST_F(CodecPlanFile, RefusesAnotherMajorVersion) {
  std::string later = text;
  later.replace(later.find("\"1.0\""), 5, "\"2.0\"");
  EXPECT_EQ(refusal_of([&] { read_plan_file(later); }), 1);
}

TEST_F(CodecPlanFile, IsNotADocumentWithoutAChecksum) {
  std::ostringstream out;
  write_json(out, *planned);
  EXPECT_EQ(refusal_of([&] { read_plan_file(out.str()); }), 1);
}

TEST_F(CodecPlanFile, IsNotAManifest) {
  EXPECT_FALSE(is_plan_file("charter: 1\n"));
  EXPECT_FALSE(is_plan_file("{charter: 1, name: format_version}"));
}

TEST_F(CodecPlanFile, AcceptsTheSamePlan) { EXPECT_NO_THROW(check_saved_plan(read_plan_file(text), *planned)); }

TEST_F(CodecPlanFile, RefusesWhatDiffers) {
  const SavedPlan saved = read_plan_file(text);
  const auto refusal = [&](const std::function<void(Planned&)>& change) {
    const auto fresh = testing::to_planned(fixture);
    change(*fresh);
    return refusal_of([&] { check_saved_plan(saved, *fresh); });
  };
  EXPECT_EQ(refusal([](Planned& p) { p.fingerprint = "beef"; }), 3);
  EXPECT_EQ(refusal([](Planned& p) { p.actual.server.system_identifier = "8"; }), 3);
  EXPECT_EQ(refusal([](Planned& p) { p.actual.server.now = "2026-11-21T11:00:00Z"; }), 3);
  EXPECT_EQ(refusal([](Planned& p) { p.script.statements.pop_back(); }), 3);
}

TEST_F(CodecPlanFile, RefusesAnotherServerWithoutAPlan) {
  const SavedPlan saved = read_plan_file(text);
  ServerInfo server = planned->actual.server;
  EXPECT_NO_THROW(check_saved_target(saved, server));
  server.database = "other";
  EXPECT_EQ(refusal_of([&] { check_saved_target(saved, server); }), 3);
}

TEST_F(CodecPlanFile, NamesTheStatementsThatDiffer) {
  const SavedPlan saved = read_plan_file(text);
  const auto fresh = testing::to_planned(fixture);
  fresh->script.statements.front().sql = "CREATE ROLE \"somebody\\nelse\"";
  try {
    check_saved_plan(saved, *fresh);
    FAIL() << "accepted";
  } catch (const Refusal& refusal) {
    EXPECT_NE(refusal.detail.find("no longer needed: CREATE ROLE \"deployer\""), std::string::npos) << refusal.detail;
    EXPECT_NE(refusal.detail.find("needed now: CREATE ROLE \"somebody"), std::string::npos) << refusal.detail;
  }
}

}  // namespace
}  // namespace pgcharter
