// Extras of additive mode. Objects of one schema that share the same undeclared privilege share one line: a role that can read 50,000
// tables beside the charter is one finding, not 50,000.

#include "desired/extras.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "pgcharter/names.h"

#include "base/strings.h"

namespace pgcharter {
namespace {

constexpr std::size_t kNamed = 3;  // so many objects are named, more are counted

std::string privileges_text(PrivilegeSet privileges, PrivilegeSet options) {
  if (privileges.empty()) return fmt::format("grant option for {}", to_sql(options));
  return to_sql(privileges);
}

}  // namespace

template <typename Note>
void Extras::compare(const Acl& left, const Acl& strict, Note note) {
  std::set<RoleId> grantees;
  for (const AclEntry& entry : left) grantees.insert(entry.grantee);
  for (RoleId grantee : grantees) {
    const PrivilegeSet privileges = privileges_of(left, grantee) - privileges_of(strict, grantee);
    const PrivilegeSet options = grantable_of(left, grantee) - grantable_of(strict, grantee) - privileges;
    if (!privileges.empty()) note(grantee, privileges, PrivilegeSet{});
    if (!options.empty()) note(grantee, PrivilegeSet{}, options);
  }
}

void Extras::note(const Acl& left, const Acl& strict, const ObjectName& object, const std::string& column) {
  compare(left, strict, [&](RoleId grantee, PrivilegeSet privileges, PrivilegeSet options) {
    Objects& objects = found_[{grantee, privileges, options, object.kind, object.schema, column, {}}];
    if (++objects.count <= kNamed) objects.first.push_back(object);
  });
}

void Extras::note(const Acl& left, const Acl& strict, const DesiredDefaultAcl& defaults, const std::string& creator) {
  compare(left, strict, [&](RoleId grantee, PrivilegeSet privileges, PrivilegeSet options) {
    ++found_[{grantee, privileges, options, defaults.objects, defaults.schema, {}, creator}].count;
  });
}

std::vector<std::string> Extras::lines(const RoleNames& names) const {
  std::vector<std::string> result = lines_;
  for (const auto& [key, objects] : found_) {
    const ObjectKindInfo& kind = info(key.kind);
    std::string where;
    if (!key.creator.empty()) {
      where = fmt::format("future {} that {} creates", kind.manifest_key, display_name(key.creator));
      if (!key.schema.empty()) where += " in " + display_name(key.schema);
    } else if (objects.count > kNamed) {
      where = fmt::format("{} {}", objects.count, kind.manifest_key);
      if (!key.schema.empty()) where += " in " + display_name(key.schema);
    } else {
      std::vector<std::string> shown;
      for (const ObjectName& object : objects.first) shown.push_back(display_name(object));
      where = fmt::format("{} {}", objects.count == 1 ? kind.singular : kind.manifest_key, join(shown, ", "));
    }
    if (!key.column.empty()) where = fmt::format("column {} of {}", display_name(key.column), where);
    const std::string grantee = key.grantee == kPublic ? "PUBLIC" : display_name(names.name(key.grantee));
    result.push_back(fmt::format("{} on {} for {}", privileges_text(key.privileges, key.options), where, grantee));
  }
  std::ranges::sort(result);
  return result;
}

}  // namespace pgcharter
