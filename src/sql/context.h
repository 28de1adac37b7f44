// What every concern of src/sql works with: the plan, and one run of its steps that share database and phase.
#pragma once

#include <string>
#include <vector>

#include "pgcharter/sql.h"

namespace pgcharter {

struct RenderContext {
  const Plan& plan;
  int database = -1;  ///< -1: the server
  Phase phase{};

  [[nodiscard]] const RoleNames& names() const { return *plan.actual->names; }
  [[nodiscard]] const std::string& name(RoleId role) const { return names().name(role); }
  [[nodiscard]] int major() const { return plan.actual->server.major(); }
  [[nodiscard]] const DesiredObjects& objects() const {
    return database < 0 ? plan.desired->cluster : plan.desired->databases[static_cast<std::size_t>(database)].objects;
  }
  template <typename Body>
  [[nodiscard]] const Body& body(std::size_t step) const {
    return std::get<Body>(plan.steps[step].change.body);
  }

  /// An empty statement of this run; `steps` is sorted, its first decides the place in the script.
  [[nodiscard]] Statement statement(std::vector<std::size_t> steps, std::string sql) const {
    Statement result;
    if (database >= 0) result.database = objects().database;
    result.phase = phase;
    result.sql = std::move(sql);
    result.steps = std::move(steps);
    return result;
  }
};

}  // namespace pgcharter
