// What --credential means for connections: each one is opened with a password that is asked for just before.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "pgcharter/connection.h"
#include "pgcharter/credential.h"

namespace pgcharter::cli {

/// Shared by all connections of a run; may be used by several threads at once.
class LoginSource {
 public:
  explicit LoginSource(CredentialOptions options);

  /// `options` with the password and what goes with it. Throws Error.
  ConnectOptions complete(ConnectOptions options);
  /// The password that a vault holds, for `password: {key_vault: …}`; read once per run.
  std::string vault_password(const std::string& url);

 private:
  std::mutex mutex_;
  CredentialOptions options_;
  std::shared_ptr<Credential> credential_;
  std::shared_ptr<SecretStore> vault_;
  std::map<std::string, std::string> passwords_;
};

}  // namespace pgcharter::cli
