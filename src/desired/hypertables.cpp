// Hypertables of TimescaleDB, how long their rows are kept, and what keeps them: a policy where the edition has any, else a job of pg_cron.
//
// TimescaleDB's Apache edition, which Azure has, refuses policies, so `schedule` asks for pg_cron instead. A policy's job runs as the owner
// of the hypertable, who must be able to log in (TimescaleDB, src/bgw/job.c, ts_bgw_job_validate_job_owner()).

#include "desired/hypertables.h"

#include <algorithm>

#include <fmt/format.h>

#include "pgcharter/names.h"

namespace pgcharter {
namespace {

constexpr std::string_view kExtension = "timescaledb";
constexpr std::string_view kCron = "pg_cron";

std::string text_of(const ObjectName& table) { return quote_identifier(table.schema) + "." + quote_identifier(table.name); }

/// Of an integer column's values, not of time.
bool is_number(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "2.19.3" → 219
int version_number(const std::string& version) {
  const std::size_t dot = version.find('.');
  if (dot == std::string::npos) return 0;
  return std::atoi(version.c_str()) * 100 + std::atoi(version.c_str() + dot + 1);
}

}  // namespace

HypertableResolver::HypertableResolver(const DatabaseCharter& charter, const State& state, std::size_t database, Desired& desired,
                                       Diagnostics& diagnostics)
    : charter_(charter),
      state_(state),
      actual_(state.databases[database]),
      all_desired_(desired),
      desired_(desired.databases[database]),
      diagnostics_(diagnostics) {}

void HypertableResolver::run() {
  for (const auto& [id, rule] : charter_.tables) {
    if (rule.hypertable && rule.ensure == Ensure::Present) {
      add(rule);
    } else {
      schedule(rule, {});  // a job that was this charter's would go on with the next table of that name
    }
  }
}

void HypertableResolver::error(const TableRule& rule, const std::string& message, const std::string& hint) {
  failed_ = true;
  diagnostics_.error("hypertable", rule.hypertable->pos, fmt::format("table {}: {}", display_name(rule.id), message), hint);
}

std::optional<std::string> HypertableResolver::schema_of(std::string_view extension) const {
  const auto installed = std::ranges::find(actual_.extensions, extension, &Extension::name);
  if (installed != actual_.extensions.end()) return installed->schema;
  const auto declared = charter_.extensions.find(std::string(extension));
  if (declared == charter_.extensions.end()) return std::nullopt;
  return declared->second.schema.value_or("public");
}

void HypertableResolver::check_key(const TableRule& rule, const TableDefinition* definition) {
  const std::string& column = rule.hypertable->by;
  const auto one = [&](const std::string& name, const std::vector<std::string>& columns) {
    if (columns.empty() || std::ranges::find(columns, column) != columns.end()) return;
    error(rule, fmt::format("its unique key \"{}\" does not hold the column \"{}\" by which it would be divided", name, column),
          "TimescaleDB keeps a key unique within a chunk only: add the column to the key.");
  };
  if (definition == nullptr) return one("primary key", rule.primary_key);
  for (const auto& [name, columns] : definition->unique) one(name, columns);
  const bool known = std::ranges::any_of(definition->columns, [&](const ColumnDefinition& c) { return c.name == column; });
  if (!known) error(rule, fmt::format("it has no column \"{}\"", column), "Correct `by`.");
}

void HypertableResolver::check_units(const TableRule& rule, const TableDefinition* definition) {
  const HypertableRule& wanted = *rule.hypertable;
  std::string type;
  for (const ColumnRule& column : rule.columns) {
    if (column.definition.name == wanted.by) type = column.definition.type;
  }
  if (definition != nullptr) {
    for (const ColumnDefinition& column : definition->columns) {
      if (column.name == wanted.by) type = column.type;
    }
  }
  const bool numbers = type == "smallint" || type == "integer" || type == "bigint";
  const bool times = type == "date" || type.starts_with("timestamp");
  if (!numbers && !times) return;  // TimescaleDB judges what it can be divided by
  const auto check = [&](std::string_view key, const std::optional<std::string>& value) {
    if (!value || is_number(*value) == numbers) return;
    error(rule, fmt::format("`{}` is \"{}\", and the column \"{}\" is {}", key, *value, wanted.by, type),
          numbers ? "Write a number, in the unit of the column." : "Write a span of time, such as 1 day or 90 days.");
  };
  check("interval", wanted.interval);
  check(wanted.schedule ? "older_than" : "retention", wanted.retention);
}

bool HypertableResolver::owner_logs_in(const TableRule& rule) const {
  RoleId owner = state_.names->find(state_.server.user);
  for (std::size_t i = 0; i < desired_.objects.size(); ++i) {
    if (desired_.objects.object(i).id == rule.id) owner = desired_.objects.desired[i].owner;
  }
  const auto role = std::ranges::find(all_desired_.roles, owner, &DesiredRole::id);
  if (role != all_desired_.roles.end()) return role->attributes.login;
  const Role* existing = state_.cluster.find_role(owner);
  return existing == nullptr || existing->attributes.login;
}

void HypertableResolver::check_policy(const TableRule& rule) {
  if (!rule.hypertable->retention || rule.hypertable->schedule) return;
  if (actual_.timescale && actual_.timescale->license == "apache") {
    error(rule, "this server has TimescaleDB's Apache edition, which has no retention policies",
          "Write `retention: { older_than: …, schedule: \"0 3 * * *\" }`: then pg_cron drops old chunks.");
  } else if (!owner_logs_in(rule)) {
    error(rule, "its owner can't log in, and TimescaleDB runs a retention policy as the owner",
          "Give the table to a role with `login: true`, or write a `schedule` for pg_cron.");
  }
}

void HypertableResolver::add(const TableRule& rule) {
  failed_ = false;
  const auto schema = schema_of(kExtension);
  if (!schema) {
    return error(rule, fmt::format("database \"{}\" does not have the extension timescaledb", actual_.name),
                 "Declare it under `extensions`. On Azure: a Flexible Server has it, an Elastic Cluster can't.");
  }
  if (actual_.timescale && version_number(actual_.timescale->version) < 213) {
    return error(rule, fmt::format("TimescaleDB {} is too old", actual_.timescale->version), "2.13 is the first that has by_range().");
  }
  const TableDefinition* definition = actual_.find_table(rule.id.schema, rule.id.name);
  const HypertableRule& wanted = *rule.hypertable;
  const Hypertable* before = actual_.timescale ? actual_.timescale->find(rule.id.schema, rule.id.name) : nullptr;
  if (before != nullptr && before->column != wanted.by) {
    return error(rule, fmt::format("it is a hypertable by \"{}\", the charter says \"{}\"", before->column, wanted.by),
                 "The dimension of a hypertable can't be changed: make a new table, and copy.");
  }
  check_key(rule, definition);
  check_units(rule, definition);
  check_policy(rule);
  if (failed_) return;
  DesiredHypertable change;
  change.table = rule.id;
  change.function_schema = *schema;
  change.fresh = std::ranges::any_of(desired_.tables, [&](const DesiredTable& t) { return t.rule == &rule; });
  if (before != nullptr) change.before = *before;
  change.after = before != nullptr ? *before : Hypertable{.schema = rule.id.schema, .name = rule.id.name, .column = wanted.by};
  if (wanted.interval && !same_interval(*wanted.interval, change.after.interval)) change.after.interval = *wanted.interval;
  if (wanted.retention && !wanted.schedule) {
    const std::optional<std::string>& is = change.after.retention;
    if (!is || !same_interval(*is, *wanted.retention)) change.after.retention = *wanted.retention;
  }
  change.reason = {"declared", rule.pos};
  if (definition != nullptr) {
    change.rows = definition->rows;
    change.bytes = definition->bytes;
  }
  if (change.before != change.after) desired_.hypertables.push_back(std::move(change));
  schedule(rule, *schema);
}

void HypertableResolver::schedule(const TableRule& rule, const std::string& schema) {
  const std::string name = fmt::format("pgcharter: retention of {}", display_name(rule.id));
  DesiredCronJob job{.name = name, .reason = {"declared", rule.pos}};
  if (actual_.timescale) {
    if (const auto is = actual_.timescale->cron_jobs.find(name); is != actual_.timescale->cron_jobs.end()) job.before = is->second;
  }
  const bool foreign = job.before && job.before->find(kForeignJob) != std::string::npos;
  const bool present = rule.hypertable && rule.ensure == Ensure::Present;
  const HypertableRule* wanted = present && rule.hypertable->retention && rule.hypertable->schedule ? &*rule.hypertable : nullptr;
  if (wanted == nullptr && (!job.before || foreign)) return;  // not ours to take away
  if (wanted != nullptr) {
    if (!schema_of(kCron)) {
      return error(rule, fmt::format("`schedule` needs the extension pg_cron in database \"{}\"", actual_.name),
                   "Declare it under `extensions`; it works in the one database that cron.database_name names.");
    }
    if (foreign) {
      return error(rule, fmt::format("another role has a job \"{}\" in pg_cron", name),
                   "Apply as that role, or let it call cron.unschedule().");
    }
    // What pg_cron runs, and what it shows: one text, so that the two can be compared.
    job.after = fmt::format("{}\nSELECT {}.drop_chunks({}, older_than => {} {})", *wanted->schedule, quote_identifier(schema),
                            quote_literal(text_of(rule.id)), is_number(*wanted->retention) ? "BIGINT" : "INTERVAL",
                            quote_literal(*wanted->retention));
  }
  job.fresh = std::ranges::any_of(desired_.tables, [&](const DesiredTable& t) { return t.rule == &rule; });
  if (job.before != job.after) desired_.cron_jobs.push_back(std::move(job));
}

void Resolver::add_hypertables(std::size_t i) {
  if (options_.on_worker || !scope_.covers(Family::Schema)) return;
  HypertableResolver(charter_.databases[i], actual_, i, desired_, diagnostics_).run();
}

}  // namespace pgcharter
