// Variables: ${k} in scalars and keys of the parsed tree.
//
// They are replaced in the tree and not in the text, so a value can't bring YAML of its own; and what came from a
// value is marked, so that in a name it can't bring a wildcard, a dot or a quote that means something either. Values are
// not searched for variables again. Growth is bounded, since a short value may be used very often.
#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/reader.h"

namespace pgcharter {

namespace {

constexpr std::size_t kMaximalExpansion = std::size_t{64} << 20U;

}  // namespace

std::optional<std::string> Reader::value_of(const Node& node, std::string_view name, const Variables& values) {
  used_.insert(std::string(name));
  const auto found = values.find(std::string(name));
  if (found != values.end()) {
    expanded_bytes_ += found->second.size();
    if (expanded_bytes_ <= kMaximalExpansion) return found->second;
    error("too-large", node, "variables make this charter grow beyond measure");
    return std::nullopt;
  }
  std::vector<std::string> known;
  for (const auto& [key, value] : values) known.push_back(key);
  const auto near = nearest(name, known);
  error("undefined-variable", node, fmt::format("undefined variable \"{}\"", name),
        near ? fmt::format("Did you mean \"{}\"?", *near)
             : "Give it a default in \"vars\", or a value with --var; a literal ${ is written as $${.");
  return std::nullopt;
}

void Reader::expand_scalar(Node& node, const Variables& values) {
  if (node.text.find("${") == std::string::npos) return;
  std::string text;
  std::string literal;
  bool complete = true;
  for (std::size_t at = 0; at < node.text.size();) {
    const std::string_view rest = std::string_view(node.text).substr(at);
    if (rest.starts_with("$${")) {
      text += "${";
      literal += "  ";
      at += 3;
    } else if (rest.starts_with("${")) {
      const auto end = rest.find('}');
      if (end == std::string_view::npos) {
        error("undefined-variable", node, "a ${ is not closed", "A literal ${ is written as $${.");
        complete = false;
        break;
      }
      const auto value = value_of(node, rest.substr(2, end - 2), values);
      complete = complete && value.has_value();
      text += value.value_or("");
      literal.resize(text.size(), 'v');
      at += end + 1;
    } else {
      text += node.text[at++];
      literal += ' ';
    }
  }
  node.kind = Node::Kind::Scalar;
  if (!complete) node.broken = true;
  node.text = std::move(text);
  if (literal.find('v') != std::string::npos) node.literal = std::move(literal);
}

void Reader::report_duplicates(const Node& node) {
  std::map<std::string_view, const Node*> seen;
  for (const NodeEntry& entry : node.entries) {
    const auto [first, fresh] = seen.emplace(entry.key.text, &entry.key);
    if (!fresh)
      error("duplicate-key", entry.key, fmt::format("the key \"{}\" is there twice", entry.key.text),
            fmt::format("The first one is at {}.", to_string(pos(*first->second))));
  }
}

void Reader::expand(Node& node, const Variables& values) {
  if (node.kind == Node::Kind::Scalar) return expand_scalar(node, values);
  for (Node& item : node.items) expand(item, values);
  for (NodeEntry& entry : node.entries) {
    if (!entry.key.has_text() && entry.key.kind != Node::Kind::Scalar && !entry.key.broken) {
      error("wrong-type", entry.key, "a key must be a word");
      entry.key.broken = true;
    }
    expand_scalar(entry.key, values);
    expand(entry.value, values);
  }
  node.entries.remove_if([](const NodeEntry& entry) { return entry.key.broken; });
  report_duplicates(node);
}

}  // namespace pgcharter
