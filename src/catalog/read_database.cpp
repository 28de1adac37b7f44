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

class DatabaseReader {
 public:
  DatabaseReader(Connection& connection, const ReadScope& scope, State& state, Connection* second)
      : connection_(connection),
        second_(second == nullptr ? connection : *second),
        scope_(scope),
        state_(state),
        reader_(connection, state),
        second_reader_(second_, state) {}

  DatabaseState read() {
    database_.name = connection_.server().database;
    read_unreadable();
    read_extensions();
    std::vector<const ObjectKindInfo*> kinds;
    for (const ObjectKindInfo& kind : all_object_kinds()) {
      if (kind.cluster_wide || kind.first_version > state_.server.major()) continue;
      if (readable(kind)) {
        kinds.push_back(&kind);
      } else {
        ++database_.coverage[std::string(kind.singular) + ": not readable"];
      }
    }
    read_kind(info(ObjectKind::Schema));
    name_wanted_dependencies();
    // Together about as long as the tables take.
    const auto others = [this] {
      read_owned_sequences();
      read_columns();
      read_default_acls();
      read_dependencies();
      if (scope_.row_security) read_row_security();
    };
    const auto objects = [&] {
      for (const ObjectKindInfo* kind : kinds) {
        if (kind->kind != ObjectKind::Schema) read_kind(*kind);
      }
    };
    if (&second_ == &connection_) {
      objects();
      others();
    } else {
      for_each_parallel(2, 2, [&](std::size_t i) { i == 0 ? objects() : others(); });
    }
    take_owned_sequences();
    take_columns();
    return std::move(database_);
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
  Connection& second_;  // what reads everything but the objects
  const ReadScope& scope_;
  State& state_;
  AclReader reader_;
  AclReader second_reader_;
  DatabaseState database_;
  std::unordered_map<std::uint32_t, std::uint32_t> table_of_sequence_;
  std::vector<ColumnRow> columns_;
  std::vector<std::string> dependent_roles_;
  std::vector<std::string> unreadable_;
  std::string schemas_ = "{}";  // the oids of the schemas that count
  std::unordered_set<std::uint32_t> generated_;
  std::vector<std::string> composite_types_;  // free-standing ones, by oid

  void read_unreadable() {
    connection_.query(find_query("unreadable"), {}, [&](const Row& row) { unreadable_.emplace_back(row.text(0)); });
  }

  void read_extensions() {
    connection_.query(find_query("extensions"), {}, [&](const Row& row) {
      database_.extensions.push_back(
          {.name = std::string(row.text(0)), .schema = std::string(row.text(1)), .version = std::string(row.text(2))});
    });
  }

  [[nodiscard]] bool readable(const ObjectKindInfo& kind) const {
    const Query query = find_query(kind.catalog_query);
    return std::ranges::none_of(unreadable_, [&](const std::string& catalog) { return mentions_catalog(query, catalog); });
  }

  void read_kind(const ObjectKindInfo& kind) {
    const Query query = find_query(kind.catalog_query);
    if (kind.kind == ObjectKind::Schema) {
      read_schemas(kind);
    } else if (kind.kind == ObjectKind::Table) {
      read_relations(query);
    } else if (kind.kind == ObjectKind::Sequence) {
      // read with the tables
    } else if (kind.kind == ObjectKind::Type) {
      reader_.read_objects(kind, {schemas_, array_parameter(composite_types_)}, database_.objects);
    } else if (in_schema(kind.kind)) {
      reader_.read_objects(kind, {schemas_}, database_.objects);
    } else {
      reader_.read_objects(kind, {}, database_.objects);
    }
  }

  /// Tables and sequences come from one pass over pg_class, and so do the oids of composite types.
  void read_relations(const Query& query) {
    const ObjectKindInfo& table = info(ObjectKind::Table);
    const ObjectKindInfo& sequence = info(ObjectKind::Sequence);
    const auto kind_of = [&](char subkind, std::string_view oids) -> const ObjectKindInfo* {
      if (subkind != 'c') return subkind == 'S' ? &sequence : &table;
      ArrayText list(oids);
      for (std::string_view oid; list.next(oid);) composite_types_.emplace_back(oid);
      return nullptr;
    };
    reader_.read_objects(query, kind_of, {schemas_}, database_.objects,
                         [&](std::uint32_t oid, std::string_view) { return !generated_.contains(oid); });
  }

  void read_schemas(const ObjectKindInfo& kind) {
    const std::size_t begin = database_.objects.size();
    reader_.read_objects(kind, {}, database_.objects, [](std::uint32_t, std::string_view name) { return !is_system_schema(name); });
    std::vector<std::string> oids;
    for (std::size_t i = begin; i < database_.objects.size(); ++i) {
      const Object& schema = database_.objects[i];
      if (in_scope(schema.id.name)) {
        oids.push_back(std::to_string(schema.oid));
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
    second_.stream(find_query("owned_sequences"), {schemas_},
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
    second_.stream(find_query(scope_.all_columns ? "columns_all" : "columns"), parameters, [&](const Row& row) {
      columns_.push_back({.table = oid_of(row.text(0)),
                          .number = static_cast<int>(row.number(1)),
                          .name = std::string(row.text(2)),
                          .acl = row.is_null(3) ? kEmptyAcl : second_reader_.acl(row.text(3))});
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
    second_.stream(find_query("default_acl"), {schemas_}, [&](const Row& row) {
      const auto kind = object_kind_by_default_acl_char(row.text(3).front());
      if (!kind) {
        ++database_.coverage["default privilege: kind of object not known"];
        return;
      }
      database_.default_acls.push_back({.creator = second_reader_.role(row, 0, 1),
                                        .schema = std::string(row.text(2)),
                                        .objects = *kind,
                                        .acl = second_reader_.acl(row.text(4))});
    });
  }

  void read_row_security() {
    second_.stream(find_query("row_security"), {schemas_}, [&](const Row& row) {
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
    second_.stream(find_query("role_dependencies"), {array_parameter(dependent_roles_)}, [&](const Row& row) {
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

DatabaseState read_one_database(Connection& connection, const ReadScope& scope, State& state, Connection* second) {
  return DatabaseReader(connection, scope, state, second).read();
}

void read_database(Connection& connection, const ReadScope& scope, State& state) {
  state.databases.push_back(read_one_database(connection, scope, state));
}

}  // namespace pgcharter
