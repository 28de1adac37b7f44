// Where tokens come from: one row per source.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "azure/clouds.h"
#include "azure/surroundings.h"
#include "azure/token_reply.h"

namespace pgcharter::azure {

/// A managed identity: the system's own, or a user-assigned one by one of its three names.
struct ManagedIdentity {
  enum class Kind { System, ClientId, ObjectId, ResourceId } kind = Kind::System;
  std::string id;
};
/// "client_id=…", "object_id=…", "resource_id=…", "system"; empty: AZURE_CLIENT_ID where it is set, else the system's.
ManagedIdentity parse_identity(const Surroundings& around, const std::string& text);

/// Ids are parts of URLs, of claims and of arguments: letters, digits, dots and hyphens. Throws SourceFailure.
std::string checked_id(const std::string& what, const std::string& text);

struct Inquiry {
  Surroundings& around;
  const Cloud& cloud;
  std::string authority;  ///< "https://login.microsoftonline.com"
  std::string resource;   ///< what the token is for
  ManagedIdentity identity;
  bool in_chain = false;  ///< other sources wait behind: an absent one is found out quickly
};

struct Source {
  std::string_view name;             ///< as in entra:NAME
  std::array<const char*, 4> needs;  ///< environment variables, all of them
  /// Beyond `needs`: why it is not set up here, or nothing.
  std::string (*missing)(const Surroundings& around);
  /// Throws SourceFailure.
  AccessToken (*ask)(Inquiry& inquiry);
};

std::span<const Source> all_sources();
const Source& source_by_name(std::string_view name);

/// Why a source is not set up here, e.g. "AZURE_CLIENT_SECRET is not set"; empty where it is.
std::string why_not_configured(const Source& source, const Surroundings& around);

// The ways of asking, by the file that has them.
AccessToken ask_client_secret(Inquiry& inquiry);
AccessToken ask_client_certificate(Inquiry& inquiry);
AccessToken ask_workload_identity(Inquiry& inquiry);
AccessToken ask_github_actions(Inquiry& inquiry);
AccessToken ask_azure_pipelines(Inquiry& inquiry);
AccessToken ask_app_service(Inquiry& inquiry);
AccessToken ask_app_service_2017(Inquiry& inquiry);
AccessToken ask_imds(Inquiry& inquiry);
AccessToken ask_azure_arc(Inquiry& inquiry);
AccessToken ask_azure_cli(Inquiry& inquiry);
AccessToken ask_azd(Inquiry& inquiry);

}  // namespace pgcharter::azure
