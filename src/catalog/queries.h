// The queries of queries/*.sql, compiled in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pgcharter/connection.h"

namespace pgcharter {

/// By file name without ".sql". That it exists is ours to know: a missing one is a bug.
Query find_query(std::string_view name);

/// True where the text of the query names that catalog of pg_catalog.
bool mentions_catalog(const Query& query, std::string_view catalog);

/// {"a","b \"c\""}: an array as a parameter.
std::string array_parameter(const std::vector<std::string>& elements);

}  // namespace pgcharter
