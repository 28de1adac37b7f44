// THE NARRATIVE. A charter becomes access on a server:
//
//   manifests → Charter → (held against) State → Desired → Changes → Plan → Script → executed, verified, committed
//
// This file calls the stages up to the script in order and knows nothing of what they do inside; apply_planned.cpp has the rest. Planning
// reads one REPEATABLE READ snapshot per database.

#include "pgcharter/reconcile.h"

#include <algorithm>

#include <fmt/format.h>

#include "pgcharter/names.h"
#include "pgcharter/platform.h"

#include "base/parallel.h"
#include "model/fingerprint.h"
#include "nodes/nodes.h"
#include "planning.h"
#include "reading_ahead.h"
#include "serial_rows.h"

namespace pgcharter {
namespace {

void tell_limits(const Planned& planned, Diagnostics& diagnostics) {
  for (const Change& change : planned.unremovable) {
    const Unremovable told = describe_unremovable(planned.actual, change);
    diagnostics.warning("unremovable", {}, told.text, told.hint);
  }
  for (const Obstacle& obstacle : planned.obstacles) diagnostics.warning("obstacle", {}, obstacle.text, obstacle.hint);
  for (const MissingRight& right : planned.missing) {
    diagnostics.warning("missing-right", {}, fmt::format("{} lacks the right {}", planned.actual.server.user, right.what),
                        right.sql.empty() ? "Only a superuser can do that." : fmt::format("An administrator can run: {};", right.sql));
  }
}

/// Said before anything runs: what is not one transaction.
void tell_batches(const Planned& planned, Diagnostics& diagnostics) {
  std::map<std::string, int> transactions;
  for (const Statement& s : planned.script.statements) {
    if (s.batch > 0) transactions[s.database] = std::max(transactions[s.database], s.batch + 1);
  }
  for (const auto& [database, count] : transactions) {
    diagnostics.warning(
        "several-transactions", {},
        fmt::format("the changes {} take {} transactions, each verified and committed by itself: the server's table of locks "
                    "has room for about {}",
                    database.empty() ? "of the server" : fmt::format("in database \"{}\"", database), count,
                    planned.actual.server.lock_slots),
        "For one transaction, raise max_locks_per_transaction. After a failure, apply again: it goes on where it stopped.");
  }
}

bool is_about_principals(const Change& change) {
  return std::holds_alternative<CreatePrincipal>(change.body) || std::holds_alternative<BindPrincipal>(change.body);
}

void tell_principals(const Planned& planned, Diagnostics& diagnostics) {
  const auto& statements = planned.script.statements;
  const bool any = std::ranges::any_of(statements, [](const Statement& s) { return is_principal_phase(s.phase); });
  if (!any || principals_in_one_transaction(planned)) return;
  diagnostics.warning(
      "several-transactions", {},
      "Entra principals are created and bound in database postgres, in a transaction of its own before all others: only there "
      "the server has the functions for it",
      "Each transaction is verified and committed by itself. After a failure, apply again: it goes on where it stopped.");
}

/// Said before anything runs: what is copied while others wait. Of a table that is on the nodes the coordinator has to ask them.
void tell_movements(const Planned& planned, const Connector& connector, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < planned.desired.databases.size(); ++i) {
    const DesiredDatabase& database = planned.desired.databases[i];
    std::unique_ptr<Connection> connection;
    const auto bytes_on_nodes = [&](const ObjectName& table) {
      if (connection == nullptr) connection = connector(database_of(planned.charter->databases[i]));
      std::optional<long> bytes;
      const std::string name = quote_identifier(table.schema) + "." + quote_identifier(table.name);
      try {
        connection->query({"size_on_nodes", "select pg_catalog.citus_total_relation_size($1::pg_catalog.regclass, false)"}, {name},
                          [&](const Row& row) {
                            if (!row.is_null(0)) bytes = row.number(0);
                          });
      } catch (const Error& error) {
        if (error.connection_lost) throw;  // else whoever only plans may lack the right to ask
      }
      return bytes;
    };
    const auto tell = [&](const ObjectName& table, const Reason& reason, double rows, std::optional<long> bytes) {
      const std::string how_many = rows < 0 ? "its rows" : fmt::format("about {:.0f} rows", rows);
      const std::string how_much =
          bytes ? fmt::format(", {:.1f} MB", static_cast<double>(*bytes) / (1 << 20)) : ", whose size is not known";
      diagnostics.note(
          "data-movement", reason.source.value_or(SourcePos()),
          fmt::format("table {}: {}{} are copied, and nobody can write to it meanwhile", display_name(table), how_many, how_much));
    };
    for (const TablePlacement& p : database.placements) {
      if (p.fresh || p.only_regroups()) continue;
      const bool kept = p.before.distribution != Distribution::None;
      tell(p.table, p.reason, kept ? -1 : p.rows, kept ? bytes_on_nodes(p.table) : p.bytes);
    }
    for (const DesiredHypertable& h : database.hypertables) {
      if (!h.fresh && !h.before) tell(h.table, h.reason, h.rows, h.bytes);
    }
  }
}

/// Looks for Azure's functions on the server; empty where there is none to ask.
using FunctionsOfEntra = std::function<EntraFunctions()>;

void finish_plan(Planned& planned, const FunctionsOfEntra& ask, const ReconcileOptions& options, Diagnostics& diagnostics) {
  // The fingerprint covers what was read, before anything is made of it; hashing a large state goes on beside the next two stages.
  std::future<std::string> fingerprint = fingerprint_beside(planned.actual);
  planned.generated_at = planned.actual.server.now;

  // What this provider does not let anybody do is said before anything is planned.
  if (const PlatformInfo* platform = find_platform(planned.actual.server.platform)) {
    const ServerInfo& server = planned.actual.server;
    check_platform(*planned.charter, *platform, {.server_major = server.major(), .allowed_extensions = server.allowed_extensions},
                   diagnostics);
    if (diagnostics.has_errors()) return;
  }

  // Patterns, scope, variables of the server's version: what every object, role and edge must become.
  planned.desired = resolve(*planned.charter, planned.actual, options.resolve, diagnostics);
  if (diagnostics.has_errors()) return;

  // From here on the plan depends on these two values only.
  std::vector<Change> changes = diff(planned.actual, planned.desired);

  // How principals are made depends on the server; whoever has none to make need not ask.
  if (ask && std::ranges::any_of(changes, is_about_principals)) planned.actual.server.entra_functions = ask();

  // What only a grantor could take away whom this executor can't become is told, not planned.
  planned.unremovable = take_unremovable(planned.actual, planned.desired, changes);

  // Where it may administer a role and not act for it, it becomes a member for the time of the plan.
  add_self_memberships(planned.actual, planned.desired, changes);

  // Order them and name the risks. Beyond this point no change is added or removed.
  planned.plan = make_plan(planned.actual, planned.desired, std::move(changes));
  planned.missing = preflight(planned.plan);
  planned.obstacles = find_obstacles(planned.plan);
  planned.script = render(planned.plan);
  planned.fingerprint = fingerprint.get();
  planned.plan.summary.statements = planned.script.statements.size();
  tell_limits(planned, diagnostics);
  tell_batches(planned, diagnostics);
  tell_principals(planned, diagnostics);
}

/// A session with that snapshot. Null where the server has no room for one more: it only makes things faster.
std::unique_ptr<Connection> join_snapshot(const std::optional<std::string>& snapshot, const Connector& connector,
                                          const std::optional<std::string>& database) {
  if (!snapshot) return nullptr;
  try {
    std::unique_ptr<Connection> second = connector(database);
    second->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '" + *snapshot + "'");  // digits and dashes
    second->execute(kWithoutWorkers);
    return second;
  } catch (const Error&) {
    return nullptr;
  }
}

/// Reads one database, for a large catalog in two sessions of one snapshot; returns the number of queries.
class DatabaseRead {
 public:
  DatabaseRead(const Charter& charter, std::size_t i, const Connector& connector)
      : scope_(read_scope(charter, charter.databases[i])), database_(database_of(charter.databases[i])), connector_(connector) {}

