// As record_out() writes it (src/backend/utils/adt/rowtypes.c): a field is quoted where it is empty or holds a quote, a backslash, a
// parenthesis, a comma or a blank, and inside the quotes both quotes and backslashes are doubled; NULL is nothing at all. What record_in()
// reads besides is read too: a backslash makes the next character plain.

#include "catalog/record_text.h"

namespace pgcharter {
namespace {

[[noreturn]] void refuse() { throw Error("the server sent a row that can't be understood"); }

}  // namespace

bool RecordText::next() {
  if (at_ >= text_.size()) return false;
  if (at_ > 0 && text_[at_++] != '\n') refuse();
  if (look() != '(') refuse();
  fields_.clear();
  do {
    ++at_;
    fields_.push_back(field());
  } while (look() == ',');
  if (look() != ')') refuse();
  ++at_;
  return true;
}

std::optional<std::string> RecordText::field() {
  if (look() == ',' || look() == ')') return std::nullopt;
  std::string value;
  while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ')') {
    const char c = text_[at_++];
    if (c == '"') {
      quoted(value);
    } else if (c == '\\' && at_ < text_.size()) {
      value += text_[at_++];
    } else {
      value += c;
    }
  }
  return value;
}

/// Behind the opening quote.
void RecordText::quoted(std::string& value) {
  for (;;) {
    if (at_ >= text_.size()) refuse();
    char c = text_[at_++];
    if (c == '"') {
      if (look() != '"') return;
      ++at_;
    } else if (c == '\\') {
      if (at_ >= text_.size()) refuse();
      c = text_[at_++];
    }
    value += c;
  }
}

}  // namespace pgcharter
