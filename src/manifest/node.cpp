// Comparing trees. "The same entry in two files" must not depend on the order in which somebody wrote the keys,
// nor on `role:` against `role: {}`.
#include "manifest/node.h"

#include <algorithm>

namespace pgcharter {

const Node* Node::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const NodeEntry& entry) { return entry.key.text == key; });
  return found == entries.end() ? nullptr : &found->value;
}

namespace {

bool is_nothing(const Node& node) { return (node.is_null() && node.text.empty()) || (node.is_map() && node.entries.empty()); }

}  // namespace

bool same_content(const Node& a, const Node& b) {
  if (is_nothing(a) && is_nothing(b)) return true;
  if (a.kind != b.kind || a.text != b.text || a.literal != b.literal) return false;
  if (a.kind == Node::Kind::Scalar && a.plain != b.plain) return false;
  if (a.items.size() != b.items.size() || a.entries.size() != b.entries.size()) return false;
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (!same_content(a.items[i], b.items[i])) return false;
  }
  return std::all_of(a.entries.begin(), a.entries.end(), [&](const NodeEntry& entry) {
    const Node* other = b.find(entry.key.text);
    return other != nullptr && same_content(entry.value, *other);
  });
}

}  // namespace pgcharter
