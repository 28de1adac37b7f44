// Where a server runs, and what its provider does not let anybody do. One table, src/model/platform.cpp.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pgcharter {

/// An extension that a platform does not have: why, and what to do instead.
struct RefusedExtension {
  std::string_view name;
  std::string_view reason;
  std::string_view way_out;
};

struct PlatformInfo {
  std::string_view name;     ///< as --platform and the JSON's target say it: "azure-flexible-server"
  std::string_view display;  ///< "Azure Database for PostgreSQL flexible server"
  std::string_view admin;    ///< the role that stands in for a superuser; empty: superusers are to be had
  bool tablespaces = true;
  bool untrusted_languages = true;
  bool one_database = false;
  bool entra = false;              ///< roles can stand for identities of Microsoft Entra ID
  bool timescale_policies = true;  ///< false: TimescaleDB is the Apache edition, which has no policies
  int bypassrls_since = 0;         ///< the first major version on which the administrator can give BYPASSRLS
  std::span<const RefusedExtension> refused{};
};

/// All rows, plain PostgreSQL first.
std::span<const PlatformInfo> platforms();
/// Null where the name is none.
const PlatformInfo* find_platform(std::string_view name);

/// True for the languages that only superusers may use, by the extension that brings them: plpython3u, plperlu, pltclu …
bool is_untrusted_language(std::string_view extension);

struct Charter;
class Diagnostics;

/// What a live server adds to the rules of its platform.
struct PlatformFacts {
  int server_major = 0;                           ///< 0: not known
  std::optional<std::string> allowed_extensions;  ///< azure.extensions: a list with commas
};

/// Errors for everything in the charter that the platform can't do, at the manifest's line, with the way out.
void check_platform(const Charter& charter, const PlatformInfo& platform, const PlatformFacts& facts, Diagnostics& diagnostics);

}  // namespace pgcharter
