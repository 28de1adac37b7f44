// What the coordinator's own plan changes on the workers, because Citus sends it there.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "nodes/worker.h"

namespace pgcharter {

class Propagation {
 public:
  Propagation() = default;  ///< nothing is to come
  Propagation(const Planned& coordinator, const std::vector<DistributedDatabase>& databases);

  /// Takes out of a worker's changes what comes there by itself.
  void subtract(const State& state, const Desired& desired, std::vector<Change>& changes) const;

 private:
  std::set<std::string> keys_;
  std::set<std::pair<std::string, std::string>> new_schemas_;  ///< by database: the plan makes them

  void add(const Planned& coordinator, const std::vector<DistributedDatabase>& databases, const Change& change);
  [[nodiscard]] bool keeps(const State& state, const Desired& desired, Change& change) const;
};

}  // namespace pgcharter
