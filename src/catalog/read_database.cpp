// Everything of one database: a fixed number of set-based queries, whatever the number of objects.
//
// Schemas are read first and matched here, by is_system_schema() and the scope's patterns; every later query gets the oids of the schemas
// that count, so what is a system schema is said in one place and what is out of scope never leaves the server. Chunks and shards are
// tables of an extension's making that follow their parent; their oids are asked for only where the extension is installed. A catalog
// that this role may not read costs its kind, not the run, and is said in the coverage.

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "pgcharter/catalog.h"

#include "base/parallel.h"
#include "base/strings.h"
#include "catalog/acl_row.h"
#include "catalog/array_text.h"
#include "catalog/queries.h"
#include "catalog/read_structure.h"

namespace pgcharter {
namespace {

/// An extension that makes tables which are never ours, and the query that lists them.
struct GeneratedTables {
  std::string_view extension;
  std::string_view query;
  bool takes_schemas;
  std::string_view coverage;
};
constexpr GeneratedTables kGeneratedTables[] = {
    {.extension = "timescaledb", .query = "timescaledb_chunks", .takes_schemas = false, .coverage = "table: chunk of TimescaleDB"},
    {.extension = "citus", .query = "citus_shards", .takes_schemas = true, .coverage = "table: shard of Citus"},
};

/// One session, and what it has read.
struct Session {
  Session(Connection& session, State& state) : connection(session), reader(session, state) {}

  Connection& connection;
  AclReader reader;
  std::vector<Object> objects;
};

class DatabaseReader {
 public:
  DatabaseReader(Connection& connection, const ReadScope& scope, State& state, Connection* second, RelationsAhead* ahead)
      : connection_(connection),
        scope_(scope),
        state_(state),
        relations_(second != nullptr ? *second : connection, state),
        others_(connection, state),
        sessions_(second != nullptr ? 2 : 1),
        ahead_(ahead) {}

  DatabaseState read() {
    database_.name = connection_.server().database;
    read_unreadable();
    read_extensions();
    choose_kinds();
    read_schemas();
    choose_schemas([&](const std::string& name) { return in_scope(name); });
    name_wanted_dependencies();
    // Relations are the larger half of a large database: one session has them to itself.
    for_each_parallel(2, sessions_, [&](std::size_t i) { i == 0 ? read_relations() : read_others(); });
    database_.objects = sorted_objects({&database_.objects, &relations_.objects, &others_.objects});
    take_owned_sequences();
    take_columns();
    read_structure(connection_, scope_, database_);
    return std::move(database_);
  }

  std::vector<Object> read_ahead(const SchemaChoice& choose, std::set<std::string>& chosen) {
    read_unreadable();
    read_extensions();
    choose_kinds();
    read_schemas();
    std::vector<std::string> names;
    for (const Object& schema : database_.objects) names.push_back(schema.id.name);
    chosen = choose(names);
    choose_schemas([&](const std::string& name) { return chosen.contains(name); });
    read_relations();
    return std::move(relations_.objects);
  }

 private:
  /// A row of columns.sql, before the objects are known.
  struct ColumnRow {
    std::uint32_t table;
    int number;
    std::string name;
    AclId acl;
  };

  Connection& connection_;
  const ReadScope& scope_;
  State& state_;
  Session relations_;
  Session others_;
  std::size_t sessions_;
  RelationsAhead* ahead_;  // may be null
  DatabaseState database_;
  std::vector<const ObjectKindInfo*> kinds_;
  std::unordered_map<std::uint32_t, std::uint32_t> table_of_sequence_;
  std::vector<ColumnRow> columns_;
  std::vector<std::string> dependent_roles_;
  std::vector<std::string> unreadable_;
  std::string schemas_ = "{}";  // the oids of the schemas that count
  std::map<std::string, std::string, std::less<>> oids_of_schemas_;
  std::unordered_set<std::uint32_t> generated_;

  void read_unreadable() {
    connection_.query(find_query("unreadable"), {}, [&](const Row& row) { unreadable_.emplace_back(row.text(0)); });
  }

  void read_extensions() {
    connection_.query(find_query("extensions"), {}, [&](const Row& row) {
      database_.extensions.push_back(
          {.name = std::string(row.text(0)), .schema = std::string(row.text(1)), .version = std::string(row.text(2))});
    });
  }

