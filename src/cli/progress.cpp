// The progress line. It is redrawn with a carriage return and erased with the terminal's own sequence (ECMA-48 EL); a
// pipe gets none of that. --verbose writes each statement on a line of its own instead.

#include "cli/progress.h"

#include <ostream>

#include <fmt/format.h>

namespace pgcharter::cli {
namespace {
constexpr std::size_t kWidth = 70;

/// As much as fits; never the half of a character, for printable() may show whole ones.
std::string beginning(std::string_view sql) {
  const std::string text = printable(sql.substr(0, kWidth + 1));
  if (text.size() <= kWidth) return text;
  std::size_t end = kWidth;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

/// ", 104/s, 7 s left" once there is something to go by.
std::string pace(std::size_t done, std::size_t count, std::chrono::steady_clock::duration took) {
  constexpr double kEnoughToTell = 2;
  const double seconds = std::chrono::duration<double>(took).count();
  if (done == 0 || seconds < kEnoughToTell) return {};
  const double rate = static_cast<double>(done) / seconds;
  return fmt::format(", {:.0f}/s, {:.0f} s left", rate, static_cast<double>(count - done) / rate);
}
}  // namespace

void Progress::statement_begins(const Statement& statement, std::size_t index, std::size_t count) {
  if (options_.quiet) return;
  if (index == 0) began_ = std::chrono::steady_clock::now();
  if (options_.verbose) {
    terminal_.err << fmt::format("[{}/{}] {}\n", index + 1, count, printable(statement.sql)) << std::flush;
  } else if (terminal_.err_is_terminal) {
    const auto took = std::chrono::steady_clock::now() - began_;
    terminal_.err << "\r\x1b[K" << fmt::format("[{}/{}{}] {}", index + 1, count, pace(index, count, took), beginning(statement.sql))
                  << std::flush;
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
