// The text of a statement with its secrets in place. It goes to the server and nowhere else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pgcharter/apply.h"

namespace pgcharter {

struct SecretText {
  std::string sql;
  std::string placeholder_sql;      ///< what errors and logs may show
  std::vector<std::string> hidden;  ///< the verifiers

  /// `text` with every hidden string replaced by asterisks.
  [[nodiscard]] std::string scrubbed(std::string text) const;
  /// A copy of the error that holds none of them, and the placeholder form as its statement.
  [[nodiscard]] Error scrubbed(const Error& error) const;
};

/// Reads the sources of `statement.secrets`, turns each password into a SCRAM verifier, and puts them where :'name' stands
/// outside quotes. Throws Error where a source can't be read or is empty.
SecretText resolve_secrets(Connection& connection, const Statement& statement);

/// Reads what stands in key vaults for these statements, so that no statement's locks are held while a vault is asked.
void fetch_vault_secrets(const Connection& connection, const Script& script);

}  // namespace pgcharter
