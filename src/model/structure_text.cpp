// What the fingerprint hashes of tables, routines and distribution: everything that a plan could depend on.
//
// Citus numbers its colocation groups anew whenever it likes, so a group is told by the first of its tables.
#include "model/structure_text.h"

#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pgcharter {
namespace {

using Line = std::function<void(const std::string&)>;

void table_lines(const TableDefinition& t, const Line& line) {
  line(fmt::format("table {:?}.{:?} {} partition {} temporary {} comment {:?}", t.schema, t.name, t.relkind, t.partition, t.temporary,
                   t.comment.value_or("")));
  for (const ColumnDefinition& c : t.columns) {
    line(fmt::format("  column {:?} {} null {} default {:?} identity {} generated {} comment {:?}", c.name, c.type, c.nullable,
                     c.default_expression.value_or(""), static_cast<int>(c.identity), c.generated, c.comment.value_or("")));
  }
  if (!t.primary_key.empty()) line(fmt::format("  primary key {}", t.primary_key));
  for (const auto& [name, columns] : t.unique) line(fmt::format("  unique {:?} {}", name, columns));
  for (const ForeignKey& k : t.foreign_keys) {
    line(fmt::format("  foreign key {:?} {} {:?}.{:?} {} {}", k.name, k.incoming ? "from" : "to", k.schema, k.table, k.columns,
                     k.other_columns));
  }
  for (const std::string& trigger : t.triggers) line(fmt::format("  trigger {:?}", trigger));
  for (const DependentRelation& v : t.dependents) {
    line(fmt::format("  dependent {:?}.{:?} {} comment {:?}", v.schema, v.name, v.relkind, v.comment.value_or("")));
    for (const auto& [column, comment] : v.column_comments) line(fmt::format("    column {:?} comment {:?}", column, comment));
  }
}

void routine_lines(const RoutineDefinition& r, const Line& line) {
  line(fmt::format("routine {:?}.{:?} ({}) {} returns {:?} language {:?} definer {} arguments {:?} {} strict {} parallel {} {:?}", r.schema,
                   r.name, r.args, r.prokind, r.returns, r.language, r.definer, r.arguments, r.volatility, r.strict, r.parallel,
                   r.planner));
  for (const auto& [name, value] : r.settings) line(fmt::format("  setting {:?} = {:?}", name, value));
  line(fmt::format("  body {:?}", r.body));
}

void citus_lines(const CitusState& citus, const Line& line) {
  line(fmt::format("citus {:?} group {}", citus.version, citus.group));
  for (const CitusNode& n : citus.nodes) line(fmt::format("  node {} group {} {:?} active {}", n.id, n.group, n.text(), n.active));
  for (const std::string& schema : citus.schemas) line(fmt::format("  schema {:?}", schema));
  std::map<std::uint32_t, const CitusTable*> first;
  for (const CitusTable& t : citus.tables) {
    const CitusTable& with = t.colocation == 0 ? t : *first.emplace(t.colocation, &t).first->second;
    line(fmt::format("  table {:?}.{:?} {} by {:?} shards {} automatic {} with {:?}.{:?}", t.schema, t.name, name(t.distribution), t.column,
                     t.shards, t.automatic, with.schema, with.name));
  }
}

void timescale_lines(const TimescaleState& timescale, const Line& line) {
  line(fmt::format("timescaledb {:?} license {:?} cron {}", timescale.version, timescale.license, timescale.has_cron));
  for (const Hypertable& h : timescale.hypertables) {
    line(fmt::format("  hypertable {:?}.{:?} by {:?} interval {:?} retention {:?}", h.schema, h.name, h.column, h.interval,
                     h.retention.value_or("")));
  }
  for (const auto& [name, job] : timescale.cron_jobs) line(fmt::format("  job {:?} {:?}", name, job));
}

}  // namespace

void structure_lines(const DatabaseState& database, const std::function<void(const std::string&)>& line) {
  for (const TableDefinition& table : database.tables) table_lines(table, line);
  for (const RoutineDefinition& routine : database.routines) routine_lines(routine, line);
  if (database.citus) citus_lines(*database.citus, line);
  if (database.timescale) timescale_lines(*database.timescale, line);
}

}  // namespace pgcharter
