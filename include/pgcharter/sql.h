// The plan as SQL. Text is made from data in src/sql only, through a writer that can't append a raw name.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pgcharter/names.h"
#include "pgcharter/plan.h"

namespace pgcharter {

/// One statement, without a final semicolon.
struct Statement {
  int id = 0;            ///< 1, 2, … in order of execution
  std::string database;  ///< empty: any database of the server
  Phase phase{};
  std::string run_as;    ///< SET LOCAL ROLE around it; empty: as the executor
  std::string sql;       ///< a secret is :'name', never its text
  std::string stand_in;  ///< what a rehearsal in another database runs in its place; empty: nothing
  bool transactional = true;
  std::string node;  ///< "host:port" of the Citus worker that it is for, which the coordinator does not tell; empty: for the server itself
  bool local = false;  ///< kept from the other nodes of a Citus cluster: Citus would connect to them as `run_as`, who may not log in
  int batch = 0;       ///< which transaction of its part of the plan, where one can't hold all the locks
  std::vector<std::size_t> steps;      ///< indexes into Plan::steps, ascending
  std::vector<std::uint32_t> objects;  ///< which of the steps' objects it names, ascending; empty: the steps have none, or all of them
  std::string provenance;              ///< "weavix.yaml:42; weavix.yaml:50: expired 2026-01-01": may hold anything, for printable()
  std::map<std::string, PasswordSource> secrets;  ///< by the name that stands in `sql`
  std::string secret_role;                        ///< whose password it is
  bool checks_warnings = false;                   ///< GRANT or REVOKE: 01006 and 01007 are failures

  bool operator==(const Statement& other) const {
    return database == other.database && sql == other.sql && run_as == other.run_as && phase == other.phase && node == other.node;
  }
};

struct Script {
  std::vector<Statement> statements;
};

/// Joins changes that can share a statement: equal privileges on many objects for many grantees.
Script render(const Plan& plan);

/// The script that psql runs as it is: \connect, BEGIN, SET LOCAL, COMMIT; secrets are psql variables.
std::string to_psql(const Script& script, const State& actual, std::string_view charter_name);
/// The same under other comments than those of a charter's plan.
std::string to_psql(const Script& script, const State& actual, const std::vector<std::string>& comments);

/// SHA-256 of the statements, in hex: equal for plans that do the same.
std::string plan_hash(const Script& script);

}  // namespace pgcharter
