// manifests/schema/manifest.schema.json must list exactly the keys that the reader knows: an editor that offers a key
// which is refused, or refuses one which is read, is worse than none. JSON is YAML, so our own reader parses it.
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "pgcharter/object_kind.h"

#include "manifest/keys.h"
#include "manifest/yaml_reader.h"

namespace pgcharter {
namespace {

std::set<std::string> property_names(const Node& definitions, std::string_view name) {
  std::set<std::string> names;
  const Node* definition = definitions.find(name);
  const Node* properties = definition != nullptr ? definition->find("properties") : nullptr;
  if (properties == nullptr) return names;
  for (const NodeEntry& entry : properties->entries) names.insert(entry.key.text);
  return names;
}

TEST(ManifestSchema, ListsTheKeysOfTheReader) {
  std::ifstream file(PGCHARTER_SOURCE_DIR "/manifests/schema/manifest.schema.json");
  std::stringstream text;
  text << file.rdbuf();
  Diagnostics diagnostics;
  const auto schema = parse_yaml(text.str(), 0, "manifest.schema.json", diagnostics);
  ASSERT_TRUE(schema);
  const Node* definitions = schema->find("definitions");
  ASSERT_NE(definitions, nullptr);
  for (const Mapping& mapping : kMappings) {
    std::set<std::string> keys;
    for (const Key& key : mapping.keys) {
      if (key.supported) keys.emplace(key.name);
    }
    EXPECT_EQ(property_names(*definitions, mapping.name), keys) << mapping.name;
  }
  std::set<std::string> kinds;
  for (const ObjectKindInfo& row : all_object_kinds()) kinds.emplace(row.manifest_key);
  EXPECT_EQ(property_names(*definitions, "objects"), kinds);
}

}  // namespace
}  // namespace pgcharter
