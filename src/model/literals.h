// Parameters of a query as literals in its text, where the protocol takes none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pgcharter {

/// The query with its parameters as literals: `literals[0]` stands for $1. Comments are left out, so that a literal can never end up in
/// one.
std::string with_literals(std::string_view sql, const std::vector<std::string>& literals);

}  // namespace pgcharter
