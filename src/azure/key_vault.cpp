// Secrets of an Azure Key Vault over its REST interface, api-version 7.4 ("Get Secret", "Set Secret", "Update Secret" in Microsoft's
// reference). Tokens for vaults go to vaults only: a URL of another host is refused before anybody is asked (loopback stands for
// emulators). Each refusal gets the one sentence that helps: 401 is nearly always a vault of another tenant (AKV10032), 403 a missing right
// or a firewall, 404 a misspelled name.

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pgcharter/credential.h"

#include "azure/chain.h"
#include "azure/retry.h"
#include "base/strings.h"

namespace pgcharter {
namespace azure {
namespace {

using Json = nlohmann::json;
constexpr const char* kApiVersion = "7.4";

struct SecretUrl {
  std::string base;  ///< "https://vault.vault.azure.net/secrets/name"
  std::string name, version;
  bool loopback = false;
  const Cloud* cloud = nullptr;  ///< of the vault; nothing for an emulator
};

Error bad_url(const std::string& what) {
  return Error(fmt::format("the URL of a key vault's secret {}", what),
               "The form is https://VAULT.vault.azure.net/secrets/NAME or …/NAME/VERSION.");
}

SecretUrl parse_secret_url(const std::string& text) {
  const Url url = parse_url(text);
  SecretUrl secret{.loopback = is_loopback(url.host), .cloud = cloud_of_vault(url.host)};
  if (!secret.loopback && secret.cloud == nullptr)
    throw bad_url(fmt::format("names the host \"{}\", which is no vault's", printable(url.host)));
  if (!secret.loopback && url.scheme != "https") throw bad_url("does not begin with https://");
  if (!url.query.empty()) throw bad_url("has a query");
  const std::vector<std::string> parts = split(url.path, '/');
  const auto fits = [](const std::string& part) {
    return !part.empty() && part.size() <= 127 && std::ranges::all_of(part, [](unsigned char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
  };
  const bool shaped =
      (parts.size() == 3 || parts.size() == 4) && parts[1] == "secrets" && std::all_of(parts.begin() + 2, parts.end(), fits);
  if (!shaped) throw bad_url("does not name a secret");
  secret.name = parts[2];
  if (parts.size() == 4) secret.version = parts[3];
  secret.base = shown_url(text).substr(0, shown_url(text).find("/secrets/")) + "/secrets/" + secret.name;
  return secret;
}

std::string address(const SecretUrl& secret, bool with_version = true) {
  const std::string path = with_version && !secret.version.empty() ? "/" + secret.version : "";
  return with_query(secret.base + path, {{"api-version", kApiVersion}});
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

class KeyVault final : public SecretStore {
 public:
  explicit KeyVault(std::shared_ptr<World> world, std::unique_ptr<ChainedSource> source, const CredentialOptions& options)
      : world_(std::move(world)), source_(std::move(source)), options_(options) {}

  std::optional<StoredSecret> read(const std::string& url) override {
    const SecretUrl secret = parse_secret_url(url);
    const HttpResponse response = send(secret, {.url = address(secret)});
    if (response.status == 404) return std::nullopt;
    return understand(secret, response);
  }

  StoredSecret write(const std::string& url, const StoredSecret& written) override {
    const SecretUrl secret = parse_secret_url(url);
    Json body = {{"value", written.value}, {"tags", written.tags}};
    if (!is_utf8(written.value)) throw Error("the new secret is no UTF-8 text, and vaults take no other");
    if (!written.content_type.empty()) body["contentType"] = written.content_type;
    world_->around.secrets.add(written.value);
    return understand(secret, send(secret, {.method = "PUT", .url = address(secret, false), .body = dump(body)}));
  }

  void set_tags(const std::string& version_id, const std::map<std::string, std::string>& tags) override {
    const SecretUrl secret = parse_secret_url(version_id);
    if (secret.version.empty()) throw bad_url("has no version");
    const HttpResponse response = send(secret, {.method = "PATCH", .url = address(secret), .body = dump(Json{{"tags", tags}})});
    if (response.status != 200) throw failure(secret, response);
  }

 private:
  std::shared_ptr<World> world_;
  std::unique_ptr<ChainedSource> source_;
  CredentialOptions options_;

  HttpResponse send(const SecretUrl& secret, HttpRequest request) {
    if (secret.cloud != nullptr && secret.cloud != &source_->cloud()) {
      if (!options_.cloud.empty() || world_->around.env("AZURE_AUTHORITY_HOST")) {
        throw Error(
            fmt::format("{} is a vault of the cloud {}, and tokens come from {}", secret.base, secret.cloud->name, source_->cloud().name));
      }
      options_.cloud = secret.cloud->name;
      source_ = std::make_unique<ChainedSource>(options_, world_->around);
    }
    const AccessToken token = source_->token(Audience::KeyVault);
    request.headers = {{"Authorization", "Bearer " + token.value}, {"Accept", "application/json"}};
    if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    return send_with_retries(world_->around, request, kServiceRule);
  }

  StoredSecret understand(const SecretUrl& secret, const HttpResponse& response) {
    if (response.status != 200) throw failure(secret, response);
    const Json json = Json::parse(response.body, nullptr, false);
    const auto text = [&](const char* key) {
      return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string();
    };
    StoredSecret stored{.value = text("value"), .content_type = text("contentType")};
    world_->around.secrets.add(stored.value);
    if (stored.value.empty()) throw Error(fmt::format("{} was answered without a value", secret.base));
    if (json.contains("tags") && json["tags"].is_object()) {
      for (const auto& [key, value] : json["tags"].items()) {
        if (value.is_string()) stored.tags[key] = value.get<std::string>();
      }
    }
    // Only the version is taken: where the vault is was said by the user.
    const std::string id = text("id");
    stored.version_id = secret.base + "/" + id.substr(id.rfind('/') + 1);
    return stored;
  }

  Error failure(const SecretUrl& secret, const HttpResponse& response) {
    const std::string told = told_by(world_->around, response);
    switch (response.status) {
      case 0: {
        Error error(fmt::format("{} could not be asked: {}", secret.base, told));
        error.connection_lost = true;
        return error;
      }
      case 401:
        return Error(fmt::format("{} does not accept the token: {}", secret.base, told), tenant_hint(response));
      case 403:
        return Error(
            fmt::format("{} is forbidden: {}", secret.base, told),
            "The identity needs the role \"Key Vault Secrets User\" to read and \"Key Vault Secrets Officer\" to write (or the access "
            "policies get and set); a disabled secret and the vault's firewall answer the same.");
      case 404:
        return Error(fmt::format("there is no secret {}", secret.base), "Check the name; a deleted secret is not found either.");
      case 429:
        return Error(fmt::format("{} is throttled: {}", secret.base, told), "Too many requests were made to this vault; try again later.");
      default: {
        Error error(fmt::format("{} was refused: {}", secret.base, told));
        error.connection_lost = response.status >= 500;
        return error;
      }
    }
  }

  /// The challenge says which tenant the vault trusts.
  static std::string tenant_hint(const HttpResponse& response) {
    const std::string challenge = response.header("www-authenticate");
    const std::size_t host = challenge.find("authorization=\"https://");
    const std::size_t slash = host == std::string::npos ? host : challenge.find('/', host + 23);
    const std::size_t end = slash == std::string::npos ? slash : challenge.find('"', slash);
    if (end == std::string::npos) return "The vault may belong to another tenant.";
    return fmt::format("The vault trusts the tenant {}.",
                       printable(challenge.substr(slash + 1, std::min<std::size_t>(end - slash - 1, 64))));
  }
};

/// key-vault:URL says what to read, not whom to be.
CredentialOptions as_chain(CredentialOptions options) {
  if (!options.credential.starts_with("entra")) options.credential = "entra";
  return options;
}

}  // namespace
}  // namespace azure

std::shared_ptr<SecretStore> make_key_vault(const CredentialOptions& options) {
  const CredentialOptions chain = azure::as_chain(options);
  auto world = std::make_shared<azure::World>(chain);
  auto source = std::make_unique<azure::ChainedSource>(chain, world->around);
  return std::make_shared<azure::KeyVault>(std::move(world), std::move(source), chain);
}

void check_secret_url(const std::string& url, bool may_have_version) {
  const azure::SecretUrl secret = azure::parse_secret_url(url);
  if (!may_have_version && !secret.version.empty()) throw azure::bad_url("names a version, and a version is never rewritten");
}

}  // namespace pgcharter
