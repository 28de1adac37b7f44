// Access control lists as values: interned role names, interned lists, and acldefault().
//
// The rules are those of src/backend/utils/adt/acl.c: acldefault() gives the owner everything the kind has (without
// explicit grant options: an owner holds them implicitly) and PUBLIC the kind's built-in defaults.

#include "pgcharter/acl.h"

#include <algorithm>
#include <cassert>

#include "base/hashed_numbers.h"

namespace pgcharter {

RoleNames::RoleNames() {
  names_.emplace_back("public");
  dangling_.push_back(false);  // PUBLIC has no entry in ids_: a role can't have that name, and "public" is looked up by callers
}

RoleId RoleNames::intern(std::string_view name) {
  if (const auto found = ids_.find(name); found != ids_.end()) return found->second;
  const auto id = static_cast<RoleId>(names_.size());
  names_.emplace_back(name);
  dangling_.push_back(false);
  ids_.emplace(names_.back(), id);
  return id;
}

RoleId RoleNames::intern_dangling(std::uint32_t oid) {
  const std::string name = std::to_string(oid);
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (dangling_[i] && names_[i] == name) return static_cast<RoleId>(i);
  }
  const auto id = static_cast<RoleId>(names_.size());
  names_.push_back(name);
  dangling_.push_back(true);
  return id;
}

void RoleNames::rename(RoleId id, std::string_view name) {
  std::string& text = names_[static_cast<std::size_t>(id)];
  ids_.erase(text);
  ids_.erase(name);
  text = name;
  ids_.emplace(text, id);
}

RoleId RoleNames::find(std::string_view name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? kNoRole : found->second;
}

const std::string& RoleNames::name(RoleId id) const {
  static const std::string nobody = "(nobody)";
  if (id == kNoRole) return nobody;
  return names_[static_cast<std::size_t>(id)];
}

bool RoleNames::dangling(RoleId id) const { return id != kNoRole && dangling_[static_cast<std::size_t>(id)]; }

Acl normalised(Acl acl) {
  std::erase_if(acl, [](const AclEntry& entry) { return entry.privileges.empty(); });
  if (!std::ranges::is_sorted(acl)) std::ranges::sort(acl);
  std::size_t kept = 0;
  for (std::size_t i = 1; i < acl.size(); ++i) {
    if (acl[kept].grantee == acl[i].grantee && acl[kept].grantor == acl[i].grantor) {
      acl[kept].privileges |= acl[i].privileges;
      acl[kept].grantable |= acl[i].grantable;
    } else {
      acl[++kept] = acl[i];
    }
  }
  if (!acl.empty()) acl.resize(kept + 1);
  return acl;
}

Acl acl_default(ObjectKind kind, RoleId owner, int server_major) {
  Acl acl;
  if (const PrivilegeSet everyone = info(kind).public_default; !everyone.empty()) {
    acl.push_back({.grantee = kPublic, .grantor = owner, .privileges = everyone, .grantable = {}});
  }
  if (owner != kNoRole) {
    acl.push_back({.grantee = owner, .grantor = owner, .privileges = all_privileges(kind, server_major), .grantable = {}});
  }
  return normalised(std::move(acl));
}

Acl with_new_owner(const Acl& acl, RoleId before, RoleId after) {
  Acl result = acl;
  for (AclEntry& entry : result) {
    if (entry.grantee == before) entry.grantee = after;
    if (entry.grantor == before) entry.grantor = after;
  }
  return normalised(std::move(result));
}

PrivilegeSet privileges_of(const Acl& acl, RoleId grantee) {
  PrivilegeSet all;
  for (const AclEntry& entry : acl) {
    if (entry.grantee == grantee) all |= entry.privileges;
  }
  return all;
}

PrivilegeSet grantable_of(const Acl& acl, RoleId grantee) {
  PrivilegeSet all;
  for (const AclEntry& entry : acl) {
    if (entry.grantee == grantee) all |= entry.grantable;
  }
  return all;
}

namespace {
std::uint64_t hash_of(const Acl& acl) {
  std::uint64_t hash = acl.size();
  for (const AclEntry& entry : acl) {
    hash = mixed(hash, (static_cast<std::uint64_t>(entry.grantee) << 32U) ^ static_cast<std::uint64_t>(entry.grantor) ^
                           (static_cast<std::uint64_t>(entry.privileges.bits()) << 16U) ^
                           (static_cast<std::uint64_t>(entry.grantable.bits()) << 48U));
  }
  return hash;
}
}  // namespace

AclPool::AclPool() : numbers_(std::make_unique<HashedNumbers>()) { intern({}); }
AclPool::~AclPool() = default;

AclId AclPool::intern(Acl acl) {
  const std::uint64_t hash = hash_of(acl);
  const std::uint32_t known = numbers_->find(hash, [&](std::uint32_t number) { return acls_[number] == acl; });
  if (known != HashedNumbers::kNone) return static_cast<AclId>(known);
  const auto number = static_cast<std::uint32_t>(acls_.size());
  acls_.push_back(std::move(acl));
  numbers_->add(hash, number);
  return static_cast<AclId>(number);
}

}  // namespace pgcharter
