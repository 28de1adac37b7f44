// Resource identifiers and hosts as in azure-cli's cloud.py (ossrdbms_resource_id) and the documentation of the national clouds. The token
// of one cloud is worth nothing in another, so the cloud is decided once per run.

#include "azure/clouds.h"

#include <algorithm>

#include <fmt/format.h>

#include "pgcharter/diagnostics.h"

namespace pgcharter::azure {

const Cloud& cloud_by_name(const std::string& name) {
  const auto found = std::ranges::find(kClouds, name, &Cloud::name);
  if (found == kClouds.end()) throw Error(fmt::format("unknown cloud \"{}\"", printable(name)), "The clouds are public, usgov and china.");
  return *found;
}

const Cloud* cloud_of_authority(const std::string& host) {
  if (host == "login.chinacloudapi.cn") return &cloud_by_name("china");  // its older name
  const auto found = std::ranges::find(kClouds, host, &Cloud::authority);
  return found == kClouds.end() ? nullptr : &*found;
}

const Cloud* cloud_of_vault(const std::string& host) {
  for (const Cloud& cloud : kClouds) {
    if (host.size() > cloud.vault_suffix.size() + 1 && host.ends_with(cloud.vault_suffix) &&
        host[host.size() - cloud.vault_suffix.size() - 1] == '.') {
      return &cloud;
    }
  }
  return nullptr;
}

std::string resource_of(const Cloud& cloud, Audience audience) {
  return std::string(audience == Audience::PostgreSql ? cloud.postgres_resource : cloud.vault_resource);
}

}  // namespace pgcharter::azure
