// What --credential means, put together from chains and vaults. A credential is asked before each connection: a token may have expired
// since the last one, and a secret may have been rotated. A vault's secret is kept for a minute, so that an apply that opens several
// connections does not ask for each.

#include "pgcharter/credential.h"

#include <fmt/format.h>

#include "azure/chain.h"

namespace pgcharter {
namespace {

constexpr std::string_view kVaultPrefix = "key-vault:";
constexpr std::chrono::minutes kKeepSecret{1};

/// A chain that owns the world it asks.
class OwnedSource final : public TokenSource {
 public:
  explicit OwnedSource(const CredentialOptions& options) : world_(options), source_(options, world_.around) {}
  AccessToken token(Audience audience) override { return source_.token(audience); }

 private:
  azure::World world_;
  azure::ChainedSource source_;
};

class TokenCredential final : public Credential {
 public:
  explicit TokenCredential(const CredentialOptions& options) : source_(options) {}
  Login login() override { return {.is_token = true, .password = source_.token(Audience::PostgreSql).value}; }

 private:
  OwnedSource source_;
};

class VaultCredential final : public Credential {
 public:
  explicit VaultCredential(const CredentialOptions& options)
      : url_(options.credential.substr(kVaultPrefix.size())), vault_(make_key_vault(options)) {}

  Login login() override {
    const auto now = std::chrono::steady_clock::now();
    if (!kept_.secret || now - read_ > kKeepSecret) {
      const auto stored = vault_->read(url_);
      if (!stored) throw Error(fmt::format("there is no secret {}", url_), "Check the name; a deleted secret is not found either.");
      kept_.secret = parse_connection_secret(stored->value);
      kept_.password = kept_.secret->password;
      read_ = now;
    }
    return kept_;
  }

 private:
  std::string url_;
  std::shared_ptr<SecretStore> vault_;
  Login kept_;
  std::chrono::steady_clock::time_point read_;
};

bool is_entra(const std::string& credential) { return credential == "entra" || credential.starts_with("entra:"); }

}  // namespace

void check_credential(const CredentialOptions& options) {
  const std::string& text = options.credential;
  if (!options.cloud.empty()) azure::cloud_by_name(options.cloud);
  const azure::World world(options);
  azure::parse_identity(world.around, options.identity);
  if (text.starts_with(kVaultPrefix)) return check_secret_url(text.substr(kVaultPrefix.size()));
  if (is_entra(text)) {
    azure::members_of(text, world.around);
  } else if (text != "password") {
    throw Error(fmt::format("unknown value of --credential: \"{}\"", printable(text)),
                "The forms are password, entra, entra:SOURCE and key-vault:URL.");
  }
}

std::shared_ptr<TokenSource> make_token_source(const CredentialOptions& options) {
  CredentialOptions chain = options;
  if (!is_entra(chain.credential)) chain.credential = "entra";
  return std::make_shared<OwnedSource>(chain);
}

std::shared_ptr<Credential> make_credential(const CredentialOptions& options) {
  if (is_entra(options.credential)) return std::make_shared<TokenCredential>(options);
  if (options.credential.starts_with(kVaultPrefix)) return std::make_shared<VaultCredential>(options);
  return nullptr;
}

}  // namespace pgcharter
