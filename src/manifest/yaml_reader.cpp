// The only file that knows yaml-cpp: its events become our tree.
//
// The events are used and not YAML::Node, because they show what Node hides: duplicate keys, where a key stands, and
// what an alias costs. A manifest may come from a pull request of somebody unknown, so growth is bounded: aliases
// ("billion laughs") may add no more nodes than the text has bytes, nesting ends at 100, and an alias of something that
// is not finished yet is refused. yaml-cpp takes the byte 0x04 for the end of the stream and would silently drop the
// rest; YAML forbids control characters anyway (YAML 1.2, 5.1), so they are refused first.
#include "manifest/yaml_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "base/strings.h"

namespace pgcharter {

namespace {

struct ParseFailure {
  int line = 0;
  int column = 0;
  std::string message;
  std::string hint;
};

struct Anchored {
  Node node;
  std::size_t size = 0;   // nodes in it
  std::size_t depth = 0;  // levels in it
};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, int file) : lines_(split(text, '\n')), file_(file), budget_(100000 + text.size()) {}

  Node root;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) fail(mark, "a manifest is one YAML document", "Put the second document into a file of its own.");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node = make(mark, Node::Kind::Null);
    node.plain = true;
    node.text = written_null(node);
    finish(std::move(node), anchor, 1, 1);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) fail(mark, "an alias refers to what contains it", "");
    spend(mark, found->second.size);
    if (frames_.size() + found->second.depth > kMaximalDepth) fail_depth(mark);
    Node node = found->second.node;
    add(std::move(node), found->second.size, found->second.depth);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    check_tag(mark, tag);
    Node node = make(mark, Node::Kind::Scalar);
    node.plain = tag == "?" || tag.empty();
    node.text = value;
    finish(std::move(node), anchor, 1, 1);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::List);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::Map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor{};
    std::size_t size = 1;
    std::size_t depth = 1;
    std::optional<Node> key;
  };

  [[noreturn]] static void fail(const YAML::Mark& mark, std::string message, std::string hint) {
    throw ParseFailure{mark.line + 1, mark.column + 1, std::move(message), std::move(hint)};
  }
  [[noreturn]] static void fail_depth(const YAML::Mark& mark) {
    fail(mark, fmt::format("nested more than {} levels deep", kMaximalDepth), "");
  }

  static void check_tag(const YAML::Mark& mark, const std::string& tag) {
    constexpr std::array<std::string_view, 9> kKnown{"",
                                                     "?",
                                                     "!",
                                                     "tag:yaml.org,2002:str",
                                                     "tag:yaml.org,2002:int",
                                                     "tag:yaml.org,2002:bool",
                                                     "tag:yaml.org,2002:map",
                                                     "tag:yaml.org,2002:seq",
                                                     "tag:yaml.org,2002:float"};
    if (std::find(kKnown.begin(), kKnown.end(), tag) == kKnown.end())
      fail(mark, fmt::format("the YAML tag \"{}\" has no meaning here", tag), "");
  }

  Node make(const YAML::Mark& mark, Node::Kind kind) {
    spend(mark, 1);
    Node node;
    node.kind = kind;
    node.file = file_;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  void spend(const YAML::Mark& mark, std::size_t nodes) {
    if (nodes > budget_) fail(mark, "aliases make this manifest grow beyond measure", "");
    budget_ -= nodes;
  }

  // The parser hands over a null without its text, but a role may well be called "null".
  [[nodiscard]] std::string written_null(const Node& node) const {
    const auto line = static_cast<std::size_t>(node.line - 1);
    const auto column = static_cast<std::size_t>(node.column - 1);
    if (line >= lines_.size() || column >= lines_[line].size()) return {};
    const std::string_view rest = std::string_view(lines_[line]).substr(column);
    for (const std::string_view word : {"null", "Null", "NULL", "~"}) {
      if (rest.starts_with(word) &&
          (rest.size() == word.size() || std::string_view(" \t\r,:]}").find(rest[word.size()]) != std::string_view::npos)) {
        return std::string(word);
      }
    }
    return {};
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind) {
    check_tag(mark, tag);
    if (frames_.size() >= kMaximalDepth) fail_depth(mark);
    frames_.push_back({make(mark, kind), anchor, 1, 1, std::nullopt});
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    finish(std::move(frame.node), frame.anchor, frame.size, frame.depth);
  }

  void finish(Node node, YAML::anchor_t anchor, std::size_t size, std::size_t depth) {
    if (anchor != 0) anchors_[anchor] = {node, size, depth};
    add(std::move(node), size, depth);
  }

  void add(Node node, std::size_t size, std::size_t depth) {
    if (frames_.empty()) {
      root = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    frame.size += size;
    frame.depth = std::max(frame.depth, depth + 1);
    if (frame.node.is_list()) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.key) {
      frame.key = std::move(node);
    } else {
      frame.node.entries.push_back({std::move(*frame.key), std::move(node)});
      frame.key.reset();
    }
  }

  std::vector<std::string> lines_;
  int file_;
  std::size_t budget_;
  int documents_ = 0;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
};

// The first byte that a manifest can't hold.
std::optional<ParseFailure> check_bytes(std::string_view text) {
  int line = 1;
  std::size_t line_begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    const auto byte = static_cast<unsigned char>(text[at]);
    const int column = static_cast<int>(at - line_begin) + 1;
    if (length == 0) return ParseFailure{line, column, "not UTF-8", "Manifests are UTF-8 text."};
    if (byte == 0x7FU || (byte < 0x20U && byte != '\t' && byte != '\n' && byte != '\r')) {
      return ParseFailure{line, column, fmt::format("the control character \\x{:02x} is not allowed", byte),
                          "In double quotes YAML takes it as an escape, such as \"\\x1b\"."};
    }
    at += length;
    if (byte == '\n') {
      ++line;
      line_begin = at;
    }
  }
  return std::nullopt;
}

Node parse(std::string_view text, int file) {
  if (text.size() > kMaximalManifestSize) {
    throw ParseFailure{0, 0, fmt::format("larger than {} MiB", kMaximalManifestSize >> 20U), "Split the charter into several files."};
  }
  if (const auto failure = check_bytes(text)) throw *failure;
  TreeBuilder builder(text, file);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& e) {
    const bool known = e.mark.line >= 0;
    throw ParseFailure{known ? e.mark.line + 1 : 0, known ? e.mark.column + 1 : 0, "not YAML: " + e.msg, ""};
  }
  return std::move(builder.root);
}

}  // namespace

std::optional<Node> parse_yaml(std::string_view text, int file, const std::string& name, Diagnostics& diagnostics) {
  try {
    return parse(text, file);
  } catch (ParseFailure& failure) {
    diagnostics.error("yaml", {name, failure.line, failure.column}, std::move(failure.message), std::move(failure.hint));
    return std::nullopt;
  }
}

}  // namespace pgcharter