  void choose_kinds() {
    for (const ObjectKindInfo& kind : all_object_kinds()) {
      if (kind.cluster_wide || kind.first_version > state_.server.major()) continue;
      const Query query = find_query(kind.catalog_query);
      if (std::ranges::any_of(unreadable_, [&](const std::string& catalog) { return mentions_catalog(query, catalog); })) {
        ++database_.coverage[std::string(kind.singular) + ": not readable"];
      } else {
        kinds_.push_back(&kind);
      }
    }
  }

  void read_relations() {
    std::string schemas = schemas_;
    if (ahead_ != nullptr) {
      relations_.objects = ahead_->objects.get();
      std::erase_if(relations_.objects, [&](const Object& object) { return !oids_of_schemas_.contains(object.id.schema); });
      std::vector<std::string> rest;
      for (const auto& [name, oid] : oids_of_schemas_) {
        if (!ahead_->schemas.contains(name)) rest.push_back(oid);
      }
      if (rest.empty()) return;
      schemas = array_parameter(rest);
    }
    if (std::ranges::find(kinds_, &info(ObjectKind::Table)) != kinds_.end()) read_relations_in(schemas);
  }

  /// Tables and sequences come from one pass over pg_class, and so do the oids of composite types.
  void read_relations_in(const std::string& schemas) {
    const ObjectKindInfo& table = info(ObjectKind::Table);
    const ObjectKindInfo& sequence = info(ObjectKind::Sequence);
    std::vector<std::string> composite_types;
    const auto kind_of = [&](char subkind, std::string_view oids) -> const ObjectKindInfo* {
      if (subkind != 'c') return subkind == 'S' ? &sequence : &table;
      ArrayText list(oids);
      for (std::string_view oid; list.next(oid);) composite_types.emplace_back(oid);
      return nullptr;
    };
    relations_.reader.read_objects(find_query(table.catalog_query), kind_of, {schemas}, relations_.objects,
                                   [&](std::uint32_t oid, std::string_view) { return !generated_.contains(oid); });
    const ObjectKindInfo& type = info(ObjectKind::Type);
    if (composite_types.empty() || std::ranges::find(kinds_, &type) == kinds_.end()) return;
    relations_.reader.read_objects(type, {"{}", array_parameter(composite_types)}, relations_.objects);
  }

  void read_others() {
    for (const ObjectKindInfo* kind : kinds_) read_kind(*kind);
    read_owned_sequences();
    read_columns();
    read_default_acls();
    read_dependencies();
    if (scope_.row_security) read_row_security();
  }

  /// All but relations, composite types, and the schemas, which are known.
  void read_kind(const ObjectKindInfo& kind) {
    if (kind.kind == ObjectKind::Schema || kind.kind == ObjectKind::Table || kind.kind == ObjectKind::Sequence) return;
    std::vector<std::optional<std::string>> parameters;
    if (in_schema(kind.kind)) parameters.emplace_back(schemas_);
    if (kind.kind == ObjectKind::Type) parameters.emplace_back("{}");
    others_.reader.read_objects(kind, parameters, others_.objects);
  }

  void read_schemas() {
    others_.reader.read_objects(info(ObjectKind::Schema), {}, database_.objects,
                                [](std::uint32_t, std::string_view name) { return !is_system_schema(name); });
  }

  void choose_schemas(const std::function<bool(const std::string&)>& counts) {
    std::vector<std::string> oids;
    for (const Object& schema : database_.objects) {
      if (counts(schema.id.name)) {
        oids.push_back(std::to_string(schema.oid));
        oids_of_schemas_.emplace(schema.id.name, oids.back());
      } else {
        ++database_.coverage["schema: out of scope, its objects were not read"];
      }
    }
    schemas_ = array_parameter(oids);
    read_generated_tables();
  }

  [[nodiscard]] bool in_scope(const std::string& schema) const {
    return scope_.all_schemas || std::ranges::any_of(scope_.schemas, [&](const NamePattern& pattern) { return pattern.matches(schema); });
  }

  void read_generated_tables() {
    for (const GeneratedTables& made : kGeneratedTables) {
      if (std::ranges::find(database_.extensions, made.extension, &Extension::name) == database_.extensions.end()) continue;
      std::vector<std::optional<std::string>> parameters;
      if (made.takes_schemas) parameters.emplace_back(schemas_);
      connection_.stream(find_query(made.query), parameters, [&](const Row& row) {
        generated_.insert(oid_of(row.text(0)));
        ++database_.coverage[std::string(made.coverage)];
      });
    }
  }

