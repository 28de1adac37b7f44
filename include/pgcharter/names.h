// Names as people read them, and as SQL takes them.
#pragma once

#include <string>
#include <string_view>

#include "pgcharter/state.h"

namespace pgcharter {

/// "a ""quoted"" name" where it must be, else the bare word: for reports. In SQL every identifier is quoted.
std::string display_name(std::string_view name);
/// schema.name(args) for people.
std::string display_name(const ObjectName& object);

/// Always quoted.
std::string quote_identifier(std::string_view name);
/// 'it''s', E'…' where a backslash is in it.
std::string quote_literal(std::string_view text);

}  // namespace pgcharter
