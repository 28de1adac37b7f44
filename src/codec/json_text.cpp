// Strings and small values of JSON documents.
//
// Plans can hold hundreds of thousands of changes, so documents are written piece by piece; nearly all strings are
// plain names, which need no escaping and take the short way. RFC 8259 wants UTF-8: a name of a SQL_ASCII database may
// hold other bytes, which are replaced, never written raw.

#include "codec/json_text.h"

#include <algorithm>

#include "pgcharter/report.h"

namespace pgcharter {
namespace {

Json port_json(const std::string& port) {
  const bool number = !port.empty() && port.size() < 6 && std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
  return number ? Json(std::stoi(port)) : text_or_null(port);
}

}  // namespace

std::string json_string(std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
  if (!plain) return json_line(Json(std::string(text)));
  std::string result;
  result.reserve(text.size() + 2);
  result += '"';
  result += text;
  result += '"';
  return result;
}

std::string json_string_or_null(std::string_view text) { return text.empty() ? "null" : json_string(text); }

std::string json_line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json to_json(const SourcePos& pos) { return {{"file", pos.file.str()}, {"line", pos.line}, {"column", pos.column}}; }

Json to_json(const Diagnostic& diagnostic) {
  static constexpr const char* kSeverities[] = {"error", "warning", "note"};
  return {{"severity", kSeverities[static_cast<int>(diagnostic.severity)]},
          {"code", diagnostic.code},
          {"message", diagnostic.message},
          {"hint", text_or_null(diagnostic.hint)},
          {"source", diagnostic.pos.file.empty() ? Json() : to_json(diagnostic.pos)}};
}

Json to_json(const ServerInfo& server) {
  return {{"host", text_or_null(server.host)}, {"port", port_json(server.port)},
          {"database", server.database},       {"system_identifier", text_or_null(server.system_identifier)},
          {"server_version", server.version},  {"server_version_num", server.version_num},
          {"platform", server.platform},       {"user", server.user}};
}

const Json& member(const Json& object, const char* key) {
  static const Json null;
  const auto it = object.find(key);
  return it == object.end() ? null : *it;
}

std::string text_member(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_null() ? std::string() : value.get<std::string>();
}

void check_format_version(std::string_view what, const std::string& version) {
  const std::string_view known = kFormatVersion.substr(0, kFormatVersion.find('.') + 1);
  if (version.starts_with(known)) return;
  throw Error(std::string(what) + " has format version " + printable(version) + ", this program reads " + std::string(known) + "x",
              "Use the version of pgcharter that wrote it, or make it again.");
}

}  // namespace pgcharter
