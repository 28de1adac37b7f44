// Pure arithmetic on one ACL. See the header for the rules; the sources are aclupdate(), aclnewowner() and
// recursive_revoke() in src/backend/utils/adt/acl.c, and DESIGN 2 and 4 for what is wanted.
//
// Order of the computation: first what each grantee must hold, then which existing entries may stay, then which of
// them lose their support because their grantor lost its grant option, then what the owner has to grant.

#include "desired/acl_target.h"

#include <algorithm>
#include <map>

namespace pgcharter {
namespace {

struct Want {
  PrivilegeSet privileges;
  PrivilegeSet grantable;
};

/// What the rules say about one grantee, summed up.
struct Said {
  Want present;
  PrivilegeSet absent;
  PrivilegeSet expired;
};

std::map<RoleId, Said> sum_up(const AclTask& task) {
  std::map<RoleId, Said> said;
  for (const RuleUse& use : *task.uses) {
    Said& entry = said[use.grantee];
    if (use.absent) {
      (use.expired ? entry.expired : entry.absent) |= use.privileges;
    } else {
      entry.present.privileges |= use.privileges;
      entry.present.grantable |= use.grantable;
    }
  }
  return said;
}

std::map<RoleId, Want> wanted(const Acl& base, const AclTask& task) {
  std::map<RoleId, Want> want;
  for (const AclEntry& entry : base) {
    Want& w = want[entry.grantee];
    w.privileges |= entry.privileges;
    w.grantable |= entry.grantable;
  }
  if (task.initial != nullptr) {
    for (const AclEntry& entry : *task.initial) want.try_emplace(entry.grantee);  // what was taken away comes back
  }
  for (auto& [grantee, w] : want) {
    if (grantee == task.owner || !task.authoritative(grantee)) continue;
    w = {};
    if (task.initial != nullptr) w = {privileges_of(*task.initial, grantee), grantable_of(*task.initial, grantee)};
  }
  for (const auto& [grantee, said] : sum_up(task)) {
    Want& w = want[grantee];
    w.privileges |= said.present.privileges;
    if (grantee != task.owner && grantee != kPublic) w.grantable |= said.present.grantable;
    const PrivilegeSet expired = grantee == task.owner ? PrivilegeSet{} : said.expired - said.present.privileges;
    w.privileges -= said.absent | expired;
    w.grantable &= w.privileges;
  }
  for (auto& [grantee, w] : want) {
    if (task.dropped(grantee)) w = {};
  }
  return want;
}

PrivilegeSet own_options(const Acl& acl, const Acl* table, RoleId role) {
  const PrivilegeSet options = grantable_of(acl, role);
  return table == nullptr ? options : options | grantable_of(*table, role);
}

/// Takes away what was granted by roles that no longer hold the grant option themselves, until nothing changes.
void drop_unsupported(Acl& acl, const Acl& base, const AclTask& task) {
  for (bool changed = true; changed;) {
    changed = false;
    for (AclEntry& entry : acl) {
      if (entry.grantor == task.owner || entry.privileges.empty()) continue;
      const PrivilegeSet lost =
          (own_options(base, task.table, entry.grantor) - own_options(acl, task.table_after, entry.grantor)) & removable(entry, base, task);
      if (lost.empty()) continue;
      entry.privileges -= lost;
      entry.grantable -= lost;
      changed = true;
    }
  }
}

}  // namespace

PrivilegeSet removable(const AclEntry& entry, const Acl& base, const AclTask& task) {
  if (entry.grantor == task.owner) return entry.privileges;
  if (task.unable_grantors->contains(entry.grantor)) return {};
  return entry.privileges & own_options(base, task.table, entry.grantor);
}

Acl acl_target(const Acl& base, const AclTask& task) {
  const std::map<RoleId, Want> want = wanted(base, task);
  Acl acl = base;
  for (AclEntry& entry : acl) {
    const PrivilegeSet stuck = entry.privileges - removable(entry, base, task);
    const bool ends = task.dropped(entry.grantor) && entry.grantor != task.owner;
    const Want w = ends ? Want{} : want.at(entry.grantee);
    entry.privileges &= w.privileges | stuck;
    entry.grantable &= w.grantable | stuck;
  }
  drop_unsupported(acl, base, task);
  for (const auto& [grantee, w] : want) {
    const PrivilegeSet grantable = w.grantable - grantable_of(acl, grantee);
    const PrivilegeSet privileges = (w.privileges - privileges_of(acl, grantee)) | grantable;
    acl.push_back({.grantee = grantee, .grantor = task.owner, .privileges = privileges, .grantable = grantable});
  }
  return normalised(std::move(acl));
}

Acl after_table_revoke(const Acl& column, const Acl& before, const Acl& after) {
  Acl result = column;
  for (AclEntry& entry : result) {
    for (const AclEntry& old : before) {
      if (old.grantee != entry.grantee || old.grantor != entry.grantor) continue;
      PrivilegeSet revoked = old.privileges;
      PrivilegeSet options = old.grantable;
      for (const AclEntry& kept : after) {
        if (kept.grantee != entry.grantee || kept.grantor != entry.grantor) continue;
        revoked -= kept.privileges;
        options -= kept.grantable;
      }
      entry.privileges -= revoked;
      entry.grantable -= revoked | options;
    }
  }
  return normalised(std::move(result));
}

}  // namespace pgcharter
