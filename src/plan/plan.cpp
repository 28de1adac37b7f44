// Changes become a plan: ordered (order.cpp), judged (hazard.cpp), counted. From here on no step is added, removed or
// moved; rendering only joins neighbours into statements.
//
// The summary counts single differences, (object, grantee, privilege), as weight() does: how many statements they need
// depends on batching and says nothing about the size of a change.

#include "pgcharter/plan.h"

#include "plan/hazard.h"
#include "plan/order.h"
#include "plan/overloaded.h"

namespace pgcharter {
namespace {

/// The counter that a change belongs to.
std::size_t& counter(Summary& summary, const ChangeBody& body) {
  const auto by = [&](bool grant) -> std::size_t& { return grant ? summary.grant : summary.revoke; };
  return std::visit(Overloaded{
                        [&](const CreatePrincipal&) -> std::size_t& { return summary.create; },
                        [&](const BindPrincipal&) -> std::size_t& { return summary.alter; },
                        [&](const RenameRole&) -> std::size_t& { return summary.alter; },
                        [&](const CreateRole&) -> std::size_t& { return summary.create; },
                        [&](const AlterRole&) -> std::size_t& { return summary.alter; },
                        [&](const SetPassword&) -> std::size_t& { return summary.alter; },
                        [&](const CommentRole&) -> std::size_t& { return summary.alter; },
                        [&](const ChangeSetting&) -> std::size_t& { return summary.alter; },
                        [&](const DropRole&) -> std::size_t& { return summary.drop; },
                        [&](const ReassignOwned&) -> std::size_t& { return summary.alter; },
                        [&](const GrantMembership& c) -> std::size_t& { return c.before ? summary.alter : summary.grant; },
                        [&](const RevokeMembership&) -> std::size_t& { return summary.revoke; },
                        [&](const CreateSchema&) -> std::size_t& { return summary.create; },
                        [&](const DropSchema&) -> std::size_t& { return summary.drop; },
                        [&](const CreateExtension&) -> std::size_t& { return summary.create; },
                        [&](const AlterExtension&) -> std::size_t& { return summary.alter; },
                        [&](const DropExtension&) -> std::size_t& { return summary.drop; },
                        [&](const PlaceSchema&) -> std::size_t& { return summary.alter; },
                        [&](const CreateTable&) -> std::size_t& { return summary.create; },
                        [&](const PlaceTable&) -> std::size_t& { return summary.alter; },
                        [&](const ChangeHypertable&) -> std::size_t& { return summary.alter; },
                        [&](const PutRoutine& c) -> std::size_t& { return c.before ? summary.alter : summary.create; },
                        [&](const DropObject&) -> std::size_t& { return summary.drop; },
                        [&](const ChangeCronJob& c) -> std::size_t& {
                          return !c.job.before ? summary.create : c.job.after ? summary.alter : summary.drop;
                        },
                        [&](const ChangeOwner&) -> std::size_t& { return summary.alter; },
                        [&](const ChangePrivileges& c) -> std::size_t& { return by(c.grant); },
                        [&](const ChangeDefaultPrivileges& c) -> std::size_t& { return by(c.grant); },
                    },
                    body);
}

}  // namespace

Plan make_plan(const State& actual, const Desired& desired, std::vector<Change> changes) {
  Plan plan{.actual = &actual, .desired = &desired, .steps = ordered_steps(actual, desired, std::move(changes)), .summary = {}};
  HazardFinder hazards_of(actual, desired);
  for (Step& step : plan.steps) {
    step.hazards = hazards_of(step.change);
    const std::size_t count = weight(step.change);
    counter(plan.summary, step.change.body) += count;
    // A hazard of a role is one, however many of its attributes change.
    const std::size_t risks = std::holds_alternative<AlterRole>(step.change.body) ? 1 : count;
    for (const Hazard hazard : step.hazards) plan.summary.hazards[hazard] += risks;
  }
  return plan;
}

}  // namespace pgcharter
