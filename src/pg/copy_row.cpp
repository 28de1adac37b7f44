// Reading large answers as COPY: they arrive row by row while the server still works on the rest, and never stand in memory as a whole.
//
// In the text format a tab ends a field, \N is NULL, and a backslash begins an escape; the server writes \b \f \n \r \t \v and \\.

#include "pg/copy_row.h"

#include <algorithm>

namespace pgcharter {
namespace {

char unescaped(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return c;
  }
}

/// Takes the escapes out of line[begin, end) and returns the new end.
std::size_t unescape(std::string& line, std::size_t begin, std::size_t end) {
  std::size_t out = begin + std::min(std::string_view(line).substr(begin, end - begin).find('\\'), end - begin);
  if (out == end) return end;
  for (std::size_t in = out; in < end; ++in) {
    if (line[in] == '\\' && in + 1 < end) {
      line[out++] = unescaped(line[++in]);
    } else {
      line[out++] = line[in];
    }
  }
  return out;
}

}  // namespace

void CopyRow::take(std::string& line) {
  if (line.ends_with('\n')) line.pop_back();
  fields_.clear();
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    if (std::string_view(line).substr(begin, end - begin) == "\\N") {
      fields_.emplace_back();
    } else {
      fields_.emplace_back(std::string_view(line).substr(begin, unescape(line, begin, end) - begin));
    }
    if (end == line.size()) return;
    begin = end + 1;
  }
}

}  // namespace pgcharter
