// What every concern of src/sql works with: the plan, and one run of its steps that share database and phase.
#pragma once

#include <string>
#include <vector>

#include "pgcharter/sql.h"

#include "plan/session.h"

namespace pgcharter {

struct RenderContext {
  const Plan& plan;
  const Session& session;
  int database = -1;  ///< -1: the server
  Phase phase{};

  [[nodiscard]] const RoleNames& names() const { return *plan.actual->names; }
  [[nodiscard]] const std::string& name(RoleId role) const { return names().name(role); }
  [[nodiscard]] int major() const { return plan.actual->server.major(); }
  [[nodiscard]] const DesiredObjects& objects() const {
    return database < 0 ? plan.desired->cluster : plan.desired->databases[static_cast<std::size_t>(database)].objects;
  }
  /// True where another routine has the same name: only IN before each type tells f(integer, integer) from f(integer, OUT integer)
  /// (LookupFuncWithArgs() in src/backend/parser/parse_func.c tries both readings of a list without modes).
  [[nodiscard]] bool is_overloaded(std::uint32_t object) const {
    const std::vector<Object>& all = *objects().actual;  // sorted by name: overloads are neighbours
    const auto same = [&](std::size_t other) {
      const ObjectName& a = all[object].id;
      const ObjectName& b = all[other].id;
      return a.kind == b.kind && a.schema == b.schema && a.name == b.name;
    };
    if (object >= all.size() || info(all[object].id.kind).identity != IdentityShape::Signature) return false;
    return (object > 0 && same(object - 1)) || (object + 1 < all.size() && same(object + 1));
  }
  /// True where Citus could not connect to the other nodes as this role, as which it would carry a statement there.
  [[nodiscard]] bool must_stay_local(RoleId run_as) const;
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
