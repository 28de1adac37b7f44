// Entra principals need a server that has Azure's functions for them, and an executor that is an Entra administrator: one who has logged in
// with a token as a role whose label says admin (Azure documentation, "Manage Microsoft Entra users"). A superuser has no such label and
// needs none; on Azure nobody is one.

#include <algorithm>

#include <fmt/format.h>

#include "pgcharter/names.h"
#include "pgcharter/preflight.h"

namespace pgcharter {
namespace {

/// The function that the plan can't do without and the server does not have; empty where there is none.
std::string_view lacking_function(const Plan& plan) {
  const auto& has = plan.actual->server.entra_functions;
  if (!has) return {};
  for (const Step& step : plan.steps) {
    if (const auto* create = std::get_if<CreatePrincipal>(&step.change.body)) {
      if (create->principal.object_id.empty() && !has->create) return "pgaadauth_create_principal";
      if (!create->principal.object_id.empty() && !has->create_with_oid) return "pgaadauth_create_principal_with_oid";
    } else if (std::holds_alternative<BindPrincipal>(step.change.body) && !has->any()) {
      return "pgaadauth_update_principal_with_oid";
    }
  }
  return {};
}

bool is_entra_administrator(const State& actual) {
  const Role* me = actual.cluster.find_role(actual.names->find(actual.server.user));
  return actual.server.superuser || (me != nullptr && me->entra && me->entra->admin);
}

}  // namespace

std::vector<Obstacle> find_obstacles(const Plan& plan) {
  if (std::ranges::none_of(plan.steps, [](const Step& step) { return is_principal_phase(step.phase); })) return {};
  if (const std::string_view function = lacking_function(plan); !function.empty()) {
    return {{fmt::format("this server has no {}(): Entra principals need Azure Database for PostgreSQL with Microsoft Entra authentication",
                         function),
             "Enable Microsoft Entra authentication on the server and add an Entra administrator, or leave `entra` out of the charter."}};
  }
  if (!is_entra_administrator(*plan.actual)) {
    return {
        {fmt::format("{} is no Entra administrator of this server, and nobody else may create or bind Entra principals",
                     display_name(plan.actual->server.user)),
         "Log in as one, with --credential entra and -U as the administrator's role is called; the server's list of administrators is in "
         "Azure, under Authentication."}};
  }
  return {};
}

}  // namespace pgcharter
