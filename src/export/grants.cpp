// Grants: what every grantee holds beyond what needs no words, first for whole schemas, then object by object.
//
// What needs no words: an owner's own privileges, and on members of extensions what the extension itself gave (pg_init_privs, else the
// built-in defaults). What an owner lacks, and what an extension gave and somebody took away, is written as `ensure: absent`. A
// privilege that the objects of a kind in a schema share, all or all but a few, is one pattern (patterns.cpp), and a default privilege
// of the same meaning goes into it as `future: true` (future.cpp); the rest is literal. An owner counts as holding what it has: a
// present entry for it changes nothing. Who granted is not written: privileges by several grantors have the effect of one.

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "export/exporter.h"
#include "export/patterns.h"
#include "export/yaml_text.h"

namespace pgcharter {
namespace {

/// What one item of `objects` names, and what is taken out of it.
struct Item {
  ObjectKind kind{};
  std::string name;
  std::vector<std::string> except;
  auto operator<=>(const Item&) const = default;
};

/// One entry of `grants`. The order of the members is the order of the entries in the file.
struct GrantEntry {
  bool absent = false;
  std::set<Item> objects;
  std::string privileges;
  bool grantable = false;
  bool future = false;
  bool on_columns = false;  // so that merging along the columns never takes in an entry on whole tables
  std::set<std::string> columns;
  std::set<std::string> to;

  auto operator<=>(const GrantEntry&) const = default;
};

using Names = std::map<ObjectKind, std::vector<std::string>>;

std::string by_kind(const Names& names) {
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [kind, list] : names) members.emplace_back(info(kind).manifest_key, flow_list(list));
  return flow_map(members);
}

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

