// The seam between credentials and connections. A token goes over TLS only (or a Unix socket), whatever libpq would do by itself. A secret
// that is a connection string also says where to connect; what the command line says beats it, and a connection string on the command
// line beats all of it. libpq's environment variables come last, as they do for a connection string.

#include "cli/login.h"

#include <fmt/format.h>

namespace pgcharter::cli {
namespace {

bool is_connection_string(const std::string& dbname) {
  return dbname.find('=') != std::string::npos || dbname.starts_with("postgresql://") || dbname.starts_with("postgres://");
}

void fill(std::string& option, const std::string& value) {
  if (option.empty()) option = value;
}

void take_place(ConnectOptions& options, const ConnectionSecret& secret) {
  options.minimal_sslmode = secret.sslmode;
  if (is_connection_string(options.dbname)) return;
  // A port belongs to its host.
  if (options.host.empty()) fill(options.port, secret.port);
  fill(options.host, secret.host);
  fill(options.user, secret.user);
  fill(options.dbname, secret.database);
}

}  // namespace

LoginSource::LoginSource(CredentialOptions options) : options_(std::move(options)), credential_(make_credential(options_)) {}

ConnectOptions LoginSource::complete(ConnectOptions options) {
  if (!credential_) return options;
  const std::lock_guard lock(mutex_);
  const Login login = credential_->login();
  options.password = login.password;
  if (login.is_token) options.minimal_sslmode = "require";
  if (login.secret) take_place(options, *login.secret);
  return options;
}

std::string LoginSource::vault_password(const std::string& url) {
  const std::lock_guard lock(mutex_);
  if (const auto known = passwords_.find(url); known != passwords_.end()) return known->second;
  if (!vault_) vault_ = make_key_vault(options_);
  const auto stored = vault_->read(url);
  if (!stored) throw Error(fmt::format("there is no secret {}", url), "Check the name; a deleted secret is not found either.");
  return passwords_[url] = parse_connection_secret(stored->value).password;
}

}  // namespace pgcharter::cli
