// Tables, functions, Citus and TimescaleDB as SQL.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/context.h"

namespace pgcharter {

/// How the one statement begins that no transaction can hold.
inline constexpr std::string_view kConcurrently = "SELECT pg_catalog.create_distributed_table_concurrently(";

std::vector<std::string> sql_of(const PlaceSchema& change);
std::vector<std::string> sql_of(const RenderContext& context, const CreateTable& change);
std::vector<std::string> sql_of(const PlaceTable& change);
std::vector<std::string> sql_of(const ChangeHypertable& change);
std::vector<std::string> sql_of(const RenderContext& context, const PutRoutine& change);
std::string sql_of(const RenderContext& context, const DropObject& change);
std::vector<std::string> sql_of(const ChangeCronJob& change);

}  // namespace pgcharter
