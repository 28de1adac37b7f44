// Every key of the format, by the mapping in which it may stand: the one list that the reader, its suggestions and the
// JSON Schema for editors share (a unit test compares them). A key that the format has but this version does not
// treat is listed with `supported = false`: it is refused, never ignored.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace pgcharter {

struct Key {
  std::string_view name;
  bool supported = true;
};

/// A mapping of the format; `name` is its definition in manifests/schema/manifest.schema.json.
struct Mapping {
  std::string_view name;
  std::span<const Key> keys;
};

namespace keys {

inline constexpr Key kCharterKeys[] = {{"charter"},      {"name"},      {"vars"},
                                       {"scope"},        {"roles"},     {"databases"},
                                       {"extensions"},   {"schemas"},   {"ownership"},
                                       {"grants"},       {"profiles"},  {"default_privileges"},
                                       {"tables"},       {"functions"}, {"policies", false},
                                       {"expect", false}};
inline constexpr Key kDatabaseKeys[] = {{"owner"},     {"settings"},        {"extensions"},         {"schemas"},
                                        {"ownership"}, {"grants"},          {"default_privileges"}, {"tables"},
                                        {"functions"}, {"policies", false}, {"expect", false}};
inline constexpr Key kScopeKeys[] = {{"roles"}, {"schemas"}, {"public"}, {"families"}, {"ignore"}, {"mode"}};
inline constexpr Key kRoleKeys[] = {
    {"external"},     {"ensure"},      {"login"},     {"superuser"},        {"createdb"},    {"createrole"},
    {"inherit"},      {"replication"}, {"bypassrls"}, {"connection_limit"}, {"valid_until"}, {"password"},
    {"settings"},     {"settings_in"}, {"comment"},   {"member_of"},        {"members"},     {"reassign_owned_to"},
    {"renamed_from"}, {"entra"}};
inline constexpr Key kPasswordKeys[] = {{"env"}, {"file"}, {"key_vault"}};
inline constexpr Key kEntraKeys[] = {{"type"}, {"object_id"}, {"admin"}, {"mfa"}};
inline constexpr Key kMembershipKeys[] = {{"role"}, {"admin"}, {"inherit"}, {"set"}, {"ensure"}, {"expires"}};
inline constexpr Key kExtensionKeys[] = {{"schema"}, {"version"}};
inline constexpr Key kSchemaKeys[] = {{"owner"}, {"creators"}, {"ensure"}, {"distribute"}};
inline constexpr Key kTableKeys[] = {{"ensure"}, {"owner"}, {"columns"}, {"primary_key"}, {"distribute"}, {"hypertable"}};
inline constexpr Key kColumnKeys[] = {{"type"}, {"nullable"}, {"default"}, {"identity"}};
inline constexpr Key kDistributeKeys[] = {{"by"}, {"to"}, {"shards"}, {"colocate_with"}, {"concurrently"}};
inline constexpr Key kHypertableKeys[] = {{"by"}, {"interval"}, {"retention"}};
inline constexpr Key kRetentionKeys[] = {{"older_than"}, {"schedule"}};
inline constexpr Key kFunctionKeys[] = {{"ensure"},   {"owner"},      {"returns"},  {"language"},
                                        {"security"}, {"volatility"}, {"settings"}, {"body"}};
inline constexpr Key kOwnershipKeys[] = {{"owner"}, {"of"}, {"except"}};
inline constexpr Key kGrantKeys[] = {{"to"},     {"privileges"},    {"objects"},           {"except"}, {"columns"}, {"grantable"},
                                     {"future"}, {"except_future"}, {"extension_members"}, {"ensure"}, {"expires"}, {"profile"},
                                     {"with"}};
inline constexpr Key kProfileGrantKeys[] = {{"privileges"},    {"objects"},           {"except"}, {"columns"}, {"grantable"}, {"future"},
                                            {"except_future"}, {"extension_members"}, {"ensure"}, {"expires"}};
inline constexpr Key kDefaultPrivilegeKeys[] = {{"by"}, {"in"}, {"to"}, {"privileges"}, {"objects"}, {"grantable"}, {"ensure"}};
inline constexpr Key kProfileDefaultPrivilegeKeys[] = {{"by"}, {"in"}, {"privileges"}, {"objects"}, {"grantable"}, {"ensure"}};
inline constexpr Key kProfileKeys[] = {{"params"},    {"grants"},           {"default_privileges"}, {"member_of"}, {"login"},
                                       {"superuser"}, {"createdb"},         {"createrole"},         {"inherit"},   {"replication"},
                                       {"bypassrls"}, {"connection_limit"}, {"valid_until"},        {"settings"},  {"functions"}};

}  // namespace keys

inline constexpr Mapping kCharterMapping{"charter", keys::kCharterKeys};
inline constexpr Mapping kDatabaseMapping{"database", keys::kDatabaseKeys};
inline constexpr Mapping kScopeMapping{"scope", keys::kScopeKeys};
inline constexpr Mapping kRoleMapping{"role", keys::kRoleKeys};
inline constexpr Mapping kPasswordMapping{"password", keys::kPasswordKeys};
inline constexpr Mapping kEntraMapping{"entra", keys::kEntraKeys};
inline constexpr Mapping kMembershipMapping{"membership", keys::kMembershipKeys};
inline constexpr Mapping kExtensionMapping{"extension", keys::kExtensionKeys};
inline constexpr Mapping kSchemaMapping{"schema", keys::kSchemaKeys};
inline constexpr Mapping kTableMapping{"table", keys::kTableKeys};
inline constexpr Mapping kColumnMapping{"column", keys::kColumnKeys};
inline constexpr Mapping kDistributeMapping{"distribute", keys::kDistributeKeys};
inline constexpr Mapping kHypertableMapping{"hypertable", keys::kHypertableKeys};
inline constexpr Mapping kRetentionMapping{"retention", keys::kRetentionKeys};
inline constexpr Mapping kFunctionMapping{"function", keys::kFunctionKeys};
inline constexpr Mapping kOwnershipMapping{"ownership", keys::kOwnershipKeys};
inline constexpr Mapping kGrantMapping{"grant", keys::kGrantKeys};
inline constexpr Mapping kProfileGrantMapping{"profile_grant", keys::kProfileGrantKeys};
inline constexpr Mapping kDefaultPrivilegeMapping{"default_privilege", keys::kDefaultPrivilegeKeys};
inline constexpr Mapping kProfileDefaultPrivilegeMapping{"profile_default_privilege", keys::kProfileDefaultPrivilegeKeys};
inline constexpr Mapping kProfileMapping{"profile", keys::kProfileKeys};

inline constexpr std::array kMappings{kCharterMapping,
                                      kDatabaseMapping,
                                      kScopeMapping,
                                      kRoleMapping,
                                      kPasswordMapping,
                                      kEntraMapping,
                                      kMembershipMapping,
                                      kExtensionMapping,
                                      kSchemaMapping,
                                      kTableMapping,
                                      kColumnMapping,
                                      kDistributeMapping,
                                      kHypertableMapping,
                                      kRetentionMapping,
                                      kFunctionMapping,
                                      kOwnershipMapping,
                                      kGrantMapping,
                                      kProfileGrantMapping,
                                      kDefaultPrivilegeMapping,
                                      kProfileDefaultPrivilegeMapping,
                                      kProfileMapping};

}  // namespace pgcharter
