// Grants: what every grantee holds beyond what needs no words, first for whole schemas, then object by object.
//
// What needs no words: an owner's own privileges, and on members of extensions what the extension itself gave (pg_init_privs, else the
// built-in defaults). What an owner lacks, and what an extension gave and somebody took away, is written as `ensure: absent`. A
// privilege that all objects of a kind in a schema share is one pattern `schema.*`; the rest is literal. An owner counts as holding what it
// has: a present entry for it changes nothing. Who granted is not written: privileges by several grantors have the effect of one.

#include <algorithm>

#include <fmt/format.h>

#include "export/exporter.h"
#include "export/yaml_text.h"

namespace pgcharter {
namespace {

using Item = std::pair<ObjectKind, std::string>;

/// One entry of `grants`. The order of the members is the order of the entries in the file.
struct Entry {
  bool absent = false;
  std::set<Item> objects;
  std::string privileges;
  bool grantable = false;
  bool on_columns = false;  // so that merging along the columns never takes in an entry on whole tables
  std::set<std::string> columns;
  std::set<std::string> to;

  auto operator<=>(const Entry&) const = default;
};

/// What one grantee has on one object, and what of it must be written.
struct Holding {
  PrivilegeSet held;
  PrivilegeSet options;
  PrivilegeSet plain;      // to be written
  PrivilegeSet grantable;  // to be written with grant option
  PrivilegeSet absent;     // to be written as absent
  [[nodiscard]] bool silent() const { return plain.empty() && grantable.empty() && absent.empty(); }
};

/// What a pattern says for one grantee on all objects of a bucket.
struct Common {
  PrivilegeSet plain;
  PrivilegeSet grantable;
  PrivilegeSet absent;
};

class GrantExporter {
 public:
  GrantExporter(Exporter& exporter, const DatabaseState& database) : e_(exporter), database_(database) {}

  void add_database_objects() {
    std::map<std::pair<ObjectKind, std::string>, std::vector<const Object*>> buckets;
    for (const Object& object : database_.objects) {
      if (is_system_schema(object.id.kind == ObjectKind::Schema ? object.id.name : object.id.schema)) continue;
      buckets[{object.id.kind, object.id.schema}].push_back(&object);
    }
    for (const auto& [key, objects] : buckets) add_bucket(key.first, key.second, objects);
    for (const Column& column : database_.columns) add_column(column);
  }

  void add_cluster_objects(bool all_kinds) {
    for (const Object& object : e_.state().cluster.objects) {
      const bool own = object.id.kind == ObjectKind::Database && object.id.name == database_.name;
      if (own || (all_kinds && object.id.kind != ObjectKind::Database)) add_bucket(object.id.kind, {}, {&object});
    }
  }

  std::string lines(std::size_t indent) {
    std::vector<Entry> entries = merged(merged(merged(std::move(entries_), &Entry::columns), &Entry::objects), &Entry::to);
    std::ranges::stable_sort(entries, {}, [](const Entry& entry) {
      return std::tuple(entry.absent, entry.objects.begin()->first, entry.on_columns, std::cref(entry.to).get());
    });
    std::string text;
    for (const Entry& entry : entries) text += line(entry, indent);
    return text;
  }

 private:
  static std::string line(const Entry& entry, std::size_t indent) {
    std::map<ObjectKind, std::vector<std::string>> objects;
    for (const auto& [kind, name] : entry.objects) objects[kind].push_back(name);
    std::vector<std::pair<std::string, std::string>> kinds;
    for (const auto& [kind, names] : objects) kinds.emplace_back(info(kind).manifest_key, flow_list(names));
    std::vector<std::pair<std::string, std::string>> members{
        {"to", flow_list({entry.to.begin(), entry.to.end()})}, {"privileges", entry.privileges}, {"objects", flow_map(kinds)}};
    if (entry.on_columns) members.emplace_back("columns", flow_list({entry.columns.begin(), entry.columns.end()}, true));
    if (entry.grantable) members.emplace_back("grantable", "true");
    if (entry.absent) members.emplace_back("ensure", "absent");
    return list_item(flow_map(members), indent);
  }

  /// The list that an extension member has without anybody's doing.
  [[nodiscard]] Acl initial(const Object& object) const {
    if (!object.extension_member) return {};
    if (object.initial_acl != kEmptyAcl) return e_.acl(object.initial_acl);
    return acl_default(object.id.kind, object.owner, e_.state().server.major());
  }

  Holding holding(const Object& object, RoleId grantee) {
    const Acl& acl = e_.acl(object.acl);
    Holding h{.held = privileges_of(acl, grantee), .options = grantable_of(acl, grantee), .plain = {}, .grantable = {}, .absent = {}};
    const ObjectKindInfo& kind = info(object.id.kind);
    if (grantee == e_.owner_of(object)) {
      h.absent = all_privileges(object.id.kind, e_.state().server.major()) - h.held;
      h.options = h.held;  // an owner holds every option
      return h;
    }
    const Acl base = initial(object);
    h.plain = (h.held - h.options) - privileges_of(base, grantee);
    h.grantable = h.options - grantable_of(base, grantee);
    h.absent = privileges_of(base, grantee) - h.held;
    if (((grantable_of(base, grantee) - h.options) & h.held) != PrivilegeSet{}) {
      e_.note("grant options that an extension gave and that were taken away");
    }
    // Objects without a schema come into scope by a rule that names them, so a revoked default of PUBLIC must be said.
    const bool in_scope_anyway =
        in_schema(object.id.kind) || object.id.kind == ObjectKind::Schema || object.id.kind == ObjectKind::Database;
    if (grantee == kPublic && !in_scope_anyway) h.absent |= kind.public_default - h.held;
    return h;
  }

