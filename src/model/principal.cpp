// Security labels of Azure Database for PostgreSQL: words between commas, in no fixed order ("aadauth,oid=…,type=service,admin"). What is
// set and what the server makes of it are two labels of two providers; a role that was made by name has "aadauth" as the one, and the
// identity that the server found as the other.

#include "pgcharter/principal.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace pgcharter {
namespace {

constexpr std::array<std::string_view, 3> kTypes{"user", "group", "service"};

EntraPrincipal parse(std::string_view label) {
  EntraPrincipal principal;
  for (const std::string& item : split(label, ',')) {
    const std::string word = to_lower(trim(item));
    const std::size_t equals = word.find('=');
    const std::string_view key = std::string_view(word).substr(0, equals);
    const std::string value = equals == std::string::npos ? std::string() : std::string(trim(std::string_view(word).substr(equals + 1)));
    if (key == "oid") principal.object_id = value;
    if (key == "type") principal.type = value;
    if (key == "tenant_id") principal.tenant_id = value;
    if (word == "admin") principal.admin = true;
    if (word == "mfa") principal.mfa = true;
  }
  return principal;
}

std::string flags(const EntraPrincipal& principal) { return std::string(principal.admin ? ",admin" : "") + (principal.mfa ? ",mfa" : ""); }

}  // namespace

std::optional<EntraPrincipal> parse_entra_labels(const std::optional<std::string_view>& resolved,
                                                 const std::optional<std::string_view>& set) {
  if (!resolved && !set) return std::nullopt;
  if (!resolved) return parse(*set);
  EntraPrincipal principal = parse(*resolved);
  if (!set) return principal;
  EntraPrincipal written = parse(*set);
  if (principal.object_id.empty()) principal.object_id = std::move(written.object_id);
  if (principal.type.empty()) principal.type = std::move(written.type);
  if (principal.tenant_id.empty()) principal.tenant_id = std::move(written.tenant_id);
  principal.admin = written.admin;
  principal.mfa = written.mfa;
  return principal;
}

std::string to_string(const EntraPrincipal& principal) {
  std::string text;
  if (!principal.type.empty()) text += "type=" + principal.type;
  if (!principal.object_id.empty()) text += (text.empty() ? "oid=" : ",oid=") + principal.object_id;
  return (text.empty() ? "by name" : text) + flags(principal);
}

std::string entra_label(const EntraPrincipal& principal) {
  std::string label = "aadauth";
  if (!principal.object_id.empty()) label += ",oid=" + principal.object_id;
  if (!principal.object_id.empty() && !principal.type.empty()) label += ",type=" + principal.type;
  return label + flags(principal);
}

bool is_entra_type(std::string_view word) { return std::ranges::find(kTypes, word) != kTypes.end(); }

bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (hyphen ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace pgcharter
