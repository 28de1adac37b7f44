// grants: who may do what on which objects.
//
// What can be refused without a server is refused here: a privilege that the kind lacks (PostgreSQL documentation 5.8),
// `future` where ALTER DEFAULT PRIVILEGES could not keep the promise (it knows no name patterns, exceptions or columns),
// a grant option for PUBLIC (GRANT, "grant options can only be granted to roles").
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "manifest/sections.h"

namespace pgcharter {

namespace {

// True where default privileges can stand for the pattern: "schema.*", "*".
bool can_be_future(const ObjectPattern& object) {
  const bool whole = object.name.any() && !object.args;
  return whole && (!object.schema || object.schema->literal() || object.schema->any());
}

void check_future(Reader& reader, const Node& future, const GrantRule& rule) {
  for (const ObjectPattern& object : rule.objects) {
    const ObjectKindInfo& kind = info(object.kind);
    if (kind.default_privileges_keyword.empty()) {
      reader.error("bad-future", future, fmt::format("{} have no default privileges, so \"future\" can't be kept", kind.manifest_key));
    } else if (!can_be_future(object)) {
      reader.error("bad-future", object.pos,
                   fmt::format("\"future\" is not possible for \"{}\": default privileges know no names and patterns", object.text()),
                   in_schema(object.kind) ? "Write schema.* or *, or leave \"future\" away." : "Write *, or leave \"future\" away.");
    }
  }
  if (!rule.columns.empty())
    reader.error("bad-future", future, "\"future\" is not possible with \"columns\": default privileges know no columns");
  if (!rule.except.empty() && !rule.except_future_ignore) {
    reader.error("bad-future", future, "\"future\" is not possible with \"except\": default privileges know no exceptions",
                 "Write \"except_future: ignore\" if future objects need not be excepted.");
  }
}

void check_columns(Reader& reader, const Node& columns, const GrantRule& rule) {
  for (const ObjectPattern& object : rule.objects) {
    if (info(object.kind).column.empty()) {
      reader.error("bad-columns", columns, fmt::format("{} have no columns", info(object.kind).manifest_key));
    }
  }
}

void check_grant_privileges(Reader& reader, const Reader::Privileges& privileges, const GrantRule& rule) {
  std::set<ObjectKind> kinds;
  for (const ObjectPattern& object : rule.objects) kinds.insert(object.kind);
  for (const ObjectKind kind : kinds) {
    const ObjectKindInfo& row = info(kind);
    if (!rule.columns.empty() && !row.column.empty()) {
      reader.check_privileges(privileges, row.column, fmt::format("columns of {}", row.manifest_key));
    } else {
      reader.check_privileges(privileges, row.all, std::string(row.manifest_key));
    }
  }
}

void read_flags(Reader& reader, const Node& node, GrantRule& rule) {
  constexpr std::array<std::string_view, 1> kIgnore{"ignore"};
  if (const Node* value = node.find("grantable")) rule.grantable = reader.boolean(*value, "\"grantable\"").value_or(false);
  if (const Node* value = node.find("future")) rule.future = reader.boolean(*value, "\"future\"").value_or(false);
  if (const Node* value = node.find("extension_members"))
    rule.extension_members = reader.boolean(*value, "\"extension_members\"").value_or(false);
  if (const Node* value = node.find("ensure")) rule.ensure = reader.ensure(*value).value_or(Ensure::Present);
  if (const Node* value = node.find("expires")) rule.expires = reader.expiry(*value);
  if (const Node* value = node.find("except_future"))
    rule.except_future_ignore = reader.word(*value, "\"except_future\"", kIgnore).has_value();
}

void check_flags(Reader& reader, const Node& node, const GrantRule& rule) {
  if (rule.ensure == Ensure::Absent) {
    for (const std::string_view key : {"grantable", "expires"}) {
      if (const Node* value = node.find(key)) {
        reader.error("invalid-combination", *value, fmt::format("\"{}\" has no meaning with \"ensure: absent\"", key));
      }
    }
  }
  if (const Node* value = node.find("except_future"); value != nullptr && (!rule.future || node.find("except") == nullptr)) {
    reader.error("invalid-combination", *value, "\"except_future\" needs \"future: true\" and \"except\"");
  }
  if (const Node* value = node.find("grantable"); value != nullptr && rule.grantable) {
    const auto everybody = std::find(rule.to.begin(), rule.to.end(), "public");
    if (everybody != rule.to.end()) reader.error("invalid-combination", *value, "PUBLIC can't have grant options");
  }
}

void read_grant(Reader& reader, const Node& node, DatabaseCharter& database) {
  if (!reader.check_keys(node, kGrantMapping, "a grant")) return;
  if (node.find("profile") != nullptr) return use_profile(reader, node, database);
  if (const Node* value = node.find("with")) reader.error("invalid-combination", *value, "\"with\" needs \"profile\"");
  GrantRule rule;
  rule.pos = reader.pos(node);
  const Node* to = node.find("to");
  if (to == nullptr) {
    reader.error("missing-key", node, "a grant has no \"to\"");
  } else {
    const Node* ensure = node.find("ensure");
    const bool absent = ensure != nullptr && ensure->text == "absent";
    for (const Node* item : reader.one_or_more(*to, "\"to\"")) {
      auto name = reader.role(*item, "the grantee", true, absent);
      if (!name) continue;
      rule.to.push_back(std::move(*name));
      rule.to_pos.push_back(reader.pos(*item));
    }
  }
  if (read_grant_body(reader, node, rule) && !rule.to.empty()) database.grants.push_back(std::move(rule));
}

}  // namespace

bool read_grant_body(Reader& reader, const Node& node, GrantRule& rule) {
  const Node* privileges = node.find("privileges");
  const Node* objects = node.find("objects");
  if (privileges == nullptr) reader.error("missing-key", node, "a grant has no \"privileges\"");
  if (objects == nullptr) reader.error("missing-key", node, "a grant has no \"objects\"");
  const auto written = privileges != nullptr ? reader.privileges(*privileges) : std::nullopt;
  if (objects != nullptr) rule.objects = reader.objects(*objects, "\"objects\"");
  if (const Node* except = node.find("except")) rule.except = reader.objects(*except, "\"except\"");
  const Node* columns = node.find("columns");
  if (columns != nullptr) {
    rule.columns = reader.names(*columns, "a column");
    check_columns(reader, *columns, rule);
  }
  read_flags(reader, node, rule);
  check_flags(reader, node, rule);
  if (rule.future) check_future(reader, *node.find("future"), rule);
  if (!written || rule.objects.empty() || (columns != nullptr && rule.columns.empty())) return false;
  check_grant_privileges(reader, *written, rule);
  rule.all_privileges = written->all;
  rule.privileges = written->set;
  return true;
}

void read_grants(Reader& reader, const Node& node, DatabaseCharter& database) {
  for (const Node* item : reader.list(node, "\"grants\"")) read_grant(reader, *item, database);
}

}  // namespace pgcharter
