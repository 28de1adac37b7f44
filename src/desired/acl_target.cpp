// Pure arithmetic on one ACL. See the header for the rules; the sources are aclupdate(), aclnewowner() and
// recursive_revoke() in src/backend/utils/adt/acl.c, and DESIGN 2 and 4 for what is wanted.
//
// Order of the computation: first what each grantee must hold, then which existing entries may stay, then which of
// them lose their support because their grantor lost its grant option, then what the owner has to grant.

#include "desired/acl_target.h"

#include <algorithm>

namespace pgcharter {
namespace {

/// One grantee: what it holds, what the rules say about it, and so what it must hold.
struct Grantee {
  RoleId role{};
  PrivilegeSet held;
  PrivilegeSet held_grantable;
  PrivilegeSet present;
  PrivilegeSet present_grantable;
  PrivilegeSet absent;
  PrivilegeSet expired;
  PrivilegeSet privileges;
  PrivilegeSet grantable;
};

/// The grantees of one list and its rules, found by their number without a search: this runs once for each list of a database, and there
/// may be 100,000 of them. The memory is kept from call to call.
class Grantees {
 public:
  void clear() {
    for (const Grantee& grantee : all_) index_[static_cast<std::size_t>(grantee.role)] = kNone;
    all_.clear();
  }

  Grantee& operator[](RoleId role) {
    const auto number = static_cast<std::size_t>(role);
    if (number >= index_.size()) index_.resize(number + 1, kNone);
    if (index_[number] == kNone) {
      index_[number] = static_cast<std::uint32_t>(all_.size());
      all_.push_back({.role = role});
    }
    return all_[index_[number]];
  }

  auto begin() { return all_.begin(); }
  auto end() { return all_.end(); }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  std::vector<std::uint32_t> index_;  // by number of the role
  std::vector<Grantee> all_;
};

void hold(Grantees& grantees, const Acl& acl) {
  for (const AclEntry& entry : acl) {
    Grantee& grantee = grantees[entry.grantee];
    grantee.held |= entry.privileges;
    grantee.held_grantable |= entry.grantable;
  }
}

void sum_up(Grantees& grantees, const AclTask& task) {
  for (const RuleUse& use : *task.uses) {
    Grantee& grantee = grantees[use.grantee];
    if (use.absent) {
      (use.expired ? grantee.expired : grantee.absent) |= use.privileges;
    } else {
      grantee.present |= use.privileges;
      grantee.present_grantable |= use.grantable;
    }
  }
}

void decide(Grantee& g, const AclTask& task) {
  if (task.dropped(g.role)) return;
  const bool owner = g.role == task.owner;
  if (owner || !task.authoritative(g.role)) {
    g.privileges = g.held;
    g.grantable = g.held_grantable;
  } else if (task.initial != nullptr) {
    g.privileges = privileges_of(*task.initial, g.role);
    g.grantable = grantable_of(*task.initial, g.role);
  }
  g.privileges |= g.present;
  if (!owner && g.role != kPublic) g.grantable |= g.present_grantable;
  const PrivilegeSet expired = owner ? PrivilegeSet{} : g.expired - g.present;
  g.privileges -= g.absent | expired;
  g.grantable &= g.privileges;
}

/// True where everybody holds just what is wanted, and all of it by the owner: nearly every list of a database that is in accord.
bool stays(const Acl& base, Grantees& grantees, const AclTask& task) {
  return std::ranges::all_of(base, [&](const AclEntry& entry) { return entry.grantor == task.owner; }) &&
         std::ranges::all_of(grantees, [](const Grantee& g) { return g.privileges == g.held && g.grantable == g.held_grantable; });
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
  thread_local Grantees grantees;
  grantees.clear();
  hold(grantees, base);
  if (task.initial != nullptr) {
    for (const AclEntry& entry : *task.initial) grantees[entry.grantee];  // what was taken away comes back
  }
  sum_up(grantees, task);
  for (Grantee& grantee : grantees) decide(grantee, task);
  if (stays(base, grantees, task)) return base;

  Acl acl = base;
  for (AclEntry& entry : acl) {
    const PrivilegeSet stuck = entry.privileges - removable(entry, base, task);
    const bool ends = task.dropped(entry.grantor) && entry.grantor != task.owner;
    const Grantee& grantee = grantees[entry.grantee];
    entry.privileges &= (ends ? PrivilegeSet{} : grantee.privileges) | stuck;
    entry.grantable &= (ends ? PrivilegeSet{} : grantee.grantable) | stuck;
  }
  drop_unsupported(acl, base, task);

  for (Grantee& grantee : grantees) grantee.held = grantee.held_grantable = {};
  hold(grantees, acl);
  for (const Grantee& grantee : grantees) {
    const PrivilegeSet grantable = grantee.grantable - grantee.held_grantable;
    const PrivilegeSet privileges = (grantee.privileges - grantee.held) | grantable;
    if (!privileges.empty())
      acl.push_back({.grantee = grantee.role, .grantor = task.owner, .privileges = privileges, .grantable = grantable});
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
