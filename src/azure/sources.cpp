// The table of token sources: what each needs in the environment and who asks it. The names of variables are those of Azure's own
// libraries, so an environment that works for them works here.

#include "azure/sources.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/strings.h"

namespace pgcharter::azure {
namespace {

std::string nothing_missing(const Surroundings&) { return {}; }

/// The agent of Azure Arc sets two variables for services that it starts; for others its own program is the sign.
std::string arc_missing(const Surroundings& around) {
  if (around.env("IDENTITY_ENDPOINT") && around.env("IMDS_ENDPOINT")) return {};
  struct stat info {};
  if (stat(around.arc_agent.c_str(), &info) == 0) return {};
  return "IDENTITY_ENDPOINT and IMDS_ENDPOINT are not set, and the agent of Azure Arc is not installed";
}

std::string pipelines_missing(const Surroundings& around) {
  const auto either = [&](const char* a, const char* b) { return around.env(a) || around.env(b); };
  if (!either("AZURESUBSCRIPTION_CLIENT_ID", "AZURE_CLIENT_ID")) return "neither AZURESUBSCRIPTION_CLIENT_ID nor AZURE_CLIENT_ID is set";
  if (!either("AZURESUBSCRIPTION_TENANT_ID", "AZURE_TENANT_ID")) return "neither AZURESUBSCRIPTION_TENANT_ID nor AZURE_TENANT_ID is set";
  return {};
}

std::string program_missing(const Surroundings& around, const std::string& name) {
  if (!find_program(name, around.env("PATH").value_or("")).empty()) return {};
  return fmt::format("the program {} is not on the PATH", name);
}
std::string az_missing(const Surroundings& around) { return program_missing(around, "az"); }
std::string azd_missing(const Surroundings& around) { return program_missing(around, "azd"); }

constexpr std::array<Source, 11> kSources{{
    {"client-secret", {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", nullptr}, &nothing_missing, &ask_client_secret},
    {"client-certificate",
     {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_CERTIFICATE_PATH", nullptr},
     &nothing_missing,
     &ask_client_certificate},
    {"workload-identity",
     {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE", nullptr},
     &nothing_missing,
     &ask_workload_identity},
    {"app-service", {"IDENTITY_ENDPOINT", "IDENTITY_HEADER", nullptr, nullptr}, &nothing_missing, &ask_app_service},
    {"app-service-2017", {"MSI_ENDPOINT", "MSI_SECRET", nullptr, nullptr}, &nothing_missing, &ask_app_service_2017},
    {"azure-arc", {nullptr, nullptr, nullptr, nullptr}, &arc_missing, &ask_azure_arc},
    {"imds", {nullptr, nullptr, nullptr, nullptr}, &nothing_missing, &ask_imds},
    {"azure-cli", {nullptr, nullptr, nullptr, nullptr}, &az_missing, &ask_azure_cli},
    {"azd", {nullptr, nullptr, nullptr, nullptr}, &azd_missing, &ask_azd},
    {"github-actions",
     {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"},
     &nothing_missing,
     &ask_github_actions},
    {"azure-pipelines",
     {"SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", nullptr},
     &pipelines_missing,
     &ask_azure_pipelines},
}};

}  // namespace

std::span<const Source> all_sources() { return kSources; }

const Source& source_by_name(std::string_view name) {
  const auto found = std::ranges::find(kSources, name, &Source::name);
  if (found == kSources.end()) throw Error(fmt::format("unknown source of tokens \"{}\"", name));
  return *found;
}

std::string why_not_configured(const Source& source, const Surroundings& around) {
  std::vector<std::string> missing;
  for (const char* name : source.needs) {
    if (name != nullptr && !around.env(name)) missing.emplace_back(name);
  }
  if (missing.empty()) return source.missing(around);
  return join(missing, ", ") + (missing.size() == 1 ? " is not set" : " are not set");
}

std::string checked_id(const std::string& what, const std::string& text) {
  const auto fits = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  };
  if (text.empty() || text.size() > 256 || text.front() == '-' || text.front() == '.' || !std::ranges::all_of(text, fits)) {
    throw refused(fmt::format("{} is not of the form of an id", what), "It is a GUID, or a domain name for a tenant.");
  }
  return text;
}

ManagedIdentity parse_identity(const Surroundings& around, const std::string& text) {
  using Kind = ManagedIdentity::Kind;
  if (text == "system") return {};
  if (text.empty()) {
    const auto client = around.env("AZURE_CLIENT_ID");
    return client ? ManagedIdentity{Kind::ClientId, *client} : ManagedIdentity{};
  }
  const std::size_t equals = text.find('=');
  const std::string key = text.substr(0, equals);
  const std::string id = equals == std::string::npos ? "" : text.substr(equals + 1);
  const Kind kind = key == "client_id"     ? Kind::ClientId
                    : key == "object_id"   ? Kind::ObjectId
                    : key == "resource_id" ? Kind::ResourceId
                                           : Kind::System;
  if (kind == Kind::System || id.empty()) {
    throw Error(fmt::format("\"{}\" names no managed identity", printable(text)),
                "The forms are client_id=ID, object_id=ID, resource_id=/subscriptions/…, and system.");
  }
  return {kind, id};
}

}  // namespace pgcharter::azure
