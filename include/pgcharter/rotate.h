// A new password for a role: its verifier on the server, the password in a key vault.
#pragma once

#include <string>

#include "pgcharter/connection.h"
#include "pgcharter/credential.h"

namespace pgcharter {

struct RotateOptions {
  std::string role;
  std::string url;  ///< of the secret, without a version
};

struct Rotation {
  std::string version_id;  ///< the vault's new version
  bool resumed = false;    ///< a rotation that had been interrupted was finished, and no new password was made
};

/// Throws Error that says what has happened and what has not. Whatever fails, running again finishes it: the new version carries the tag
/// "pgcharter-rotation" until the server has its verifier.
Rotation rotate_password(const RotateOptions& options, const Connector& connector, SecretStore& store);

}  // namespace pgcharter
