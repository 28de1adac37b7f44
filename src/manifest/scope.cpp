// scope: what the charter is authoritative over (DESIGN 4). Only read here; what it leaves out is decided where the
// charter meets the actual state.
#include <array>

#include <fmt/format.h>

#include "manifest/sections.h"

namespace pgcharter {

namespace {

constexpr std::array<std::string_view, 7> kFamilies{"roles",  "memberships", "grants",      "default_privileges",
                                                    "owners", "schema",      "distribution"};
constexpr std::array<Family, 7> kFamilyValues{Family::Roles,  Family::Memberships, Family::Grants,      Family::DefaultPrivileges,
                                              Family::Owners, Family::Schema,      Family::Distribution};
constexpr std::array<std::string_view, 2> kModes{"authoritative", "additive"};

bool is_empty_list(const Node& node) { return node.is_list() && node.items.empty(); }

}  // namespace

void read_scope(Reader& reader, const Node& node) {
  if (!reader.check_keys(node, kScopeMapping, "\"scope\"")) return;
  Scope& scope = reader.charter().scope;
  if (const Node* value = node.find("roles")) {
    scope.roles_written = true;
    if (!is_empty_list(*value)) scope.roles = reader.patterns(*value, "a role in \"scope\"");
  }
  if (const Node* value = node.find("schemas")) {
    scope.schemas_written = true;
    if (!is_empty_list(*value)) scope.schemas = reader.patterns(*value, "a schema in \"scope\"");
  }
  if (const Node* value = node.find("public")) scope.public_in_scope = reader.boolean(*value, "\"public\"").value_or(false);
  if (const Node* value = node.find("mode")) scope.additive = reader.word(*value, "\"mode\"", kModes) == 1;
  if (const Node* value = node.find("families")) {
    for (const Node* item : reader.one_or_more(*value, "\"families\"")) {
      if (const auto word = reader.word(*item, "a family", kFamilies)) scope.families.insert(kFamilyValues[*word]);
    }
  }
  if (const Node* value = node.find("ignore")) {
    scope.ignore = reader.objects(*value, "\"ignore\"", [&](const NodeEntry& entry) {
      if (entry.key.text != "roles") return false;
      scope.ignore_roles = reader.patterns(entry.value, "a role in \"ignore\"");
      return true;
    });
  }
}

}  // namespace pgcharter
