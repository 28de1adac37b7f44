// GRANT and REVOKE of roles.
#pragma once

#include <vector>

#include "sql/context.h"

namespace pgcharter {

/// `steps` are GrantMembership and RevokeMembership steps of one run; members of one group with the same options share a statement.
void render_memberships(const RenderContext& context, const std::vector<std::size_t>& steps, std::vector<Statement>& out);

}  // namespace pgcharter
