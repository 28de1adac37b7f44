// The structure of tables and functions, as far as a charter declares it: columns and keys of a table that is to be made, the definition
// of a function, where Citus puts a table, what makes it a hypertable. The same values are read from the catalogs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgcharter {

enum class IdentityColumn { None, Always, ByDefault };

/// A column of a table: as a charter declares it, or as pg_attribute and pg_attrdef show it.
struct ColumnDefinition {
  std::string name;
  std::string type;  ///< as format_type() prints it
  bool nullable = true;
  std::optional<std::string> default_expression;  ///< SQL; as pg_get_expr() prints it where it was read
  IdentityColumn identity = IdentityColumn::None;
  bool generated = false;              ///< GENERATED ALWAYS AS … STORED; only ever read
  std::optional<std::string> comment;  ///< only ever read: a rewrite by Citus loses it

  bool operator==(const ColumnDefinition&) const = default;
};

/// A foreign key of a table, or one that refers to it.
struct ForeignKey {
  std::string name;
  std::string schema;  ///< of the other table
  std::string table;
  std::vector<std::string> columns;        ///< of this table
  std::vector<std::string> other_columns;  ///< parallel, of the other one
  bool incoming = false;                   ///< the other table refers to this one

  bool operator==(const ForeignKey&) const = default;
};

/// A view or materialised view that reads a table, or reads one that does; a partition. A rewrite by Citus makes it anew.
struct DependentRelation {
  std::string schema;
  std::string name;
  char relkind = 'v';
  std::optional<std::string> comment;
  std::map<std::string, std::string> column_comments;  ///< by column

  bool operator==(const DependentRelation&) const = default;
};

/// What the catalogs show of a table that a charter declares.
struct TableDefinition {
  std::string schema;
  std::string name;
  std::uint32_t oid = 0;
  char relkind = 0;
  bool partition = false;  ///< of another table
  bool temporary = false;
  std::vector<ColumnDefinition> columns;
  std::vector<std::string> primary_key;
  std::map<std::string, std::vector<std::string>> unique;  ///< primary key, UNIQUE and EXCLUDE constraints and unique indexes, by name
  std::vector<ForeignKey> foreign_keys;
  std::vector<std::string> triggers;  ///< by name, without those that the server made itself
  std::optional<std::string> comment;
  std::vector<DependentRelation> dependents;  ///< however far; sorted by schema and name
  double rows = -1;                           ///< pg_class.reltuples: an estimate; -1: never counted
  long bytes = 0;                             ///< pg_total_relation_size() of the local relation

  bool operator==(const TableDefinition&) const = default;
};

/// A function or procedure: what CREATE OR REPLACE says.
struct RoutineDefinition {
  std::string schema;
  std::string name;
  std::string args;  ///< types of the input arguments, as format_type() prints them: "regclass, interval"
  char prokind = 'f';
  std::string returns;  ///< pg_get_function_result(): "void", "SETOF integer"; empty for a procedure
  std::string language;
  std::string body;  ///< pg_proc.prosrc
  bool definer = false;
  std::map<std::string, std::string> settings;  ///< proconfig, by lower-case name; values as stored
  /// Not in a charter, but for the volatility; a definition that was read keeps them when it is replaced.
  std::string arguments;  ///< pg_get_function_arguments(): names, modes and defaults
  char volatility = 'v';  ///< pg_proc.provolatile
  bool strict = false;
  char parallel = 'u';  ///< pg_proc.proparallel
  std::string planner;  ///< LEAKPROOF, COST, ROWS, SUPPORT and TRANSFORM as CREATE FUNCTION has them, where they are not its defaults

  bool operator==(const RoutineDefinition&) const = default;
};

/// How Citus keeps a table (docs/citus.md).
enum class Distribution {
  None,         ///< an ordinary table
  Local,        ///< citus_add_local_table_to_metadata()
  Hash,         ///< distributed by a column
  Reference,    ///< a copy on every node
  SingleShard,  ///< create_distributed_table(t, NULL)
  Schema,       ///< a table of a distributed schema
  Other,        ///< append and range distribution, which are legacy
};
std::string_view name(Distribution distribution);  ///< "hash", "reference", "single-shard", "local", "none", "schema", "other"

/// A row of pg_dist_partition.
struct CitusTable {
  std::string schema;
  std::string name;
  Distribution distribution{};
  std::string column;            ///< of Hash
  std::uint32_t colocation = 0;  ///< never stable: only good for telling which tables are together
  int shards = 0;
  bool automatic = false;  ///< pg_dist_partition.autoconverted: Citus made it a local table by itself

  bool operator==(const CitusTable&) const = default;
};

/// A row of pg_dist_node.
struct CitusNode {
  int id = 0;     ///< nodeid, which run_command_on_all_nodes() tells
  int group = 0;  ///< 0: the coordinator
  std::string host;
  int port = 0;
  bool active = true;

  [[nodiscard]] std::string text() const { return host + ":" + std::to_string(port); }
  bool operator==(const CitusNode&) const = default;
};

/// A database that has the extension citus.
struct CitusState {
  std::string version;               ///< of the extension: "13.2-1"
  int group = 0;                     ///< of the connected node; 0: the coordinator
  std::vector<CitusNode> nodes;      ///< primaries, by group
  std::vector<CitusTable> tables;    ///< without partitions; sorted by schema and name
  std::vector<std::string> schemas;  ///< distributed ones, sorted

  [[nodiscard]] const CitusTable* find(const std::string& schema, const std::string& name) const;
  bool operator==(const CitusState&) const = default;
};

/// A span of time in the three parts that PostgreSQL keeps apart.
struct Interval {
  long months = 0;
  long days = 0;
  long long microseconds = 0;

  bool operator==(const Interval&) const = default;
};
/// "1 day", "90 days 12:00:00", "2 weeks", "1 mon"; nothing for what is no such text.
std::optional<Interval> parse_interval(std::string_view text);
/// The same span, as PostgreSQL compares them (a month has 30 days); also true for equal texts, such as the numbers of integer columns.
bool same_interval(std::string_view a, std::string_view b);

/// A hypertable of TimescaleDB.
struct Hypertable {
  std::string schema;
  std::string name;
  std::string column;                    ///< the primary dimension
  std::string interval;                  ///< of its chunks: an interval's text, or a number for integer columns
  std::optional<std::string> retention;  ///< drop_after of its retention policy

  bool operator==(const Hypertable&) const = default;
};

/// In place of the schedule of a job that belongs to another role, and before that of one that is switched off.
inline constexpr std::string_view kForeignJob = "(of another role)";
inline constexpr std::string_view kInactiveJob = "(inactive) ";

/// A database that has the extension timescaledb.
struct TimescaleState {
  std::string version;
  std::string license;                  ///< "apache" or "timescale"
  std::vector<Hypertable> hypertables;  ///< of the tables that the charter declares; sorted by schema and name
  std::map<std::string, std::string>
      cron_jobs;  ///< pg_cron where it is in this database: schedule and command by job name, "SCHEDULE\nCOMMAND"
  bool has_cron = false;

  [[nodiscard]] const Hypertable* find(const std::string& schema, const std::string& name) const;
  bool operator==(const TimescaleState&) const = default;
};

}  // namespace pgcharter
