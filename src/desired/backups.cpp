// What a backup would miss, or stop at, although every grant is as the charter says (facts of pg_dump: "Notes" and --enable-row-security in
// its documentation; of Azure: vaulted backup of Flexible Servers leaves out databases of its own roles). Warnings: none of it is a change.
//
// Roles that back up are those that the built-in profile azure-backup is granted to.

#include <algorithm>

#include <fmt/format.h>

#include "pgcharter/names.h"

#include "base/strings.h"
#include "desired/resolver.h"

namespace pgcharter {
namespace {

constexpr std::string_view kBackupProfile = "azure-backup";
constexpr std::size_t kShown = 3;

/// "a, b, c and 4 more".
std::string listed(const std::vector<std::string>& names) {
  const std::vector<std::string> first(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kShown)));
  return join(first, ", ") + (names.size() > kShown ? fmt::format(" and {} more", names.size() - kShown) : "");
}

}  // namespace

bool backs_up(const GrantRule& rule) { return rule.profile == kBackupProfile && rule.ensure == Ensure::Present; }

void Resolver::check_backups() {
  if (options_.on_worker) return;
  bool any = false;
  for (std::size_t i = 0; i < desired_.databases.size(); ++i) {
    std::map<std::string, SourcePos> roles;
    for (const GrantRule& rule : charter_.databases[i].grants) {
      if (!backs_up(rule) || is_expired(rule.expires)) continue;
      for (const std::string& role : rule.to) roles.emplace(role, rule.pos);
    }
    for (const auto& [name, pos] : roles) {
      check_row_security(i, name, pos);
      check_large_objects(i, name, pos);
      check_creators(i, name, pos);
    }
    any = any || !roles.empty();
  }
  if (any || actual_.server.platform.starts_with("azure-")) check_database_owners();
}

void Resolver::check_row_security(std::size_t database, const std::string& name, const SourcePos& pos) {
  const RoleId role = role_id(name);
  const auto managed = std::ranges::find(desired_.roles, role, &DesiredRole::id);
  const Role* existing = actual_.cluster.find_role(role);
  const RoleAttributes attributes = managed != desired_.roles.end() ? managed->attributes
                                    : existing != nullptr           ? existing->attributes
                                                                    : RoleAttributes();
  if (attributes.superuser || attributes.bypassrls) return;
  std::vector<std::string> hidden;
  for (const ObjectName& table : actual_.databases[database].row_security) {
    const auto found = actual_.databases[database].find(table);
    if (!found) continue;
    const RoleId owner = desired_.databases[database].objects.desired[*found].owner;
    if (owner != role && !desired_.inheritance->acts_for(role, owner)) hidden.push_back(display_name(table));
  }
  if (hidden.empty()) return;
  diagnostics_.warning(
      "backup-row-security", pos,
      fmt::format("\"{}\" can't back up what row security may hide: {}; pg_dump stops there", name, listed(hidden)),
      "Give the role `bypassrls: true` (on Azure from PostgreSQL 16 on), or dump with --enable-row-security and without the "
      "rows that the policies hide.");
}

void Resolver::check_large_objects(std::size_t database, const std::string& name, const SourcePos& pos) {
  const RoleId role = role_id(name);
  const DesiredObjects& objects = desired_.databases[database].objects;
  std::size_t closed = 0;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (objects.object(i).id.kind != ObjectKind::LargeObject) continue;
    const bool readable = std::ranges::any_of((*actual_.acls)[objects.desired[i].acl], [&](const AclEntry& entry) {
      const bool reached = entry.grantee == kPublic || entry.grantee == role || desired_.inheritance->acts_for(role, entry.grantee);
      return reached && entry.privileges.contains(Privilege::Select);
    });
    if (!readable) ++closed;
  }
  if (closed == 0) return;
  diagnostics_.warning(
      "backup-large-objects", pos,
      fmt::format("\"{}\" can't read {} large object{}; pg_dump stops there", name, closed, closed == 1 ? "" : "s"),
      "Grant select on large_objects: \"*\" too, and again after new ones, since they have no default privileges; or dump with "
      "--no-blobs.");
}

void Resolver::check_creators(std::size_t database, const std::string& name, const SourcePos& pos) {
  const DesiredObjects& objects = desired_.databases[database].objects;
  std::map<decltype(DefaultAcl().key()), AclId> defaults;  // as they will be: the plan has only those that change
  for (const DefaultAcl& d : actual_.databases[database].default_acls) defaults[d.key()] = d.acl;
  for (const DesiredDefaultAcl& d : desired_.databases[database].default_acls) defaults[{d.creator, d.schema, d.objects}] = d.acl;
  std::set<RoleId> creators;
  for (const auto& [key, acl] : defaults) {
    const auto& [creator, schema, kind] = key;
    if (kind == ObjectKind::Table && privileges_of((*actual_.acls)[acl], role_id(name)).contains(Privilege::Select))
      creators.insert(creator);
  }
  std::map<RoleId, std::string> others;  // and one thing of theirs
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const Object& object = objects.object(i);
    const bool dumped = object.id.kind == ObjectKind::Table || object.id.kind == ObjectKind::Sequence;
    if (!dumped || object.extension_member || is_system_schema(object.id.schema)) continue;
    const RoleId owner = objects.desired[i].owner;
    if (!creators.contains(owner)) others.try_emplace(owner, display_name(object.id));
  }
  for (const auto& [owner, example] : others) {
    diagnostics_.warning("backup-creator", pos,
                         fmt::format("\"{}\" owns {}, and is no creator of a schema: \"{}\" can't back up what it creates later",
                                     actual_.names->name(owner), example, name),
                         fmt::format("List it with the schema: schemas: {{ … : {{ creators: [{}] }} }}.", actual_.names->name(owner)));
  }
}

void Resolver::check_database_owners() {
  for (const DatabaseCharter& database : charter_.databases) {
    const std::string& name = database.name.empty() ? actual_.server.database : database.name;
    const auto found = actual_.cluster.find({.kind = ObjectKind::Database, .schema = {}, .name = name, .args = {}});
    if (!found) continue;
    const std::string& owner = actual_.names->name(desired_.cluster.desired[*found].owner);
    if (owner != "azuresu" && owner != "azure_pg_admin") continue;
    diagnostics_.warning(
        "backup-database-owner", database.pos,
        fmt::format("database \"{}\" belongs to {}: the vaulted backup of Azure's Flexible Servers leaves such databases out", name, owner),
        fmt::format("Give it an owner of your own: ownership: [{{ owner: ROLE, of: {{ databases: {} }} }}].", name));
  }
}

}  // namespace pgcharter
