// The only file that knows libyaml: its events become our tree.
//
// Events are used and no ready-made tree, because they show duplicate keys, where a key stands, and what an alias costs. A manifest may
// come from a pull request of somebody unknown, so growth is bounded: aliases ("billion laughs") may add no more nodes than the text has
// bytes, nesting ends at 100, and an alias of something that is not finished yet is refused. What a reviewer would not see as what it is to
// the parser is refused first: control characters (YAML 1.2, 5.1), and those that are line breaks in YAML 1.1 only, which libyaml follows:
// a comment could end at one. libyaml counts columns in characters, we in bytes. Why libyaml: docs/decisions/0006.
//
// A large manifest takes libyaml longer than everything else that is done with it: while its events become our tree, another thread parses
// the next ones.
#include "manifest/yaml_reader.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <new>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <yaml.h>

#include "base/strings.h"

namespace pgcharter {

namespace {

constexpr std::size_t kEventsAtOnce = 8192;

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

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

/// Turns libyaml's marks into places. Asked in the order of the text, it walks every line once.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {
    ascii_ = std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80U; });
  }

  /// Line and column, from 1.
  std::pair<int, int> of(const yaml_mark_t& mark) {
    const int line = static_cast<int>(mark.line) + 1;
    if (ascii_) return {line, static_cast<int>(mark.column) + 1};
    if (mark.line < line_ || (mark.line == line_ && mark.column < characters_)) rewind();
    while (line_ < mark.line && at_ < text_.size()) {
      if (text_[at_++] != '\n') continue;
      ++line_;
      line_begin_ = at_;
      characters_ = 0;
    }
    while (characters_ < mark.column && at_ < text_.size() && text_[at_] != '\n') {
      at_ += std::max<std::size_t>(1, utf8_length(text_, at_));
      ++characters_;
    }
    return {line, static_cast<int>(at_ - line_begin_) + 1};
  }

 private:
  void rewind() { at_ = line_begin_ = line_ = characters_ = 0; }

  std::string_view text_;
  bool ascii_ = false;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  std::size_t line_ = 0;
  std::size_t characters_ = 0;
};

