// Export and snapshots: the stages in another order than in reconcile.cpp. Catalog → State → charter text, and the proof: the text is read
// like any charter and planned against the very state that it came from. Whatever that plan would do is a mistake of the text, never
// shown to a user as a charter.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "pgcharter/catalog.h"
#include "pgcharter/export.h"
#include "pgcharter/reconcile.h"

#include "base/files.h"

namespace pgcharter {
namespace {

std::vector<NamePattern> patterns_of(const std::vector<std::string>& texts) {
  std::vector<NamePattern> patterns;
  for (const std::string& text : texts) patterns.push_back(parse_name_pattern(text));
  return patterns;
}

bool matches(const std::vector<NamePattern>& patterns, const std::string& name) {
  return std::ranges::any_of(patterns, [&](const NamePattern& p) { return p.matches(name); });
}

/// The databases that were asked for; templates, and those that are closed to this role, only by their names.
std::vector<std::string> selected_databases(State& state, const std::vector<std::string>& texts, const std::vector<std::string>& closed) {
  const std::vector<NamePattern> patterns = patterns_of(texts);
  std::vector<std::string> names;
  for (const Object& object : state.cluster.objects) {
    if (object.id.kind != ObjectKind::Database) continue;
    const bool is_template = object.id.name == "template0" || object.id.name == "template1";
    const bool named = std::ranges::any_of(patterns, [&](const NamePattern& p) { return p.literal() && p.text == object.id.name; });
    if (!named && (is_template || !matches(patterns, object.id.name))) continue;
    if (named || std::ranges::find(closed, object.id.name) == closed.end()) {
      names.push_back(object.id.name);
    } else {
      ++state.cluster.coverage[fmt::format("database \"{}\": this role can't connect to it", object.id.name)];
    }
  }
  if (names.empty()) throw Error("no database of this server matches --databases");
  return names;
}

ReadScope scope_of(const ReadSelection& selection) {
  ReadScope scope;
  scope.schemas = patterns_of(selection.schemas);
  scope.all_schemas = scope.schemas.empty();
  scope.all_columns = selection.complete;
  scope.all_structure = selection.complete;                          // a plan against a snapshot asks for what it likes
  scope.all_dependencies = selection.complete && scope.all_schemas;  // what keeps a role must be seen as a whole
  return scope;
}

/// A selection by schemas is about their objects: the other schemas are known by name only, and are not exported.
void drop_unselected(DatabaseState& database, const std::vector<NamePattern>& schemas) {
  const auto unselected = [&](const ObjectName& id) {
    const std::string& schema = id.kind == ObjectKind::Schema ? id.name : id.schema;
    return (in_schema(id.kind) || id.kind == ObjectKind::Schema) && !matches(schemas, schema);
  };
  std::vector<std::uint32_t> moved(database.objects.size());
  std::vector<Object> kept;
  for (std::size_t i = 0; i < database.objects.size(); ++i) {
    moved[i] = static_cast<std::uint32_t>(kept.size());
    if (!unselected(database.objects[i].id)) kept.push_back(std::move(database.objects[i]));
  }
  database.objects = std::move(kept);
  for (Column& column : database.columns) column.object = moved[column.object];
  std::erase_if(database.extensions, [&](const Extension& extension) { return !matches(schemas, extension.schema); });
}

/// What keeps a role is kept, but for the lists of access that stand in the state themselves: a plan takes the role out of those.
void drop_known_dependencies(const ClusterState& cluster, DatabaseState& database) {
  std::set<std::pair<std::string_view, std::uint32_t>> read;
  for (const Object& object : cluster.objects) read.emplace(info(object.id.kind).catalog, object.oid);
  for (const Object& object : database.objects) read.emplace(info(object.id.kind).catalog, object.oid);
  std::erase_if(database.role_dependencies, [&](const RoleDependency& d) { return d.type == 'a' && read.contains({d.catalog, d.oid}); });
}

std::string first_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (std::size_t i = 0; i < lines.size() && i < 20; ++i) text += "\n  " + printable(lines[i]);
  if (lines.size() > 20) text += fmt::format("\n  … and {} more", lines.size() - 20);
  return text;
}

/// What the charter would do to the state that it was made from; and for which kinds of which schemas.
std::vector<std::string> residue(const State& state, const std::string& text, ExportOptions& options) {
  Diagnostics diagnostics;
  CharterSources sources;
  sources.documents.push_back({"export", {}, text});
  const std::optional<Charter> charter = load_charter(sources, diagnostics);
  std::unique_ptr<Planned> planned;
  const ReconcileOptions defaults;
  if (charter) planned = plan_state(std::make_shared<const Charter>(*charter), state, defaults, diagnostics);
  std::vector<std::string> left;
  if (planned == nullptr) {
    for (const Diagnostic& d : diagnostics.all()) {
      if (d.severity == Severity::Error) left.push_back(fmt::format("{}: {}", to_string(d.pos), d.message));
    }
    return left;
  }
  for (const Statement& statement : planned->script.statements) left.push_back(statement.sql);
  for (const Step& step : planned->plan.steps) {
    const auto* privileges = std::get_if<ChangePrivileges>(&step.change.body);
    if (privileges == nullptr || step.change.database < 0) continue;
    const DesiredObjects& objects = planned->desired.databases[static_cast<std::size_t>(step.change.database)].objects;
    for (const std::uint32_t i : *privileges->objects) {
      options.literal_only.emplace(objects.database, objects.object(i).id.schema, objects.object(i).id.kind);
    }
  }
  return left;
}

}  // namespace

State read_server(const Connector& connector, const ReadSelection& selection) {
  State state;
  const ReadScope scope = scope_of(selection);
  std::vector<std::string> databases;
  {
    const std::unique_ptr<Connection> connection = connector(std::nullopt);
    connection->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    read_cluster(*connection, scope, state);
    if (selection.databases.empty()) {
      read_database(*connection, scope, state);
    } else {
      databases = selected_databases(state, selection.databases, closed_databases(*connection));
    }
    connection->execute("COMMIT");
  }
  for (const std::string& name : databases) {
    const std::unique_ptr<Connection> connection = connector(name);
    connection->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    read_database(*connection, scope, state);
    connection->execute("COMMIT");
  }
  if (!scope.all_schemas) {
    for (DatabaseState& database : state.databases) drop_unselected(database, scope.schemas);
  }
  for (DatabaseState& database : state.databases) drop_known_dependencies(state.cluster, database);
  return state;
}

std::string export_checked(const State& state, ExportOptions options) {
  std::string text = export_charter(state, options);
  std::vector<std::string> left = residue(state, text, options);
  if (left.empty()) return text;
  text = export_charter(state, options);
  left = residue(state, text, options);
  if (left.empty()) return text;
  throw Error("this server has something that no charter can express; the exported charter would still do:" + first_lines(left),
              "Leave it out with --schemas or --roles, or change it by hand first.");
}

void save_charter(const std::string& path, const std::string& text) { write_file_atomically(path, text, 0644); }

}  // namespace pgcharter
