// create_distributed_table_concurrently() copies a table while others write to it, and refuses to run inside a transaction. So it comes
// after the commit that it depends on, is verified by reading again, and is done again by the next apply where it failed.

#include "apply_afterwards.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include <fmt/format.h>

#include "pgcharter/names.h"

#include "apply_parts.h"
#include "planning.h"

namespace pgcharter {
namespace {

std::vector<Statement> outside(const Script& script, const std::string& database) {
  std::vector<Statement> result;
  std::ranges::copy_if(script.statements, std::back_inserter(result),
                       [&](const Statement& s) { return !s.transactional && s.node.empty() && s.database == database; });
  return result;
}

class Afterwards {
 public:
  Afterwards(const Planned& shown, const Connector& connector, const ReconcileOptions& options, ApplyObserver& observer)
      : shown_(shown), connector_(connector), options_(options), observer_(observer) {}

  std::size_t run() {
    for (std::size_t i = 0; i < shown_.charter->databases.size(); ++i) {
      const std::string& database = shown_.actual.databases[i].name;
      const std::vector<Statement> expected = outside(shown_.script, database);
      if (!expected.empty()) carry_out(part_of(shown_.charter, i, Part::Of::Database, database), database, expected);
    }
    return statements_;
  }

 private:
  const Planned& shown_;
  const Connector& connector_;
  const ReconcileOptions& options_;
  ApplyObserver& observer_;
  std::size_t statements_ = 0;

  std::vector<Statement> left(Connection& connection, const Part& part, const std::string& database) {
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const auto planned = plan_inside(connection, part.charter, shown_.actual.server.entra_functions, options_);
    connection.execute("COMMIT");
    return outside(planned->script, database);
  }

  void carry_out(const Part& part, const std::string& database, const std::vector<Statement>& expected) {
    const std::string what = fmt::format("what stands outside of transactions in database \"{}\"", database);
    const std::unique_ptr<Connection> connection = connector_(part.database);
    const std::vector<Statement> todo = left(*connection, part, database);
    const auto was_shown = [&](const Statement& s) { return std::ranges::find(expected, s) != expected.end(); };
    if (!std::ranges::all_of(todo, was_shown)) {
      throw Refusal(3, fmt::format("the plan is stale: {} is no longer what it shows", what),
                    "Everything before is committed. Plan again, and read the new plan.");
    }
    if (todo.empty()) return;
    if (!options_.apply.lock_timeout.empty()) connection->execute("SET lock_timeout = " + quote_literal(options_.apply.lock_timeout));
    observer_.begins(what);
    for (std::size_t i = 0; i < todo.size(); ++i) send(*connection, todo[i], i, todo.size());
    const std::vector<Statement> residue = left(*connection, part, database);
    if (!residue.empty()) {
      throw Refusal(5, fmt::format("not converged: this remains in database \"{}\": {}", database, printable(residue.front().sql)),
                    "Everything before is committed; run apply again.");
    }
    observer_.committed(what);
  }

  void send(Connection& connection, const Statement& statement, std::size_t number, std::size_t count) {
    if (g_interrupted != 0) throw Error("interrupted; everything before is committed, run apply again for the rest");
    observer_.statement_begins(statement, number, count);
    const auto began = std::chrono::steady_clock::now();
    const auto took = [&] { return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began); };
    try {
      connection.execute(statement.sql);
    } catch (Error& error) {
      if (error.statement.empty()) error.statement = statement.sql;
      if (error.hint.empty()) error.hint = "Everything before is committed; run apply again.";
      observer_.statement_ended(statement, &error, took());
      throw;
    }
    observer_.statement_ended(statement, nullptr, took());
    ++statements_;
  }
};

}  // namespace

std::size_t apply_afterwards(const Planned& shown, const Connector& connector, const ReconcileOptions& options, ApplyObserver& observer) {
  return Afterwards(shown, connector, options, observer).run();
}

}  // namespace pgcharter
