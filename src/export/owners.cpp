// Schemas and extensions with what a charter says of them, and who owns what: a whole schema where one role owns all of a kind, or all but
// a few, else by name. Members of extensions belong to whoever made the extension and are left out, and so are sequences of a table's
// column, whose owner is always the table's, and the languages of initdb.

#include <algorithm>

#include <fmt/format.h>

#include "export/exporter.h"
#include "export/patterns.h"
#include "export/yaml_text.h"

namespace pgcharter {
namespace {

/// What one item of `of` names, and what is taken out of it.
struct OwnedObject {
  ObjectKind kind{};
  std::string name;
  std::vector<std::string> except;
  auto operator<=>(const OwnedObject&) const = default;
};

struct OwnerEntry {
  std::string owner;
  std::set<OwnedObject> objects;
  auto operator<=>(const OwnerEntry&) const = default;
};

std::string line(const OwnerEntry& entry, std::size_t indent) {
  std::map<ObjectKind, std::vector<std::string>> names;
  std::map<ObjectKind, std::vector<std::string>> except;
  for (const OwnedObject& item : entry.objects) {
    names[item.kind].push_back(item.name);
    for (const std::string& name : item.except) except[item.kind].push_back(name);
  }
  const auto by_kind = [](const std::map<ObjectKind, std::vector<std::string>>& lists) {
    std::vector<std::pair<std::string, std::string>> kinds;
    for (const auto& [kind, list] : lists) kinds.emplace_back(info(kind).manifest_key, flow_list(list));
    return flow_map(kinds);
  };
  std::vector<std::pair<std::string, std::string>> members{{"owner", entry.owner}, {"of", by_kind(names)}};
  if (!except.empty()) members.emplace_back("except", by_kind(except));
  return list_item(flow_map(members), indent);
}

/// The objects of one kind in one schema; `pattern` is empty where none may be written.
void add_owners(Exporter& e, ObjectKind kind, const std::string& pattern, const std::vector<const Object*>& objects,
                std::vector<OwnerEntry>& entries) {
  std::vector<std::string> names;
  std::map<std::string, std::vector<std::size_t>> by_owner;
  for (const Object* object : objects) {
    by_owner[e.role(object->owner)].push_back(names.size());
    names.push_back(yaml_scalar(manifest_name(object->id)));
  }
  const auto most = std::ranges::max_element(by_owner, {}, [](const auto& own) { return own.second.size(); });
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!std::ranges::binary_search(most->second, i)) others.push_back(i);
  }
  const bool whole = !pattern.empty() && is_pattern_better(names, most->second, others);
  for (const auto& [owner, own] : by_owner) {
    OwnerEntry entry{.owner = owner, .objects = {}};
    if (whole && owner == most->first) {
      OwnedObject item{.kind = kind, .name = pattern, .except = {}};
      for (const std::size_t i : others) item.except.push_back(names[i]);
      entry.objects.insert(std::move(item));
    } else {
      for (const std::size_t i : own) entry.objects.insert({kind, names[i], {}});
    }
    entries.push_back(std::move(entry));
  }
}

}  // namespace

std::string Exporter::extensions_section(const DatabaseState& database, std::size_t indent) {
  std::map<std::string, std::string> entries;
  for (const Extension& extension : database.extensions) {
    const bool here = !is_system_schema(extension.schema);
    entries[extension.name] = here ? flow_map({{"schema", yaml_scalar(extension.schema)}}) : "{}";
  }
  std::string lines;
  for (const auto& [name, flow] : entries)
    lines += wrapped(fmt::format("{}{}: {}", std::string(indent, ' '), yaml_scalar(name), flow), indent + 4) + "\n";
  return lines;
}

std::string Exporter::schemas_section(const DatabaseState& database, const Futures& futures, std::size_t indent) {
  std::string lines;
  for (const Object& object : database.objects) {
    if (object.id.kind != ObjectKind::Schema || object.extension_member || is_system_schema(object.id.name)) continue;
    std::vector<std::pair<std::string, std::string>> members;
    if (nameable(object.owner)) {
      members.emplace_back("owner", role(object.owner));
    } else {
      note("owners that no longer exist");
    }
    if (const auto found = futures.creators.find(object.id.name); found != futures.creators.end()) {
      std::set<std::string> creators;
      for (const RoleId creator : found->second) creators.insert(role(creator));
      members.emplace_back("creators", flow_list({creators.begin(), creators.end()}, true));
    }
    lines += wrapped(fmt::format("{}{}: {}", std::string(indent, ' '), yaml_scalar(object.id.name), flow_map(members)), indent + 4) + "\n";
  }
  return lines;
}

std::string Exporter::ownership_section(const DatabaseState& database, bool first, std::size_t indent) {
  std::map<std::pair<ObjectKind, std::string>, std::vector<const Object*>> buckets;
  const auto add = [&](const Object& object) {
    if (!info(object.id.kind).has_owner) return;
    if (nameable(object.owner)) {
      buckets[{object.id.kind, object.id.schema}].push_back(&object);
    } else {
      note("owners that no longer exist");
    }
  };
  for (const Object& object : state_.cluster.objects) {
    const bool own = object.id.kind == ObjectKind::Database && object.id.name == database.name && !options_.databases_section;
    const bool tablespace = object.id.kind == ObjectKind::Tablespace && (object.owner != bootstrap_ || !object.id.name.starts_with("pg_"));
    if (first && (own || tablespace)) add(object);
  }
  for (const Object& object : database.objects) {
    const bool builtin = object.id.kind == ObjectKind::Language && object.owner == bootstrap_;
    const bool elsewhere = object.id.kind == ObjectKind::Schema || object.extension_member || object.owned_by != 0;
    if (!builtin && !elsewhere && !is_system_schema(object.id.schema)) add(object);
  }
  std::vector<OwnerEntry> entries;
  for (const auto& [key, objects] : buckets) {
    const auto& [kind, schema] = key;
    const bool patterns = has_patterns(kind) && !options_.literal_only.contains({database.name, schema, kind});
    add_owners(*this, kind, patterns ? pattern_text(kind, schema) : std::string(), objects, entries);
  }
  std::string lines;
  for (const OwnerEntry& entry : merged(std::move(entries), &OwnerEntry::objects)) lines += line(entry, indent);
  return lines;
}

}  // namespace pgcharter
