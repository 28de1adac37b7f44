// array_out()'s form (src/backend/utils/adt/arrayfuncs.c): {a,"b c","d\"e\\f"}, with [2:3]= before it where the bounds are unusual. An
// element is quoted where it holds a brace, comma, quote, backslash or blank, is empty, or looks like NULL. Names and ACL items are
// never NULL, so a bare NULL does not occur here.

#include "catalog/array_text.h"

#include <algorithm>

#include "pgcharter/diagnostics.h"

namespace pgcharter {
namespace {
[[noreturn]] void malformed() { throw Error("the server sent an array that can't be read"); }
}  // namespace

ArrayText::ArrayText(std::string_view text) : text_(text) {
  if (text_.starts_with('[')) text_.remove_prefix(std::min(text_.find('=') + 1, text_.size()));
  if (text_.empty()) return;
  if (text_.size() < 2 || text_.front() != '{' || text_.back() != '}') malformed();
  text_ = text_.substr(1, text_.size() - 2);
}

bool ArrayText::next(std::string_view& element) {
  if (at_ >= text_.size()) return false;
  if (text_[at_] == '"') {
    element = quoted();
  } else {
    const std::size_t end = std::min(text_.find(',', at_), text_.size());
    element = text_.substr(at_, end - at_);
    if (element.empty()) malformed();
    at_ = end;
  }
  if (at_ < text_.size() && (text_[at_++] != ',' || at_ == text_.size())) malformed();
  return true;
}

std::string_view ArrayText::quoted() {
  const std::size_t begin = ++at_;
  const std::size_t stop = text_.find_first_of("\"\\", begin);
  if (stop == std::string_view::npos) malformed();
  if (text_[stop] == '"') {
    at_ = stop + 1;
    return text_.substr(begin, stop - begin);
  }
  unescaped_.assign(text_.substr(begin, stop - begin));
  for (at_ = stop; at_ < text_.size(); ++at_) {
    char c = text_[at_];
    if (c == '"') {
      ++at_;
      return unescaped_;
    }
    if (c == '\\') {
      if (++at_ >= text_.size()) malformed();
      c = text_[at_];
    }
    unescaped_ += c;
  }
  malformed();
}

}  // namespace pgcharter
