// Typed access to a manifest's tree.
//
// Strictness is the point: YAML would happily read `login: no` as a string, `version: 1.10` as a number, and a role
// called null as nothing. Here a scalar is its text, and whoever wants a boolean or a number says so. A value in quotes
// is no boolean and no number, unless it came from a variable, which often has to be quoted.
#include "manifest/reader.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/dates.h"

namespace pgcharter {

namespace {

constexpr std::size_t kMaximalName = 63;  // NAMEDATALEN - 1

std::string_view describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Null:
      return "nothing";
    case Node::Kind::List:
      return "a list";
    case Node::Kind::Map:
      return "a mapping";
    case Node::Kind::Scalar:
      return node.plain ? "a word" : "a quoted text";
  }
  return "nothing";
}

bool is_bare(const Node& node) { return node.kind == Node::Kind::Scalar && (node.plain || !node.literal.empty()); }

}  // namespace

SourcePos Reader::pos(const Node& node) const {
  return {node.file < 0 ? FileName() : files_[static_cast<std::size_t>(node.file)], node.line, node.column};
}

int Reader::add_file(std::string name) {
  files_.emplace_back(std::move(name));
  return static_cast<int>(files_.size()) - 1;
}

void Reader::error(std::string code, const Node& node, std::string message, std::string hint) {
  if (!node.broken) diagnostics_.error(std::move(code), pos(node), std::move(message), std::move(hint));
}

void Reader::error(std::string code, SourcePos at, std::string message, std::string hint) {
  diagnostics_.error(std::move(code), std::move(at), std::move(message), std::move(hint));
}

bool Reader::is_map(const Node& node, std::string_view what) {
  if (node.is_map() || (node.is_null() && !node.broken)) return true;
  error("wrong-type", node, fmt::format("{} must be a mapping, not {}", what, describe(node)));
  return false;
}

bool Reader::check_keys(const Node& node, const Mapping& mapping, std::string_view what) {
  if (!is_map(node, what)) return false;
  for (const NodeEntry& entry : node.entries) {
    const auto key = std::find_if(mapping.keys.begin(), mapping.keys.end(), [&](const Key& k) { return k.name == entry.key.text; });
    if (key != mapping.keys.end() && key->supported) continue;
    if (key != mapping.keys.end()) {
      error("not-supported", entry.key, fmt::format("\"{}\" is not supported yet", entry.key.text));
      continue;
    }
    std::vector<std::string_view> known;
    for (const Key& k : mapping.keys) known.push_back(k.name);
    const auto near = nearest(entry.key.text, std::span<const std::string_view>(known));
    std::string hint = near ? fmt::format("Did you mean \"{}\"?", *near) : fmt::format("Known keys are {}.", join(known, ", "));
    if (entry.key.text == "<<") hint = "Merge keys are no part of the format; a profile holds what several entries share.";
    error("unknown-key", entry.key, fmt::format("unknown key \"{}\" in {}", entry.key.text, what), hint);
  }
  return true;
}

std::vector<const Node*> Reader::list(const Node& node, std::string_view what) {
  std::vector<const Node*> items;
  for (const Node& item : node.items) items.push_back(&item);
  if (!node.is_list() && (!node.is_null() || node.broken))
    error("wrong-type", node, fmt::format("{} must be a list, not {}", what, describe(node)));
  return items;
}

std::vector<const Node*> Reader::one_or_more(const Node& node, std::string_view what) {
  if (!node.is_list()) return {&node};
  std::vector<const Node*> items = list(node, what);
  if (items.empty()) error("empty", node, fmt::format("{} is an empty list", what));
  return items;
}

std::optional<std::string> Reader::text(const Node& node, std::string_view what) {
  if (node.broken) return std::nullopt;
  if (node.has_text() || node.kind == Node::Kind::Scalar) return node.text;
  error("wrong-type", node, fmt::format("{} must be a text, not {}", what, describe(node)));
  return std::nullopt;
}

