// The text of an exported charter. Whatever a catalog may hold as a name must come back unchanged, so a scalar is plain only where YAML
// 1.1 and 1.2 both read it as that text; anything else stands in double quotes with JSON's escapes (YAML 1.2, 5.7). A literal ${ is written
// $${, because variables are replaced in every scalar (docs/manifest.md).

#include "export/yaml_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "pgcharter/diagnostics.h"

#include "base/strings.h"

namespace pgcharter {
namespace {

constexpr std::size_t kWidth = 120;
constexpr char kBreak = '\x01';  // a place where a line may end; scalars never hold it raw

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_plain(std::string_view text) {
  static constexpr std::array<std::string_view, 11> kWords{"null", "true", "false", "yes", "no", "on", "off", "y", "n", "inf", "nan"};
  if (text.empty() || !is_letter(text.front())) return false;
  if (!std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-'; })) return false;
  return std::ranges::find(kWords, to_lower(text)) == kWords.end();
}

/// Characters that are invisible, end a line, or turn the direction of writing.
bool must_escape(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF0 && c <= 0xFFFF) || c >= 0xE0000;
}

void append_escaped(std::string& out, std::string_view text, std::size_t at, std::size_t length) {
  const char c = text[at];
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (const char32_t code = utf8_decode(text, at, length); must_escape(code)) {
    out += code > 0xFFFF ? fmt::format("\\U{:08x}", static_cast<std::uint32_t>(code))
           : code > 0xFF ? fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code))
                         : fmt::format("\\x{:02x}", static_cast<std::uint32_t>(code));
  } else {
    out += text.substr(at, length);
  }
}

std::string quoted_part(std::string_view part, std::string_view special) {
  if (part.find_first_of(special) == std::string_view::npos && !part.starts_with('"')) return std::string(part);
  std::string text = "\"";
  for (const char c : part) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

}  // namespace

std::string yaml_scalar(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text, at));
    if (text.substr(at).starts_with("${")) out += '$';
    append_escaped(out, text, at, length);
    at += length;
  }
  return out + '"';
}

std::string flow_list(const std::vector<std::string>& items, bool always_brackets) {
  if (items.size() == 1 && !always_brackets) return items.front();
  return fmt::format("[{}]", join(items, std::string(",") + kBreak));
}

std::string flow_map(const std::vector<std::pair<std::string, std::string>>& members) {
  if (members.empty()) return "{}";
  std::vector<std::string> texts;
  texts.reserve(members.size());
  for (const auto& [key, value] : members) texts.push_back(fmt::format("{}: {}", key, value));
  return fmt::format("{{ {} }}", join(texts, std::string(",") + kBreak));
}

namespace {

/// A place where a line may end, and how deep it stands inside brackets.
struct Break {
  std::size_t at = 0;
  int depth = 0;
};

/// All of them, and the end of the text.
std::vector<Break> breaks_of(std::string_view text) {
  std::vector<Break> breaks;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == kBreak) {
      breaks.push_back({i, depth});
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  breaks.push_back({text.size(), -1});
  return breaks;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent) {
  const std::vector<Break> breaks = breaks_of(text);
  std::string out;
  std::size_t from = 0;
  for (std::size_t next = 0; next < breaks.size();) {
    const std::size_t start = out.empty() ? 0 : indent;
    std::size_t width = start;
    std::size_t best = next;
    // The outermost place that the line reaches, and of these the last: what belongs together stays together.
    for (std::size_t i = next, begin = from; i < breaks.size(); begin = breaks[i].at + 1, ++i) {
      width += utf8_count(text.substr(begin, breaks[i].at - begin)) + (i == next ? 0 : 1);
      if (width > kWidth) break;
      if (breaks[i].depth <= breaks[best].depth) best = i;
    }
    if (!out.empty()) out += '\n';
    out.append(start, ' ');
    std::string line(text.substr(from, breaks[best].at - from));
    std::ranges::replace(line, kBreak, ' ');
    out += line;
    from = breaks[best].at + 1;
    next = best + 1;
  }
  return out;
}

std::string yaml_comment(std::string_view text) {
  std::string out;
  std::string line = "#";
  for (const std::string& word : split(printable(text), ' ')) {
    if (utf8_count(line) + 1 + utf8_count(word) > kWidth && line.size() > 1) {
      out += line + "\n";
      line = "#  ";
    }
    line += ' ';
    line += word;
  }
  return out + line + "\n";
}

std::string manifest_part(std::string_view name) { return quoted_part(name, "*?"); }

std::string manifest_name(const ObjectName& object) {
  switch (info(object.kind).identity) {
    case IdentityShape::QualifiedName:
      return fmt::format("{}.{}", quoted_part(object.schema, ".*?"), quoted_part(object.name, ".*?"));
    case IdentityShape::Signature:
      return fmt::format("{}.{}({})", quoted_part(object.schema, ".*?("), quoted_part(object.name, ".*?("), object.args);
    case IdentityShape::Name:
    case IdentityShape::Oid:
      break;
  }
  return manifest_part(object.name);
}

}  // namespace pgcharter