  long run(State& state, std::size_t i, std::mutex& rows) const {
    const std::unique_ptr<Connection> connection = connector_(database_);
    connection->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (i == 0) read_cluster(*connection, scope_, state);
    const bool large = connection->server().catalog_bytes >= kLargeCatalog;
    const auto second = join_snapshot(large ? export_snapshot(*connection) : std::nullopt, connector_, database_);
    if (second != nullptr) connection->execute(kWithoutWorkers);
    return read(state.databases[i], state, *connection, second.get(), rows, nullptr);
  }

  /// Takes what was read ahead, and ends its session. `state` is that of the database that it reads.
  long run(State& state, ReadingAhead& ahead) const {
    const Closing closing{ahead};
    const auto second = join_snapshot(ahead.snapshot, connector_, database_);
    if (second != nullptr) return read(state.databases.front(), state, *second, ahead.connection.get(), ahead.rows, &ahead.relations);
    ahead.relations.objects.wait();  // then its session is free
    return read(state.databases.front(), state, *ahead.connection, nullptr, ahead.rows, &ahead.relations);
  }

 private:
  /// Whatever happens: its thread may not go on when `state` is gone.
  struct Closing {
    ReadingAhead& ahead;
    ~Closing() { ahead.close(); }
  };

  ReadScope scope_;
  std::optional<std::string> database_;
  const Connector& connector_;

