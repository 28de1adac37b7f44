// roles: who there is, with attributes, settings and memberships.
//
// The boolean attributes are a table of names and members, so that a profile and a role's entry read them in one way.
// An external role belongs to somebody else: nothing may be written beside `external`, since it would not be done.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/dates.h"
#include "manifest/sections.h"

namespace pgcharter {

namespace {

constexpr std::array<RoleFlag, 7> kBooleans{{
    {"login", &RoleAttributes::login},
    {"superuser", &RoleAttributes::superuser},
    {"createdb", &RoleAttributes::createdb},
    {"createrole", &RoleAttributes::createrole},
    {"inherit", &RoleAttributes::inherit},
    {"replication", &RoleAttributes::replication},
    {"bypassrls", &RoleAttributes::bypassrls},
}};

std::optional<std::string> read_valid_until(Reader& reader, const Node& node) {
  const auto written = reader.text(node, "\"valid_until\"");
  if (!written) return std::nullopt;
  if (to_lower(*written) == "infinity") return "infinity";
  const auto time = utc_timestamp(*written);
  if (time) return *time + "+00";
  reader.error("bad-date", node, fmt::format("\"{}\" is no date", *written), "Write 2027-01-01, 2027-01-01T18:00:00Z, or infinity.");
  return std::nullopt;
}

constexpr const char* kPasswordForms = "Write { env: VARIABLE }, { file: PATH } or { key_vault: URL }.";

/// The shape; whether the host is a vault is judged where it is asked.
bool is_secret_url(const std::string& text) {
  const std::size_t path = text.find('/', text.find("://") == std::string::npos ? 0 : text.find("://") + 3);
  return (text.starts_with("https://") || text.starts_with("http://")) && path != std::string::npos &&
         text.compare(path, 9, "/secrets/") == 0 && text.size() > path + 9 && text.find_first_of("?#@ ") == std::string::npos;
}

std::optional<PasswordSource> read_password(Reader& reader, const Node& node) {
  if (!node.is_map()) {
    reader.secret_at(node);
    reader.error("secret-in-manifest", node, "a password never stands in a manifest", kPasswordForms);
    return std::nullopt;
  }
  if (!reader.check_keys(node, kPasswordMapping, "\"password\"")) return std::nullopt;
  if (node.entries.size() != 1) {
    reader.error("bad-password", node, "\"password\" names one place", kPasswordForms);
    return std::nullopt;
  }
  const NodeEntry& entry = node.entries.front();
  const auto locator = reader.text(entry.value, fmt::format("\"{}\"", entry.key.text));
  if (!locator) return std::nullopt;
  if (locator->empty()) {
    reader.error("bad-password", entry.value, fmt::format("\"{}\" is empty", entry.key.text));
    return std::nullopt;
  }
  const bool vault = entry.key.text == "key_vault";
  if (vault && !is_secret_url(*locator)) {
    reader.error("bad-password", entry.value, fmt::format("\"{}\" is no secret of a key vault", *locator),
                 "Write https://VAULT.vault.azure.net/secrets/NAME, perhaps with /VERSION.");
    return std::nullopt;
  }
  const auto kind = vault                     ? PasswordSource::Kind::KeyVault
                    : entry.key.text == "env" ? PasswordSource::Kind::Env
                                              : PasswordSource::Kind::File;
  return PasswordSource{kind, *locator, reader.pos(entry.value)};
}

// One item of member_of or members; `other` receives the role that it names.
std::optional<MembershipRule> read_membership(Reader& reader, const Node& node, std::string_view what, std::string& other) {
  MembershipRule rule;
  rule.pos = reader.pos(node);
  const Node* role = &node;
  if (node.is_map()) {
    if (!reader.check_keys(node, kMembershipMapping, what)) return std::nullopt;
    role = node.find("role");
    if (role == nullptr) {
      reader.error("missing-key", node, fmt::format("{} has no \"role\"", what));
      return std::nullopt;
    }
    if (const Node* value = node.find("ensure")) rule.ensure = reader.ensure(*value).value_or(Ensure::Present);
    if (const Node* value = node.find("admin")) rule.admin = reader.boolean(*value, "\"admin\"");
    if (const Node* value = node.find("inherit")) rule.inherit = reader.boolean(*value, "\"inherit\"");
    if (const Node* value = node.find("set")) rule.set = reader.boolean(*value, "\"set\"");
    if (const Node* value = node.find("expires")) rule.expires = reader.expiry(*value);
    if (rule.ensure == Ensure::Absent && (rule.admin || rule.inherit || rule.set || rule.expires)) {
      reader.error("invalid-combination", node, "an absent membership has no options");
    }
  }
  auto name = reader.role(*role, what, false, rule.ensure == Ensure::Absent);
  if (!name) return std::nullopt;
  other = std::move(*name);
  return rule;
}

void read_member_of(Reader& reader, const Node& node, RoleRule& rule) {
  if (node.is_null() && node.text.empty()) return;
  for (const Node* item : node.is_list() ? reader.list(node, "\"member_of\"") : reader.one_or_more(node, "\"member_of\"")) {
    std::string group;
    auto membership = read_membership(reader, *item, "a role in \"member_of\"", group);
    if (!membership) continue;
    membership->role = std::move(group);
    membership->member = rule.name;
    rule.member_of.push_back(std::move(*membership));
  }
}

void read_members(Reader& reader, const Node& node, RoleRule& rule) {
  rule.members_written = true;
  if (node.is_null() && node.text.empty()) return;
  for (const Node* item : node.is_list() ? reader.list(node, "\"members\"") : reader.one_or_more(node, "\"members\"")) {
    std::string member;
    auto membership = read_membership(reader, *item, "a role in \"members\"", member);
    if (!membership) continue;
    membership->role = rule.name;
    membership->member = std::move(member);
    rule.members.push_back(std::move(*membership));
  }
}

void read_settings_in(Reader& reader, const Node& node, RoleRule& rule) {
  if (!reader.is_map(node, "\"settings_in\"")) return;
  for (const NodeEntry& entry : node.entries) {
    const auto database = reader.name(entry.key, "the database");
    if (database) rule.settings_in[*database] = read_settings(reader, entry.value, "the settings in a database");
  }
}

void check_role_name(Reader& reader, const NodeEntry& entry, const RoleRule& rule) {
  const std::string& name = rule.name;
  if (name == "public" || name == "none") {
    reader.error("reserved-name", entry.key, fmt::format("no role can be called \"{}\"", name),
                 name == "public" ? "It always means everybody and is not declared." : "");
  } else if (name.starts_with("pg_") && !rule.external) {
    reader.error("reserved-name", entry.key, fmt::format("the role \"{}\" belongs to PostgreSQL", name),
                 "Predefined roles are not declared; or declare it with { external: true }.");
  }
}

// Keys that contradict `external` and `ensure: absent`.
void check_role_keys(Reader& reader, const NodeEntry& entry, const RoleRule& rule) {
  for (const NodeEntry& attribute : entry.value.entries) {
    const std::string& key = attribute.key.text;
    if (rule.external && key != "external" && key != "ensure") {
      reader.error("invalid-combination", attribute.key, fmt::format("\"{}\" can't be written for an external role", key),
                   "The attributes and memberships of an external role are not managed by this charter.");
    } else if (rule.ensure == Ensure::Absent && !rule.external && key != "ensure" && key != "reassign_owned_to") {
      reader.error("invalid-combination", attribute.key, fmt::format("\"{}\" has no meaning for an absent role", key));
    }
  }
  if (rule.external && rule.ensure == Ensure::Absent) {
    reader.error("invalid-combination", entry.key, "an external role can't be absent", "Who owns the role drops it.");
  }
  if (rule.ensure == Ensure::Present && rule.reassign_owned_to) {
    reader.error("invalid-combination", *entry.value.find("reassign_owned_to"), "\"reassign_owned_to\" needs \"ensure: absent\"");
  }
}

void read_role(Reader& reader, const NodeEntry& entry) {
  const auto name = reader.name(entry.key, "the role name");
  if (!reader.check_keys(entry.value, kRoleMapping, "a role") || !name) return;
  const Node& node = entry.value;
  RoleRule rule;
  rule.name = *name;
  rule.pos = reader.pos(entry.key);
  if (const Node* value = node.find("external")) rule.external = reader.boolean(*value, "\"external\"").value_or(false);
  if (const Node* value = node.find("ensure")) rule.ensure = reader.ensure(*value).value_or(Ensure::Present);
  read_role_common(reader, node, rule);
  if (const Node* value = node.find("comment")) {
    rule.comment = value->is_null() && !value->broken ? std::optional<std::string>("") : reader.text(*value, "\"comment\"");
  }
  if (const Node* value = node.find("password")) rule.password = read_password(reader, *value);
  if (const Node* value = node.find("entra")) read_entra(reader, node, *value, rule);
  if (const Node* value = node.find("settings_in")) read_settings_in(reader, *value, rule);
  if (const Node* value = node.find("members")) read_members(reader, *value, rule);
  if (const Node* value = node.find("reassign_owned_to")) rule.reassign_owned_to = reader.role(*value, "the new owner");
  if (const Node* value = node.find("renamed_from")) {
    rule.renamed_from = reader.name(*value, "\"renamed_from\"");
    if (rule.renamed_from == rule.name) reader.error("invalid-combination", *value, "a role can't be renamed from its own name");
  }
  for (const NodeEntry& written : node.entries) rule.written.emplace(written.key.text, reader.pos(written.key));
  check_role_name(reader, entry, rule);
  if (is_single_server_role(rule.name) && rule.ensure == Ensure::Present) tell_single_server_role(reader, rule.pos, rule.name);
  check_role_keys(reader, entry, rule);
  reader.charter().roles.emplace(rule.name, std::move(rule));
}

bool is_parameter_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '$' || c == '-';
  }) && !(name.front() >= '0' && name.front() <= '9');
}

}  // namespace

