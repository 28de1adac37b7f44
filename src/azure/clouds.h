// The clouds of Azure: one row each.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "pgcharter/credential.h"

namespace pgcharter::azure {

struct Cloud {
  std::string_view name;
  std::string_view authority;          ///< host that gives tokens
  std::string_view postgres_resource;  ///< what a token for PostgreSQL is for
  std::string_view vault_resource;
  std::string_view vault_suffix;         ///< vaults are hosts below it
  std::string_view federation_audience;  ///< of the token that a CI system hands out
};

inline constexpr std::array<Cloud, 3> kClouds{{
    {"public", "login.microsoftonline.com", "https://ossrdbms-aad.database.windows.net", "https://vault.azure.net", "vault.azure.net",
     "api://AzureADTokenExchange"},
    {"usgov", "login.microsoftonline.us", "https://ossrdbms-aad.database.usgovcloudapi.net", "https://vault.usgovcloudapi.net",
     "vault.usgovcloudapi.net", "api://AzureADTokenExchangeUSGov"},
    {"china", "login.partner.microsoftonline.cn", "https://ossrdbms-aad.database.chinacloudapi.cn", "https://vault.azure.cn",
     "vault.azure.cn", "api://AzureADTokenExchangeChina"},
}};

/// Throws Error for an unknown name.
const Cloud& cloud_by_name(const std::string& name);
/// The cloud that an authority host belongs to.
const Cloud* cloud_of_authority(const std::string& host);
/// The cloud that a vault's host belongs to.
const Cloud* cloud_of_vault(const std::string& host);

std::string resource_of(const Cloud& cloud, Audience audience);

}  // namespace pgcharter::azure
