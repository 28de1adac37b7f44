// A manifest as a tree of our own: every node knows its place, scalars keep their text whatever YAML would make of
// it, and duplicate keys are still there. Nothing behind this header knows libyaml.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pgcharter {

struct Node;
struct NodeEntry;

struct Node {
  enum class Kind : std::uint8_t { Null, Scalar, List, Map };
  Kind kind = Kind::Null;
  bool plain = false;   ///< a scalar without quotes
  bool broken = false;  ///< already reported: whoever reads it stays silent
  int file = -1;        ///< index of its file
  int line = 0;
  int column = 0;
  std::string text;     ///< of a scalar; of a null what was written for it: "", "~", "null"
  std::string literal;  ///< empty, or as long as `text` and 'v' where a byte came from a variable
  std::vector<Node> items;
  std::vector<NodeEntry> entries;

  [[nodiscard]] bool is_map() const { return kind == Kind::Map; }
  [[nodiscard]] bool is_list() const { return kind == Kind::List; }
  /// Nothing, or a word that YAML reads as null.
  [[nodiscard]] bool is_null() const { return kind == Kind::Null; }
  /// Some text: a scalar, or a null that was written as a word.
  [[nodiscard]] bool has_text() const { return kind == Kind::Scalar || (kind == Kind::Null && !text.empty()); }
  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct NodeEntry {
  Node key;
  Node value;
};

/// Equal content, wherever it stands; the order of a map's keys does not matter, nothing equals an empty map.
bool same_content(const Node& a, const Node& b);

}  // namespace pgcharter
