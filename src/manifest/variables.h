// The values that ${…} stands for in one run.
#pragma once

#include "manifest/reader.h"

namespace pgcharter {

/// Defaults of `vars`, overridden by the environment, overridden by --var. A default may use other variables.
Variables resolve_variables(Reader& reader, const Node& vars, const CharterSources& sources);

/// Reports a --var that no manifest declares or uses: a slip of the pen would otherwise leave the default in force.
void check_overrides(Reader& reader, const Node& vars, const CharterSources& sources);

}  // namespace pgcharter
