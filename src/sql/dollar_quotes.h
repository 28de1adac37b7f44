// Texts in dollar quotes, with tags that they do not hold (PostgreSQL, "Dollar-Quoted String Constants").
#pragma once

#include <string>
#include <string_view>

namespace pgcharter {

/// $name$, or with a number where the text holds that, or ends like it.
std::string free_tag(std::string_view text, std::string_view name);

/// $name$text$name$
std::string dollar_quoted(std::string_view text, std::string_view name);

}  // namespace pgcharter
