// Types as columns and results of functions have them: with length and precision.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pgcharter {

/// What format_type(oid, typmod) prints for a type as SQL writes it: "character varying(20)" for "varchar(20)". Nothing where the text is
/// more or less than the name of a type.
std::optional<std::string> column_type(std::string_view written);

/// What pg_get_function_result() prints: "SETOF integer", "TABLE(id bigint, at timestamp with time zone)". Nothing as above.
std::optional<std::string> result_type(std::string_view written);

/// True for a list of types with commas, perhaps empty; no names, no modes.
bool is_type_list(std::string_view written);

/// True for serial and its kin, which are no types but a shorthand of CREATE TABLE.
bool is_serial(std::string_view written);

}  // namespace pgcharter
