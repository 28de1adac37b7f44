// Golden cases: tests/golden/<concern>/<case>/ holds manifest.yaml (and other *.yaml) and actual.json (a state); the whole
// pipeline without a server must give plan.txt, plan.sql and plan.json, or errors.txt. A file that is not there stands for
// an empty one.
//
// PGCHARTER_TEST_ACCEPT=1 writes what came out and skips: accepting is not passing. The diff of the files is the review.

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <gtest/gtest.h>

#include "pgcharter/report.h"

#include "codec/state_json.h"

namespace pgcharter {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRoot = PGCHARTER_SOURCE_DIR "/tests/golden";

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> cases() {
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kRoot)) {
    if (entry.path().filename() == "manifest.yaml") found.push_back(fs::relative(entry.path().parent_path(), kRoot).string());
  }
  std::ranges::sort(found);
  return found;
}

/// What a release changes, or what says nothing about the case.
std::string masked(std::string text, const std::string& what, const std::string& mask) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + mask.size()))
    text.replace(at, what.size(), mask);
  return text;
}

struct Results {
  std::string text, sql, json, errors;
};

CharterSources sources_of(const fs::path& folder) {
  CharterSources sources;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    sources.documents.push_back({.path = entry.path().filename().string(), .sha256 = {}, .text = read(entry.path())});
  }
  std::ranges::sort(sources.documents, {}, &CharterFile::path);
  return sources;
}

Results results_of(const fs::path& folder) {
  Results results;
  Diagnostics diagnostics;
  std::unique_ptr<Planned> planned;
  if (const auto charter = load_charter(sources_of(folder), diagnostics)) {
    planned = plan_state(std::make_shared<const Charter>(*charter), read_state(read(folder / "actual.json")), {}, diagnostics);
  }
  std::ostringstream errors;
  for (const Diagnostic& diagnostic : diagnostics.all()) write_diagnostic(errors, diagnostic);
  results.errors = errors.str();
  if (!planned) return results;
  std::ostringstream text;
  write_text(text, *planned, {.full = true});
  results.text = text.str();
  results.sql = to_psql(planned->script, planned->actual, planned->charter->name);
  std::ostringstream json;
  write_json(json, *planned);
  results.json = masked(json.str(), planned->fingerprint, "(fingerprint)");
  results.json = masked(results.json, "\"tool_version\": \"" + std::string(kToolVersion) + '"', "\"tool_version\": \"(version)\"");
  return results;
}

class Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Golden, IsAsAccepted) {
  const fs::path folder = fs::path(kRoot) / GetParam();
  const Results results = results_of(folder);
  const std::pair<const char*, const std::string&> files[] = {
      {"plan.txt", results.text}, {"plan.sql", results.sql}, {"plan.json", results.json}, {"errors.txt", results.errors}};
  const bool accept = std::getenv("PGCHARTER_TEST_ACCEPT") != nullptr;
  for (const auto& [name, content] : files) {
    if (!accept) {
      EXPECT_EQ(content, read(folder / name)) << name << "; accept with PGCHARTER_TEST_ACCEPT=1";
    } else if (content.empty()) {
      fs::remove(folder / name);
    } else {
      std::ofstream(folder / name, std::ios::binary) << content;
    }
  }
  if (accept) GTEST_SKIP() << "accepted";
}

std::string test_name(const ::testing::TestParamInfo<std::string>& parameter) {
  std::string name = parameter.param;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, ::testing::ValuesIn(cases()), test_name);

}  // namespace
}  // namespace pgcharter
