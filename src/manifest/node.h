// A manifest as a tree of our own: every node knows its place, scalars keep their text whatever YAML would make of
// it, and duplicate keys are still there. Nothing behind this header knows libyaml.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgcharter/diagnostics.h"

namespace pgcharter {

struct Node;
struct NodeEntry;

/// A vector that is no larger than a pointer where it is empty: most nodes are words.
template <typename T>
class NodeList {
 public:
  NodeList() = default;
  NodeList(const NodeList& other) : all_(other.all_ == nullptr ? nullptr : std::make_unique<std::vector<T>>(*other.all_)) {}
  NodeList(NodeList&&) noexcept = default;
  NodeList& operator=(const NodeList& other) { return *this = NodeList(other); }
  NodeList& operator=(NodeList&&) noexcept = default;
  ~NodeList() = default;

  [[nodiscard]] std::size_t size() const { return all_ == nullptr ? 0 : all_->size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] const T* begin() const { return all_ == nullptr ? nullptr : all_->data(); }
  [[nodiscard]] const T* end() const { return begin() + size(); }
  T* begin() { return all_ == nullptr ? nullptr : all_->data(); }
  T* end() { return begin() + size(); }
  const T& operator[](std::size_t i) const { return begin()[i]; }
  T& operator[](std::size_t i) { return begin()[i]; }
  [[nodiscard]] const T& front() const { return *begin(); }

  void push_back(T item) {
    if (all_ == nullptr) all_ = std::make_unique<std::vector<T>>();
    all_->push_back(std::move(item));
  }
  template <typename Predicate>
  void remove_if(const Predicate& predicate) {
    if (all_ != nullptr) std::erase_if(*all_, predicate);
  }

 private:
  std::unique_ptr<std::vector<T>> all_;
};

struct Node {
  enum class Kind : std::uint8_t { Null, Scalar, List, Map };
  Kind kind = Kind::Null;
  bool plain = false;   ///< a scalar without quotes
  bool broken = false;  ///< already reported: whoever reads it stays silent
  int file = -1;        ///< index of its file
  int line = 0;
  int column = 0;
  std::string text;    ///< of a scalar; of a null what was written for it: "", "~", "null"
  SharedText literal;  ///< empty, or as long as `text` and 'v' where a byte came from a variable
  NodeList<Node> items;
  NodeList<NodeEntry> entries;

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
