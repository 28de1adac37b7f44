// Small text helpers that every stage needs: joining, ASCII case, UTF-8, and "did you mean".
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pgcharter {

/// The parts with `separator` between them.
template <typename Range>
std::string join(const Range& parts, std::string_view separator) {
  std::string text;
  for (auto it = std::begin(parts); it != std::end(parts); ++it) {
    if (it != std::begin(parts)) text += separator;
    text += *it;
  }
  return text;
}

/// ASCII only: names in catalogs are bytes, a locale has no say in them.
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);

/// Without blanks, tabs and line ends at both ends.
std::string_view trim(std::string_view text);

/// Pieces between separators; "" gives one empty piece.
std::vector<std::string> split(std::string_view text, char separator);

/// Number of insertions, deletions, substitutions and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that a mistyped word most likely means (case is ignored), the first one of equally near ones;
/// nothing where none is near.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> candidates);
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// Length in bytes of the well-formed UTF-8 character at `text[at]`; 0 where there is none (RFC 3629: no overlong
/// forms, no surrogates).
std::size_t utf8_length(std::string_view text, std::size_t at);
/// The code point of that character; `length` comes from utf8_length().
char32_t utf8_decode(std::string_view text, std::size_t at, std::size_t length);
/// True where all of `text` is well-formed.
bool is_utf8(std::string_view text);
/// Number of characters; a byte that is no part of one counts as one.
std::size_t utf8_count(std::string_view text);

}  // namespace pgcharter
