// Passwords: read from the environment, a file or a key vault at the moment of sending, and sent as a SCRAM-SHA-256 verifier.
//
// The server would hash a clear password itself, but it also writes failing statements to its log as they came, and
// shows them in pg_stat_activity; with a verifier there is no password to see (PostgreSQL documentation, CREATE ROLE,
// "PASSWORD"; libpq, PQencryptPasswordConn). Since only the verifier is sent, only it can come back in an error. The placeholder is psql's
// :'name', so that the same statement is a line of the script for psql. It is looked for outside quotes only: a role may be called :'name'.
#include "apply/secret.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

namespace pgcharter {
namespace {

std::string read_secret_file(const PasswordSource& source, const std::string& role) {
  std::ifstream in(source.locator, std::ios::binary);
  if (!in) {
    throw Error(fmt::format("cannot read the password of role {} from file \"{}\"", display_name(role), source.locator),
                fmt::format("The charter asks for it at {}.", to_string(source.pos)));
  }
  std::string text(std::istreambuf_iterator<char>(in), {});
  // Editors and `echo` end a file with a newline that is no part of the password.
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

std::string read_password(const Connection& connection, const PasswordSource& source, const std::string& role) {
  std::string password;
  switch (source.kind) {
    case PasswordSource::Kind::Env: {
      const char* value = std::getenv(source.locator.c_str());  // NOLINT(concurrency-mt-unsafe): nobody writes the environment
      if (value == nullptr) {
        throw Error(fmt::format("the environment variable {}, the password of role {}, is not set", source.locator, display_name(role)),
                    fmt::format("The charter asks for it at {}.", to_string(source.pos)));
      }
      password = value;
      break;
    }
    case PasswordSource::Kind::File:
      password = read_secret_file(source, role);
      break;
    case PasswordSource::Kind::KeyVault:
      if (!connection.vault_reader()) {
        throw Error(fmt::format("the password of role {} is in a key vault, and no way to read it was given", display_name(role)));
      }
      password = connection.vault_reader()(source.locator);
      break;
  }
  if (password.empty()) {
    throw Error(fmt::format("the password of role {} is empty", display_name(role)), "PostgreSQL takes an empty password as none.");
  }
  if (password.find('\0') != std::string::npos) {
    throw Error(fmt::format("the password of role {} holds a zero byte", display_name(role)), "PostgreSQL cannot store it.");
  }
  return password;
}

/// Copies the quoted text that begins at `i` (an identifier, a literal, or an E'' literal) and returns its end.
std::size_t copy_quoted(std::string_view sql, std::size_t i, std::string& out) {
  const char quote = sql[i];
  const bool escapes = quote == '\'' && i > 0 && (sql[i - 1] == 'E' || sql[i - 1] == 'e');
  std::size_t end = i + 1;
  while (end < sql.size() && sql[end] != quote) end += (escapes && sql[end] == '\\') ? 2 : 1;
  end = std::min(end + 1, sql.size());
  out.append(sql.substr(i, end - i));  // a doubled quote ends one quoted text and begins the next
  return end;
}

std::string substitute(std::string_view sql, const std::map<std::string, std::string>& literals) {
  std::string out;
  std::size_t i = 0;
  while (i < sql.size()) {
    if (sql[i] == ':' && i + 1 < sql.size() && sql[i + 1] == '\'') {
      const std::size_t end = sql.find('\'', i + 2);
      if (end != std::string_view::npos) {
        const auto found = literals.find(std::string(sql.substr(i + 2, end - i - 2)));
        if (found != literals.end()) {
          out += found->second;
          i = end + 1;
          continue;
        }
      }
    }
    if (sql[i] == '\'' || sql[i] == '"') {
      i = copy_quoted(sql, i, out);
    } else {
      out += sql[i++];
    }
  }
  return out;
}

}  // namespace

std::string SecretText::scrubbed(std::string text) const {
  constexpr std::string_view kStars = "********";
  for (const std::string& secret : hidden) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kStars.size())) {
      text.replace(at, secret.size(), kStars);
    }
  }
  return text;
}

Error SecretText::scrubbed(const Error& error) const {
  Error copy(scrubbed(std::string(error.what())), scrubbed(error.hint));
  copy.code = error.code;
  copy.detail = scrubbed(error.detail);
  copy.statement = placeholder_sql;
  copy.connection_lost = error.connection_lost;
  return copy;
}

SecretText resolve_secrets(Connection& connection, const Statement& statement) {
  SecretText text;
  text.placeholder_sql = statement.sql;
  std::map<std::string, std::string> literals;
  for (const auto& [name, source] : statement.secrets) {
    const std::string password = read_password(connection, source, statement.secret_role);
    const std::string verifier = connection.scram_verifier(statement.secret_role, password);
    literals[name] = quote_literal(verifier);
    text.hidden.push_back(verifier);
  }
  text.sql = substitute(statement.sql, literals);
  return text;
}

void fetch_vault_secrets(const Connection& connection, const Script& script) {
  for (const Statement& statement : script.statements) {
    for (const auto& [name, source] : statement.secrets) {
      // The reader keeps it until it is sent.
      if (source.kind == PasswordSource::Kind::KeyVault) read_password(connection, source, statement.secret_role);
    }
  }
}

}  // namespace pgcharter
