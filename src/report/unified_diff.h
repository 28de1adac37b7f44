// How one text becomes another, line by line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pgcharter {

/// The lines of a unified diff ("@@ …", " same", "-gone", "+new"), escaped for a terminal; empty where the texts are equal.
std::vector<std::string> unified_diff(std::string_view before, std::string_view after);

}  // namespace pgcharter
