// Matching patterns against 50,000 objects: the patterns of a schema are gathered once per (kind, schema), and within it a
// literal name is a hash look-up. So a wildcard charter costs one look-up per object, whatever the number of its rules.

#include <algorithm>

#include "desired/resolver.h"

namespace pgcharter {

RuleIndex::RuleIndex(const std::vector<CompiledRule>& rules) : rules_(rules) {}

RuleIndex::BySchema& RuleIndex::by_schema(ObjectKind kind, const std::string& schema) {
  auto [it, inserted] = cache_.try_emplace({kind, schema});
  if (!inserted) return it->second;
  BySchema& index = it->second;
  for (std::uint32_t r = 0; r < rules_.size(); ++r) {
    const auto& patterns = rules_[r].rule->objects;
    for (std::uint32_t p = 0; p < patterns.size(); ++p) {
      const ObjectPattern& pattern = patterns[p];
      if (pattern.kind != kind || (pattern.schema && !pattern.schema->matches(schema))) continue;
      if (pattern.name.any()) {
        index.any.push_back({r, p});
      } else if (pattern.name.literal()) {
        index.literal[pattern.name.text].push_back({r, p});
      } else {
        index.globs.push_back({r, p});
      }
    }
  }
  return index;
}

void RuleIndex::try_items(const std::vector<Item>& items, const Object& object, std::vector<std::uint32_t>& found) const {
  for (const Item& item : items) {
    const CompiledRule& compiled = rules_[item.rule];
    const ObjectPattern& pattern = compiled.rule->objects[item.pattern];
    if (!pattern.matches(object.id)) continue;
    if (object.extension_member && !pattern.literal() && !compiled.rule->extension_members) continue;
    compiled.matched[item.pattern] = true;
    const bool excepted = std::ranges::any_of(compiled.rule->except, [&](const ObjectPattern& e) { return e.matches(object.id); });
    if (!excepted) found.push_back(item.rule);
  }
}

std::vector<std::uint32_t> RuleIndex::match(const Object& object) {
  BySchema& index = by_schema(object.id.kind, object.id.schema);
  std::vector<std::uint32_t> found;
  try_items(index.any, object, found);
  if (const auto it = index.literal.find(object.id.name); it != index.literal.end()) try_items(it->second, object, found);
  try_items(index.globs, object, found);
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace pgcharter
