// Arrays in their text form, read element by element without copying what needs no unescaping.
#pragma once

#include <string>
#include <string_view>

namespace pgcharter {

class ArrayText {
 public:
  /// `text` is what array_out() printed for a one-dimensional array; it must outlive this object. Empty text has no elements.
  explicit ArrayText(std::string_view text);

  /// The next element, unescaped, into `element` (valid until the next call); false after the last. Throws Error for what is no array.
  bool next(std::string_view& element);

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::string unescaped_;

  std::string_view quoted();
};

}  // namespace pgcharter
