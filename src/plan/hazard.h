// What is dangerous about a change.
#pragma once

#include <map>
#include <set>

#include "pgcharter/plan.h"

namespace pgcharter {

/// Judges changes one by one against the whole desired state.
class HazardFinder {
 public:
  HazardFinder(const State& actual, const Desired& desired);

  std::set<Hazard> operator()(const Change& change);

 private:
  struct Visitor;
  using Groups = std::map<RoleId, std::set<RoleId>>;

  /// True where being `role` gives a way to everything: it, or a group above it, is a superuser or as good as one.
  bool powerful(RoleId role);
  [[nodiscard]] bool powerful_itself(RoleId role) const;
  [[nodiscard]] std::set<RoleId> inherited(RoleId role, const Groups& groups) const;
  [[nodiscard]] bool holds_tables(const std::string& schema, int database) const;
  /// The executor could connect to the database before, and could not any more.
  [[nodiscard]] bool loses_connect(std::uint32_t object) const;

  const State& actual_;
  const Desired& desired_;
  RoleId executor_;
  bool executor_stays_superuser_ = false;
  Groups groups_;                     ///< desired: member → groups
  std::set<RoleId> executor_before_;  ///< the executor and what it inherits from, with PUBLIC
  std::set<RoleId> executor_after_;
  std::map<RoleId, RoleAttributes> attributes_;  ///< as they will be
  std::map<RoleId, bool> powerful_;              ///< memo
};

}  // namespace pgcharter
