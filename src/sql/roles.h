// CREATE, ALTER, COMMENT ON, DROP ROLE; settings; REASSIGN OWNED: one statement per change.
#pragma once

#include <string>
#include <string_view>

#include "sql/context.h"

namespace pgcharter {

std::string sql_of(const RenderContext& context, const RenameRole& change);
/// `secret` names the variable of the password, where there is one.
std::string sql_of(const RenderContext& context, const CreateRole& change, std::string_view secret);
std::string sql_of(const RenderContext& context, const AlterRole& change);
std::string sql_of(const RenderContext& context, const SetPassword& change, std::string_view secret);
std::string sql_of(const RenderContext& context, const CommentRole& change);
std::string sql_of(const RenderContext& context, const ChangeSetting& change);
std::string sql_of(const RenderContext& context, const DropRole& change);
std::string sql_of(const RenderContext& context, const ReassignOwned& change);

}  // namespace pgcharter
