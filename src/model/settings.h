// Values of configuration parameters.
#pragma once

#include <string>

namespace pgcharter {

/// True where the two values of a parameter mean the same, however they are quoted.
bool same_setting(const std::string& name, const std::string& a, const std::string& b);

}  // namespace pgcharter
