// Roles that no longer exist and still stand in the catalog: a membership whose grantor or member was dropped beside it (before 16 DROP
// ROLE leaves the grantor behind), an ACL that was restored or written by hand. GRANT and REVOKE take names, so nothing of this can be
// planned; it is a finding of its own, never counted to PUBLIC or to a role that happens to be called like the number.

#include <fmt/format.h>

#include "desired/resolver.h"

namespace pgcharter {
namespace {

struct Traces {
  std::size_t lists = 0;  ///< access lists, default privileges among them
  std::size_t memberships = 0;
  std::size_t owned = 0;
};

class DanglingRoles {
 public:
  explicit DanglingRoles(const State& actual) : names_(*actual.names), acls_(*actual.acls) {
    objects(actual.cluster.objects);
    for (const Membership& row : actual.cluster.memberships) {
      std::set<RoleId> roles{row.role, row.member, row.grantor};
      for (RoleId role : roles) note(role, &Traces::memberships);
    }
    for (const DatabaseState& database : actual.databases) {
      objects(database.objects);
      for (const Column& column : database.columns) list(column.acl);
      for (const DefaultAcl& defaults : database.default_acls) list(defaults.acl);
    }
  }
  [[nodiscard]] const std::map<RoleId, Traces>& found() const { return found_; }

 private:
  void note(RoleId role, std::size_t Traces::*counter) {
    if (role != kPublic && names_.dangling(role)) ++(found_[role].*counter);
  }
  void list(AclId acl) {
    std::set<RoleId> roles;
    for (const AclEntry& entry : acls_[acl]) roles.insert({entry.grantee, entry.grantor});
    for (RoleId role : roles) note(role, &Traces::lists);
  }
  void objects(const std::vector<Object>& all) {
    for (const Object& object : all) {
      list(object.acl);
      note(object.owner, &Traces::owned);
    }
  }

  const RoleNames& names_;
  const AclPool& acls_;
  std::map<RoleId, Traces> found_;
};

std::string described(const Traces& traces) {
  std::string text;
  const auto add = [&](std::size_t count, std::string_view what) {
    if (count > 0) text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", count, what, count == 1 ? "" : "s");
  };
  add(traces.lists, "access list");
  add(traces.memberships, "membership");
  add(traces.owned, "owned object");
  return text;
}

}  // namespace

void Resolver::tell_dangling() {
  const RoleNames& names = *actual_.names;
  bool any = false;
  for (std::size_t i = 0; i < names.size() && !any; ++i) any = names.dangling(static_cast<RoleId>(i));
  if (!any) return;
  const DanglingRoles dangling(actual_);
  for (const auto& [role, traces] : dangling.found()) {
    diagnostics_.warning(
        "dangling-role", {},
        fmt::format("the role with oid {} no longer exists, but the catalog still names it: {}", names.name(role), described(traces)),
        "No GRANT or REVOKE can name it, so it is left alone; a superuser has to correct the catalog by hand.");
  }
}

}  // namespace pgcharter
