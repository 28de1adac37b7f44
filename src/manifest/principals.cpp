// entra: the identity of Microsoft Entra ID that a role stands for (Azure Database for PostgreSQL documentation, "Manage Microsoft Entra
// users"), and what is left of Single Server's way to say the same.
//
// What the server gives every principal need not be written beside it: LOGIN, and for an administrator CREATEROLE, CREATEDB and the
// membership in azure_pg_admin. What contradicts it is an error.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/sections.h"

namespace pgcharter {

namespace {

constexpr std::array<std::string_view, 3> kTypes{"user", "group", "service"};

constexpr const char* kNoSingleServer =
    "Write `entra: { type: service, object_id: … }` in the role's entry, and neither a password nor a group; `type` can also be user or "
    "group.";

const NodeEntry* entry_of(const Node& map, std::string_view key) {
  const auto found = std::ranges::find(map.entries, key, [](const NodeEntry& entry) -> const std::string& { return entry.key.text; });
  return found == map.entries.end() ? nullptr : &*found;
}

EntraPrincipal read_principal(Reader& reader, const Node& node) {
  EntraPrincipal principal;
  if (const Node* value = node.find("type")) {
    if (const auto type = reader.word(*value, "\"type\"", kTypes)) principal.type = kTypes[*type];
  }
  if (const Node* value = node.find("object_id")) {
    const auto text = reader.text(*value, "\"object_id\"");
    if (text && !is_guid(*text)) {
      reader.error(
          "bad-object-id", *value, fmt::format("\"{}\" is no object id", *text),
          "Write it as Entra shows it: 04a9fcc9-de20-4078-a327-cf935088b0bb. Of an application it is that of its service principal "
          "(enterprise application), not the application (client) id.");
    } else if (text) {
      principal.object_id = to_lower(*text);
      if (node.find("type") == nullptr) {
        reader.error("missing-key", *value, "\"object_id\" needs \"type\" beside it", "Write `type: user`, `group` or `service`.");
      }
    }
  }
  if (const Node* value = node.find("admin")) principal.admin = reader.boolean(*value, "\"admin\"").value_or(false);
  if (const Node* value = node.find("mfa")) principal.mfa = reader.boolean(*value, "\"mfa\"").value_or(false);
  return principal;
}

void imply(Reader& reader, const Node& role, const Node& entra, RoleRule& rule, const std::string& key, bool RoleAttributes::*attribute,
           std::string_view cause) {
  const Node* written = role.find(key);
  if (written == nullptr) {
    rule.written.emplace(key, reader.pos(entra));  // so that a profile can't say the opposite
    rule.attributes.*attribute = true;
  } else if (!(rule.attributes.*attribute) && !written->broken) {
    reader.error("invalid-combination", *written, fmt::format("\"{}: false\" contradicts {}, which brings it along", key, cause),
                 fmt::format("Leave \"{}\" out.", key));
    rule.attributes.*attribute = true;
  }
}

}  // namespace

void read_entra(Reader& reader, const Node& role, const Node& node, RoleRule& rule) {
  if (!reader.check_keys(node, kEntraMapping, "\"entra\"")) return;
  rule.entra = EntraRule{reader.pos(node), read_principal(reader, node)};
  if (const NodeEntry* key = entry_of(role, "entra")) rule.entra->pos = reader.pos(key->key);
  imply(reader, role, node, rule, "login", &RoleAttributes::login, "\"entra\"");
  if (rule.entra->principal.admin) {
    imply(reader, role, node, rule, "createrole", &RoleAttributes::createrole, "\"admin: true\" of \"entra\"");
    imply(reader, role, node, rule, "createdb", &RoleAttributes::createdb, "\"admin: true\" of \"entra\"");
  }
  if (const NodeEntry* password = entry_of(role, "password")) {
    reader.error("invalid-combination", password->key, "a principal of Microsoft Entra has no password: it logs in with a token",
                 "Leave \"password\" out, or \"entra\".");
  }
}

bool is_single_server_role(std::string_view name) { return name == "azure_ad_user" || name == "azure_ad_admin"; }

void tell_single_server_role(Reader& reader, const SourcePos& pos, std::string_view name) {
  reader.error(
      "retired-single-server", pos,
      fmt::format("\"{}\" is a role of Azure Database for PostgreSQL Single Server, which is retired; no other server has it", name),
      kNoSingleServer);
}

void tell_single_server_setting(Reader& reader, const Node& node) {
  reader.error("retired-single-server", node,
               "\"aad_validate_oids_in_tenant\" is a parameter of Azure Database for PostgreSQL Single Server, which is retired; no other "
               "server has it",
               kNoSingleServer);
}

}  // namespace pgcharter
