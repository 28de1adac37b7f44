// Configuration parameters have a row in pg_parameter_acl only where something is granted (15+; ParameterAclCreate() in
// src/backend/catalog/pg_parameter_acl.c), and GRANT makes it. So a parameter that a rule names is an object that the plan creates; the
// server checks the name. Only by its literal name: a pattern reaches what has a row.

#include "desired/resolver.h"

namespace pgcharter {

void Resolver::add_parameters() {
  if (info(ObjectKind::Parameter).first_version > major() || !scope_.covers(Family::Grants)) return;
  DesiredObjects& cluster = desired_.cluster;
  std::set<std::string> added;
  for (const DatabaseCharter& database : charter_.databases) {
    for (const GrantRule& rule : database.grants) {
      if (rule.ensure == Ensure::Absent || is_expired(rule.expires)) continue;
      for (const ObjectPattern& pattern : rule.objects) {
        if (pattern.kind != ObjectKind::Parameter || !pattern.literal()) continue;
        Object object;
        object.id = {.kind = ObjectKind::Parameter, .schema = {}, .name = pattern.name.text, .args = {}};
        if (actual_.cluster.find(object.id) || !added.insert(object.id.name).second) continue;
        cluster.created.push_back(std::move(object));
        cluster.desired.push_back({.owner = kNoRole, .baseline = kEmptyAcl, .acl = kEmptyAcl, .rules = 0});
      }
    }
  }
}

}  // namespace pgcharter
