// The smallest parts of JSON output, for documents that are written piece by piece instead of as one tree.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "pgcharter/diagnostics.h"
#include "pgcharter/state.h"

namespace pgcharter {

using Json = nlohmann::ordered_json;

/// A JSON string; bytes that are not UTF-8 become U+FFFD.
std::string json_string(std::string_view text);
/// json_string(), or null for an empty text.
std::string json_string_or_null(std::string_view text);
/// One line.
std::string json_line(const Json& value);

/// null for an empty text.
Json text_or_null(const std::string& text);
Json to_json(const SourcePos& pos);
Json to_json(const Diagnostic& diagnostic);
/// The `target` of DESIGN 7.
Json to_json(const ServerInfo& server);

/// A member, or "" / null where it is absent or null.
std::string text_member(const Json& object, const char* key);
const Json& member(const Json& object, const char* key);

/// Runs `f`; what nlohmann-json throws becomes an Error that says `what` could not be understood.
template <typename F>
auto with_json_errors(std::string_view what, F f) {
  try {
    return f();
  } catch (const nlohmann::json::exception& e) {
    throw Error(std::string(what) + " can't be understood: " + printable(e.what()));
  }
}

/// Error for a document of another major version than this program writes; `what` begins the message.
void check_format_version(std::string_view what, const std::string& version);

}  // namespace pgcharter
