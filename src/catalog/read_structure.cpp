// The definitions that a charter's tables and functions are held against: of the named ones only, a fixed number of queries.
//
// Names are looked up once; everything else of a table is asked for by oid. A snapshot holds the definitions of everything that was read.
// Nothing here locks a table, so sizes are what the server last counted. Citus is read wherever it is, from pg_dist_* (which everybody may
// read, and which asks no other node), never from citus_tables; TimescaleDB and pg_cron only where the charter has hypertables.
#include "catalog/read_structure.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/strings.h"
#include "catalog/acl_row.h"
#include "catalog/array_text.h"
#include "catalog/citus.h"
#include "catalog/queries.h"

namespace pgcharter {
namespace {

std::string text_of(const Row& row, int column) { return std::string(row.text(column)); }

std::optional<std::string> optional_text(const Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(text_of(row, column));
}

std::vector<std::string> list_of(std::string_view array) {
  std::vector<std::string> result;
  ArrayText list(array);
  for (std::string_view element; list.next(element);) result.emplace_back(element);
  return result;
}

char letter_of(const Row& row, int column) { return row.text(column).empty() ? '\0' : row.text(column).front(); }

double real_number(std::string_view text) {
  double value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// proconfig: {search_path=pg_catalog,"work_mem=4MB"}
std::map<std::string, std::string> settings_of(std::string_view array) {
  std::map<std::string, std::string> settings;
  for (const std::string& entry : list_of(array)) {
    const auto equals = entry.find('=');
    if (equals != std::string::npos) settings[to_lower(entry.substr(0, equals))] = entry.substr(equals + 1);
  }
  return settings;
}

constexpr auto by_name = [](const auto& a, const auto& b) { return std::tie(a.schema, a.name) < std::tie(b.schema, b.name); };

/// Parallel lists, as the queries take them.
struct Names {
  std::vector<std::string> schemas;
  std::vector<std::string> names;

  /// Objects come sorted, so overloads are neighbours.
  void add(const ObjectName& id) {
    if (!names.empty() && names.back() == id.name && schemas.back() == id.schema) return;
    schemas.push_back(id.schema);
    names.push_back(id.name);
  }
  [[nodiscard]] std::vector<std::optional<std::string>> parameters() const { return {array_parameter(schemas), array_parameter(names)}; }
};

class StructureReader {
 public:
  StructureReader(Connection& connection, const ReadScope& scope, DatabaseState& database)
      : connection_(connection), scope_(scope), database_(database) {}

  void read() {
    name_what_is_wanted();
    if (const Extension* citus = extension("citus")) read_citus(citus->version);
    if (database_.citus && !scope_.all_structure) name_what_moves_along(*database_.citus);
    if (!tables_.names.empty()) read_tables();
    if (!routines_.names.empty()) read_routines();
    const Extension* timescale = extension("timescaledb");
    if (timescale == nullptr) return;
    if (scope_.hypertables || scope_.all_structure || !tables_.names.empty()) read_timescale(timescale->version);
  }

 private:
  Connection& connection_;
  const ReadScope& scope_;
  DatabaseState& database_;
  Names tables_;
  Names routines_;
  std::unordered_map<std::uint32_t, TableDefinition*> table_by_oid_;

  void name_what_is_wanted() {
    tables_ = {.schemas = scope_.table_schemas, .names = scope_.table_names};
    routines_ = {.schemas = scope_.routine_schemas, .names = scope_.routine_names};
    if (!scope_.all_structure) return;
    tables_ = routines_ = {};
    for (const Object& object : database_.objects) {
      if (object.extension_member) continue;
      if (object.id.kind == ObjectKind::Table) tables_.add(object.id);
      if (object.id.kind == ObjectKind::Function) routines_.add(object.id);
    }
  }

  /// Tables that Citus makes anew together with one that the charter places, or with a schema that is to be gathered.
  void name_what_moves_along(const CitusState& citus) {
    std::set<std::pair<std::string, std::string>> declared;
    for (std::size_t i = 0; i < tables_.names.size(); ++i) declared.emplace(tables_.schemas[i], tables_.names[i]);
    std::set<std::uint32_t> groups;
    for (const CitusTable& t : citus.tables) {
      if (t.colocation != 0 && declared.contains({t.schema, t.name})) groups.insert(t.colocation);
    }
    for (const CitusTable& t : citus.tables) {
      const bool gathered = std::ranges::find(scope_.gathered_schemas, t.schema) != scope_.gathered_schemas.end();
      if ((!gathered && !groups.contains(t.colocation)) || declared.contains({t.schema, t.name})) continue;
      tables_.schemas.push_back(t.schema);
      tables_.names.push_back(t.name);
    }
  }

  [[nodiscard]] const Extension* extension(std::string_view name) const {
    const auto found = std::ranges::find(database_.extensions, name, &Extension::name);
    return found == database_.extensions.end() ? nullptr : &*found;
  }

  /// Null for an oid that was not asked for.
  TableDefinition* table(const Row& row) {
    const auto found = table_by_oid_.find(oid_of(row.text(0)));
    return found == table_by_oid_.end() ? nullptr : found->second;
  }

  void read_tables() {
    connection_.stream(find_query("tables"), tables_.parameters(), [&](const Row& row) {
      TableDefinition t;
      t.oid = oid_of(row.text(0));
      t.schema = text_of(row, 1);
      t.name = text_of(row, 2);
      t.relkind = letter_of(row, 3);
      t.partition = row.boolean(4);
      t.temporary = row.boolean(5);
      t.comment = optional_text(row, 6);
      t.rows = real_number(row.text(7));
      t.bytes = row.number(8);
      t.triggers = list_of(row.text(9));
      database_.tables.push_back(std::move(t));
    });
    std::ranges::sort(database_.tables, by_name);
    std::vector<std::string> oids;
    for (TableDefinition& t : database_.tables) {
      table_by_oid_.emplace(t.oid, &t);
      oids.push_back(std::to_string(t.oid));
    }
    if (oids.empty()) return;
    const std::string parameter = array_parameter(oids);
    read_columns(parameter);
    read_keys(parameter);
    read_foreign_keys(parameter);
    read_dependents(parameter);
  }

  void read_columns(const std::string& oids) {
    connection_.stream(find_query("table_columns"), {oids}, [&](const Row& row) {
      TableDefinition* t = table(row);
      if (t == nullptr) return;
      const char identity = letter_of(row, 5);
      t->columns.push_back({.name = text_of(row, 1),
                            .type = text_of(row, 2),
                            .nullable = !row.boolean(3),
                            .default_expression = optional_text(row, 4),
                            .identity = identity == 'a'   ? IdentityColumn::Always
                                        : identity == 'd' ? IdentityColumn::ByDefault
                                                          : IdentityColumn::None,
                            .generated = row.boolean(6),
                            .comment = optional_text(row, 7)});
    });
  }

  void read_keys(const std::string& oids) {
    connection_.stream(find_query("table_keys"), {oids}, [&](const Row& row) {
      TableDefinition* t = table(row);
      if (t == nullptr) return;
      auto columns = list_of(row.text(3));
      if (row.boolean(2)) t->primary_key = columns;
      t->unique[text_of(row, 1)] = std::move(columns);
    });
  }

  void read_foreign_keys(const std::string& oids) {
    connection_.stream(find_query("foreign_keys"), {oids}, [&](const Row& row) {
      TableDefinition* t = table(row);
      if (t == nullptr) return;
      t->foreign_keys.push_back({.name = text_of(row, 2),
                                 .schema = text_of(row, 3),
                                 .table = text_of(row, 4),
                                 .columns = list_of(row.text(5)),
                                 .other_columns = list_of(row.text(6)),
                                 .incoming = row.boolean(1)});
    });
    for (TableDefinition& t : database_.tables) {
      std::ranges::sort(t.foreign_keys, {}, [](const ForeignKey& k) { return std::tie(k.incoming, k.schema, k.table, k.name); });
    }
  }

  void read_dependents(const std::string& oids) {
    connection_.stream(find_query("dependent_views"), {oids}, [&](const Row& row) {
      TableDefinition* t = table(row);
      if (t == nullptr) return;
      DependentRelation relation{.schema = text_of(row, 1), .name = text_of(row, 2), .relkind = letter_of(row, 3)};
      if (t->dependents.empty() || t->dependents.back().schema != relation.schema || t->dependents.back().name != relation.name)
        t->dependents.push_back(relation);
      if (row.is_null(5)) return;
      if (row.is_null(4)) {
        t->dependents.back().comment = text_of(row, 5);
      } else {
        t->dependents.back().column_comments[text_of(row, 4)] = text_of(row, 5);
      }
    });
    for (TableDefinition& t : database_.tables) std::ranges::sort(t.dependents, by_name);
  }

  void read_routines() {
    connection_.stream(find_query("routines"), routines_.parameters(), [&](const Row& row) {
      database_.routines.push_back({.schema = text_of(row, 0),
                                    .name = text_of(row, 1),
                                    .args = text_of(row, 2),
                                    .prokind = letter_of(row, 3),
                                    .returns = text_of(row, 4),
                                    .language = text_of(row, 5),
                                    .body = text_of(row, 6),
                                    .definer = row.boolean(7),
                                    .settings = settings_of(row.text(8)),
                                    .arguments = text_of(row, 9),
                                    .volatility = letter_of(row, 10),
                                    .strict = row.boolean(11),
                                    .parallel = letter_of(row, 12),
                                    .planner = text_of(row, 13)});
    });
    std::ranges::sort(database_.routines, {}, [](const RoutineDefinition& r) { return std::tie(r.schema, r.name, r.args); });
  }

  void read_citus(const std::string& version) {
    CitusState citus;
    citus.version = version;
    bool has_schemas = false;
    connection_.query(find_query("citus_node"), {}, [&](const Row& row) {
      citus.group = static_cast<int>(row.number(0));
      has_schemas = row.boolean(1);
    });
    read_citus_nodes(connection_, citus);
    std::set<long> of_schemas;
    if (has_schemas) {
      connection_.stream(find_query("citus_schemas"), {}, [&](const Row& row) {
        citus.schemas.push_back(text_of(row, 0));
        of_schemas.insert(row.number(1));
      });
    }
    std::ranges::sort(citus.schemas);
    connection_.stream(find_query("citus_tables"), {}, [&](const Row& row) { citus.tables.push_back(citus_table(row, of_schemas)); });
    std::ranges::sort(citus.tables, by_name);
    database_.citus = std::move(citus);
  }

  static CitusTable citus_table(const Row& row, const std::set<long>& of_schemas) {
    CitusTable t;
    t.schema = text_of(row, 0);
    t.name = text_of(row, 1);
    t.colocation = static_cast<std::uint32_t>(row.number(4));
    t.distribution = distribution(letter_of(row, 2), letter_of(row, 3), row.number(4), of_schemas);
    t.column = text_of(row, 5);
    t.shards = static_cast<int>(row.number(6));
    t.automatic = row.boolean(7);
    return t;
  }

  /// pg_dist_partition has one letter for all tables without a distribution column; what tells them apart is how they are replicated
  /// and with whom they are together.
  static Distribution distribution(char method, char replication, long colocation, const std::set<long>& of_schemas) {
    if (method == 'h') return Distribution::Hash;
    if (method != 'n') return Distribution::Other;
    if (replication == 't') return Distribution::Reference;
    if (colocation == 0) return Distribution::Local;
    return of_schemas.contains(colocation) ? Distribution::Schema : Distribution::SingleShard;
  }

  void read_timescale(const std::string& version) {
    TimescaleState timescale;
    timescale.version = version;
    bool jobs_readable = false;
    connection_.query(find_query("timescaledb"), {}, [&](const Row& row) {
      timescale.license = text_of(row, 0);
      jobs_readable = row.boolean(1);
    });
    connection_.stream(find_query("hypertables"), tables_.parameters(), [&](const Row& row) {
      timescale.hypertables.push_back({.schema = text_of(row, 0),
                                       .name = text_of(row, 1),
                                       .column = text_of(row, 2),
                                       .interval = text_of(row, 3),
                                       .retention = optional_text(row, 4)});
    });
    std::ranges::sort(timescale.hypertables, by_name);
    const bool cron = extension("pg_cron") != nullptr;
    timescale.has_cron = cron && jobs_readable;
    if (cron && !jobs_readable && scope_.hypertables) ++database_.coverage["job of pg_cron: not readable"];
    if (timescale.has_cron) {
      connection_.stream(find_query("cron_jobs"), {}, [&](const Row& row) {
        const std::string schedule = row.is_null(1) ? std::string(kForeignJob) : text_of(row, 1);
        const std::string state = row.boolean(3) ? "" : std::string(kInactiveJob);
        timescale.cron_jobs.emplace(text_of(row, 0), state + schedule + "\n" + text_of(row, 2));
      });
    }
    database_.timescale = std::move(timescale);
  }
};

}  // namespace

void read_structure(Connection& connection, const ReadScope& scope, DatabaseState& database) {
  StructureReader(connection, scope, database).read();
}

}  // namespace pgcharter
