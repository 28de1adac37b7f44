// The list of endings is the list of things that went wrong in tools of this kind: characters that end a quoted
// identifier, a string, a dollar quote, a YAML scalar, an aclitem ("reader=r*/owner"), a format string, a pattern.
//
// Patterns are matched here by the plainest recursion there is, over UTF-8 characters. It is slow and obviously right.
#include "property/names.h"

namespace pgcharter::property {
namespace {

const std::vector<std::string>& hard_endings() {
  static const std::vector<std::string> endings = {"a\"b",
                                                   "d.ot",
                                                   "sp ace",
                                                   "per%cent%s",
                                                   "back\\slash",
                                                   "new\nline",
                                                   "$$dollar$$",
                                                   "st*ar",
                                                   "qu?est",
                                                   "'; SELECT 1; --",
                                                   "UPPER",
                                                   "a${b}c",
                                                   "\xC3\xBCn\xC3\xAF",
                                                   "par(en)s",
                                                   "com,ma",
                                                   "co: lon",
                                                   " #hash",
                                                   "ta\tb",
                                                   "{brace}",
                                                   "[list]",
                                                   "a=r*/b",
                                                   "\"\"",
                                                   "it's",
                                                   "-dash-",
                                                   "&anchor",
                                                   "!tag",
                                                   "|pipe",
                                                   "@at",
                                                   "\\",
                                                   "*",
                                                   "end.",
                                                   "\"; --",
                                                   "\xE2\x82\xAC",
                                                   "a\"\"b.c\"",
                                                   "%",
                                                   "{0}",
                                                   ":'x'",
                                                   "`tick`",
                                                   "$1",
                                                   "/* c */"};
  return endings;
}

std::size_t character_length(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
  return std::min(length, text.size() - at);
}

/// Fills up to exactly 63 bytes with two-byte characters: the longest name that PostgreSQL keeps.
std::string filled(std::string name) {
  while (name.size() + 2 <= 63) name += "\xC3\xA9";
  if (name.size() < 63) name += 'z';
  return name;
}

bool is_word(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!word) return false;
  }
  return true;
}

bool has_control(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) return true;
  }
  return false;
}

bool matches_from(const std::vector<Glob::Piece>& flat, std::size_t piece, std::string_view text) {
  if (piece == flat.size()) return text.empty();
  const auto& p = flat[piece];
  if (p.wildcard == '*') {
    for (std::size_t at = 0;; at += character_length(text, at)) {
      if (matches_from(flat, piece + 1, text.substr(at))) return true;
      if (at >= text.size()) return false;
    }
  }
  if (p.wildcard == '?') return !text.empty() && matches_from(flat, piece + 1, text.substr(character_length(text, 0)));
  return text.starts_with(p.literal) && matches_from(flat, piece + 1, text.substr(p.literal.size()));
}

}  // namespace

std::string hard_name(Rng& rng, const std::string& stem, unsigned percent_hard) {
  if (!rng.chance(percent_hard)) return stem;
  if (rng.chance(6)) return filled(stem);
  return stem + rng.pick(hard_endings());
}

std::string sql_name(std::string_view name) {
  std::string result = "\"";
  for (const char c : name) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

std::string sql_text(std::string_view text) {
  std::string result = text.find('\\') == std::string_view::npos ? "'" : "E'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += c;
    result += c;
  }
  return result + '\'';
}

std::string yaml_scalar(Rng& rng, std::string_view raw_text, bool raw) {
  std::string text;
  for (std::size_t i = 0; i < raw_text.size(); ++i) {
    if (!raw && raw_text[i] == '$' && i + 1 < raw_text.size() && raw_text[i + 1] == '{') text += '$';
    text += raw_text[i];
  }
  if (is_word(text) && rng.chance(70)) return text;
  if (!has_control(text) && rng.chance(40)) {
    std::string result = "'";
    for (const char c : text) {
      if (c == '\'') result += '\'';
      result += c;
    }
    return result + '\'';
  }
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else {
      result += c;
    }
  }
  return result + '"';
}

Glob literal_glob(const std::string& text) { return {{{text, 0}}}; }
Glob any_glob() { return {{{"", '*'}}}; }

Glob glob_around(Rng& rng, const std::string& name) {
  std::vector<std::string> characters;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t length = character_length(name, at);
    characters.push_back(name.substr(at, length));
    at += length;
  }
  const auto join = [&](std::size_t from, std::size_t to) {
    std::string text;
    for (std::size_t i = from; i < to; ++i) text += characters[i];
    return text;
  };
  const std::size_t n = characters.size();
  Glob glob;
  switch (rng.below(4)) {
    case 0: {  // prefix*
      glob.pieces.push_back({join(0, rng.between(1, n)), 0});
      glob.pieces.push_back({"", '*'});
      break;
    }
    case 1: {  // *suffix
      glob.pieces.push_back({"", '*'});
      glob.pieces.push_back({join(rng.below(n), n), 0});
      break;
    }
    case 2: {  // one character
      const std::size_t at = rng.below(n);
      if (at > 0) glob.pieces.push_back({join(0, at), 0});
      glob.pieces.push_back({"", '?'});
      if (at + 1 < n) glob.pieces.push_back({join(at + 1, n), 0});
      break;
    }
    default: {  // a*b
      const std::size_t at = rng.between(1, n);
      glob.pieces.push_back({join(0, at), 0});
      glob.pieces.push_back({"", '*'});
      if (at < n) glob.pieces.push_back({join(rng.between(at, n - 1), n), 0});
      break;
    }
  }
  return glob;
}

bool glob_matches(const Glob& glob, std::string_view text) { return matches_from(glob.pieces, 0, text); }

std::string glob_text(Rng& rng, const Glob& glob, bool qualified, bool signature) {
  const std::string_view special = signature ? ".*?()" : qualified ? ".*?" : "*?";
  // A quote means something only in a part that begins with one; elsewhere it is a character like any other.
  bool quoted = rng.chance(15);
  for (const auto& piece : glob.pieces) quoted = quoted || piece.literal.find_first_of(special) != std::string::npos;
  quoted = quoted || glob.pieces.front().literal.starts_with('"');
  std::string result;
  if (quoted && glob.pieces.front().wildcard != 0) result = "\"\"";
  for (const auto& piece : glob.pieces) {
    if (piece.wildcard != 0)
      result += piece.wildcard;
    else
      result += quoted ? sql_name(piece.literal) : piece.literal;
  }
  return result;
}

std::string item_text(Rng& rng, const Item& item) {
  const bool qualified = in_schema(item.kind);
  const bool signature = item.kind == Kind::Function;
  std::string text;
  if (qualified) text = glob_text(rng, item.schema, true, signature) + ".";
  text += item.spelled.empty() ? glob_text(rng, item.name, qualified, signature) : item.spelled;
  if (item.args) text += "(" + *item.args + ")";
  if (item.all_overloads) text += "(*)";
  return text;
}

}  // namespace pgcharter::property
