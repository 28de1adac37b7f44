// CREATE, ALTER, COMMENT ON, DROP ROLE; settings; REASSIGN OWNED: one statement per change.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

/// The elements of a list-valued parameter, read as postgresql.conf's are: "events, ""Mixed Case""".
std::vector<std::string> split_setting(std::string_view parameter, std::string_view value);
/// True for the parameters whose elements the server quotes one by one (GUC_LIST_QUOTE).
bool is_quoted_list(std::string_view parameter);

}  // namespace pgcharter
