// What a plan says about the nodes of a Citus cluster, for whoever writes or counts it.

#include <algorithm>

#include "pgcharter/reconcile.h"

namespace pgcharter {

bool changes_anything(const Planned& planned) {
  return !planned.plan.steps.empty() || std::ranges::any_of(planned.nodes, [](const NodePlanned& node) {
    return node.planned != nullptr && !node.planned->plan.steps.empty();
  });
}

std::vector<const NodePlanned*> unread_nodes(const Planned& planned) {
  std::vector<const NodePlanned*> nodes;
  for (const NodePlanned& node : planned.nodes) {
    if (node.planned == nullptr) nodes.push_back(&node);
  }
  return nodes;
}

Script all_statements(const Planned& planned) {
  Script all = planned.script;
  for (const NodePlanned& node : planned.nodes) {
    if (node.planned == nullptr) continue;
    const std::vector<Statement>& more = node.planned->script.statements;
    all.statements.insert(all.statements.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace pgcharter
