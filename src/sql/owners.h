// ALTER … OWNER TO: the grammar takes one object at a time.
#pragma once

#include <vector>

#include "sql/context.h"

namespace pgcharter {

void render_owner(const RenderContext& context, std::size_t step, std::vector<Statement>& out);

}  // namespace pgcharter