  long read(DatabaseState& result, State& state, Connection& connection, Connection* second, std::mutex& rows,
            RelationsAhead* ahead) const {
    SerialRows in_turn(connection, rows);
    std::optional<SerialRows> beside;
    if (second != nullptr) beside.emplace(*second, rows);
    result = read_one_database(in_turn, scope_, state, beside ? &*beside : nullptr, ahead);
    connection.execute("COMMIT");
    return connection.round_trips() + (second == nullptr ? 0 : second->round_trips());
  }
};

/// What was read ahead belongs to the only database of the charter.
bool fits(ReadingAhead* ahead, const Charter& charter) {
  if (ahead == nullptr || charter.databases.size() != 1 || !ahead->begun()) return false;
  const std::string& name = charter.databases.front().name;
  return name.empty() || name == ahead->connection->server().database;
}

}  // namespace

std::optional<std::string> export_snapshot(Connection& connection) {
  bool allowed = false;  // asked first: a failure would end the transaction
  connection.query({"may_export", "select pg_catalog.has_function_privilege('pg_catalog.pg_export_snapshot()', 'EXECUTE')"}, {},
                   [&](const Row& row) { allowed = row.boolean(0); });
  if (!allowed) return std::nullopt;
  std::string snapshot;
  connection.query({"export_snapshot", "select pg_catalog.pg_export_snapshot()"}, {}, [&](const Row& row) { snapshot = row.text(0); });
  return snapshot;
}

std::optional<std::string> database_of(const DatabaseCharter& database) {
  return database.name.empty() ? std::nullopt : std::optional(database.name);
}

std::unique_ptr<Planned> read_inside(Connection& connection, const SharedCharter& charter) {
  auto planned = std::make_unique<Planned>();
  planned->charter = charter;
  const ReadScope scope = read_scope(*charter, charter->databases.front());
  read_cluster(connection, scope, planned->actual);
  read_database(connection, scope, planned->actual);
  return planned;
}

std::unique_ptr<Planned> plan_inside(Connection& connection, const SharedCharter& charter, const std::optional<EntraFunctions>& functions,
                                     const ReconcileOptions& options) {
  auto planned = read_inside(connection, charter);
  planned->actual.server.entra_functions = functions;
  finish_plan(*planned, {}, options, planned->diagnostics);
  if (planned->diagnostics.has_errors()) {
    const auto first = std::ranges::find(planned->diagnostics.all(), Severity::Error, &Diagnostic::severity);
    Error error(fmt::format("{}: {}", to_string(first->pos), first->message), first->hint);
    error.code = kCharterError;
    throw error;
  }
  return planned;
}

std::unique_ptr<Planned> make_planned(const SharedCharter& shared, const Connector& connector, const ReconcileOptions& options,
                                      Diagnostics& diagnostics, const std::shared_ptr<ReadingAhead>& ahead) {
  const Charter& charter = *shared;
  const bool begun = fits(ahead.get(), charter);
  auto planned = begun ? std::move(ahead->planned) : std::make_unique<Planned>();
  planned->charter = shared;
  // One snapshot per database; the server's own part is read with the first.
  planned->actual.databases.resize(charter.databases.size());
  std::vector<long> queries(charter.databases.size());
  if (begun) {
    queries[0] = DatabaseRead(charter, 0, connector).run(planned->actual, *ahead);
  } else {
    if (ahead != nullptr) ahead->close();
    std::mutex rows;
    const auto read = [&](std::size_t i) { queries[i] = DatabaseRead(charter, i, connector).run(planned->actual, i, rows); };
    read(0);
    for_each_parallel(queries.size() - 1, options.jobs, [&](std::size_t i) { read(i + 1); });
  }
  for (std::size_t i = 0; i < queries.size(); ++i) planned->queries[planned->actual.databases[i].name] = queries[i];
  check_is_coordinator(planned->actual);
  const auto ask = [&] { return read_entra_functions(*connector(std::string(kEntraDatabase))); };
  finish_plan(*planned, ask, options, diagnostics);
  if (!diagnostics.has_errors()) tell_movements(*planned, connector, diagnostics);
  if (!diagnostics.has_errors()) plan_nodes(*planned, connector, diagnostics);
  planned->diagnostics = diagnostics;
  return diagnostics.has_errors() ? nullptr : std::move(planned);
}

