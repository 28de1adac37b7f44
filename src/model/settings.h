// Values of configuration parameters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pgcharter {

/// True for the parameters whose elements the server quotes one by one (GUC_LIST_QUOTE).
bool is_quoted_list(std::string_view parameter);
/// The elements of a list-valued parameter, read as postgresql.conf's are: "events, ""Mixed Case""".
std::vector<std::string> split_setting(std::string_view parameter, std::string_view value);

/// True where the two values of a parameter mean the same, however they are quoted.
bool same_setting(const std::string& name, const std::string& a, const std::string& b);

}  // namespace pgcharter
