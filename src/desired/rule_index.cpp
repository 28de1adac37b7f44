// Matching 50,000 objects against 50,000 patterns. The patterns are sorted once, by kind and by the schema that they name; those that match
// a schema are gathered when its first object comes, and within it a literal name is a hash look-up. So neither a wildcard charter nor one
// that lists its tables tries every pattern on every object.

#include <algorithm>

#include "desired/resolver.h"

namespace pgcharter {

RuleIndex::RuleIndex(const std::vector<CompiledRule>& rules) : rules_(rules) {
  for (std::uint32_t r = 0; r < rules_.size(); ++r) {
    const auto& patterns = rules_[r].rule->objects;
    for (std::uint32_t p = 0; p < patterns.size(); ++p) {
      const ObjectPattern& pattern = patterns[p];
      const bool literal = !pattern.schema || pattern.schema->literal();
      const std::string_view schema = pattern.schema ? std::string_view(pattern.schema->text) : std::string_view();
      (literal ? literal_schemas_[{pattern.kind, schema}] : glob_schemas_[pattern.kind]).push_back({r, p});
    }
  }
}

RuleIndex::BySchema& RuleIndex::by_schema(ObjectKind kind, const std::string& schema) {
  if (by_schema_ && current_.first == kind && current_.second == schema) return *by_schema_;
  current_ = {kind, schema};
  BySchema& index = by_schema_.emplace();
  const auto add = [&](const Item& item) {
    const NamePattern& name = pattern_of(item).name;
    (name.any() ? index.any : name.literal() ? index.literal[name.text] : index.globs).push_back(item);
  };
  if (const auto found = literal_schemas_.find({kind, schema}); found != literal_schemas_.end()) std::ranges::for_each(found->second, add);
  if (const auto found = glob_schemas_.find(kind); found != glob_schemas_.end()) {
    for (const Item& item : found->second) {
      if (pattern_of(item).schema->matches(schema)) add(item);
    }
  }
  return index;
}

void RuleIndex::try_items(const std::vector<Item>& items, const Object& object) {
  for (const Item& item : items) {
    const CompiledRule& compiled = rules_[item.rule];
    const ObjectPattern& pattern = pattern_of(item);
    if (!pattern.matches(object.id)) continue;
    if (object.extension_member && !pattern.literal() && !compiled.rule->extension_members) continue;
    compiled.matched[item.pattern] = true;
    const bool excepted = std::ranges::any_of(compiled.rule->except, [&](const ObjectPattern& e) { return e.matches(object.id); });
    if (!excepted) found_.push_back(item.rule);
  }
}

const std::vector<std::uint32_t>& RuleIndex::match(const Object& object) {
  BySchema& index = by_schema(object.id.kind, object.id.schema);
  found_.clear();
  try_items(index.any, object);
  if (const auto it = index.literal.find(object.id.name); it != index.literal.end()) try_items(it->second, object);
  try_items(index.globs, object);
  std::ranges::sort(found_);
  found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
  return found_;
}

}  // namespace pgcharter
