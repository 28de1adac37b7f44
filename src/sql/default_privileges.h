// ALTER DEFAULT PRIVILEGES.
#pragma once

#include <vector>

#include "sql/context.h"

namespace pgcharter {

/// Creators, schemas and grantees that need the same privileges share a statement.
void render_default_privileges(const RenderContext& context, const std::vector<std::size_t>& steps, std::vector<Statement>& out);

}  // namespace pgcharter
