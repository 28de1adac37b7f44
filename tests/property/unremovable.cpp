// What PostgreSQL lets nobody revoke; the product must say so instead of promising it. A superuser's REVOKE counts as the owner's, and
// so does that of a grantor who no longer holds the grant option itself (select_best_grantor() in src/backend/utils/adt/acl.c).
#include <algorithm>

#include "property/model.h"

namespace pgcharter::property {
namespace {

/// True where the grantor held the option when the plan was made, on the object or on one of the columns.
bool could_revoke(const ObjectAccess& before, const Entry& entry) {
  const auto gives = [&](const Entry& e) { return e.grantee == entry.grantor && e.privilege == entry.privilege && e.grantable; };
  return std::ranges::any_of(before.acl, gives) ||
         std::ranges::any_of(before.columns, [&](const auto& column) { return std::ranges::any_of(column.second, gives); });
}

int excuse(const Model& model, const ObjectAccess& before, const std::string& owner, const std::vector<Entry>& entries,
           GranteeWants& wants) {
  int excused = 0;
  for (const auto& entry : entries) {
    const auto grantor = model.roles.find(entry.grantor);
    if (entry.grantor == owner || grantor == model.roles.end()) continue;
    if (!grantor->second.attributes.flags.at("superuser") && could_revoke(before, entry)) continue;
    const auto grantee = wants.find(entry.grantee);
    if (grantee == wants.end()) continue;
    Want& want = grantee->second.at(entry.privilege);
    if (want == Want::No || (want == Want::Plain && entry.grantable)) {
      want = Want::Any;
      ++excused;
    }
  }
  return excused;
}

}  // namespace

int excuse_unremovable(Model& model, const Snapshot& before, const Snapshot& after) {
  int excused = 0;
  for (auto& [key, object] : model.objects) {
    const auto found = after.objects.find(key);
    const auto earlier = before.objects.find(key);
    if (found == after.objects.end() || earlier == before.objects.end()) continue;
    const ObjectAccess& access = found->second;
    excused += excuse(model, earlier->second, access.owner, access.acl, object.acl);
    for (const auto& [column, entries] : access.columns) {
      const auto wants = object.columns.find(column);
      if (wants != object.columns.end()) excused += excuse(model, earlier->second, access.owner, entries, wants->second);
    }
  }
  return excused;
}

}  // namespace pgcharter::property
