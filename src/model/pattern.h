// How names are written in manifests: parts, quotes, wildcards. Text that came from a variable is literal whatever it
// holds, so the reader passes along where that was.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pgcharter/charter.h"

namespace pgcharter {

/// What a name may consist of, beside wildcards and quotes.
enum class NameShape { Plain, Qualified, Signature };

struct NameParts {
  std::vector<NamePattern> parts;
  std::optional<std::string> args;  ///< what stood between the parentheses
  std::string error;                ///< empty: well-formed
};

/// Splits a written name. `literal` is empty, or as long as `text` and not blank where a byte is literal.
NameParts parse_name_parts(std::string_view text, std::string_view literal, NameShape shape);

}  // namespace pgcharter
