// Names of objects, patterns and privileges as manifests write them.
//
// The kinds differ in what names them (IdentityShape in the table of kinds), and only that is asked here.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/reader.h"
#include "model/pattern.h"

namespace pgcharter {

namespace {

constexpr std::size_t kMaximalName = 63;

NameShape shape_of(IdentityShape identity) {
  switch (identity) {
    case IdentityShape::QualifiedName:
      return NameShape::Qualified;
    case IdentityShape::Signature:
      return NameShape::Signature;
    case IdentityShape::Name:
    case IdentityShape::Oid:
      break;
  }
  return NameShape::Plain;
}

std::string plural(ObjectKind kind) { return std::string(info(kind).manifest_key); }

bool is_oid(const NamePattern& name) {
  return name.any() || (name.literal() && name.text.size() <= 10 &&
                        std::all_of(name.text.begin(), name.text.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

const NamePattern* too_long(const std::vector<NamePattern>& parts) {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [](const NamePattern& part) { return part.literal() && part.text.size() > kMaximalName; });
  return found == parts.end() ? nullptr : &*found;
}

// What is wrong with the number and the kind of the parts: message and hint.
std::optional<std::pair<std::string, std::string>> check_parts(ObjectKind kind, const NameParts& name, const std::string& text) {
  const IdentityShape identity = info(kind).identity;
  const std::string_view singular = info(kind).singular;
  if (const NamePattern* part = too_long(name.parts); part != nullptr && kind != ObjectKind::Parameter) {
    return std::pair(
        fmt::format("the name \"{}\" has {} bytes; PostgreSQL's names have at most {}", part->text, part->text.size(), kMaximalName),
        std::string());
  }
  if (identity == IdentityShape::Oid && !is_oid(name.parts.front())) {
    return std::pair(fmt::format("\"{}\" is no {}", text, singular), std::string("Write its number, or * for all of them."));
  }
  if (!in_schema(kind)) return std::nullopt;
  if (name.parts.size() > 2) {
    return std::pair(fmt::format("\"{}\" has too many parts for the name of a {}", text, singular),
                     std::string("Write schema.name; a part that holds a dot stands in double quotes."));
  }
  if (name.parts.size() < 2 && !(name.parts.front().any() && !name.args)) {
    return std::pair(fmt::format("the {} \"{}\" has no schema", singular, text),
                     fmt::format("Write schema.{}, or * for every schema.", text));
  }
  if (identity == IdentityShape::Signature && !name.args && name.parts.back().literal()) {
    return std::pair(
        fmt::format("the function \"{}\" has no argument list", text),
        fmt::format("Write {0}(integer, text) with its argument types, {0}() where it has none, or {0}(*) for every overload.", text));
  }
  return std::nullopt;
}

}  // namespace

std::vector<NamePattern> Reader::patterns(const Node& node, std::string_view what) {
  std::vector<NamePattern> result;
  for (const Node* item : one_or_more(node, what)) {
    const auto written = text(*item, what);
    if (!written) continue;
    NameParts parts = parse_name_parts(*written, item->literal.str(), NameShape::Plain);
    if (!parts.error.empty()) {
      error("bad-name", *item, fmt::format("\"{}\" is no name or pattern: {}", *written, parts.error));
    } else if (const NamePattern* part = too_long(parts.parts)) {
      error("name-too-long", *item,
            fmt::format("the name \"{}\" has {} bytes; PostgreSQL's names have at most {}", part->text, part->text.size(), kMaximalName));
    } else {
      result.push_back(std::move(parts.parts.front()));
    }
  }
  return result;
}

std::optional<ObjectPattern> Reader::object(ObjectKind kind, const Node& node) {
  if (node.broken || (!node.has_text() && node.kind != Node::Kind::Scalar)) {
    text(node, fmt::format("a name in \"{}\"", plural(kind)));  // tells what is wrong
    return std::nullopt;
  }
  const std::string& written = node.text;
  NameParts parts = parse_name_parts(written, node.literal.str(), shape_of(info(kind).identity));
  if (!parts.error.empty()) {
    error("bad-name", node, fmt::format("\"{}\" is no name or pattern: {}", written, parts.error));
    return std::nullopt;
  }
  if (auto problem = check_parts(kind, parts, written)) {
    error("bad-name", node, problem->first, problem->second);
    return std::nullopt;
  }
  ObjectPattern pattern;
  pattern.kind = kind;
  pattern.pos = pos(node);
  if (in_schema(kind)) {
    if (!last_schema_ || *last_schema_ != parts.parts.front()) {
      last_schema_ = std::make_shared<const NamePattern>(parts.parts.front());
    }
    pattern.schema = last_schema_;
  }
  pattern.name = std::move(parts.parts.back());
  if (kind == ObjectKind::Parameter) pattern.name.text = to_lower(pattern.name.text);  // as pg_parameter_acl keeps them
  if (parts.args && *parts.args != "*") pattern.args = std::make_shared<const std::string>(normalised_types(*parts.args));
  return pattern;
}

std::optional<ObjectName> Reader::object_key(ObjectKind kind, const Node& node) {
  const auto pattern = object(kind, node);
  if (!pattern) return std::nullopt;
  if (!pattern->literal()) {
    error("bad-name", node, fmt::format("\"{}\" is a pattern; an entry of \"{}\" is one {}", node.text, plural(kind), info(kind).singular),
          "Patterns can be used in \"ownership\" and \"grants\".");
    return std::nullopt;
  }
  if (node.text.find('\0') != std::string::npos) {
    error("bad-name", node, fmt::format("the name of the {} holds a zero byte, which no name can", info(kind).singular));
    return std::nullopt;
  }
  if (is_system_schema(pattern->schema->text)) {
    error("reserved-name", node, fmt::format("the schema \"{}\" belongs to the system and is never managed", pattern->schema->text));
    return std::nullopt;
  }
  return ObjectName{kind, pattern->schema->text, pattern->name.text, pattern->args ? *pattern->args : std::string()};
}

std::vector<ObjectPattern> Reader::objects(const Node& node, std::string_view what, const std::function<bool(const NodeEntry&)>& extra) {
  std::vector<ObjectPattern> result;
  if (!node.is_map() && !node.broken) {
    error("wrong-type", node, fmt::format("{} must be a mapping from kinds to names", what), "Write it as { tables: \"events.*\" }.");
    return result;
  }
  if (node.entries.empty()) error("empty", node, fmt::format("{} names nothing", what));
  for (const NodeEntry& entry : node.entries) {
    const auto kind = object_kind_by_manifest_key(entry.key.text);
    if (!kind) {
      if (extra && extra(entry)) continue;
      std::vector<std::string_view> known;
      for (const ObjectKindInfo& row : all_object_kinds()) known.push_back(row.manifest_key);
      const auto near = nearest(entry.key.text, std::span<const std::string_view>(known));
      error("unknown-kind", entry.key, fmt::format("unknown kind of object \"{}\"", entry.key.text),
            near ? fmt::format("Did you mean \"{}\"?", *near) : fmt::format("Kinds are {}.", join(known, ", ")));
      continue;
    }
    const std::vector<const Node*> items = one_or_more(entry.value, fmt::format("\"{}\"", entry.key.text));
    result.reserve(result.size() + items.size());
    for (const Node* item : items) {
      if (auto pattern = object(*kind, *item)) result.push_back(std::move(*pattern));
    }
  }
  return result;
}

std::optional<Reader::Privileges> Reader::privileges(const Node& node) {
  Privileges result;
  bool valid = true;
  for (const Node* item : one_or_more(node, "\"privileges\"")) {
    const auto written = text(*item, "a privilege");
    if (!written) {
      valid = false;
      continue;
    }
    if (to_lower(*written) == "all") {
      result.all = true;
      continue;
    }
    if (const auto privilege = privilege_by_name(*written)) {
      result.set |= PrivilegeSet::of(*privilege);
      result.written.emplace_back(*privilege, item);
      continue;
    }
    std::vector<std::string_view> known{"all"};
    for (const PrivilegeInfo& row : all_privileges()) known.push_back(row.name);
    const auto near = nearest(*written, std::span<const std::string_view>(known));
    error("unknown-privilege", *item, fmt::format("unknown privilege \"{}\"", *written),
          near ? fmt::format("Did you mean \"{}\"?", *near) : fmt::format("Privileges are {}.", join(known, ", ")));
    valid = false;
  }
  if (!valid && result.set.empty() && !result.all) return std::nullopt;
  if (!result.all && result.set.empty()) return std::nullopt;
  if (result.all) result.set = {};
  return result;
}

void Reader::check_privileges(const Privileges& privileges, PrivilegeSet possible, const std::string& of_what) {
  for (const auto& [privilege, node] : privileges.written) {
    if (possible.contains(privilege)) continue;
    std::vector<std::string_view> words;
    for_each(possible, [&](Privilege p) { words.push_back(info(p).name); });
    error("wrong-privilege", *node, fmt::format("{} have no privilege \"{}\"", of_what, info(privilege).name),
          words.empty() ? "" : fmt::format("They have {}.", join(words, ", ")));
  }
}

}  // namespace pgcharter
