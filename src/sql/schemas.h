// Schemas and extensions.
#pragma once

#include <string>
#include <vector>

#include "sql/context.h"

namespace pgcharter {

std::string sql_of(const RenderContext& context, const CreateSchema& change);
std::string sql_of(const DropSchema& change);
/// Without a schema of its own it goes to public, as for psql: a transaction of ours has no search_path.
std::vector<std::string> sql_of(const CreateExtension& change);
/// SET SCHEMA, UPDATE, or both.
std::vector<std::string> sql_of(const AlterExtension& change);
std::string sql_of(const DropExtension& change);

}  // namespace pgcharter
