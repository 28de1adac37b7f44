// Where to connect, as libpq's key = value string.
#pragma once

#include <optional>
#include <string>

#include "pgcharter/connection.h"

namespace pgcharter {

/// The escaped conninfo string for `options`. What nobody says is left out, so that libpq looks for it in its own places.
/// Throws Error without repeating anything of a malformed string.
std::string to_conninfo(const ConnectOptions& options, const std::optional<std::string>& database);

}  // namespace pgcharter
