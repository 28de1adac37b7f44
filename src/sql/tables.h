// Tables, functions, Citus and TimescaleDB as SQL.
#pragma once

#include <string>
#include <vector>

#include "sql/context.h"

namespace pgcharter {

std::string sql_of(const PlaceSchema& change);
std::vector<std::string> sql_of(const RenderContext& context, const CreateTable& change);
std::vector<std::string> sql_of(const PlaceTable& change);
std::vector<std::string> sql_of(const ChangeHypertable& change);
std::vector<std::string> sql_of(const RenderContext& context, const PutRoutine& change);
std::string sql_of(const RenderContext& context, const DropObject& change);
std::vector<std::string> sql_of(const ChangeCronJob& change);

}  // namespace pgcharter