  /// Everybody who has something on one of the objects, or lacks something that is usual.
  std::vector<RoleId> grantees(const std::vector<const Object*>& objects) {
    std::set<RoleId> ids{kPublic};
    std::set<std::pair<AclId, AclId>> seen;
    for (const Object* object : objects) {
      ids.insert(e_.owner_of(*object));
      if (!seen.emplace(object->acl, object->initial_acl).second) continue;
      for (const AclEntry& entry : e_.acl(object->acl)) {
        ids.insert(entry.grantee);
        if (!e_.nameable(entry.grantee)) e_.note("privileges of roles that no longer exist");
      }
      for (const AclEntry& entry : e_.acl(object->initial_acl)) ids.insert(entry.grantee);
    }
    std::vector<RoleId> result;
    std::ranges::copy_if(ids, std::back_inserter(result), [&](RoleId id) { return e_.exports(id); });
    return result;
  }

  void add_bucket(ObjectKind kind, const std::string& schema, const std::vector<const Object*>& objects) {
    const bool schemaless = !in_schema(kind) && kind != ObjectKind::Schema && kind != ObjectKind::Database;
    std::vector<const Object*> members;
    std::ranges::copy_if(objects, std::back_inserter(members), [](const Object* o) { return !o->extension_member; });
    const bool patterns = in_schema(kind) && members.size() > 1 && !e_.options().literal_only.contains({database_.name, schema, kind});
    std::map<const Object*, std::map<RoleId, Holding>> literal;
    for (const RoleId grantee : grantees(objects)) {
      const Common common = patterns ? add_pattern(kind, schema, members, grantee) : Common{};
      for (const Object* object : objects) {
        Holding h = holding(*object, grantee);
        if (!object->extension_member) {
          h.grantable -= common.grantable;
          h.plain -= common.plain | common.grantable;
          h.grantable -= common.grantable;
          h.absent -= common.absent;
        }
        if (!h.silent()) literal[object][grantee] = h;
      }
    }
    for (const auto& [object, holdings] : literal) {
      // Nothing but PUBLIC's built-in privilege: the object needs no entry, and so stays out of scope.
      const bool usual = schemaless && holdings.size() == 1 && holdings.contains(kPublic) && holdings.at(kPublic).absent.empty() &&
                         holdings.at(kPublic).plain == info(kind).public_default;
      if (usual) continue;
      for (const auto& [grantee, h] : holdings)
        add_entries(kind, yaml_scalar(manifest_name(object->id)), grantee, {h.plain, h.grantable, h.absent});
    }
  }

  Common add_pattern(ObjectKind kind, const std::string& schema, const std::vector<const Object*>& members, RoleId grantee) {
    const PrivilegeSet all = all_privileges(kind, e_.state().server.major());
    Common held{.plain = all, .grantable = all, .absent = all};
    Common needed;
    std::size_t present = 0;
    std::size_t absent = 0;
    for (const Object* object : members) {
      const Holding h = holding(*object, grantee);
      held.plain &= h.held;
      held.grantable &= h.options;
      held.absent -= h.held;
      needed.plain |= h.plain | h.grantable;
      needed.grantable |= h.grantable;
      needed.absent |= h.absent;
      if (!h.plain.empty() || !h.grantable.empty()) ++present;
      if (!h.absent.empty()) ++absent;
    }
    Common common;
    if (present > 1) {
      common.grantable = held.grantable & needed.grantable;
      common.plain = (held.plain & needed.plain) - common.grantable;
    }
    if (absent > 1) common.absent = held.absent & needed.absent;
    std::string name = manifest_name({.kind = ObjectKind::Table, .schema = schema, .name = "x", .args = {}});
    name.back() = '*';
    add_entries(kind, yaml_scalar(name), grantee, common);
    return common;
  }

  void add_entries(ObjectKind kind, const std::string& name, RoleId grantee, const Common& what) {
    auto add = [&](PrivilegeSet set, bool grantable, bool is_absent) {
      if (set.empty()) return;
      entries_.push_back({.absent = is_absent,
                          .objects = {{kind, name}},
                          .privileges = e_.privileges(set, kind),
                          .grantable = grantable,
                          .columns = {},
                          .to = {e_.role(grantee)}});
    };
    add(what.plain, false, false);
    add(what.grantable, true, false);
    add(what.absent, false, true);
  }

  void add_column(const Column& column) {
    const Object& table = database_.objects[column.object];
    if (is_system_schema(table.id.schema)) return;
    std::set<RoleId> seen;
    for (const AclEntry& entry : e_.acl(column.acl)) {
      if (entry.grantee == table.owner || !seen.insert(entry.grantee).second || !e_.exports(entry.grantee)) continue;
      const PrivilegeSet held = privileges_of(e_.acl(column.acl), entry.grantee);
      const PrivilegeSet options = grantable_of(e_.acl(column.acl), entry.grantee);
      for (const bool grantable : {false, true}) {
        const PrivilegeSet set = grantable ? options : held - options;
        if (set.empty()) continue;
        entries_.push_back({.absent = false,
                            .objects = {{table.id.kind, yaml_scalar(manifest_name(table.id))}},
                            .privileges = e_.privileges(set, table.id.kind, true),
                            .grantable = grantable,
                            .on_columns = true,
                            .columns = {yaml_scalar(column.name)},
                            .to = {e_.role(entry.grantee)}});
      }
    }
  }

  Exporter& e_;
  const DatabaseState& database_;
  std::vector<Entry> entries_;
};

}  // namespace

std::string Exporter::grants_section(const DatabaseState& database, bool first, std::size_t indent) {
  GrantExporter grants(*this, database);
  grants.add_cluster_objects(first);
  grants.add_database_objects();
  return grants.lines(indent);
}

}  // namespace pgcharter
