// From libpqxx's exceptions to Error.
//
// libpqxx keeps the SQLSTATE of an error, but its detail and hint only inside the text, and of a notice it keeps nothing but the text.
// So the connection asks for verbose texts, and this file takes them apart again. Their form is pqBuildErrorMessage3() of
// src/interfaces/libpq/fe-protocol3.c: "ERROR:  42501: text", then lines that begin with a label. "LINE n:" repeats the statement, which
// may hold a secret; it is dropped. The labels are not translated, because this program sets no locale. When the server ends the session,
// libpq adds its own "server closed the connection unexpectedly": the server's text stands first and is the one that is kept.

#include "pg/error.h"

#include <algorithm>
#include <array>

#include <pqxx/except>

#include "base/strings.h"

namespace pgcharter {
namespace {

constexpr std::array<std::string_view, 11> kOtherLabels = {
    "LINE ",       "QUERY:  ",  "CONTEXT:  ", "SCHEMA NAME:  ", "TABLE NAME:  ", "COLUMN NAME:  ", "DATATYPE NAME:  ", "CONSTRAINT NAME:  ",
    "LOCATION:  ", "DETAIL:  ", "HINT:  "};

bool is_sqlstate(std::string_view text) {
  return text.size() == 5 && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

/// Takes "ERROR:  42501: " off, whatever the language of its first word.
std::string_view take_header(std::string_view line, ServerMessage& message) {
  const std::size_t colon = line.find(":  ");
  if (colon == std::string_view::npos) return line;
  const std::string_view rest = line.substr(colon + 3);
  if (rest.size() > 7 && is_sqlstate(rest.substr(0, 5)) && rest.substr(5, 2) == ": ") {
    message.sqlstate = rest.substr(0, 5);
    return rest.substr(7);
  }
  const std::string_view severity = line.substr(0, colon);
  const bool plain = severity == "ERROR" || severity == "FATAL" || severity == "PANIC" || severity == "WARNING";
  return plain ? rest : line;
}

void append_line(std::string& text, std::string_view line) {
  if (!text.empty()) text += '\n';
  text += line;
}

/// SQLSTATEs after which there is no session any more.
bool ends_session(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03";
}

/// The connection is gone, and nothing is known of why. An error without SQLSTATE means that as well: the server always sends one, so it is
/// libpq's own. After a failed write (the server has crashed) libpq says so and still calls the connection open, see PQgetResult() in
/// src/interfaces/libpq/fe-exec.c.
Error lost(std::string_view statement) {
  Error error("the connection to the server was lost", "The server's log says why it ended the session.");
  error.code = "08006";
  error.statement = statement;
  error.connection_lost = true;
  return error;
}

}  // namespace

ServerMessage parse_server_message(std::string_view text) {
  ServerMessage result;
  std::string dropped;
  std::string* section = &result.message;
  bool first = true;
  for (std::string_view rest = trim(text); !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (first) {
      line = take_header(line, result);
      first = false;
    } else if (line.starts_with("DETAIL:  ")) {
      section = &result.detail;
      line.remove_prefix(9);
    } else if (line.starts_with("HINT:  ")) {
      section = &result.hint;
      line.remove_prefix(7);
    } else if (std::ranges::any_of(kOtherLabels, [&](std::string_view label) { return line.starts_with(label); })) {
      section = &dropped;
    }
    append_line(*section, line);
  }
  return result;
}

Error to_error(const std::exception& failure, std::string_view statement) {
  const ServerMessage parsed = parse_server_message(failure.what());
  Error error(parsed.message, parsed.hint);
  error.code = parsed.sqlstate;
  error.detail = parsed.detail;
  error.statement = statement;
  error.connection_lost = dynamic_cast<const pqxx::broken_connection*>(&failure) != nullptr;
  if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&failure); sql != nullptr && error.code.empty()) {
    error.code = sql->sqlstate();
    if (error.code.empty()) return lost(statement);
  }
  if (ends_session(error.code)) error.connection_lost = true;
  return error;
}

Error to_lost_error(const std::exception& failure, std::string_view statement) {
  Error error = to_error(failure, statement);
  // libpqxx 6.4 notices that the connection is closed before it looks at the result, and then knows nothing of the server's text.
  if (error.code.empty()) return lost(statement);
  error.connection_lost = true;
  return error;
}

Error to_connect_error(const std::exception& failure) {
  // "connection to server … failed: FATAL:  password authentication failed": one line, then what libpq thinks of it.
  const std::string_view text = trim(failure.what());
  const std::size_t end = std::min(text.find('\n'), text.size());
  Error error(std::string(trim(text.substr(0, end))), std::string(trim(text.substr(end))));
  error.connection_lost = true;
  return error;
}

}  // namespace pgcharter
