// A secret that holds a connection: which of three languages it is written in, and where the password stands. Only that part is replaced,
// so that what else somebody wrote there stays as it is, byte by byte.
//
// .NET: key=value pairs between semicolons, values perhaps in quotes, which are doubled inside (DbConnectionStringBuilder); Azure Backup
// wants its secrets so. libpq: "34.1.1.1. Keyword/Value Connection Strings" and "34.1.1.2. Connection URIs" of PostgreSQL's documentation.
// A text is taken for one of them only where it names a password and something else of a connection; anything else is a bare password,
// which may hold any character.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "pgcharter/credential.h"
#include "pgcharter/diagnostics.h"

#include "azure/http.h"
#include "base/strings.h"

namespace pgcharter {
namespace {

using Form = ConnectionSecret::Form;

struct Pair {
  std::string key;    ///< in lower case, without blanks
  std::string value;  ///< without its quotes
  std::size_t begin = 0, end = 0;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string without_blanks(std::string_view text) {
  std::string out = to_lower(text);
  std::erase_if(out, [](char c) { return is_blank(c) || c == '_'; });
  return out;
}

/// One value that begins at `i`; ends before `stop`, or behind its closing quote.
bool take_ado_value(const std::string& text, std::size_t& i, Pair& pair) {
  while (i < text.size() && is_blank(text[i])) ++i;
  pair.begin = i;
  if (i < text.size() && (text[i] == '"' || text[i] == '\'')) {
    const char quote = text[i++];
    for (;; ++i) {
      if (i >= text.size()) return false;
      if (text[i] == quote && (i + 1 >= text.size() || text[i + 1] != quote)) break;
      if (text[i] == quote) ++i;
      pair.value += text[i];
    }
    pair.end = ++i;
    while (i < text.size() && is_blank(text[i])) ++i;
    return i >= text.size() || text[i] == ';';
  }
  i = std::min(text.find(';', i), text.size());
  pair.end = i;
  while (pair.end > pair.begin && is_blank(text[pair.end - 1])) --pair.end;
  pair.value = text.substr(pair.begin, pair.end - pair.begin);
  return true;
}

/// Nothing where the text is not of this form.
std::optional<std::vector<Pair>> ado_pairs(const std::string& text) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t equals = text.find('=', i);
    const std::size_t next = text.find(';', i);
    if (trim(std::string_view(text).substr(i, next == std::string::npos ? next : next - i)).empty()) {
      if (next == std::string::npos) break;
      i = next;
      continue;
    }
    if (equals == std::string::npos || equals > next) return std::nullopt;
    Pair pair{.key = without_blanks(std::string_view(text).substr(i, equals - i))};
    i = equals + 1;
    if (pair.key.empty() || !take_ado_value(text, i, pair)) return std::nullopt;
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

std::optional<std::vector<Pair>> keyword_pairs(const std::string& text) {
  std::vector<Pair> pairs;
  std::size_t i = 0;
  const auto skip = [&] {
    while (i < text.size() && is_blank(text[i])) ++i;
  };
  for (skip(); i < text.size(); skip()) {
    Pair pair;
    while (i < text.size() && text[i] != '=' && !is_blank(text[i])) pair.key += text[i++];
    skip();
    if (i >= text.size() || text[i] != '=' || pair.key.empty()) return std::nullopt;
    ++i;
    skip();
    pair.begin = i;
    const bool quoted = i < text.size() && text[i] == '\'';
    if (quoted) ++i;
    for (; i < text.size() && (quoted ? text[i] != '\'' : !is_blank(text[i])); ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      pair.value += text[i];
    }
    if (quoted && i++ >= text.size()) return std::nullopt;
    pair.end = i;
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

std::string percent_decode(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// The parts of postgresql://user:password@host:port/database?key=value as pairs.
std::vector<Pair> uri_pairs(const std::string& text) {
  std::vector<Pair> pairs;
  const auto add = [&](const std::string& key, std::size_t begin, std::size_t end) {
    if (end > begin) pairs.push_back({key, percent_decode(std::string_view(text).substr(begin, end - begin)), begin, end});
  };
  const std::size_t start = text.find("://") + 3;
  const std::size_t query = std::min(text.find('?', start), text.size());
  const std::size_t slash = std::min(text.find('/', start), query);
  const std::size_t at = text.find('@', start);
  std::size_t host = start;
  if (at < slash) {
    const std::size_t colon = std::min(text.find(':', start), at);
    add("user", start, colon);
    add("password", std::min(colon + 1, at), at);
    host = at + 1;
  }
  const std::size_t bracket = text.compare(host, 1, "[") == 0 ? text.find(']', host) : host;
  const std::size_t colon = std::min(text.find(':', std::min(bracket, slash)), slash);
  add("host", host, colon);
  add("port", std::min(colon + 1, slash), slash);
  add("dbname", std::min(slash + 1, query), query);
  for (std::size_t i = query + 1; i < text.size();) {
    const std::size_t end = std::min(text.find('&', i), text.size());
    const std::size_t equals = std::min(text.find('=', i), end);
    add(text.substr(i, equals - i), std::min(equals + 1, end), end);
    i = end + 1;
  }
  return pairs;
}

struct Meaning {
  std::string_view key;
  std::string ConnectionSecret::*member;
};
constexpr std::array<Meaning, 20> kMeanings{{
    {"password", &ConnectionSecret::password}, {"pwd", &ConnectionSecret::password},    {"psw", &ConnectionSecret::password},
    {"host", &ConnectionSecret::host},         {"server", &ConnectionSecret::host},     {"datasource", &ConnectionSecret::host},
    {"hostaddr", &ConnectionSecret::host},     {"port", &ConnectionSecret::port},       {"dbname", &ConnectionSecret::database},
    {"database", &ConnectionSecret::database}, {"db", &ConnectionSecret::database},     {"initialcatalog", &ConnectionSecret::database},
    {"user", &ConnectionSecret::user},         {"userid", &ConnectionSecret::user},     {"username", &ConnectionSecret::user},
    {"uid", &ConnectionSecret::user},          {"sslmode", &ConnectionSecret::sslmode}, {"ssl", &ConnectionSecret::sslmode},
    {"address", &ConnectionSecret::host},      {"addr", &ConnectionSecret::host},
}};

/// Npgsql's words: Disable, Allow, Prefer, Require, VerifyCA, VerifyFull; the older "Ssl Mode=true".
std::string libpq_sslmode(const std::string& text) {
  const std::string word = without_blanks(text);
  if (word == "verifyca" || word == "verify-ca") return "verify-ca";
  if (word == "verifyfull" || word == "verify-full") return "verify-full";
  if (word == "true" || word == "require" || word == "required") return "require";
  return {};  // weaker than what libpq does by itself
}

/// Fills the members; false where no password, or nothing but a password, is there.
bool understand(const std::vector<Pair>& pairs, ConnectionSecret& secret) {
  bool has_password = false;
  for (const Pair& pair : pairs) {
    const auto meaning = std::ranges::find(kMeanings, pair.key, &Meaning::key);
    if (meaning == kMeanings.end()) continue;
    secret.*(meaning->member) = pair.value;
    if (meaning->member != &ConnectionSecret::password) continue;
    has_password = true;
    secret.begin = pair.begin;
    secret.end = pair.end;
  }
  secret.sslmode = libpq_sslmode(secret.sslmode);
  return has_password && !(secret.host.empty() && secret.database.empty() && secret.user.empty());
}

std::string quoted(const std::string& text, char quote) {
  std::string out(1, quote);
  for (char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

ConnectionSecret bare(const std::string& text) {
  ConnectionSecret secret{.text = text};
  std::string_view password = text;
  // az keyvault secret set --file keeps the line end of the file.
  if (password.ends_with('\n')) password.remove_suffix(1);
  if (password.ends_with('\r')) password.remove_suffix(1);
  secret.password = password;
  secret.end = password.size();
  if (secret.password.empty()) throw Error("the secret is empty");
  return secret;
}

}  // namespace

ConnectionSecret parse_connection_secret(const std::string& text) {
  if (text.starts_with("jdbc:"))
    throw Error("the secret is a JDBC URL, which is not supported", "Store a password, or a connection string of .NET or libpq.");
  if (text.find('\0') != std::string::npos) throw Error("the secret holds a zero byte");
  ConnectionSecret secret{.text = text};
  if (text.starts_with("postgresql://") || text.starts_with("postgres://")) {
    secret.form = Form::Uri;
    if (!understand(uri_pairs(text), secret) || secret.password.empty()) throw Error("the connection URI of the secret holds no password");
    return secret;
  }
  for (const Form form : {Form::AdoNet, Form::Keywords}) {
    const auto pairs = form == Form::AdoNet ? ado_pairs(text) : keyword_pairs(text);
    ConnectionSecret tried{.form = form, .text = text};
    if (!pairs || pairs->size() < 2 || !understand(*pairs, tried)) continue;
    if (tried.password.empty()) throw Error("the password in the connection string of the secret is empty");
    return tried;
  }
  return bare(text);
}

std::string with_password(const ConnectionSecret& secret, const std::string& password) {
  std::string written;
  switch (secret.form) {
    case Form::Bare:
      return password;
    case Form::AdoNet:
      written = password.find_first_of(";'\" =\t") == std::string::npos ? password : quoted(password, '"');
      break;
    case Form::Keywords:
      written = "'";
      for (char c : password) {
        if (c == '\'' || c == '\\') written += '\\';
        written += c;
      }
      written += '\'';
      break;
    case Form::Uri:
      written = azure::percent_encode(password);
      break;
  }
  return secret.text.substr(0, secret.begin) + written + secret.text.substr(secret.end);
}

}  // namespace pgcharter
