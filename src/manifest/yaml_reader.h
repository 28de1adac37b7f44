// Text to tree.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pgcharter/diagnostics.h"

#include "manifest/node.h"

namespace pgcharter {

inline constexpr std::size_t kMaximalManifestSize = std::size_t{16} << 20U;
inline constexpr std::size_t kMaximalDepth = 100;

/// Parses one file; `file` is its index, `name` stands in diagnostics. Nothing where it is no YAML.
std::optional<Node> parse_yaml(std::string_view text, int file, const std::string& name, Diagnostics& diagnostics);

}  // namespace pgcharter
