// Several files as one charter: sections are merged by key, lists are joined in the order of the files.
//
// An entry stands in one place or reads the same everywhere. Merging inside an entry would make a role the sum of two
// files, and nobody could see from one of them what it is.
#include "manifest/merge.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace pgcharter {

namespace {

constexpr std::array<std::string_view, 8> kMapSections{"vars",    "scope",  "roles",     "extensions",
                                                       "schemas", "tables", "functions", "profiles"};
constexpr std::array<std::string_view, 3> kListSections{"ownership", "grants", "default_privileges"};

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

NodeEntry* find_entry(Node& node, std::string_view key) {
  const auto found = std::find_if(node.entries.begin(), node.entries.end(), [&](const NodeEntry& entry) { return entry.key.text == key; });
  return found == node.entries.end() ? nullptr : &*found;
}

void report_difference(Reader& reader, const Node& first, const Node& second, std::string_view section) {
  const std::string where = section.empty() ? std::string() : fmt::format(" in \"{}\"", section);
  reader.error("declared-twice", second, fmt::format("\"{}\"{} is declared twice with different content", second.text, where),
               fmt::format("The other place is {}.", to_string(reader.pos(first))));
}

// Both must be mappings (or nothing); else the difference is reported as one.
bool both_maps(const Node& a, const Node& b) { return (a.is_map() || a.is_null()) && (b.is_map() || b.is_null()); }
bool both_lists(const Node& a, const Node& b) { return (a.is_list() || a.is_null()) && (b.is_list() || b.is_null()); }

void merge_map(Reader& reader, Node& into, Node from, std::string_view section) {
  if (into.is_null()) {
    into = std::move(from);
    return;
  }
  // Large charters have many thousand keys in a section.
  std::map<std::string, std::size_t, std::less<>> known;
  for (std::size_t i = 0; i < into.entries.size(); ++i) known.emplace(into.entries[i].key.text, i);
  for (NodeEntry& entry : from.entries) {
    const auto found = known.find(entry.key.text);
    if (found == known.end()) {
      into.entries.push_back(std::move(entry));
    } else if (!same_content(into.entries[found->second].value, entry.value)) {
      report_difference(reader, into.entries[found->second].key, entry.key, section);
    }
  }
}

void merge_sections(Reader& reader, Node& into, Node from);

void merge_databases(Reader& reader, Node& into, Node from) {
  for (NodeEntry& entry : from.entries) {
    NodeEntry* known = find_entry(into, entry.key.text);
    if (known == nullptr) {
      into.entries.push_back(std::move(entry));
    } else if (both_maps(known->value, entry.value)) {
      merge_sections(reader, known->value, std::move(entry.value));
    } else {
      report_difference(reader, known->key, entry.key, "databases");
    }
  }
  if (into.is_null() && !into.entries.empty()) into.kind = Node::Kind::Map;
}

void merge_entry(Reader& reader, NodeEntry& known, NodeEntry entry) {
  const std::string key = entry.key.text;
  if (key == "databases" && both_maps(known.value, entry.value)) return merge_databases(reader, known.value, std::move(entry.value));
  const bool settings_of_database = key == "settings";
  if ((contains(kMapSections, key) || settings_of_database) && both_maps(known.value, entry.value)) {
    return merge_map(reader, known.value, std::move(entry.value), key);
  }
  if (contains(kListSections, key) && both_lists(known.value, entry.value)) {
    if (known.value.is_null()) known.value = Node{.kind = Node::Kind::List};
    for (Node& item : entry.value.items) known.value.items.push_back(std::move(item));
    return;
  }
  if (!same_content(known.value, entry.value)) report_difference(reader, known.key, entry.key, "");
}

void merge_sections(Reader& reader, Node& into, Node from) {
  if (into.is_null() && from.is_map()) into.kind = Node::Kind::Map;
  for (NodeEntry& entry : from.entries) {
    if (NodeEntry* known = find_entry(into, entry.key.text)) {
      merge_entry(reader, *known, std::move(entry));
    } else {
      into.entries.push_back(std::move(entry));
    }
  }
}

}  // namespace

void merge_manifest(Reader& reader, Node& root, Node file) { merge_sections(reader, root, std::move(file)); }

Node merged_vars(Reader& reader, const std::vector<Node>& files) {
  Node vars;
  for (const Node& file : files) {
    const Node* section = file.find("vars");
    if (section == nullptr || !reader.is_map(*section, "\"vars\"")) continue;
    reader.report_duplicates(*section);
    merge_map(reader, vars, *section, "vars");
  }
  return vars;
}

}  // namespace pgcharter
