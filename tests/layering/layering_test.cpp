// The include graph of src/ and include/: which layer may see which, and the one home of each library. CMake's link lines
// say the same, but every third-party header stands in /usr/include, visible to every target; this test is what keeps
// the layers apart (docs/architecture.md). A new folder or library is a new row here.
#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "layering/source_files.h"

namespace {

using Names = std::set<std::string>;

/// Layer → the layers whose headers it may include, besides its own.
const std::map<std::string, Names> kLayers = {
    {"base", {}},
    {"model", {"base"}},
    {"manifest", {"base", "model"}},
    {"pg", {"base", "model"}},
    {"catalog", {"base", "model"}},
    {"desired", {"base", "model"}},
    {"diff", {"base", "model", "desired"}},
    {"plan", {"base", "model", "desired", "diff"}},
    {"sql", {"base", "model", "desired", "diff", "plan"}},
    {"inverse", {"base", "model", "desired", "diff", "plan", "sql"}},
    {"apply", {"base", "model", "desired", "diff", "plan", "sql"}},
    {"codec", {"base", "model", "desired", "diff", "plan", "sql", "inverse", "apply"}},
    {"report", {"base", "model", "desired", "diff", "plan", "sql", "apply", "codec"}},
    // The workers of a Citus cluster go through the stages from reading to applying.
    {"nodes", {"base", "model", "catalog", "desired", "diff", "plan", "sql", "apply", "codec"}},
    {"export", {"base", "model"}},
    {"sandbox", {"base"}},
    {"azure", {"base"}},
    // The command line is a client like any other: public headers, and the throw-away server of its sandbox verb.
    {"cli", {"sandbox"}},
    {"main.cpp", {"cli"}},
    // The narrative sees everything but the command line, and so does its other order.
    {"reconcile.cpp",
     {"base", "model", "manifest", "pg", "catalog", "desired", "diff", "plan", "sql", "apply", "codec", "report", "nodes", "sandbox",
      "planning.h", "reading_ahead.h", "serial_rows.h"}},
    {"reading_ahead.h", {"base", "model", "catalog", "desired", "diff", "plan", "sql", "apply", "codec"}},
    {"reading_ahead.cpp",
     {"base", "model", "catalog", "desired", "diff", "plan", "sql", "apply", "codec", "planning.h", "reading_ahead.h", "serial_rows.h"}},
    {"serial_rows.h", {"base", "model"}},
    {"serial_observer.h", {"base", "model", "desired", "diff", "plan", "sql", "apply"}},
    {"planning.h", {"base", "model", "desired", "diff", "plan", "sql", "apply", "codec"}},
    {"apply_planned.cpp",
     {"base", "model", "desired", "diff", "plan", "sql", "inverse", "apply", "codec", "nodes", "planning.h", "serial_observer.h",
      "apply_parts.h", "apply_afterwards.h"}},
    {"apply_afterwards.h", {"base", "model", "desired", "diff", "plan", "sql", "apply", "codec"}},
    {"apply_afterwards.cpp",
     {"base", "model", "desired", "diff", "plan", "sql", "apply", "codec", "planning.h", "apply_parts.h", "apply_afterwards.h"}},
    {"apply_parts.h", {"base", "model", "desired", "diff", "plan", "sql", "apply", "codec"}},
    {"apply_parts.cpp", {"base", "model", "desired", "diff", "plan", "sql", "apply", "codec", "planning.h", "apply_parts.h"}},
    {"rotate_password.cpp", {"base", "model", "sql", "apply", "azure"}},
    {"export_charter.cpp",
     {"base", "model", "manifest", "pg", "catalog", "desired", "diff", "plan", "sql", "apply", "codec", "report", "export"}},
};

/// Public header → the layer that it belongs to. A layer sees its own public headers and those of the layers it may include; they see
/// each other by the same rule.
const std::map<std::string, std::string> kHeaders = {
    {"diagnostics.h", "base"},
    {"privilege.h", "model"},
    {"object_kind.h", "model"},
    {"acl.h", "model"},
    {"state.h", "model"},
    {"structure.h", "model"},
    {"names.h", "model"},
    {"connection.h", "model"},
    {"charter.h", "model"},  // filled by manifest, read by desired and by everything
                             // after it
    {"catalog.h", "model"},  // ReadScope is what desired asks and catalog answers
    {"desired.h", "desired"},
    {"diff.h", "diff"},
    {"plan.h", "plan"},
    {"sql.h", "sql"},
    {"apply.h", "apply"},
    {"inverse.h", "inverse"},
    {"preflight.h", "apply"},
    {"inheritance.h", "model"},
    {"principal.h", "model"},
    {"platform.h", "model"},   // a table; manifest holds it against a charter
    {"reconcile.h", "codec"},  // Planned, the value that codec and report write
    {"export.h", "export"},
    {"apply_records.h", "codec"},
    {"credential.h", "azure"},
    {"rotate.h", "rotate_password.cpp"},
    {"report.h", "codec"},  // implemented by codec (documents) and report (texts)
};

/// Beginning of an include → the only layers that may name it.
const std::vector<std::pair<std::string, std::string>> kLibraries = {
    {"yaml.h", "manifest"}, {"pqxx/", "pg"},      {"libpq", "pg"},    {"postgres", "pg"},     {"nlohmann/", "codec"}, {"CLI/", "cli"},
    {"dtl/", "report"},     {"openssl/", "base"}, {"curl/", "azure"}, {"nlohmann/", "azure"}, {"openssl/", "azure"},
};

bool may_include(const std::string& layer, const std::string& other) {
  return layer == other || layer == "cli" || kLayers.at(layer).contains(other);
}

/// What is wrong with one include of a file of `layer`, or nothing.
bool allowed(const std::string& layer, bool is_public, bool quoted, const std::string& name) {
  if (name.starts_with("pgcharter/")) {
    const auto header = kHeaders.find(name.substr(name.find('/') + 1));
    return header != kHeaders.end() && may_include(layer, header->second);
  }
  bool has_home = false;
  for (const auto& [prefix, home] : kLibraries) {
    if (!name.starts_with(prefix)) continue;
    if (!is_public && layer == home) return true;
    has_home = true;
  }
  if (has_home) return false;
  if (quoted) {
    const std::string folder = name.substr(0, name.find('/'));
    const bool generated = name.ends_with(".inc") && (layer == "catalog" || layer == "manifest");
    const bool known = kLayers.contains(folder) && (layer == folder || kLayers.at(layer).contains(folder));
    return !is_public && (generated || known);
  }
  static const std::regex standard("[a-z_]+");
  static const std::regex posix("([a-z]+/)?[a-z_]+\\.h");
  if (std::regex_match(name, standard)) return true;
  return !is_public && (name.starts_with("fmt/") || std::regex_match(name, posix));
}

/// Checks a file by its path under src/ or include/.
std::vector<std::string> check(const std::string& path, const std::string& text) {
  const std::string first = path.substr(0, path.find('/'));
  const std::string name = path.substr(path.find('/') + 1);
  const bool is_public = first == "pgcharter";
  if (is_public && !kHeaders.contains(name)) return {path + ": this header is not in the table of public headers"};
  if (!is_public && !kLayers.contains(first)) return {path + ": " + first + " is not in the table of layers"};
  const std::string layer = is_public ? kHeaders.at(name) : first;

  static const std::regex include(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  std::vector<std::string> findings;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (!std::regex_search(line, match, include)) continue;
    const bool quoted = match[1] == "\"";
    if (allowed(layer, is_public, quoted, match[2])) continue;
    const std::string spelled = quoted ? "\"" + match[2].str() + "\"" : "<" + match[2].str() + ">";
    findings.push_back(path + ":" + std::to_string(number) + ": " + (is_public ? path : layer) + " may not include " + spelled);
  }
  return findings;
}

TEST(Layering, HoldsInEveryFile) {
  const auto files = source_files();
  EXPECT_GT(files.size(), 20U);
  for (const auto& [path, text] : files) {
    for (const std::string& finding : check(path, text)) ADD_FAILURE() << finding;
  }
}

struct Case {
  std::string path, text, finding;
};

class LayeringRule : public testing::TestWithParam<Case> {};

TEST_P(LayeringRule, IsEnforced) {
  const auto findings = check(GetParam().path, GetParam().text);
  if (GetParam().finding.empty()) {
    EXPECT_EQ(findings, std::vector<std::string>{});
  } else {
    EXPECT_EQ(findings, std::vector<std::string>{GetParam().finding});
  }
}

INSTANTIATE_TEST_SUITE_P(
    Examples, LayeringRule,
    testing::Values(
        Case{"diff/diff.cpp", "// what\n\n#include <pqxx/pqxx>\n", "diff/diff.cpp:3: diff may not include <pqxx/pqxx>"},
        Case{"diff/diff.cpp", "#include \"plan/order.h\"", "diff/diff.cpp:1: diff may not include \"plan/order.h\""},
        Case{"diff/diff.cpp", "#include \"pgcharter/plan.h\"", "diff/diff.cpp:1: diff may not include \"pgcharter/plan.h\""},
        Case{"diff/diff.cpp", "#include \"pgcharter/desired.h\"\n#include \"base/hash.h\"\n#include <vector>", ""},
        Case{"catalog/read.cpp", "#include \"pg/connection.h\"", "catalog/read.cpp:1: catalog may not include \"pg/connection.h\""},
        Case{"catalog/read.cpp", "#include \"queries.inc\"", ""},
        Case{"apply/lock.cpp", "# include  <libpq-fe.h>", "apply/lock.cpp:1: apply may not include <libpq-fe.h>"},
        Case{"apply/lock.cpp", "#include \"pgcharter/reconcile.h\"", "apply/lock.cpp:1: apply may not include \"pgcharter/reconcile.h\""},
        Case{"base/hash.cpp", "#include <openssl/evp.h>\n#include <sys/stat.h>\n#include <fmt/format.h>", ""},
        Case{"base/hash.cpp", "#include <boost/any.hpp>", "base/hash.cpp:1: base may not include <boost/any.hpp>"},
        Case{"cli/plan.cpp", "#include \"diff/grants.h\"", "cli/plan.cpp:1: cli may not include \"diff/grants.h\""},
        Case{"cli/plan.cpp", "#include \"pgcharter/reconcile.h\"\n#include <CLI/CLI.hpp>", ""},
        Case{"reconcile.cpp", "#include \"pgcharter/reconcile.h\"\n#include \"pg/connection.h\"", ""},
        Case{"pgcharter/plan.h", "#include <fmt/format.h>", "pgcharter/plan.h:1: pgcharter/plan.h may not include <fmt/format.h>"},
        Case{"pgcharter/state.h", "#include \"pgcharter/diff.h\"",
             "pgcharter/state.h:1: pgcharter/state.h may not include \"pgcharter/diff.h\""},
        Case{"helpers/misc.cpp", "", "helpers/misc.cpp: helpers is not in the table of layers"},
        Case{"pgcharter/misc.h", "", "pgcharter/misc.h: this header is not in the table of public headers"}));

}  // namespace