std::span<const RoleFlag> role_flags() { return kBooleans; }

SettingRules read_settings(Reader& reader, const Node& node, std::string_view what) {
  SettingRules settings;
  if (!reader.is_map(node, what)) return settings;
  for (const NodeEntry& entry : node.entries) {
    const std::string name = to_lower(entry.key.text);
    if (!is_parameter_name(name)) {
      reader.error("bad-name", entry.key, fmt::format("\"{}\" is no name of a parameter", entry.key.text));
      continue;
    }
    if (name == "aad_validate_oids_in_tenant") tell_single_server_setting(reader, entry.key);
    SettingRule rule{reader.pos(entry.key), std::nullopt};
    if (!entry.value.is_null()) {
      rule.value = reader.text(entry.value, fmt::format("\"{}\"", entry.key.text));
      if (!rule.value) continue;
    }
    if (!settings.emplace(name, std::move(rule)).second) {
      reader.error("duplicate-key", entry.key, fmt::format("the parameter \"{}\" is there twice", name));
    }
  }
  return settings;
}

void read_role_common(Reader& reader, const Node& node, RoleRule& rule) {
  for (const auto& [key, member] : kBooleans) {
    const Node* value = node.find(key);
    if (value == nullptr) continue;
    if (const auto written = reader.boolean(*value, fmt::format("\"{}\"", key))) rule.attributes.*member = *written;
  }
  if (const Node* value = node.find("connection_limit"))
    rule.connection_limit = reader.integer(*value, "\"connection_limit\"", -1, 2147483647);
  if (const Node* value = node.find("valid_until")) rule.valid_until = read_valid_until(reader, *value);
  if (const Node* value = node.find("settings")) rule.settings = read_settings(reader, *value, "\"settings\"");
  if (const Node* value = node.find("member_of")) read_member_of(reader, *value, rule);
}

void read_roles(Reader& reader, const Node& node) {
  if (!reader.is_map(node, "\"roles\"")) return;
  for (const NodeEntry& entry : node.entries) read_role(reader, entry);
}

}  // namespace pgcharter
