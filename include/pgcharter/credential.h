// How to log in: a password of libpq's own finding, an Entra token as the password, or a secret of an Azure Key Vault.
//
// No value of these types is ever printed, saved or compared by the library; Error texts hold none of them.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pgcharter {

/// What a token is for. An Entra token opens one service only.
enum class Audience { PostgreSql, KeyVault };

struct AccessToken {
  std::string value;
  std::string source;    ///< "managed-identity (App Service)"
  std::string resource;  ///< "https://ossrdbms-aad.database.windows.net"
  std::chrono::system_clock::time_point expires;
};

struct CredentialOptions {
  std::string credential = "password";                   ///< as --credential: password, entra, entra:SOURCE, key-vault:URL
  std::string cloud;                                     ///< public, usgov, china; empty: the one of AZURE_AUTHORITY_HOST, else public
  std::string identity;                                  ///< a user-assigned one: client_id=…, object_id=…, resource_id=…
  std::function<void(const std::string& line)> explain;  ///< how a token is looked for, for -v; holds no secret
  std::function<bool()> interrupted;                     ///< asked while waiting
};

/// Throws Error where the options can't be understood; asks nobody.
void check_credential(const CredentialOptions& options);

/// Tokens of one source or chain, kept until less than five minutes remain. Not for several threads at once.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  /// Throws Error: what each source said, and what to do.
  virtual AccessToken token(Audience audience) = 0;
};

/// `options.credential` must be entra or entra:SOURCE; for password and key-vault it is the chain.
std::shared_ptr<TokenSource> make_token_source(const CredentialOptions& options);

/// The names that entra:SOURCE takes, in order, with what each needs in the environment.
std::vector<std::pair<std::string, std::string>> token_source_names();

/// What a token says of itself, unverified: oid, tid, appid, upn … in this order; empty where it is opaque.
std::vector<std::pair<std::string, std::string>> token_claims(const AccessToken& token);

/// A description as JSON, one object. The token itself is in it only with `reveal`.
std::string token_json(const AccessToken& token, bool reveal);

/// One version of a secret. `version_id` is the vault's URL of that version.
struct StoredSecret {
  std::string value;
  std::string version_id;
  std::string content_type;
  std::map<std::string, std::string> tags;
};

/// Secrets by URL: https://VAULT.vault.azure.net/secrets/NAME[/VERSION].
class SecretStore {
 public:
  virtual ~SecretStore() = default;
  /// The named version, or the latest one. Nothing where there is no such secret. Throws Error for every other refusal.
  virtual std::optional<StoredSecret> read(const std::string& url) = 0;
  /// A new version; returns it. Throws Error; `connection_lost` says that nobody knows whether it was written.
  virtual StoredSecret write(const std::string& url, const StoredSecret& secret) = 0;
  /// Replaces the tags of a version that is there.
  virtual void set_tags(const std::string& version_id, const std::map<std::string, std::string>& tags) = 0;
};

std::shared_ptr<SecretStore> make_key_vault(const CredentialOptions& options);

/// Throws Error where `url` is no secret of a vault, or names a version though it must not.
void check_secret_url(const std::string& url, bool may_have_version = true);

/// A secret's text: a bare password, or a connection string of .NET, libpq's keywords, or a URI.
struct ConnectionSecret {
  enum class Form { Bare, AdoNet, Keywords, Uri } form = Form::Bare;
  std::string password;
  std::string host, port, database, user, sslmode;  ///< what the string says; sslmode as libpq spells it

  std::string text;                ///< as it stands in the vault
  std::size_t begin = 0, end = 0;  ///< where the password stands in it, as it is written there
};

/// Throws Error, without repeating the text, for a form that is none of these or has no password.
ConnectionSecret parse_connection_secret(const std::string& text);
/// The same text with another password, quoted as the form asks.
std::string with_password(const ConnectionSecret& secret, const std::string& password);

/// 32 letters and digits of the operating system's random numbers, about 190 bits.
std::string generate_password();

/// What a connection needs, asked anew before each one is opened.
struct Login {
  bool is_token = false;
  std::string password;
  std::optional<ConnectionSecret> secret;  ///< key-vault
};

class Credential {
 public:
  virtual ~Credential() = default;
  virtual Login login() = 0;
};

/// Nothing for "password": libpq then looks in its own places.
std::shared_ptr<Credential> make_credential(const CredentialOptions& options);

}  // namespace pgcharter
