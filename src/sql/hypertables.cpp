// Hypertables and jobs of pg_cron, as calls of their functions (TimescaleDB: sql/ddl_api.sql, sql/policy_api.sql; pg_cron: its README).
// TimescaleDB's functions are in the schema of the extension, pg_cron's in schema cron.

#include <algorithm>

#include "pgcharter/names.h"

#include "sql/tables.h"
#include "sql/writer.h"

namespace pgcharter {
namespace {

/// The length of a chunk: a number for integer columns, else an interval.
void write_interval(SqlWriter& sql, const std::string& interval) {
  const bool number = !interval.empty() && std::ranges::all_of(interval, [](char c) { return c >= '0' && c <= '9'; });
  if (number) {
    sql.keyword("BIGINT").literal(interval);
  } else {
    sql.keyword("INTERVAL").literal(interval);
  }
}

}  // namespace

std::vector<std::string> sql_of(const ChangeHypertable& change) {
  const DesiredHypertable& h = change.hypertable;
  const std::string table = quote_identifier(h.table.schema) + "." + quote_identifier(h.table.name);
  std::vector<std::string> statements;
  const auto call = [&](std::string_view function) {
    SqlWriter sql;
    sql.keyword("SELECT").call(h.function_schema, function).literal(table);
    return sql;
  };
  if (!h.before) {
    SqlWriter sql = call("create_hypertable");
    sql.comma().call(h.function_schema, "by_range").literal(h.after.column);
    if (!h.after.interval.empty()) write_interval(sql.comma(), h.after.interval);
    sql.close();
    if (!h.fresh) sql.comma().argument("migrate_data").boolean(true);
    statements.push_back(sql.close().take());
  } else if (h.before->interval != h.after.interval) {
    SqlWriter sql = call("set_chunk_time_interval");
    write_interval(sql.comma(), h.after.interval);
    statements.push_back(sql.close().take());
  }
  const std::optional<std::string> kept = h.before ? h.before->retention : std::nullopt;
  if (kept == h.after.retention) return statements;
  if (kept) statements.push_back(call("remove_retention_policy").close().take());
  if (h.after.retention) {
    SqlWriter sql = call("add_retention_policy");
    write_interval(sql.comma().argument("drop_after"), *h.after.retention);
    statements.push_back(sql.close().take());
  }
  return statements;
}

std::vector<std::string> sql_of(const ChangeCronJob& change) {
  static const std::string kSchema = "cron";
  const DesiredCronJob& job = change.job;
  SqlWriter sql;
  sql.keyword("SELECT");
  if (!job.after) return {sql.call(kSchema, "unschedule").literal(job.name).close().take()};
  // cron.schedule() leaves a job that is switched off as it is.
  std::vector<std::string> statements;
  if (job.before && job.before->starts_with(kInactiveJob)) {
    statements.push_back(SqlWriter().keyword("SELECT").call(kSchema, "unschedule").literal(job.name).close().take());
  }
  const std::size_t line = job.after->find('\n');
  sql.call(kSchema, "schedule").literal(job.name).comma().literal(job.after->substr(0, line));
  statements.push_back(sql.comma().literal(job.after->substr(line + 1)).close().take());
  return statements;
}

}  // namespace pgcharter