std::optional<bool> Reader::boolean(const Node& node, std::string_view what) {
  const std::string lower = to_lower(node.text);
  if (is_bare(node) && (lower == "true" || lower == "false")) return lower == "true";
  error("wrong-type", node,
        fmt::format("{} must be true or false, not {}", what, node.has_text() ? "\"" + node.text + "\"" : describe(node)),
        node.kind == Node::Kind::Scalar && !node.plain && (lower == "true" || lower == "false") ? "Leave the quotes away." : "");
  return std::nullopt;
}

std::optional<int> Reader::integer(const Node& node, std::string_view what, int least, int greatest) {
  int value = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [rest, problem] = std::from_chars(node.text.data(), end, value);
  if (is_bare(node) && problem == std::errc() && rest == end && !node.text.empty()) {
    if (value >= least && value <= greatest) return value;
    error("out-of-range", node, fmt::format("{} must be between {} and {}, not {}", what, least, greatest, value));
    return std::nullopt;
  }
  error("wrong-type", node,
        fmt::format("{} must be a whole number, not {}", what, node.has_text() ? "\"" + node.text + "\"" : describe(node)));
  return std::nullopt;
}

std::optional<std::size_t> Reader::word(const Node& node, std::string_view what, std::span<const std::string_view> words) {
  const auto found = std::find(words.begin(), words.end(), node.text);
  if (node.has_text() && found != words.end()) return static_cast<std::size_t>(found - words.begin());
  const auto near = nearest(node.text, words);
  error("unknown-word", node,
        fmt::format("{} must be one of {}, not {}", what, join(words, ", "), node.has_text() ? "\"" + node.text + "\"" : describe(node)),
        near ? fmt::format("Did you mean \"{}\"?", *near) : "");
  return std::nullopt;
}

std::optional<Ensure> Reader::ensure(const Node& node) {
  constexpr std::array<std::string_view, 2> kWords{"present", "absent"};
  const auto found = word(node, "\"ensure\"", kWords);
  if (!found) return std::nullopt;
  return *found == 0 ? Ensure::Present : Ensure::Absent;
}

std::optional<std::string> Reader::expiry(const Node& node) {
  const auto written = text(node, "\"expires\"");
  if (!written) return std::nullopt;
  auto time = utc_timestamp(*written);
  if (!time) {
    error("bad-date", node, fmt::format("\"{}\" is no date", *written), "Write 2026-12-31 or 2026-12-31T18:00:00Z.");
    return std::nullopt;
  }
  time->resize(19);  // a fraction of a second has no meaning here
  (*time)[10] = 'T';
  return *time + "Z";
}

std::optional<std::string> Reader::name(const Node& node, std::string_view what) {
  auto written = text(node, what);
  if (!written) return std::nullopt;
  if (written->empty()) {
    error("bad-name", node, fmt::format("{} is empty", what));
    return std::nullopt;
  }
  if (written->find('\0') != std::string::npos) {
    error("bad-name", node, fmt::format("{} holds a zero byte, which no name can", what));
    return std::nullopt;
  }
  if (written->size() > kMaximalName) {
    error("name-too-long", node,
          fmt::format("{} \"{}\" has {} bytes; PostgreSQL's names have at most {}", what, *written, written->size(), kMaximalName));
    return std::nullopt;
  }
  return written;
}

std::vector<std::string> Reader::names(const Node& node, std::string_view what) {
  std::vector<std::string> result;
  for (const Node* item : one_or_more(node, what)) {
    if (auto one = name(*item, what)) result.push_back(std::move(*one));
  }
  return result;
}

std::optional<std::string> Reader::role(const Node& node, std::string_view what, bool public_allowed, bool absent_allowed) {
  auto written = name(node, what);
  if (written) references.push_back({*written, pos(node), std::string(what), public_allowed, absent_allowed});
  return written;
}

std::vector<std::string> Reader::roles(const Node& node, std::string_view what, bool public_allowed, bool absent_allowed) {
  std::vector<std::string> result;
  for (const Node* item : one_or_more(node, what)) {
    if (auto one = role(*item, what, public_allowed, absent_allowed)) result.push_back(std::move(*one));
  }
  return result;
}

}  // namespace pgcharter
