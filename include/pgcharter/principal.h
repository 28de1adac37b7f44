// Identities of Microsoft Entra ID that roles stand for, as Azure Database for PostgreSQL keeps them: in security labels of the roles.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pgcharter {

/// Who logs in as a role with a token of Entra's. Of a role that was made by name the label may say neither type nor object id.
struct EntraPrincipal {
  std::string type;       ///< "user", "group", "service"; empty: not known
  std::string object_id;  ///< lower case; empty: not known
  std::string tenant_id;  ///< only ever read
  bool admin = false;
  bool mfa = false;

  bool operator==(const EntraPrincipal&) const = default;
};

/// The two labels of a role, each where there is one: `resolved` is what the server has found out (provider pgaadauth-int) and decides
/// about the identity, `set` is what somebody wrote (pgaadauth) and decides about admin and mfa. Nothing where there is neither.
std::optional<EntraPrincipal> parse_entra_labels(const std::optional<std::string_view>& resolved,
                                                 const std::optional<std::string_view>& set);

/// "type=service,oid=04a9fcc9-…,admin"; "by name" where neither is known.
std::string to_string(const EntraPrincipal& principal);
/// What SECURITY LABEL FOR "pgaadauth" is given: "aadauth,oid=…,type=service,admin".
std::string entra_label(const EntraPrincipal& principal);

/// "user", "group" or "service".
bool is_entra_type(std::string_view word);
/// 04a9fcc9-de20-4078-a327-cf935088b0bb, in either case.
bool is_guid(std::string_view text);

/// Which of Azure's functions the server has, in database `postgres`.
struct EntraFunctions {
  bool create = false;           ///< pgaadauth_create_principal(text, boolean, boolean)
  bool create_with_oid = false;  ///< pgaadauth_create_principal_with_oid(text, text, text, boolean, boolean)
  bool update_with_oid = false;  ///< pgaadauth_update_principal_with_oid(text, text, text, boolean, boolean)

  [[nodiscard]] bool any() const { return create || create_with_oid || update_with_oid; }
  bool operator==(const EntraFunctions&) const = default;
};

/// The only database that has those functions; what they do holds for the whole server.
inline constexpr std::string_view kEntraDatabase = "postgres";
/// The administrators' role, which creating a principal as admin brings along.
inline constexpr std::string_view kEntraAdminRole = "azure_pg_admin";

}  // namespace pgcharter
