// A unified diff by the library dtl. The texts come from manifests and catalogs: every line passes printable().

#include "report/unified_diff.h"

#include <sstream>

#include <dtl/dtl.hpp>

#include "pgcharter/diagnostics.h"

namespace pgcharter {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

}  // namespace

std::vector<std::string> unified_diff(std::string_view before, std::string_view after) {
  if (before == after) return {};
  const std::vector<std::string> old_lines = lines_of(before);
  const std::vector<std::string> new_lines = lines_of(after);
  dtl::Diff<std::string> difference(old_lines, new_lines);
  difference.compose();
  difference.composeUnifiedHunks();
  std::ostringstream text;
  difference.printUnifiedFormat(text);
  std::vector<std::string> result;
  for (const std::string& line : lines_of(text.str())) result.push_back(printable(line));
  if (result.empty()) result.emplace_back("(only the end of the last line differs)");
  return result;
}

}  // namespace pgcharter
