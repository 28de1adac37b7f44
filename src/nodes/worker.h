// The workers behind the databases of a charter, and what each of them has.
#pragma once

#include <memory>
#include <vector>

#include "pgcharter/reconcile.h"

#include "catalog/citus.h"
#include "catalog/node_connection.h"

namespace pgcharter {

/// A database of the charter that Citus distributes, seen from its coordinator.
struct DistributedDatabase {
  std::size_t index = 0;  ///< in Charter::databases
  std::string name;
  std::unique_ptr<Connection> connection;
  std::unique_ptr<NodeQueries> queries;
  CitusState citus;
  CitusObjects objects;
};

/// Opens a connection for each of them: `actual` says which they are.
std::vector<DistributedDatabase> open_databases(const Charter& charter, const State& actual, const Connector& connector);

/// One server, which may have several of the databases.
struct Worker {
  CitusNode node;
  struct Place {
    DistributedDatabase* database{};
    CitusNode node;  ///< as that database knows it
  };
  std::vector<Place> places;
};

/// By group.
std::vector<Worker> workers_of(std::vector<DistributedDatabase>& databases);

/// Reads the worker, and leaves in `charter` what can be said about it. Throws Error where it can't be read.
State read_worker(const Worker& worker, SharedCharter& charter);

}  // namespace pgcharter
