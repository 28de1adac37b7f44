// YAML text from pieces: scalars that read back as they are, and flow collections that are broken into lines.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgcharter/state.h"

namespace pgcharter {

/// A scalar whose text the manifest reader gets back exactly: plain where nothing can be misread, else in double quotes.
std::string yaml_scalar(std::string_view text);

/// "a, b" in brackets; a single item stands alone. Items are finished YAML.
std::string flow_list(const std::vector<std::string>& items, bool always_brackets = false);

/// "{ key: value, … }"; values are finished YAML.
std::string flow_map(const std::vector<std::pair<std::string, std::string>>& members);

/// The text with its possible line ends (after commas of flow collections) decided: lines of at most 120 columns where that can be.
/// Further lines begin with `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent);

/// A comment of one or more lines, each at most 120 columns; names in it are shown escaped.
std::string yaml_comment(std::string_view text);

/// The name of an object as `objects:` wants it, before YAML's own quoting: parts with a dot, a wildcard, a parenthesis or a leading
/// double quote in double quotes.
std::string manifest_name(const ObjectName& object);
/// One name where no schema is expected.
std::string manifest_part(std::string_view name);

}  // namespace pgcharter
