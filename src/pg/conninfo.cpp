// Connection options with psql's meaning, rebuilt as one conninfo string.
//
// --dbname may be a name, a conninfo string or a URI, told apart as libpq does (recognized_connection_string() in
// src/interfaces/libpq/fe-connect.c). libpq's own parse errors quote the string, and with it the password; so parsing is done here first
// and the error's text is ours. A password with '@' or '/' that is not percent-encoded makes a URI of another meaning, and then the
// password's rest is taken for a host or a port, which libpq would print as well: such strings are refused too.

#include "pg/conninfo.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <memory>

#include <libpq-fe.h>

namespace pgcharter {
namespace {

using Keywords = std::map<std::string, std::string>;

bool is_uri(std::string_view text) { return text.starts_with("postgresql://") || text.starts_with("postgres://"); }

Error malformed(const std::string& hint) { return Error("the connection string given as --dbname is malformed", hint); }

void check_uri_parts(const Keywords& keywords) {
  static const std::string hint = "In a URI, the characters @ / : ? # % of a user name or a password are written percent-encoded.";
  const auto host = keywords.find("host");
  if (host != keywords.end() && host->second.find('@') != std::string::npos) throw malformed(hint);
  const auto port = keywords.find("port");
  const auto fits = [](char c) { return (c >= '0' && c <= '9') || c == ','; };
  if (port != keywords.end() && !std::ranges::all_of(port->second, fits)) throw malformed(hint);
}

Keywords parse_dbname(const std::string& dbname) {
  Keywords keywords;
  if (dbname.empty()) return keywords;
  if (!is_uri(dbname) && dbname.find('=') == std::string::npos) {
    keywords["dbname"] = dbname;
    return keywords;
  }
  // No error text is asked for: it would repeat the string.
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(dbname.c_str(), nullptr), &PQconninfoFree);
  if (!parsed) {
    throw malformed(is_uri(dbname)
                        ? "The form is postgresql://user:password@host:port/database?option=value, with special characters percent-encoded."
                        : "The form is host=… port=… dbname=… user=…; a value with blanks is written in single quotes.");
  }
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) keywords[option->keyword] = option->val;
  }
  if (is_uri(dbname)) check_uri_parts(keywords);
  return keywords;
}

bool in_environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

void replace(Keywords& keywords, const std::string& keyword, const std::string& value) {
  if (!value.empty()) keywords[keyword] = value;
}

std::string escaped(const Keywords& keywords) {
  std::string text;
  for (const auto& [keyword, value] : keywords) {
    if (!text.empty()) text += ' ';
    text += keyword + "='";
    for (char c : value) {
      if (c == '\'' || c == '\\') text += '\\';
      text += c;
    }
    text += '\'';
  }
  return text;
}

constexpr std::array<std::string_view, 6> kSslModes{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};

std::size_t strength(std::string_view sslmode) {
  return static_cast<std::size_t>(std::ranges::find(kSslModes, sslmode) - kSslModes.begin());  // an unknown one is libpq's to refuse
}

/// What PGSSLMODE or the service of PGSERVICE say, in libpq's own order. Its built-in "prefer" looks like nothing said.
std::string sslmode_of_environment() {
  if (const char* value = std::getenv("PGSSLMODE"); value != nullptr && *value != '\0' && !in_environment("PGSERVICE")) return value;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> defaults(PQconndefaults(), &PQconninfoFree);
  for (const PQconninfoOption* option = defaults.get(); option != nullptr && option->keyword != nullptr; ++option) {
    if (std::string_view(option->keyword) == "sslmode" && option->val != nullptr && std::string_view(option->val) != "prefer")
      return option->val;
  }
  return {};
}

/// A token opens the door for whoever reads it: it never goes over a connection that may be in clear text. (libpq ignores sslmode on
/// Unix sockets.)
void require_sslmode(Keywords& keywords, const std::string& least) {
  const auto written = keywords.find("sslmode");
  if (written == keywords.end() && keywords.contains("service")) {
    throw Error("with this credential, sslmode must be said where the service is",
                "Write service=… sslmode=verify-full, or name the service in PGSERVICE.");
  }
  const std::string said = written != keywords.end() ? written->second : sslmode_of_environment();
  if (said.empty()) {
    keywords["sslmode"] = least;
  } else if (strength(said) < strength(least)) {
    throw Error("sslmode=" + printable(said) + " would send the credential unprotected: at least " + least + " is needed",
                "Use sslmode=verify-full, with sslrootcert.");
  }
}

}  // namespace

std::string to_conninfo(const ConnectOptions& options, const std::optional<std::string>& database) {
  Keywords keywords = parse_dbname(options.dbname);
  if (!options.host.empty()) keywords.erase("hostaddr");  // it belongs to the host that is replaced
  replace(keywords, "host", options.host);
  replace(keywords, "port", options.port);
  replace(keywords, "user", options.user);
  replace(keywords, "password", options.password);
  if (database) keywords["dbname"] = *database;
  if (!options.minimal_sslmode.empty()) require_sslmode(keywords, options.minimal_sslmode);
  keywords["client_encoding"] = "UTF8";
  keywords.try_emplace("fallback_application_name", options.application_name);
  // A service file may say a timeout, and an explicit value would beat it.
  const bool has_service = keywords.contains("service") || in_environment("PGSERVICE");
  if (options.connect_timeout > 0 && !has_service && !in_environment("PGCONNECT_TIMEOUT")) {
    keywords.try_emplace("connect_timeout", std::to_string(options.connect_timeout));
  }
  return escaped(keywords);
}

}  // namespace pgcharter
