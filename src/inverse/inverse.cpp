// The inverse of a transaction, by the stages that make any plan: what was is the desired state, what is now the actual one. Inverting the
// changes one by one would not do: ALTER … OWNER merges entries of a list, and CASCADE takes along what nobody named.

#include "pgcharter/inverse.h"

#include <iterator>

#include "inverse/restorer.h"

namespace pgcharter {

Inverse make_inverse(const Plan& done, const State& after, const InverseScope& scope) {
  Restorer restorer(done, after, scope);
  const Desired desired = restorer.run();
  std::vector<Change> changes = diff(after, desired);
  std::ranges::move(restorer.changes, std::back_inserter(changes));
  Inverse inverse;
  inverse.script = render(make_plan(after, desired, std::move(changes)));
  inverse.not_restored = std::move(restorer.lost);
  return inverse;
}

}  // namespace pgcharter
