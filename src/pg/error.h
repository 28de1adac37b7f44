// What libpq tells as text, taken apart again.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "pgcharter/diagnostics.h"

namespace pgcharter {

/// An error or a notice in libpq's verbose form. All fields may be empty.
struct ServerMessage {
  std::string sqlstate;
  std::string message;
  std::string detail;
  std::string hint;
};

ServerMessage parse_server_message(std::string_view text);

/// The Error for what libpqxx threw while `statement` ran.
Error to_error(const std::exception& failure, std::string_view statement);

/// The same where the connection is gone.
Error to_lost_error(const std::exception& failure, std::string_view statement);

/// The Error for a connection that could not be opened.
Error to_connect_error(const std::exception& failure);

}  // namespace pgcharter