class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, int file) : places_(text), file_(file), budget_(100000 + text.size()) {}

  Node root;

  void take(const yaml_event_t& event) {
    const yaml_mark_t& mark = event.start_mark;
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        if (documents_++ > 0) fail(mark, "a manifest is one YAML document", "Put the second document into a file of its own.");
        break;
      case YAML_SCALAR_EVENT:
        scalar(mark, event.data.scalar);
        break;
      case YAML_ALIAS_EVENT:
        alias(mark, std::string(view(event.data.alias.anchor)));
        break;
      case YAML_SEQUENCE_START_EVENT:
        open(mark, view(event.data.sequence_start.tag), view(event.data.sequence_start.anchor), Node::Kind::List);
        break;
      case YAML_MAPPING_START_EVENT:
        open(mark, view(event.data.mapping_start.tag), view(event.data.mapping_start.anchor), Node::Kind::Map);
        break;
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        close();
        break;
      default:
        break;
    }
  }

  [[noreturn]] void fail(const yaml_mark_t& mark, std::string message, std::string hint) {
    const auto [line, column] = places_.of(mark);
    throw ParseFailure{line, column, std::move(message), std::move(hint)};
  }

 private:
  struct Frame {
    Node node;
    std::string anchor;
    std::size_t size = 1;
    std::size_t depth = 1;
    std::optional<Node> key;
  };

  [[noreturn]] void fail_depth(const yaml_mark_t& mark) { fail(mark, fmt::format("nested more than {} levels deep", kMaximalDepth), ""); }

  template <typename Scalar>
  void scalar(const yaml_mark_t& mark, const Scalar& scalar) {
    check_tag(mark, view(scalar.tag));
    const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
    Node node = make(mark, Node::Kind::Scalar);
    node.plain = scalar.tag == nullptr && scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (node.plain && is_null(text)) node.kind = Node::Kind::Null;
    node.text = text;
    finish(std::move(node), view(scalar.anchor), 1, 1);
  }

  void alias(const yaml_mark_t& mark, const std::string& name) {
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      const bool open = std::ranges::any_of(frames_, [&](const Frame& frame) { return frame.anchor == name; });
      fail(mark, open ? "an alias refers to what contains it" : fmt::format("the alias \"{}\" refers to nothing above it", name), "");
    }
    spend(mark, found->second.size);
    if (frames_.size() + found->second.depth > kMaximalDepth) fail_depth(mark);
    Node node = found->second.node;
    add(std::move(node), found->second.size, found->second.depth);
  }

  /// Plain words that YAML reads as null (YAML 1.2, 10.3.2); the text is kept, a role may well be called "null".
  static bool is_null(std::string_view text) { return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL"; }

  void check_tag(const yaml_mark_t& mark, std::string_view tag) {
    constexpr std::array<std::string_view, 8> kKnown{"",
                                                     "!",
                                                     "tag:yaml.org,2002:str",
                                                     "tag:yaml.org,2002:int",
                                                     "tag:yaml.org,2002:bool",
                                                     "tag:yaml.org,2002:map",
                                                     "tag:yaml.org,2002:seq",
                                                     "tag:yaml.org,2002:float"};
    if (std::ranges::find(kKnown, tag) == kKnown.end()) fail(mark, fmt::format("the YAML tag \"{}\" has no meaning here", tag), "");
  }

  Node make(const yaml_mark_t& mark, Node::Kind kind) {
    spend(mark, 1);
    Node node;
    node.kind = kind;
    node.file = file_;
    std::tie(node.line, node.column) = places_.of(mark);
    return node;
  }

  void spend(const yaml_mark_t& mark, std::size_t nodes) {
    if (nodes > budget_) fail(mark, "aliases make this manifest grow beyond measure", "");
    budget_ -= nodes;
  }

  void open(const yaml_mark_t& mark, std::string_view tag, std::string_view anchor, Node::Kind kind) {
    check_tag(mark, tag);
    if (frames_.size() >= kMaximalDepth) fail_depth(mark);
    anchors_.erase(std::string(anchor));  // from here on the name means this one
    frames_.push_back({make(mark, kind), std::string(anchor), 1, 1, std::nullopt});
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    finish(std::move(frame.node), frame.anchor, frame.size, frame.depth);
  }

  void finish(Node&& node, std::string_view anchor, std::size_t size, std::size_t depth) {
    if (!anchor.empty()) anchors_[std::string(anchor)] = {node, size, depth};
    add(std::move(node), size, depth);
  }

  void add(Node&& node, std::size_t size, std::size_t depth) {
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

  Places places_;
  int file_;
  std::size_t budget_;
  int documents_ = 0;
  std::vector<Frame> frames_;
  std::map<std::string, Anchored> anchors_;
};

// The first byte that a manifest can't hold.
std::optional<ParseFailure> check_bytes(std::string_view text) {
  int line = 1;
  std::size_t line_begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] >= ' ' && text[at] <= '~') {  // nearly all of it
      ++at;
      continue;
    }
    const std::size_t length = utf8_length(text, at);
    const auto byte = static_cast<unsigned char>(text[at]);
    const int column = static_cast<int>(at - line_begin) + 1;
    if (length == 0) return ParseFailure{line, column, "not UTF-8", "Manifests are UTF-8 text."};
    if (byte == 0x7FU || (byte < 0x20U && byte != '\t' && byte != '\n' && byte != '\r')) {
      return ParseFailure{line, column, fmt::format("the control character \\x{:02x} is not allowed", byte),
                          "In double quotes YAML takes it as an escape, such as \"\\x1b\"."};
    }
    const std::string_view character = text.substr(at, length);
    if (character == "\xC2\x85" || character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9") {
      return ParseFailure{line, column, "a Unicode line separator (U+0085, U+2028 or U+2029) is not allowed",
                          "In double quotes YAML takes it as an escape, such as \"\\u2028\"."};
    }
    at += length;
    if (byte == '\n') {
      ++line;
      line_begin = at;
    }
  }
  return std::nullopt;
}