std::unique_ptr<Planned> make_planned(const Charter& charter, const Connector& connector, const ReconcileOptions& options,
                                      Diagnostics& diagnostics) {
  return make_planned(std::make_shared<const Charter>(charter), connector, options, diagnostics);
}

std::unique_ptr<Planned> plan_state(const SharedCharter& charter, State actual, const ReconcileOptions& options, Diagnostics& diagnostics) {
  auto planned = std::make_unique<Planned>();
  planned->charter = charter;
  planned->actual = std::move(actual);
  finish_plan(*planned, {}, options, diagnostics);
  planned->diagnostics = diagnostics;
  return diagnostics.has_errors() ? nullptr : std::move(planned);
}

std::unique_ptr<Planned> plan_snapshot(const SharedCharter& shared, State snapshot, const ReconcileOptions& options,
                                       Diagnostics& diagnostics) {
  const Charter& charter = *shared;
  std::vector<DatabaseState> selected;
  for (const DatabaseCharter& database : charter.databases) {
    const std::string& name = database.name.empty() ? snapshot.server.database : database.name;
    const auto found = std::ranges::find(snapshot.databases, name, &DatabaseState::name);
    if (found == snapshot.databases.end()) {
      throw Error(fmt::format("the snapshot does not hold the database \"{}\"", name),
                  "Take one with pgcharter snapshot --databases, or while connected to that database.");
    }
    selected.push_back(*found);
    std::erase_if(selected.back().role_dependencies, [&](const RoleDependency& d) {
      const auto rule = charter.roles.find(snapshot.names->name(d.role));
      return rule == charter.roles.end() || rule->second.ensure != Ensure::Absent;
    });
  }
  snapshot.databases = std::move(selected);
  const bool has_workers =
      std::ranges::any_of(snapshot.databases, [](const DatabaseState& d) { return d.citus && d.citus->nodes.size() > 1; });
  if (has_workers) {
    diagnostics.warning("nodes-not-compared", {}, "a snapshot holds the coordinator of a Citus cluster, not its other nodes",
                        "Plan against the server to compare them too.");
  }
  const bool complete = std::ranges::all_of(snapshot.databases, &DatabaseState::all_role_dependencies);
  for (const auto& [name, rule] : charter.roles) {
    if (rule.ensure == Ensure::Absent && !complete) {
      diagnostics.warning("snapshot-dependencies", rule.pos,
                          fmt::format("this snapshot does not tell what keeps role \"{}\" from being dropped", name),
                          "Plan against the server before you apply.");
    }
  }
  return plan_state(shared, std::move(snapshot), options, diagnostics);
}

bool principals_in_one_transaction(const Planned& planned) {
  return planned.charter->databases.size() == 1 && planned.actual.server.database == kEntraDatabase;
}

namespace {

/// What can't be carried out, on the server or on a node.
void check_possible(const Planned& planned, const std::string& where = {}) {
  if (!planned.obstacles.empty()) throw Refusal(4, planned.obstacles.front().text, planned.obstacles.front().hint);
  if (!planned.missing.empty()) {
    std::string sql;
    for (const MissingRight& right : planned.missing) {
      sql += fmt::format("\n  {};  -- {}", right.sql.empty() ? "-- only a superuser can do that" : right.sql, right.what);
    }
    throw Refusal(
        4, fmt::format("{}{} lacks rights that the plan needs; an administrator must run:{}", where, planned.actual.server.user, sql));
  }
  for (const NodePlanned& node : planned.nodes) {
    if (node.planned != nullptr) check_possible(*node.planned, fmt::format("on node {}: ", node.node.text()));
  }
}

}  // namespace

void check_guards(const Planned& planned, const ReconcileOptions& options) {
  check_possible(planned);
  const Summary& summary = planned.plan.summary;
  std::string missing;
  for (const auto& [hazard, count] : summary.hazards) {
    if (options.allow.contains(hazard)) continue;
    missing += fmt::format("{}{}", missing.empty() ? "" : ",", name(hazard));
  }
  if (!missing.empty()) {
    throw Refusal(4, fmt::format("the plan has hazards that are not allowed: {}", missing),
                  fmt::format("Read them in the plan, then add --allow {}.", missing));
  }
  if (summary.revoke > options.max_revokes) {
    throw Refusal(4, fmt::format("the plan revokes {} privileges, more than --max-revokes {}", summary.revoke, options.max_revokes),
                  "Check the charter's scope, or raise the bound.");
  }
  if (summary.drop > options.max_drops) {
    throw Refusal(4, fmt::format("the plan drops {} things, more than --max-drops {}", summary.drop, options.max_drops),
                  "Check the charter, or raise the bound.");
  }
}

}  // namespace pgcharter
