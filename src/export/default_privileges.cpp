// Default privileges, row by row of pg_default_acl. A row IN SCHEMA only adds; a global row is the whole list, so what it lacks of the
// built-in list is written as `ensure: absent`, and what it keeps of PUBLIC's is written because an entry brings the row into scope (ALTER
// DEFAULT PRIVILEGES; acldefault() in src/backend/utils/adt/acl.c). What the grants say with `future: true` is left out here.

#include <algorithm>

#include <fmt/format.h>

#include "export/exporter.h"
#include "export/yaml_text.h"

namespace pgcharter {
namespace {

/// One entry of `default_privileges`. The order of the members is the order of the entries in the file.
struct DefaultEntry {
  bool absent = false;
  std::set<std::string> by;
  bool in_schema = false;  // so that merging along the schemas never takes in a global entry
  std::set<std::string> in;
  std::set<ObjectKind> objects;
  std::set<std::string> to;
  std::string privileges;
  bool grantable = false;

  auto operator<=>(const DefaultEntry&) const = default;
};

std::string line(const DefaultEntry& entry, std::size_t indent) {
  std::vector<std::string> kinds;
  for (const ObjectKind kind : entry.objects) kinds.emplace_back(info(kind).manifest_key);
  std::vector<std::pair<std::string, std::string>> members{{"by", flow_list({entry.by.begin(), entry.by.end()})}};
  if (!entry.in.empty()) members.emplace_back("in", flow_list({entry.in.begin(), entry.in.end()}));
  members.emplace_back("to", flow_list({entry.to.begin(), entry.to.end()}));
  members.emplace_back("privileges", entry.privileges);
  members.emplace_back("objects", flow_list(kinds));
  if (entry.grantable) members.emplace_back("grantable", "true");
  if (entry.absent) members.emplace_back("ensure", "absent");
  return list_item(flow_map(members), indent);
}

void add_row(Exporter& e, const DefaultAcl& row, const Futures& futures, std::vector<DefaultEntry>& entries) {
  const Acl& acl = e.acl(row.acl);
  const Acl builtin = row.schema.empty() ? acl_default(row.objects, row.creator, e.state().server.major()) : Acl{};
  auto add = [&](RoleId grantee, PrivilegeSet set, bool grantable, bool absent) {
    if (set.empty() || !e.exports(grantee)) return;
    entries.push_back({.absent = absent,
                       .by = {e.role(row.creator)},
                       .in_schema = !row.schema.empty(),
                       .in = row.schema.empty() ? std::set<std::string>{} : std::set{yaml_scalar(row.schema)},
                       .objects = {row.objects},
                       .to = {e.role(grantee)},
                       .privileges = e.privileges(set, row.objects),
                       .grantable = grantable});
  };
  std::set<RoleId> grantees;
  for (const AclEntry& entry : acl) grantees.insert(entry.grantee);
  for (const AclEntry& entry : builtin) grantees.insert(entry.grantee);
  for (const RoleId grantee : grantees) {
    const PrivilegeSet held = privileges_of(acl, grantee);
    const PrivilegeSet options = grantable_of(acl, grantee);
    if (!e.nameable(grantee)) e.note("default privileges of roles that no longer exist");
    add(grantee, privileges_of(builtin, grantee) - held, false, true);
    if (row.schema.empty() && grantee == row.creator) continue;
    for (const bool grantable : {false, true}) {
      if (futures.told.contains({row.creator, row.schema, row.objects, grantee, grantable})) continue;
      add(grantee, grantable ? options : held - options, grantable, false);
    }
  }
}

}  // namespace

std::string Exporter::default_privileges_section(const DatabaseState& database, const Futures& futures, std::size_t indent) {
  std::vector<DefaultEntry> entries;
  for (const DefaultAcl& row : database.default_acls) {
    if (nameable(row.creator)) {
      add_row(*this, row, futures, entries);
    } else {
      note("default privileges by roles that no longer exist");
    }
  }
  entries = merged(merged(std::move(entries), &DefaultEntry::in), &DefaultEntry::to);
  entries = merged(merged(std::move(entries), &DefaultEntry::objects), &DefaultEntry::by);
  std::ranges::sort(entries);
  std::string lines;
  for (const DefaultEntry& entry : entries) lines += line(entry, indent);
  return lines;
}

}  // namespace pgcharter
