// The part of the connection's interface that every implementation shares.

#include "pgcharter/connection.h"

#include <charconv>

namespace pgcharter {

long Row::number(int column) const {
  const std::string_view digits = text(column);
  long value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem != std::errc{} || end != digits.data() + digits.size()) {
    throw Error("the server sent \"" + printable(digits) + "\" where a number was expected");
  }
  return value;
}

}  // namespace pgcharter