  void read_owned_sequences() {
    others_.connection.stream(find_query("owned_sequences"), {schemas_},
                              [&](const Row& row) { table_of_sequence_.emplace(oid_of(row.text(0)), oid_of(row.text(1))); });
  }

  void take_owned_sequences() {
    for (Object& object : database_.objects) {
      if (object.id.kind != ObjectKind::Sequence) continue;
      if (const auto table = table_of_sequence_.find(object.oid); table != table_of_sequence_.end()) object.owned_by = table->second;
    }
  }

  void read_columns() {
    std::vector<std::optional<std::string>> parameters{schemas_};
    if (!scope_.all_columns) {
      parameters.emplace_back(array_parameter(scope_.column_names));
      parameters.emplace_back(array_parameter(scope_.column_tables));
    }
    others_.connection.stream(find_query(scope_.all_columns ? "columns_all" : "columns"), parameters, [&](const Row& row) {
      columns_.push_back({.table = oid_of(row.text(0)),
                          .number = static_cast<int>(row.number(1)),
                          .name = std::string(row.text(2)),
                          .acl = row.is_null(3) ? kEmptyAcl : others_.reader.acl(row.text(3))});
    });
  }

  void take_columns() {
    if (columns_.empty()) return;
    std::unordered_map<std::uint32_t, std::uint32_t> index_by_oid;
    for (std::size_t i = 0; i < database_.objects.size(); ++i) {
      const Object& object = database_.objects[i];
      const bool relation = object.id.kind == ObjectKind::Table || object.id.kind == ObjectKind::Sequence;
      if (relation) index_by_oid.emplace(object.oid, static_cast<std::uint32_t>(i));
    }
    for (ColumnRow& row : columns_) {
      const auto table = index_by_oid.find(row.table);
      if (table == index_by_oid.end()) continue;  // a chunk or a shard
      database_.columns.push_back({.object = table->second, .number = row.number, .name = std::move(row.name), .acl = row.acl});
    }
    std::ranges::sort(database_.columns, {}, [](const Column& column) { return std::pair(column.object, column.number); });
  }

  void read_default_acls() {
    others_.connection.stream(find_query("default_acl"), {schemas_}, [&](const Row& row) {
      const auto kind = object_kind_by_default_acl_char(row.text(3).front());
      if (!kind) {
        ++database_.coverage["default privilege: kind of object not known"];
        return;
      }
      database_.default_acls.push_back({.creator = others_.reader.role(row, 0, 1),
                                        .schema = std::string(row.text(2)),
                                        .objects = *kind,
                                        .acl = others_.reader.acl(row.text(4))});
    });
  }

  void read_row_security() {
    others_.connection.stream(find_query("row_security"), {schemas_}, [&](const Row& row) {
      database_.row_security.push_back(
          {.kind = ObjectKind::Table, .schema = std::string(row.text(0)), .name = std::string(row.text(1)), .args = {}});
    });
  }

  void name_wanted_dependencies() {
    dependent_roles_ = scope_.absent_roles;
    if (!scope_.all_dependencies) return;
    dependent_roles_.clear();
    for (const Role& role : state_.cluster.roles) dependent_roles_.push_back(state_.names->name(role.id));
    database_.all_role_dependencies = true;
  }

  void read_dependencies() {
    if (dependent_roles_.empty()) return;
    others_.connection.stream(find_query("role_dependencies"), {array_parameter(dependent_roles_)}, [&](const Row& row) {
      const int count = static_cast<int>(row.number(4));
      std::string description(row.text(3));
      if (row.is_null(3)) description = std::to_string(count) + (count == 1 ? " object" : " objects");
      database_.role_dependencies.push_back({.role = state_.names->intern(row.text(0)),
                                             .database = std::string(row.text(1)),
                                             .description = std::move(description),
                                             .type = row.text(2).front(),
                                             .count = count,
                                             .catalog = std::string(row.text(5)),
                                             .oid = oid_of(row.text(6))});
    });
  }
};

}  // namespace

DatabaseState read_one_database(Connection& connection, const ReadScope& scope, State& state, Connection* second, RelationsAhead* ahead) {
  return DatabaseReader(connection, scope, state, second, ahead).read();
}

std::vector<Object> read_relations_ahead(Connection& connection, State& state, const SchemaChoice& choose, std::set<std::string>& chosen) {
  return DatabaseReader(connection, {}, state, nullptr, nullptr).read_ahead(choose, chosen);
}

void read_database(Connection& connection, const ReadScope& scope, State& state) {
  state.databases.push_back(read_one_database(connection, scope, state));
}

}  // namespace pgcharter
