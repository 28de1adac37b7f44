// Which sources a --credential means, in which order they are asked, and how long a token is kept.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "azure/sources.h"

namespace pgcharter::azure {

/// What stands behind "entra": a source, or a group of which the first one that is set up is asked.
struct Member {
  std::string_view name;        ///< as in entra:NAME
  std::string_view class_name;  ///< as in AZURE_TOKEN_CREDENTIALS; empty where Azure's libraries have none
  std::array<std::string_view, 4> sources;
};

/// The members of entra (a chain) or entra:NAME (one). Throws Error for an unknown name.
std::vector<Member> members_of(const std::string& credential, const Surroundings& around);

class ChainedSource final : public TokenSource {
 public:
  ChainedSource(const CredentialOptions& options, Surroundings& around);
  AccessToken token(Audience audience) override;

  /// The cloud that was decided on.
  [[nodiscard]] const Cloud& cloud() const { return *cloud_; }
  [[nodiscard]] Surroundings& around() const { return around_; }

 private:
  Surroundings& around_;
  std::vector<Member> members_;
  const Cloud* cloud_ = nullptr;
  std::string authority_;
  std::string identity_;
  std::map<Audience, AccessToken> kept_;

  AccessToken acquire(Audience audience);
  AccessToken ask(const Source& source, const Member& member, Audience audience, bool in_chain);
  void decide_cloud(const CredentialOptions& options);
};

/// The real world and what is used in it, for the public functions.
struct World {
  explicit World(const CredentialOptions& options);
  CurlClient http;
  SystemClock clock;
  Surroundings around;
};

}  // namespace pgcharter::azure
