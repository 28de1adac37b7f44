// Schemas and extensions with what a charter says of them, and who owns what: a whole schema where one role owns all of a kind, else by
// name. Members of extensions belong to whoever made the extension and are left out, and so are sequences of a table's column, whose owner
// is always the table's.

#include <algorithm>

#include <fmt/format.h>

#include "export/exporter.h"
#include "export/yaml_text.h"

namespace pgcharter {
namespace {

using Item = std::pair<ObjectKind, std::string>;

struct Entry {
  std::string owner;
  std::set<Item> objects;
  auto operator<=>(const Entry&) const = default;
};

std::string pattern_of(const std::string& schema) {
  std::string name = manifest_name({.kind = ObjectKind::Table, .schema = schema, .name = "x", .args = {}});
  name.back() = '*';
  return yaml_scalar(name);
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

std::string Exporter::schemas_section(const DatabaseState& database, std::size_t indent) {
  std::string lines;
  for (const Object& object : database.objects) {
    if (object.id.kind != ObjectKind::Schema || object.extension_member || is_system_schema(object.id.name)) continue;
    const std::string flow = nameable(object.owner) ? flow_map({{"owner", role(object.owner)}}) : "{}";
    lines += wrapped(fmt::format("{}{}: {}", std::string(indent, ' '), yaml_scalar(object.id.name), flow), indent + 4) + "\n";
  }
  return lines;
}

std::string Exporter::ownership_section(const DatabaseState& database, std::size_t indent) {
  std::map<std::pair<ObjectKind, std::string>, std::vector<const Object*>> buckets;
  for (const Object& object : database.objects) {
    const bool named = info(object.id.kind).has_owner && object.id.kind != ObjectKind::Schema && nameable(object.owner);
    if (named && !object.extension_member && !is_system_schema(object.id.schema))
      buckets[{object.id.kind, object.id.schema}].push_back(&object);
  }
  std::vector<Entry> entries;
  for (const auto& bucket : buckets) {  // no structured binding: the lambda below captures
    const auto& [kind, schema] = bucket.first;
    const auto& objects = bucket.second;
    const bool one_owner = std::ranges::all_of(objects, [&](const Object* o) { return o->owner == objects.front()->owner; });
    const auto own = std::ranges::count(objects, 0U, [](const Object* o) { return o->owned_by; });
    if (one_owner && own > 1 && in_schema(kind) && !options_.literal_only.contains({database.name, schema, kind})) {
      entries.push_back({.owner = role(objects.front()->owner), .objects = {{kind, pattern_of(schema)}}});
      continue;
    }
    for (const Object* object : objects) {
      if (object->owned_by == 0)
        entries.push_back({.owner = role(object->owner), .objects = {{kind, yaml_scalar(manifest_name(object->id))}}});
    }
  }
  std::string lines;
  for (const Entry& entry : merged(std::move(entries), &Entry::objects)) {
    std::map<ObjectKind, std::vector<std::string>> names;
    for (const auto& [kind, name] : entry.objects) names[kind].push_back(name);
    std::vector<std::pair<std::string, std::string>> kinds;
    for (const auto& [kind, list] : names) kinds.emplace_back(info(kind).manifest_key, flow_list(list));
    lines += list_item(flow_map({{"owner", entry.owner}, {"of", flow_map(kinds)}}), indent);
  }
  return lines;
}

}  // namespace pgcharter
