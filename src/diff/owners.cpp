// Owners: one change for all objects of a kind that pass from one owner to another for the same reason.

#include <tuple>

#include "diff/concerns.h"

namespace pgcharter {

void diff_owners(const DesiredObjects& objects, const std::map<std::size_t, Reason>& reasons, int database, std::vector<Change>& changes) {
  std::map<std::tuple<ObjectKind, RoleId, RoleId, Reason>, std::vector<std::uint32_t>> classes;
  for (const auto& [i, reason] : reasons) {
    const Object& object = objects.object(i);
    if (object.owner == objects.desired[i].owner) continue;
    classes[{object.id.kind, object.owner, objects.desired[i].owner, reason}].push_back(static_cast<std::uint32_t>(i));
  }
  for (auto& [key, list] : classes) {
    const auto& [kind, before, after, reason] = key;
    changes.push_back({.database = database,
                       .body = ChangeOwner{kind, std::make_shared<const std::vector<std::uint32_t>>(std::move(list)), before, after},
                       .reason = reason});
  }
}

}  // namespace pgcharter
