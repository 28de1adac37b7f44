// Default privileges: like an ACL, but every entry's grantor is the creator, so nothing can depend on anything.

#include "diff/concerns.h"

namespace pgcharter {

void diff_default_privileges(const State& actual, const Desired& desired, std::size_t database, std::vector<Change>& changes) {
  const DesiredDatabase& all = desired.databases[database];
  static const std::vector<RuleUse> kNoRules;
  for (std::size_t i = 0; i < all.default_acls.size(); ++i) {
    const DesiredDefaultAcl& d = all.default_acls[i];
    const auto rules = all.default_acl_rules.find(i);
    auto add = [&](bool grant, RoleId grantee, PrivilegeSet privileges, bool option) {
      if (privileges.empty() || actual.names->dangling(grantee)) return;
      changes.push_back(
          {.database = static_cast<int>(database),
           .body = ChangeDefaultPrivileges{grant, d.creator, d.schema, d.objects, grantee, privileges, option},
           .reason = reason_of(desired, rules == all.default_acl_rules.end() ? kNoRules : rules->second, grantee, privileges, grant)});
    };
    const Acl& before = (*actual.acls)[d.baseline];
    const Acl& after = (*actual.acls)[d.acl];
    for (const AclEntry& entry : after) {
      const PrivilegeSet options = entry.grantable - grantable_of(before, entry.grantee);
      add(true, entry.grantee, (entry.privileges - privileges_of(before, entry.grantee)) - options, false);
      add(true, entry.grantee, options, true);
    }
    for (const AclEntry& entry : before) {
      const PrivilegeSet kept = privileges_of(after, entry.grantee);
      add(false, entry.grantee, entry.privileges - kept, false);
      add(false, entry.grantee, (entry.grantable - grantable_of(after, entry.grantee)) & kept, true);
    }
  }
}

}  // namespace pgcharter
