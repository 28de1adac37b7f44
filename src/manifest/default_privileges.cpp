// default_privileges: what objects will have when somebody creates them (ALTER DEFAULT PRIVILEGES).
//
// Which kinds have them at all, and which of those inside a schema, is in the table of kinds: schemas and large objects
// have global ones only.
#include <vector>

#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/sections.h"

namespace pgcharter {

namespace {

std::optional<ObjectKind> read_kind(Reader& reader, const Node& node) {
  std::vector<std::string_view> known;
  for (const ObjectKindInfo& row : all_object_kinds()) {
    if (!row.default_privileges_keyword.empty()) known.push_back(row.manifest_key);
  }
  const auto word = reader.word(node, "\"objects\" of a default privilege", known);
  return word ? object_kind_by_manifest_key(known[*word]) : std::nullopt;
}

bool check_required(Reader& reader, const Node& node, std::initializer_list<std::string_view> keys) {
  bool complete = true;
  for (const std::string_view key : keys) {
    if (node.find(key) != nullptr) continue;
    reader.error("missing-key", node, fmt::format("a default privilege has no \"{}\"", key));
    complete = false;
  }
  return complete;
}

void check_grantable(Reader& reader, const Node& node, const DefaultPrivilegeRule& rule) {
  const Node* grantable = node.find("grantable");
  if (grantable == nullptr || !rule.grantable) return;
  if (rule.ensure == Ensure::Absent)
    reader.error("invalid-combination", *grantable, "\"grantable\" has no meaning with \"ensure: absent\"");
  for (const std::string& name : rule.to) {
    if (name == "public") reader.error("invalid-combination", *grantable, "PUBLIC can't have grant options");
  }
}

}  // namespace

void read_default_privilege(Reader& reader, const Node& node, const std::vector<std::string>* to, DatabaseCharter& database) {
  const Mapping& mapping = to != nullptr ? kProfileDefaultPrivilegeMapping : kDefaultPrivilegeMapping;
  if (!reader.check_keys(node, mapping, "a default privilege")) return;
  bool complete = check_required(reader, node, {"by", "privileges", "objects"});
  if (to == nullptr) complete = check_required(reader, node, {"to"}) && complete;
  DefaultPrivilegeRule rule;
  rule.pos = reader.pos(node);
  if (const Node* value = node.find("ensure")) rule.ensure = reader.ensure(*value).value_or(Ensure::Present);
  const bool absent = rule.ensure == Ensure::Absent;
  if (const Node* value = node.find("by")) rule.by = reader.roles(*value, "the creator", false, absent);
  if (const Node* value = node.find("in")) rule.in = reader.names(*value, "a schema in \"in\"");
  if (const Node* value = node.find("to"); value != nullptr && to == nullptr) rule.to = reader.roles(*value, "the grantee", true, absent);
  if (to != nullptr) rule.to = *to;
  if (const Node* value = node.find("grantable")) rule.grantable = reader.boolean(*value, "\"grantable\"").value_or(false);
  check_grantable(reader, node, rule);
  const Node* privileges = node.find("privileges");
  const auto written = privileges != nullptr ? reader.privileges(*privileges) : std::nullopt;
  if (const Node* value = node.find("in"); value != nullptr && rule.in.empty()) complete = false;
  if (!complete) return;
  for (const Node* item : reader.one_or_more(*node.find("objects"), "\"objects\"")) {
    const auto kind = read_kind(reader, *item);
    if (!kind || !written) continue;
    const ObjectKindInfo& row = info(*kind);
    reader.check_privileges(*written, row.all, std::string(row.manifest_key));
    if (!rule.in.empty() && !row.default_in_schema) {
      reader.error("invalid-combination", *item, fmt::format("default privileges on {} are global", row.manifest_key),
                   "Leave \"in\" away.");
    }
    if (rule.by.empty() || rule.to.empty()) continue;
    rule.objects = *kind;
    rule.all_privileges = written->all;
    rule.privileges = written->set;
    database.default_privileges.push_back(rule);
  }
}

void read_default_privileges(Reader& reader, const Node& node, DatabaseCharter& database) {
  for (const Node* item : reader.list(node, "\"default_privileges\"")) read_default_privilege(reader, *item, nullptr, database);
}

}  // namespace pgcharter
