// A charter of a live state. The sections are written from the end to the beginning of the file, because every role that one of them
// names must be declared: what is known only by name becomes `external: true`.
//
// Scope: PUBLIC is in scope, and so is every role and schema that was asked for. Therefore PUBLIC's built-in privileges are written where
// they still hold (PostgreSQL documentation 5.8, table 5.2), and where they were revoked nothing needs to be said. The order depends on
// names alone, so that exports of one server can be compared with diff.

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "export/exporter.h"
#include "export/yaml_text.h"

namespace pgcharter {

Exporter::Exporter(const State& state, const ExportOptions& options) : state_(state), options_(options) {
  for (const std::string& pattern : options.roles) role_patterns_.push_back(parse_name_pattern(pattern));
  executor_ = state.names->find(state.server.user);
  for (const Role& role : state.cluster.roles) {
    roles_[role.id] = &role;
    if (role.bootstrap) bootstrap_ = role.id;
  }
}

bool Exporter::declares(RoleId role) const {
  if (!roles_.contains(role) || role == bootstrap_ || role == executor_) return false;
  return !is_reserved_role(state_.names->name(role)) && exports(role);
}

bool Exporter::exports(RoleId grantee) const {
  if (!nameable(grantee)) return false;
  if (grantee == kPublic || role_patterns_.empty()) return true;
  return std::ranges::any_of(role_patterns_, [&](const NamePattern& p) { return p.matches(state_.names->name(grantee)); });
}

std::string Exporter::role(RoleId id) {
  if (id != kPublic) named_.insert(id);
  return yaml_scalar(state_.names->name(id));
}

RoleId Exporter::owner_of(const Object& object) const { return info(object.id.kind).has_owner ? object.owner : bootstrap_; }

std::string Exporter::privileges(PrivilegeSet set, ObjectKind kind, bool columns) const {
  if (!columns && set == all_privileges(kind, state_.server.major()) && set.count() > 2) return "all";
  std::vector<std::string> words;
  // SELECT first, as the documentation has it.
  if (set.contains(Privilege::Select)) words.emplace_back(info(Privilege::Select).name);
  for_each(set - PrivilegeSet::of(Privilege::Select), [&](Privilege p) { words.emplace_back(info(p).name); });
  return flow_list(words, true);
}

bool Exporter::is_exported_database(const std::string& name) const {
  return std::ranges::find(state_.databases, name, &DatabaseState::name) != state_.databases.end();
}

bool has_patterns(ObjectKind kind) { return in_schema(kind) || kind == ObjectKind::LargeObject; }

std::string pattern_text(ObjectKind kind, const std::string& schema) {
  if (!in_schema(kind)) return "\"*\"";
  const std::string name = manifest_name({.kind = kind, .schema = schema, .name = "x", .args = {}});
  return yaml_scalar(name.substr(0, name.rfind('x')) + "*");
}

std::string section(std::string_view key, const std::string& lines, std::size_t indent) {
  return lines.empty() ? std::string() : fmt::format("{}{}{}:\n{}", indent == 0 ? "\n" : "", std::string(indent, ' '), key, lines);
}

std::string list_item(const std::string& flow, std::size_t indent) {
  return wrapped(fmt::format("{}- {}", std::string(indent, ' '), flow), indent + 6) + "\n";
}

std::string Exporter::scope_section() const {
  std::set<std::string> names;
  for (const DatabaseState& database : state_.databases) {
    for (const Object& object : database.objects) {
      if (object.id.kind == ObjectKind::Schema && !is_system_schema(object.id.name)) names.insert(object.id.name);
      if (!object.id.schema.empty()) names.insert(object.id.schema);
    }
  }
  std::vector<std::string> schemas;
  for (const std::string& name : names) schemas.push_back(yaml_scalar(manifest_part(name)));
  std::vector<std::string> roles;
  for (const std::string& pattern : options_.roles) roles.push_back(yaml_scalar(pattern));
  if (roles.empty()) roles.emplace_back("\"*\"");
  if (schemas.empty()) schemas.emplace_back("\"*\"");
  return fmt::format(
      "\n# Nobody has more on these schemas than what is written below. That goes for PUBLIC too, so what PostgreSQL\n"
      "# gives it by itself is written where it still holds.\nscope:\n{}\n{}\n  public: true\n",
      wrapped("  roles: " + flow_list(roles, true), 6), wrapped("  schemas: " + flow_list(schemas, true), 6));
}

std::string Exporter::database_sections(const DatabaseState& database, bool first, std::size_t indent) {
  Futures futures;
  const std::string grants = grants_section(database, first, indent + 2, futures);
  std::string text = section("extensions", extensions_section(database, indent + 2), indent);
  text += section("schemas", schemas_section(database, futures, indent + 2), indent);
  text += section("ownership", ownership_section(database, first, indent + 2), indent);
  text += section("grants", grants, indent);
  text += section("default_privileges", default_privileges_section(database, futures, indent + 2), indent);
  return text;
}

std::string Exporter::databases_section() {
  std::string lines;
  for (std::size_t i = 0; i < state_.databases.size(); ++i) {
    const DatabaseState& database = state_.databases[i];
    std::string text;
    const auto found = state_.cluster.find({.kind = ObjectKind::Database, .schema = {}, .name = database.name, .args = {}});
    if (found && nameable(state_.cluster.objects[*found].owner)) {
      text += fmt::format("    owner: {}\n", role(state_.cluster.objects[*found].owner));
    }
    const auto settings = settings_of({.database = database.name, .role = kNoRole});
    if (!settings.empty()) text += wrapped("    settings: " + flow_map(settings), 8) + "\n";
    text += database_sections(database, i == 0, 4);
    if (i > 0) lines += "\n";
    lines +=
        text.empty() ? fmt::format("  {}: {{}}\n", yaml_scalar(database.name)) : fmt::format("  {}:\n{}", yaml_scalar(database.name), text);
  }
  return section("databases", lines, 0);
}

std::string Exporter::header() const {
  std::vector<std::string> databases;
  std::map<ObjectKind, long> counts;
  for (const DatabaseState& database : state_.databases) {
    databases.push_back(fmt::format("\"{}\"", database.name));
    for (const Object& object : database.objects) ++counts[object.id.kind];
  }
  std::string text = yaml_comment(fmt::format("A charter of the database{} {} as {} on PostgreSQL {}, written by pgcharter export.",
                                              databases.size() == 1 ? "" : "s", join(databases, ", "),
                                              databases.size() == 1 ? "it was" : "they were", state_.server.version));
  std::vector<std::string> parts;
  for (const auto& [kind, count] : counts) parts.push_back(fmt::format("{} {}", count, info(kind).manifest_key));
  std::string read = "Read: " + join(parts, ", ");
  std::ranges::replace(read, '_', ' ');
  if (!parts.empty()) text += yaml_comment(read + ".");
  Coverage left_out = state_.cluster.coverage;
  for (const DatabaseState& database : state_.databases) {
    for (const auto& [what, count] : database.coverage) left_out[what] += count;
  }
  for (const auto& [what, count] : notes_) left_out[what] += count;
  if (!left_out.empty()) text += "# Not in this charter:\n";
  for (const auto& [what, count] : left_out) text += yaml_comment(fmt::format("- {}: {}", what, count));
  return text;
}

std::string Exporter::run() {
  std::string name = options_.name;
  if (name.empty()) name = state_.databases.size() == 1 ? state_.databases.front().name : "server";
  std::string databases;
  if (options_.databases_section) {
    databases = databases_section();
  } else if (!state_.databases.empty()) {
    const DatabaseState& database = state_.databases.front();
    databases = database_sections(database, true, 0);
    if (state_.cluster.settings.contains({.database = database.name, .role = kNoRole})) {
      note("settings of the database, which are written with --databases only");
    }
  }
  if (state_.cluster.settings.contains({.database = {}, .role = kNoRole})) note("settings of every role (ALTER ROLE ALL)");
  const std::string roles = roles_section();
  return fmt::format("{}charter: 1\nname: {}\n{}{}{}", header(), yaml_scalar(name), scope_section(), roles, databases);
}

std::string export_charter(const State& state, const ExportOptions& options) { return Exporter(state, options).run(); }

}  // namespace pgcharter
