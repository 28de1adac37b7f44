// What PostgreSQL lets nobody revoke; the product must say so instead of promising it.
#include "property/model.h"

namespace pgcharter::property {
namespace {

int excuse(const Model& model, const Snapshot& after, const std::string& owner, const std::vector<Entry>& entries, GranteeWants& wants) {
  int excused = 0;
  for (const auto& entry : entries) {
    const auto grantor = model.roles.find(entry.grantor);
    if (entry.grantor == owner || grantor == model.roles.end()) continue;
    if (!grantor->second.attributes.flags.at("superuser") && !effective_roles(model, after, entry.grantor).contains(owner)) continue;
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

int excuse_unremovable(Model& model, const Snapshot& after) {
  int excused = 0;
  for (auto& [key, object] : model.objects) {
    const auto found = after.objects.find(key);
    if (found == after.objects.end()) continue;
    const ObjectAccess& access = found->second;
    excused += excuse(model, after, access.owner, access.acl, object.acl);
    for (const auto& [column, entries] : access.columns) {
      const auto wants = object.columns.find(column);
      if (wants != object.columns.end()) excused += excuse(model, after, access.owner, entries, wants->second);
    }
  }
  return excused;
}

}  // namespace pgcharter::property
