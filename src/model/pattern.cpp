// Names and patterns of manifests, and what they match.
//
// As in psql's \d, a dot separates schema and name, * and ? are wildcards, and double quotes take that meaning away.
// Unlike psql nothing is folded. A quote has its meaning only in a part that begins with one, so that a name that
// merely holds a quote can be written as it is in the catalog.
//
// A wildcard never reaches into system schemas and the internals of extensions (is_system_schema()): "*" means the
// user's schemas. Only a name that is literal as a whole does.
#include "model/pattern.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace pgcharter {

namespace {

class NameParser {
 public:
  NameParser(std::string_view text, std::string_view literal, NameShape shape) : text_(text), literal_(literal), shape_(shape) {}

  NameParts parse() {
    result_.parts.reserve(2);
    begin_part();
    while (result_.error.empty() && at_ < text_.size()) {
      if (read_special()) continue;
      const std::size_t begin = at_++;
      while (at_ < text_.size() && !may_be_special(text_[at_])) ++at_;
      part_.text += text_.substr(begin, at_ - begin);
    }
    if (result_.error.empty() && in_quotes_) result_.error = "a double quote is not closed";
    if (result_.error.empty()) end_part();
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool is(char c, std::size_t at) const {
    return at < text_.size() && text_[at] == c && (literal_.empty() || literal_[at] == ' ');
  }

  static bool may_be_special(char c) { return c == '"' || c == '*' || c == '?' || c == '.' || c == '('; }

  // Consumes what means more than itself; false where the next byte is ordinary.
  bool read_special() {
    if (in_quotes_) {
      if (!is('"', at_)) return false;
      if (is('"', at_ + 1)) return append('"', ' '), at_ += 2, true;
      return in_quotes_ = false, ++at_, true;
    }
    if (quoted_part_ && is('"', at_)) return in_quotes_ = true, ++at_, true;
    if (is('*', at_) || is('?', at_)) return append(text_[at_], text_[at_]), ++at_, true;
    if (shape_ != NameShape::Plain && is('.', at_)) {
      end_part();
      ++at_;
      begin_part();
      return true;
    }
    if (shape_ == NameShape::Signature && is('(', at_)) return read_arguments(), true;
    return false;
  }

  void read_arguments() {
    const std::string_view rest = trim(text_.substr(at_));
    at_ = text_.size();
    if (!rest.ends_with(')')) {
      result_.error = "the argument list is not closed";
      return;
    }
    result_.args = std::string(trim(rest.substr(1, rest.size() - 2)));
  }

  // `wild` grows only where there is a wildcard, and to its full length at the end.
  void append(char c, char wild) {
    if (wild != ' ') {
      part_.wild.resize(part_.text.size(), ' ');
      part_.wild += wild;
    }
    part_.text += c;
  }

  void begin_part() {
    part_ = {};
    quoted_part_ = is('"', at_);
  }

  void end_part() {
    if (part_.text.empty() && result_.error.empty()) result_.error = "a part of the name is empty";
    if (!part_.wild.empty()) part_.wild.resize(part_.text.size(), ' ');
    result_.parts.push_back(std::move(part_));
  }

  std::string_view text_;
  std::string_view literal_;
  NameShape shape_;
  std::size_t at_ = 0;
  bool quoted_part_ = false;
  bool in_quotes_ = false;
  NamePattern part_;
  NameParts result_;
};

}  // namespace

NameParts parse_name_parts(std::string_view text, std::string_view literal, NameShape shape) {
  return NameParser(text, literal, shape).parse();
}

NamePattern parse_name_pattern(std::string_view text) {
  NameParts name = parse_name_parts(text, {}, NameShape::Plain);
  if (!name.error.empty()) return {std::string(text), {}};
  return std::move(name.parts.front());
}

bool NamePattern::matches(std::string_view name) const {
  if (literal()) return text == name;
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string::npos;  // the last '*', and where in the name it was tried last
  std::size_t star_n = 0;
  while (n < name.size()) {
    if (p < text.size() && wild[p] == '*') {
      star = p++;
      star_n = n;
    } else if (p < text.size() && wild[p] == '?') {
      ++p;
      n += std::max<std::size_t>(1, utf8_length(name, n));
    } else if (p < text.size() && wild[p] == ' ' && text[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string::npos) {
      p = star + 1;
      n = ++star_n;
    } else {
      return false;
    }
  }
  while (p < text.size() && wild[p] == '*') ++p;
  return p == text.size();
}

bool ObjectPattern::matches(const ObjectName& object) const {
  if (object.kind != kind) return false;
  if (!name.matches(object.name)) return false;
  // The catalog quotes what is a keyword, a manifest need not: both are compared in one form.
  if (args && *args != object.args && *args != normalised_types(object.args)) return false;
  if (schema && !schema->matches(object.schema)) return false;
  const bool whole_literal = name.literal() && (!schema || schema->literal());
  if (whole_literal) return true;
  return !is_system_schema(kind == ObjectKind::Schema ? object.name : object.schema);
}

namespace {

/// A part as parse_name_parts() reads it back.
std::string written(const NamePattern& part, std::string_view special) {
  const std::string& text = part.text;
  bool quote = text.starts_with('"');
  for (std::size_t i = 0; i < text.size(); ++i) {
    quote = quote || (special.find(text[i]) != std::string_view::npos && (part.literal() || part.wild[i] == ' '));
  }
  if (!quote) return text;
  std::string result = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool wild = !part.literal() && part.wild[i] != ' ';
    if (wild) result += '"';
    if (text[i] == '"') result += '"';
    result += text[i];
    if (wild) result += '"';
  }
  return result + '"';
}

}  // namespace

std::string ObjectPattern::text() const {
  const bool signature = info(kind).identity == IdentityShape::Signature;
  if (schema && schema->any() && name.any()) return "*";
  std::string result;
  if (schema) result = written(*schema, ".*?") + '.';
  result += written(name, !schema ? "*?" : signature ? ".*?(" : ".*?");
  if (signature && args) return result + '(' + *args + ')';
  return signature && name.literal() ? result + "(*)" : result;
}

}  // namespace pgcharter
