// Entra principals: a call of Azure's functions, or a security label.
#pragma once

#include <string>

#include "sql/context.h"

namespace pgcharter {

std::string sql_of(const RenderContext& context, const CreatePrincipal& change);
std::string sql_of(const RenderContext& context, const BindPrincipal& change);
/// What makes a role of the same rights where the functions are not: for a rehearsal, which rolls it back.
std::string stand_in_for(const RenderContext& context, const CreatePrincipal& change);

}  // namespace pgcharter
