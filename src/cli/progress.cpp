// The progress line. It is redrawn with a carriage return and erased with the terminal's own sequence (ECMA-48 EL); a
// pipe gets none of that. --verbose writes each statement on a line of its own instead.

#include "cli/progress.h"

#include <ostream>

#include <fmt/format.h>

namespace pgcharter::cli {
namespace {
constexpr std::size_t kWidth = 70;

/// A beginning that fits; never the half of a character, for printable() may show whole ones.
std::string shortened(std::string text) {
  if (text.size() <= kWidth) return text;
  std::size_t end = kWidth;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}
}  // namespace

void Progress::statement_begins(const Statement& statement, std::size_t index, std::size_t count) {
  if (options_.quiet) return;
  const std::string text = printable(statement.sql);
  if (options_.verbose) {
    terminal_.err << fmt::format("[{}/{}] {}\n", index + 1, count, text) << std::flush;
  } else if (terminal_.err_is_terminal) {
    terminal_.err << "\r\x1b[K" << fmt::format("[{}/{}] {}", index + 1, count, shortened(text)) << std::flush;
    line_shown_ = true;
  }
}

void Progress::message(const std::string& text) {
  clear();
  if (!options_.quiet) terminal_.err << printable(text) << '\n' << std::flush;
}

void Progress::committed(const std::string& what) {
  clear();
  committed_.push_back(printable(what));
  if (!options_.quiet) terminal_.err << "committed: " << committed_.back() << '\n' << std::flush;
}

std::string Progress::committed_so_far(bool one_is_unknown) const {
  if (committed_.empty()) return one_is_unknown ? "nothing else was committed" : "nothing was committed";
  return fmt::format("committed before that: {}", fmt::join(committed_, ", "));
}

void Progress::clear() {
  if (line_shown_) terminal_.err << "\r\x1b[K" << std::flush;
  line_shown_ = false;
}

}  // namespace pgcharter::cli
