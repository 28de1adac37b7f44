// Configuration parameters have a row in pg_parameter_acl only where something is granted (15+; ParameterAclCreate() in
// src/backend/catalog/pg_parameter_acl.c), and GRANT makes it. So a parameter that a rule names is an object that the plan creates; the
// server checks the name. Only by its literal name: a pattern reaches what has a row. For the owner, who stands for the grantor of what an
// administrator grants, the server takes the bootstrap superuser.

#include <algorithm>

#include "desired/resolver.h"

namespace pgcharter {

void Resolver::add_parameters() {
  if (info(ObjectKind::Parameter).first_version > major() || !scope_.covers(Family::Grants)) return;
  DesiredObjects& cluster = desired_.cluster;
  const auto bootstrap = std::ranges::find(actual_.cluster.roles, true, &Role::bootstrap);
  const RoleId owner = bootstrap == actual_.cluster.roles.end() ? kNoRole : bootstrap->id;
  const AclId standard = actual_.acls->intern(acl_default(ObjectKind::Parameter, owner, major()));
  std::set<std::string> added;
  for (const DatabaseCharter& database : charter_.databases) {
    for (const GrantRule& rule : database.grants) {
      if (rule.ensure == Ensure::Absent || is_expired(rule.expires)) continue;
      for (const ObjectPattern& pattern : rule.objects) {
        if (pattern.kind != ObjectKind::Parameter || !pattern.literal()) continue;
        Object object;
        object.id = {.kind = ObjectKind::Parameter, .schema = {}, .name = pattern.name.text, .args = {}};
        if (actual_.cluster.find(object.id) || !added.insert(object.id.name).second) continue;
        object.owner = owner;
        object.acl = standard;
        cluster.created.push_back(std::move(object));
        cluster.desired.push_back({.owner = owner, .baseline = standard, .acl = standard, .rules = 0});
      }
    }
  }
}

}  // namespace pgcharter
