// profiles: named bundles of grants, and of what a role needs beside them.
//
// A profile is kept as it was written and expanded anew for each use, with its parameters over the charter's variables;
// so an argument is as literal as any other variable. What comes out has the position of the entry that uses the
// profile, since that is what the user would change. The built-in profiles are manifests/profiles/*.yaml, compiled in;
// a profile of the charter with the same name takes their place.
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/sections.h"
#include "manifest/yaml_reader.h"

namespace pgcharter {

namespace {

#include "profiles.inc"

// The values for a profile's body; nothing where arguments are missing or unknown.
std::optional<Variables> arguments(Reader& reader, const Node& entry, const std::string& name, const Profile& profile) {
  Variables values = reader.variables;
  std::set<std::string> given;
  bool valid = true;
  const Node* with = entry.find("with");
  if (with != nullptr && !reader.is_map(*with, "\"with\"")) return std::nullopt;
  if (with != nullptr) {
    for (const NodeEntry& argument : with->entries) {
      const std::string& key = argument.key.text;
      if (std::find(profile.params.begin(), profile.params.end(), key) == profile.params.end()) {
        const auto near = nearest(key, profile.params);
        reader.error("unknown-argument", argument.key, fmt::format("the profile \"{}\" has no parameter \"{}\"", name, key),
                     near ? fmt::format("Did you mean \"{}\"?", *near) : "");
        valid = false;
        continue;
      }
      const auto value = reader.text(argument.value, fmt::format("the argument \"{}\"", key));
      if (value) values[key] = *value;
      valid = valid && value;
      given.insert(key);
    }
  }
  for (const std::string& param : profile.params) {
    if (given.contains(param)) continue;
    reader.error("missing-argument", entry, fmt::format("the profile \"{}\" needs the parameter \"{}\"", name, param),
                 fmt::format("Write with: {{ {}: … }}.", param));
    valid = false;
  }
  if (!valid) return std::nullopt;
  return values;
}

void use_grants(Reader& reader, const Node& section, const GrantRule& frame, bool built_in, DatabaseCharter& database) {
  for (const Node* item : reader.list(section, "\"grants\"")) {
    if (!reader.check_keys(*item, kProfileGrantMapping, "a grant of a profile")) continue;
    GrantRule rule = frame;
    if (!read_grant_body(reader, *item, rule)) continue;
    if (built_in) {
      for (ObjectPattern& object : rule.objects) object.pos = frame.pos;
      for (ObjectPattern& object : rule.except) object.pos = frame.pos;
    }
    database.grants.push_back(std::move(rule));
  }
}

// Attributes and memberships, for each role of `to`.
void use_role_part(Reader& reader, const Node& body, const GrantRule& frame) {
  for (const std::string& role : frame.to) {
    RoleAddition addition{role, frame.profile, frame.pos, {}};
    addition.rule.name = role;
    read_role_common(reader, body, addition.rule);
    for (const NodeEntry& entry : body.entries) {
      const std::string& key = entry.key.text;
      if (key != "params" && key != "grants" && key != "default_privileges" && key != "functions")
        addition.rule.written.emplace(key, frame.pos);
    }
    if (addition.rule.written.empty()) return;
    for (MembershipRule& membership : addition.rule.member_of) membership.pos = frame.pos;
    reader.additions.push_back(std::move(addition));
  }
}

void use_body(Reader& reader, const Node& body, const GrantRule& frame, bool built_in, DatabaseCharter& database) {
  if (const Node* section = body.find("functions")) read_functions(reader, *section, &frame, database);
  if (const Node* section = body.find("grants")) use_grants(reader, *section, frame, built_in, database);
  if (const Node* section = body.find("default_privileges")) {
    for (const Node* item : reader.list(*section, "\"default_privileges\"")) {
      const std::size_t before = database.default_privileges.size();
      read_default_privilege(reader, *item, &frame.to, database);
      for (std::size_t i = before; i < database.default_privileges.size(); ++i) database.default_privileges[i].pos = frame.pos;
    }
  }
  use_role_part(reader, body, frame);
}

}  // namespace

void add_built_in_profiles(Reader& reader, Diagnostics& diagnostics) {
  for (const EmbeddedFile& file : kProfiles) {
    const std::string shown = fmt::format("built-in profile {}", file.name);
    diagnostics.add_source(shown, std::string(file.text));
    auto body = parse_yaml(file.text, reader.add_file(shown), shown, diagnostics);
    if (!body) continue;
    Profile profile{std::move(*body), {}, true};
    if (const Node* params = profile.body.find("params")) profile.params = reader.names(*params, "a parameter");
    reader.profiles.emplace(file.name, std::move(profile));
  }
}

void read_profiles(Reader& reader, const Node& node) {
  if (!reader.is_map(node, "\"profiles\"")) return;
  for (const NodeEntry& entry : node.entries) {
    if (!reader.check_keys(entry.value, kProfileMapping, "a profile")) continue;
    Profile profile{entry.value, {}, false};
    if (const Node* params = entry.value.find("params"); params != nullptr && !(params->is_list() && params->items.empty())) {
      profile.params = reader.names(*params, "a parameter");
    }
    // A profile that nobody uses is checked for its variables too; every use expands it again.
    Node probe = entry.value;
    Variables values = reader.variables;
    for (const std::string& param : profile.params) values[param] = param;
    reader.expand(probe, values);
    reader.profiles[entry.key.text] = std::move(profile);
  }
}

void use_profile(Reader& reader, const Node& entry, DatabaseCharter& database) {
  for (const NodeEntry& part : entry.entries) {
    const std::string& key = part.key.text;
    if (key == "to" || key == "profile" || key == "with") continue;
    const bool known = std::any_of(kGrantMapping.keys.begin(), kGrantMapping.keys.end(), [&](const Key& k) { return k.name == key; });
    if (known) reader.error("invalid-combination", part.key, fmt::format("\"{}\" has no meaning with \"profile\"", key));
  }
  GrantRule frame;
  frame.pos = reader.pos(entry);
  if (const Node* to = entry.find("to")) {
    for (const Node* item : reader.one_or_more(*to, "\"to\"")) {
      auto name = reader.role(*item, "the grantee", true);
      if (!name) continue;
      frame.to.push_back(std::move(*name));
      frame.to_pos.push_back(reader.pos(*item));
    }
  } else {
    reader.error("missing-key", entry, "a grant has no \"to\"");
  }
  const Node& named = *entry.find("profile");
  const auto name = reader.name(named, "the profile");
  if (!name) return;
  const auto profile = reader.profiles.find(*name);
  if (profile == reader.profiles.end()) {
    std::vector<std::string> known;
    for (const auto& [key, value] : reader.profiles) known.push_back(key);
    const auto near = nearest(*name, known);
    reader.error("unknown-profile", named, fmt::format("unknown profile \"{}\"", *name),
                 near ? fmt::format("Did you mean \"{}\"?", *near) : fmt::format("Profiles are {}.", join(known, ", ")));
    return;
  }
  frame.profile = *name;
  const auto values = arguments(reader, entry, *name, profile->second);
  if (!values || frame.to.empty()) return;
  Node body = profile->second.body;
  reader.expand(body, *values);
  const std::size_t before = reader.references.size();
  use_body(reader, body, frame, profile->second.built_in, database);
  if (!profile->second.built_in) return;
  for (std::size_t i = before; i < reader.references.size(); ++i) reader.references[i].pos = frame.pos;
}

}  // namespace pgcharter