  std::string lines(std::size_t indent, Futures& futures) {
    fold_futures(e_, database_, patterns_, futures);
    for (const PatternGrant& p : patterns_) {
      GrantEntry entry = entry_of(p.kind, p.grantee, p.privileges);
      entry.absent = p.absent;
      entry.grantable = p.grantable;
      entry.future = p.future;
      entry.objects = {{p.kind, pattern_text(p.kind, p.schema), p.except}};
      entries_.push_back(std::move(entry));
    }
    std::vector<GrantEntry> entries =
        merged(merged(merged(std::move(entries_), &GrantEntry::columns), &GrantEntry::objects), &GrantEntry::to);
    std::ranges::stable_sort(entries, {}, [](const GrantEntry& entry) {
      return std::tuple(entry.absent, entry.objects.begin()->kind, entry.on_columns, std::cref(entry.to).get());
    });
    constexpr std::size_t kManyEntries = 12;  // from here on headings help
    std::string text;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const std::string heading = heading_of(entries[i]);
      if (entries.size() > kManyEntries && (i == 0 || heading != heading_of(entries[i - 1])))
        text += fmt::format("{}# {}\n", std::string(indent, ' '), heading);
      text += line(entries[i], indent);
    }
    return text;
  }

 private:
  static std::string heading_of(const GrantEntry& entry) {
    if (entry.absent) return "What somebody would have by itself, and has not";
    std::string kind(info(entry.objects.begin()->kind).manifest_key);
    std::ranges::replace(kind, '_', ' ');
    return "On " + (entry.on_columns ? "columns of " + kind : kind);
  }

  static std::string line(const GrantEntry& entry, std::size_t indent) {
    Names objects;
    Names except;
    for (const Item& item : entry.objects) {
      objects[item.kind].push_back(item.name);
      for (const std::string& name : item.except) except[item.kind].push_back(name);
    }
    std::vector<std::pair<std::string, std::string>> members{
        {"to", flow_list({entry.to.begin(), entry.to.end()})}, {"privileges", entry.privileges}, {"objects", by_kind(objects)}};
    if (!except.empty()) members.emplace_back("except", by_kind(except));
    if (entry.on_columns) members.emplace_back("columns", flow_list({entry.columns.begin(), entry.columns.end()}, true));
    if (entry.grantable) members.emplace_back("grantable", "true");
    if (entry.future) members.emplace_back("future", "true");
    if (entry.future && !except.empty()) members.emplace_back("except_future", "ignore");
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
    const bool patterns = has_patterns(kind) && !e_.options().literal_only.contains({database_.name, schema, kind});
    std::vector<std::string> names;
    if (patterns) {
      for (const Object* member : members) names.push_back(yaml_scalar(manifest_name(member->id)));
    }
    std::map<const Object*, std::map<RoleId, Holding>> literal;
    for (const RoleId grantee : grantees(objects)) {
      std::map<const Object*, Holding> holdings;
      for (const Object* object : objects) holdings[object] = holding(*object, grantee);
      if (patterns) add_patterns(kind, schema, grantee, members, names, holdings);
      for (const auto& [object, h] : holdings) {
        if (!h.silent()) literal[object][grantee] = h;
      }
    }
    for (const auto& [object, holdings] : literal) {
      // Nothing but PUBLIC's built-in privilege: the object needs no entry, and so stays out of scope.
      const bool usual = schemaless && holdings.size() == 1 && holdings.contains(kPublic) && holdings.at(kPublic).absent.empty() &&
                         holdings.at(kPublic).plain == info(kind).public_default;
      if (usual) continue;
      for (const auto& [grantee, h] : holdings) add_literal(object->id, grantee, h);
    }
  }

  /// Finds the patterns for one grantee, and takes what they say from its holdings.
  void add_patterns(ObjectKind kind, const std::string& schema, RoleId grantee, const std::vector<const Object*>& members,
                    const std::vector<std::string>& names, std::map<const Object*, Holding>& holdings) {
    std::vector<Holding> held;
    for (const Object* member : members) held.push_back(holdings.at(member));
    const PrivilegeSet builtin = grantee == kPublic ? info(kind).public_default : PrivilegeSet{};
    for (const PatternChoice& choice : choose_patterns(held, names, builtin)) {
      PatternGrant pattern{.kind = kind,
                           .schema = schema,
                           .grantee = grantee,
                           .privileges = choice.privileges,
                           .grantable = choice.grantable,
                           .absent = choice.absent,
                           .except = {}};
      for (std::size_t i = 0; i < members.size(); ++i) {
        if (std::ranges::binary_search(choice.except, i)) {
          pattern.except.push_back(names[i]);
        } else {
          subtract(choice, holdings.at(members[i]));
        }
      }
      patterns_.push_back(std::move(pattern));
    }
  }

  GrantEntry entry_of(ObjectKind kind, RoleId grantee, PrivilegeSet privileges, bool columns = false) {
    GrantEntry entry;
    entry.privileges = e_.privileges(privileges, kind, columns);
    entry.to = {e_.role(grantee)};
    return entry;
  }

  void add_literal(const ObjectName& id, RoleId grantee, const Holding& h) {
    const auto add = [&](PrivilegeSet set, bool grantable, bool absent) {
      if (set.empty()) return;
      GrantEntry entry = entry_of(id.kind, grantee, set);
      entry.absent = absent;
      entry.grantable = grantable;
      entry.objects = {{id.kind, yaml_scalar(manifest_name(id)), {}}};
      entries_.push_back(std::move(entry));
    };
    add(h.plain, false, false);
    add(h.grantable, true, false);
    add(h.absent, false, true);
  }

  void add_column(const Column& column) {
    const Object& table = database_.objects[column.object];
    if (is_system_schema(table.id.schema)) return;
    const Acl& acl = e_.acl(column.acl);
    std::set<RoleId> seen;
    for (const AclEntry& acl_entry : acl) {
      const RoleId grantee = acl_entry.grantee;
      if (!seen.insert(grantee).second || !e_.exports(grantee)) continue;
      PrivilegeSet held = privileges_of(acl, grantee);
      PrivilegeSet options = grantable_of(acl, grantee);
      if (grantee == table.owner) {  // of any meaning only where it took the same from itself on the table
        held -= privileges_of(e_.acl(table.acl), grantee);
        options = {};
      }
      for (const bool grantable : {false, true}) {
        const PrivilegeSet set = grantable ? options : held - options;
        if (set.empty()) continue;
        GrantEntry entry = entry_of(table.id.kind, grantee, set, true);
        entry.grantable = grantable;
        entry.objects = {{table.id.kind, yaml_scalar(manifest_name(table.id)), {}}};
        entry.on_columns = true;
        entry.columns = {yaml_scalar(column.name)};
        entries_.push_back(std::move(entry));
      }
    }
  }

  Exporter& e_;
  const DatabaseState& database_;
  std::vector<GrantEntry> entries_;
  std::vector<PatternGrant> patterns_;
};

}  // namespace

std::string Exporter::grants_section(const DatabaseState& database, bool first, std::size_t indent, Futures& futures) {
  GrantExporter grants(*this, database);
  grants.add_cluster_objects(first);
  grants.add_database_objects();
  return grants.lines(indent, futures);
}

}  // namespace pgcharter
