// docs/privileges.md is generated from the tables of the model; this test holds it against them.
// PGCHARTER_TEST_ACCEPT=1 rewrites the page, and skips.

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "pgcharter/object_kind.h"

namespace pgcharter {
namespace {

std::string words(PrivilegeSet privileges) {
  std::string text;
  for_each(privileges, [&](Privilege p) {
    const PrivilegeInfo& row = info(p);
    text +=
        fmt::format("{}`{}`{}", text.empty() ? "" : ", ", row.name, row.first_version > 14 ? fmt::format(" ({}+)", row.first_version) : "");
  });
  return text.empty() ? "none" : text;
}

std::string page() {
  std::string text =
      "# Privileges\n\n"
      "Generated from `src/model/object_kind.cpp` and `src/model/privilege.cpp`; do not edit. After a change of the tables run the unit "
      "tests\n"
      "with `PGCHARTER_TEST_ACCEPT=1`.\n\n"
      "| `objects:` key | privileges | PUBLIC's built-in default | on columns | default privileges |\n|---|---|---|---|---|\n";
  for (const ObjectKindInfo& kind : all_object_kinds()) {
    std::string defaults = "no";
    if (!kind.default_privileges_keyword.empty()) {
      defaults = fmt::format("`{}`, {}", kind.default_privileges_keyword, kind.default_in_schema ? "global and per schema" : "global only");
      if (kind.default_first_version > 14) defaults += fmt::format(" ({}+)", kind.default_first_version);
    }
    text += fmt::format("| `{}`{} | {} | {} | {} | {} |\n", kind.manifest_key,
                        kind.first_version > 14 ? fmt::format(" ({}+)", kind.first_version) : "", words(kind.all),
                        words(kind.public_default), words(kind.column), defaults);
  }
  text +=
      "\nA number with `+` is the first version of PostgreSQL that has it; without one, every supported version (14 to 18) does. An owner "
      "has all\n"
      "privileges of its objects without being granted any, and may always grant them.\n\n"
      "## The letters of psql's `\\dp`\n\n| letter | privilege | in manifests |\n|---|---|---|\n";
  for (const PrivilegeInfo& row : all_privileges()) text += fmt::format("| `{}` | {} | `{}` |\n", row.letter, row.keyword, row.name);
  return text;
}

TEST(PrivilegesPage, SaysWhatTheTablesSay) {
  const std::string path = std::string(PGCHARTER_SOURCE_DIR) + "/docs/privileges.md";
  if (std::getenv("PGCHARTER_TEST_ACCEPT") != nullptr) {
    std::ofstream(path) << page();
    GTEST_SKIP() << "accepted";
  }
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), page());
}

}  // namespace
}  // namespace pgcharter
