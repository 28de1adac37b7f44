// Findings about the user's input, collected and written in the form that compilers use, so that editors and CI
// systems can jump to them.
//
// Everything that is written goes through printable(): manifests, names in catalogs and messages of servers are
// foreign text, and a terminal executes what looks like an escape sequence. Marks of direction and characters without
// width are shown too, because they make one name look like another (Unicode TR 36, "Trojan Source").
#include "pgcharter/diagnostics.h"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "base/strings.h"

namespace pgcharter {

namespace {

constexpr std::size_t kShownLine = 160;  // of a longer source line only the surroundings of the column are shown

bool is_hidden(char32_t code) {
  return (code >= 0x80U && code <= 0x9FU) || code == 0xADU || code == 0x61CU || code == 0x180EU || (code >= 0x200BU && code <= 0x200FU) ||
         (code >= 0x2028U && code <= 0x202EU) || (code >= 0x2060U && code <= 0x206FU) || code == 0xFEFFU ||
         (code >= 0xFFF9U && code <= 0xFFFBU) || (code >= 0xE0000U && code <= 0xE007FU);
}

std::string shown_character(std::string_view text, std::size_t at, std::size_t length) {
  if (length == 0) return fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
  const char32_t code = utf8_decode(text, at, length);
  if (code == U'\n') return "\\n";
  if (code == U'\r') return "\\r";
  if (code == U'\t') return "\\t";
  if (code < 0x20U || code == 0x7FU) return fmt::format("\\x{:02x}", static_cast<unsigned>(code));
  if (is_hidden(code) && code > 0xFFFFU) return fmt::format("\\U{:08x}", static_cast<unsigned>(code));
  if (is_hidden(code)) return fmt::format("\\u{:04x}", static_cast<unsigned>(code));
  return std::string(text.substr(at, length));
}

std::string_view word(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Note:
      return "note";
  }
  return "error";
}

// The line and a caret below the column. Positions are in bytes; what is shown may be wider (escapes) or narrower
// (UTF-8), so the caret stands after what the prefix looks like.
void write_source_line(std::ostream& out, std::string_view line, int column) {
  std::size_t at = column > 0 ? std::min(static_cast<std::size_t>(column - 1), line.size()) : 0;
  if (line.size() > kShownLine) {
    std::size_t begin = at > kShownLine / 2 ? at - kShownLine / 2 : 0;
    while (begin < at && (static_cast<unsigned char>(line[begin]) & 0xC0U) == 0x80U) ++begin;
    std::size_t end = std::min(begin + kShownLine, line.size());
    while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) ++end;
    line = line.substr(begin, end - begin);
    at -= begin;
  }
  out << "    " << printable(line) << '\n';
  if (column > 0) out << "    " << std::string(utf8_count(printable(line.substr(0, at))), ' ') << "^\n";
}

}  // namespace

const std::string& SharedText::str() const {
  static const std::string kNone;
  return text_ ? *text_ : kNone;
}

std::string to_string(const SourcePos& pos) {
  if (pos.line == 0) return pos.file.str();
  if (pos.column == 0) return fmt::format("{}:{}", pos.file.str(), pos.line);
  return fmt::format("{}:{}:{}", pos.file.str(), pos.line, pos.column);
}

void Diagnostics::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::Error) ++errors_;
  if (diagnostic.source_line.empty() && diagnostic.pos.line > 0) {
    const auto source = std::ranges::find(sources_, diagnostic.pos.file.str(), &Source::file);
    if (source != sources_.end()) diagnostic.source_line = source->line(static_cast<std::size_t>(diagnostic.pos.line));
  }
  items_.push_back(std::move(diagnostic));
}

void Diagnostics::error(std::string code, SourcePos pos, std::string message, std::string hint) {
  add({Severity::Error, std::move(code), std::move(pos), std::move(message), std::move(hint), {}});
}

void Diagnostics::warning(std::string code, SourcePos pos, std::string message, std::string hint) {
  add({Severity::Warning, std::move(code), std::move(pos), std::move(message), std::move(hint), {}});
}

void Diagnostics::note(std::string code, SourcePos pos, std::string message, std::string hint) {
  add({Severity::Note, std::move(code), std::move(pos), std::move(message), std::move(hint), {}});
}

void Diagnostics::add_source(const std::string& file, SharedText text) { sources_.push_back({file, std::move(text), {}}); }

std::string Diagnostics::Source::line(std::size_t number) {
  const std::string& whole = text.str();
  if (lines.empty()) {
    lines.push_back(0);
    for (std::size_t at = whole.find('\n'); at != std::string::npos; at = whole.find('\n', at + 1)) lines.push_back(at + 1);
  }
  if (number > lines.size()) return {};
  const std::size_t begin = lines[number - 1];
  std::string result = whole.substr(begin, whole.find('\n', begin) - begin);
  if (result.ends_with('\r')) result.pop_back();
  return result;
}

void write_diagnostic(std::ostream& out, const Diagnostic& diagnostic) {
  const std::string where = to_string(diagnostic.pos);
  if (!where.empty()) out << printable(where) << ": ";
  out << word(diagnostic.severity) << ": " << printable(diagnostic.message) << '\n';
  if (!diagnostic.source_line.empty()) write_source_line(out, diagnostic.source_line, diagnostic.pos.column);
  if (!diagnostic.hint.empty()) out << "  hint: " << printable(diagnostic.hint) << '\n';
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    result += shown_character(text, at, length);
    at += std::max<std::size_t>(1, length);
  }
  return result;
}

}  // namespace pgcharter