/// Some events, in their order.
class Events {
 public:
  Events() = default;
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;
  Events(Events&& other) noexcept { events_.swap(other.events_); }
  Events& operator=(Events&& other) noexcept {
    events_.swap(other.events_);
    return *this;
  }
  ~Events() { clear(); }

  void clear() {
    for (yaml_event_t& event : events_) yaml_event_delete(&event);
    events_.clear();
  }
  [[nodiscard]] bool full() const { return events_.size() >= kEventsAtOnce; }
  yaml_event_t& add() { return events_.emplace_back(); }
  [[nodiscard]] auto begin() const { return events_.begin(); }
  [[nodiscard]] auto end() const { return events_.end(); }

 private:
  std::vector<yaml_event_t> events_;
};

class Parser {
 public:
  explicit Parser(std::string_view text) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() { yaml_parser_delete(&parser_); }

  /// Nothing follows, or nothing that can be understood.
  [[nodiscard]] bool at_end() const { return at_end_ || failed_; }

  /// What comes next, in place of what is there.
  void next(Events& events) {
    events.clear();
    while (!at_end() && !events.full()) {
      yaml_event_t& event = events.add();
      failed_ = yaml_parser_parse(&parser_, &event) == 0;  // which leaves it empty
      at_end_ = event.type == YAML_STREAM_END_EVENT;
    }
  }

  /// Throws where the text is no YAML, once everything before that place is in the tree.
  void check(TreeBuilder& builder) const {
    if (!failed_) return;
    std::string message = "not YAML: ";
    if (parser_.context != nullptr) message += std::string(parser_.context) + ", ";
    builder.fail(parser_.problem_mark, message + (parser_.problem == nullptr ? "out of memory" : parser_.problem), "");
  }

 private:
  yaml_parser_t parser_{};
  bool at_end_ = false;
  bool failed_ = false;
};

/// A parser on a thread of its own, some steps before whoever takes the events.
class ParsingAhead {
 public:
  explicit ParsingAhead(Parser& parser) : parser_(parser), thread_(std::async(std::launch::async, [this] { run(); })) {}
  ParsingAhead(const ParsingAhead&) = delete;
  ParsingAhead& operator=(const ParsingAhead&) = delete;
  ~ParsingAhead() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

  /// What comes next, for what was taken before; false where nothing follows.
  bool next(Events& events) {
    std::unique_lock lock(mutex_);
    taken_.push_back(std::move(events));
    changed_.wait(lock, [this] { return !ready_.empty() || ended_; });
    if (ready_.empty()) return thread_.get(), false;
    events = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return true;
  }

 private:
  static constexpr std::size_t kSteps = 8;

  Parser& parser_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Events> ready_;
  std::vector<Events> taken_;  ///< to be filled anew: memory is given back by the thread that asked for it
  bool ended_ = false;
  bool stopped_ = false;
  std::future<void> thread_;  // the last member: its destructor waits for run()

  void run() {
    try {
      parse();
    } catch (...) {  // no memory
      end();
      throw;
    }
    end();
  }

  void parse() {
    std::unique_lock lock(mutex_);
    while (!parser_.at_end() && !stopped_) {
      Events events;
      if (!taken_.empty()) {
        events = std::move(taken_.back());
        taken_.pop_back();
      }
      lock.unlock();
      parser_.next(events);
      lock.lock();
      changed_.wait(lock, [this] { return ready_.size() < kSteps || stopped_; });
      ready_.push_back(std::move(events));
      changed_.notify_all();
    }
  }

  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
};

Node parse(std::string_view text, int file) {
  if (text.size() > kMaximalManifestSize) {
    throw ParseFailure{0, 0, fmt::format("larger than {} MiB", kMaximalManifestSize >> 20U), "Split the charter into several files."};
  }
  if (const auto failure = check_bytes(text)) throw *failure;
  TreeBuilder builder(text, file);
  Parser parser(text);
  Events events;
  parser.next(events);
  for (const yaml_event_t& event : events) builder.take(event);
  if (!parser.at_end()) {
    ParsingAhead ahead(parser);
    while (ahead.next(events)) {
      for (const yaml_event_t& event : events) builder.take(event);
    }
  }
  parser.check(builder);
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
