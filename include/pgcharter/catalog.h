// Reading the actual state: a fixed number of set-based queries over a Connection, in one snapshot per database.
#pragma once

#include <functional>
#include <future>
#include <set>
#include <string>
#include <vector>

#include "pgcharter/charter.h"
#include "pgcharter/connection.h"
#include "pgcharter/state.h"

namespace pgcharter {

/// What a read must bring; everything else is left on the server.
struct ReadScope {
  bool all_schemas = false;
  std::vector<NamePattern> schemas;        ///< else: the objects of the schemas that match
  std::vector<std::string> column_names;   ///< columns that the charter names, read also where they have no ACL
  std::vector<std::string> column_tables;  ///< only of the tables of these names; empty: of any table
  bool all_columns = false;                ///< every column of every relation
  std::vector<std::string> absent_roles;   ///< whose dependencies are wanted
  bool all_dependencies = false;           ///< those of every role
  bool row_security = false;               ///< which tables have it
  /// Tables whose structure is wanted, and routines whose definition is: parallel lists of schema and name (of routines every overload).
  std::vector<std::string> table_schemas;
  std::vector<std::string> table_names;
  std::vector<std::string> routine_schemas;
  std::vector<std::string> routine_names;
  std::vector<std::string> gathered_schemas;  ///< distributed ones that are to be none: their tables too
  bool hypertables = false;                   ///< what TimescaleDB knows of those tables, and the jobs of pg_cron
  bool all_structure = false;                 ///< all of that for everything that is read, but for members of extensions
};

/// Chooses among the names of schemas.
using SchemaChoice = std::function<std::set<std::string>(const std::vector<std::string>&)>;

/// Relations that are being read while nobody knows yet what is in scope.
struct RelationsAhead {
  std::set<std::string> schemas;             ///< of these every relation; to be looked at when `objects` are there
  std::future<std::vector<Object>> objects;  ///< tables, sequences, composite types
};

/// Roles, memberships, settings, databases, tablespaces, parameters into `state.cluster`.
/// The caller has opened the transaction whose snapshot counts.
void read_cluster(Connection& connection, const ReadScope& scope, State& state);

/// The databases of the server that this role can't connect to, by name.
std::vector<std::string> closed_databases(Connection& connection);

/// Everything of the connected database, appended to `state.databases`. After read_cluster().
void read_database(Connection& connection, const ReadScope& scope, State& state);
/// The same as a value; only the tables of names and lists of `state` grow. With a `second` session of the same snapshot, part of it is
/// read there at the same time; both must hand over their rows one at a time.
/// Where relations were read `ahead`, `second` is the session that did, and what is needed of them is taken out.
DatabaseState read_one_database(Connection& connection, const ReadScope& scope, State& state, Connection* second = nullptr,
                                RelationsAhead* ahead = nullptr);

/// What of the relations can be read before it is known what is in scope: those of the schemas that `choose` takes out of all that are no
/// system's. Which it took is in `chosen`. After read_cluster(); only the tables of names and lists of `state` grow.
std::vector<Object> read_relations_ahead(Connection& connection, State& state, const SchemaChoice& choose, std::set<std::string>& chosen);

/// From this size of pg_class on a second session pays: some 10,000 relations.
inline constexpr long kLargeCatalog = 4L << 20U;

/// Which provider runs the server, and what it allows, by catalog reads only.
void read_platform(Connection& connection, ServerInfo& server);

/// Azure's functions for Entra principals. Only a connection to database `postgres` shows them.
EntraFunctions read_entra_functions(Connection& connection);

/// The connected role and its rights, for whoami.
struct Identity {
  std::string session_user;
  std::string current_user;
  RoleAttributes attributes;
  std::string database_owner;             ///< of the connected database
  std::vector<std::string> memberships;   ///< every role it is a member of, directly or not; sorted
  std::vector<std::string> administered;  ///< those among them that it may grant on; sorted
  bool encrypted = false;                 ///< TLS
};
Identity whoami(Connection& connection);

/// Parses the text form of an aclitem[]: {reader=r*w/owner,=U/owner}. Roles are interned in `names`, as dangling
/// where `known` (the roles of the server) has no such name and the name is a number.
Acl parse_acl(std::string_view text, RoleNames& names);

}  // namespace pgcharter
