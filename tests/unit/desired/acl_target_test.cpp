// The arithmetic on one ACL, rule by rule of the header.

#include "desired/acl_target.h"

#include <set>

#include <gtest/gtest.h>

namespace pgcharter {
namespace {

using enum Privilege;

constexpr RoleId kOwner{1};
constexpr RoleId kReader{2};
constexpr RoleId kWriter{3};
constexpr RoleId kStranger{4};

PrivilegeSet set(auto... privileges) { return PrivilegeSet::of(privileges...); }

AclEntry entry(RoleId grantee, PrivilegeSet privileges, RoleId grantor = kOwner, PrivilegeSet grantable = {}) {
  return {.grantee = grantee, .grantor = grantor, .privileges = privileges, .grantable = grantable};
}

RuleUse present(RoleId grantee, PrivilegeSet privileges, PrivilegeSet grantable = {}) {
  return {.rule = 0, .grantee = grantee, .privileges = privileges, .grantable = grantable};
}

RuleUse absent(RoleId grantee, PrivilegeSet privileges, bool expired = false) {
  return {.rule = 0, .grantee = grantee, .privileges = privileges, .grantable = {}, .absent = true, .expired = expired};
}

/// The roles under authority are reader and writer.
Acl target(const Acl& base, const std::vector<RuleUse>& uses, const Acl* initial = nullptr, const std::set<RoleId>& dropped = {},
           const std::set<RoleId>& unable = {}) {
  const AclTask task{.owner = kOwner,
                     .uses = &uses,
                     .initial = initial,
                     .authoritative = [](RoleId role) { return role == kReader || role == kWriter; },
                     .dropped = [&](RoleId role) { return dropped.contains(role); },
                     .unable_grantors = &unable};
  return acl_target(normalised(base), task);
}

const AclEntry kOwnersOwn = entry(kOwner, set(Select, Insert));

TEST(AclTarget, GrantsWhatIsDeclaredAsTheOwner) {
  EXPECT_EQ(target({kOwnersOwn}, {present(kReader, set(Select))}), normalised({kOwnersOwn, entry(kReader, set(Select))}));
}

TEST(AclTarget, TakesUndeclaredPrivilegesFromRolesUnderAuthorityOnly) {
  const Acl base{kOwnersOwn, entry(kReader, set(Select, Insert)), entry(kStranger, set(Select)), entry(kPublic, set(Select))};
  EXPECT_EQ(target(base, {present(kReader, set(Select))}),
            normalised({kOwnersOwn, entry(kReader, set(Select)), entry(kStranger, set(Select)), entry(kPublic, set(Select))}));
}

TEST(AclTarget, CountsWhatAnyGrantorGave) {
  const Acl base{kOwnersOwn, entry(kWriter, set(Select), kOwner, set(Select)), entry(kReader, set(Select), kWriter)};
  const std::vector<RuleUse> uses{present(kReader, set(Select)), present(kWriter, set(Select), set(Select))};
  EXPECT_EQ(target(base, uses), normalised(base));
}

TEST(AclTarget, OwnerLosesOnlyWhatIsNamedAbsentForIt) {
  EXPECT_EQ(target({kOwnersOwn}, {present(kOwner, set(Select))}), Acl{kOwnersOwn});
  EXPECT_EQ(target({kOwnersOwn}, {absent(kOwner, set(Insert))}), Acl{entry(kOwner, set(Select))});
}

TEST(AclTarget, AbsentRemovesFromAnybodyExactlyWhatItNames) {
  const Acl base{kOwnersOwn, entry(kPublic, set(Select, Insert))};
  EXPECT_EQ(target(base, {absent(kPublic, set(Select))}), normalised({kOwnersOwn, entry(kPublic, set(Insert))}));
}

TEST(AclTarget, ExpiredIsWeakerThanAPresentRule) {
  const Acl base{kOwnersOwn, entry(kStranger, set(Select, Insert))};
  EXPECT_EQ(target(base, {absent(kStranger, set(Select, Insert), true), present(kStranger, set(Select))}),
            normalised({kOwnersOwn, entry(kStranger, set(Select))}));
}

TEST(AclTarget, WhatWasGrantedWithALostOptionIsGrantedAnewByTheOwner) {
  const Acl base{kOwnersOwn, entry(kWriter, set(Select), kOwner, set(Select)), entry(kStranger, set(Select), kWriter)};
  EXPECT_EQ(target(base, {}), normalised({kOwnersOwn, entry(kStranger, set(Select))}));
}

TEST(AclTarget, LosingTheOptionAloneTakesDependentsAlong) {
  const Acl base{kOwnersOwn, entry(kWriter, set(Select), kOwner, set(Select)), entry(kReader, set(Select), kWriter)};
  EXPECT_EQ(target(base, {present(kWriter, set(Select))}), normalised({kOwnersOwn, entry(kWriter, set(Select))}));
}

TEST(AclTarget, AddsTheOptionWhereARuleSaysGrantable) {
  const Acl base{kOwnersOwn, entry(kReader, set(Select))};
  EXPECT_EQ(target(base, {present(kReader, set(Select), set(Select))}),
            normalised({kOwnersOwn, entry(kReader, set(Select), kOwner, set(Select))}));
}

TEST(AclTarget, InitialPrivilegesOfAnExtensionCountAsDeclared) {
  const Acl initial{kOwnersOwn, entry(kReader, set(Select))};
  const Acl base{kOwnersOwn, entry(kReader, set(Select, Insert))};
  EXPECT_EQ(target(base, {}, &initial), normalised({kOwnersOwn, entry(kReader, set(Select))}));
}

TEST(AclTarget, DroppedRolesKeepNothingAndLeaveNothingBehind) {
  const Acl base{kOwnersOwn, entry(kStranger, set(Select), kOwner, set(Select)), entry(kPublic, set(Select), kStranger)};
  EXPECT_EQ(target(base, {}, nullptr, {kStranger}), normalised({kOwnersOwn, entry(kPublic, set(Select))}));
}

TEST(AclTarget, WhatASuperuserGrantedBeforeItBecameOneStays) {
  const Acl base{kOwnersOwn, entry(kStranger, set(Select), kOwner, set(Select)), entry(kReader, set(Select), kStranger)};
  EXPECT_EQ(target(base, {}, nullptr, {}, {kStranger}), normalised(base));
}

TEST(AclTarget, WhatAGrantorGaveWithItsOwnOptionGoes) {
  const Acl base{kOwnersOwn, entry(kStranger, set(Select), kOwner, set(Select)), entry(kReader, set(Select), kStranger)};
  EXPECT_EQ(target(base, {}), normalised({kOwnersOwn, entry(kStranger, set(Select), kOwner, set(Select))}));
}

TEST(AclTarget, WhatWasGrantedWithAnOptionThatIsGoneStays) {
  const Acl base{kOwnersOwn, entry(kStranger, set(Select)), entry(kReader, set(Select), kStranger)};
  EXPECT_EQ(target(base, {}), normalised(base));
}

TEST(AclTarget, ExpiryNeverReducesTheOwner) { EXPECT_EQ(target({kOwnersOwn}, {absent(kOwner, set(Insert), true)}), Acl{kOwnersOwn}); }

TEST(AclTarget, IsAFixedPoint) {
  const Acl base{kOwnersOwn, entry(kWriter, set(Select, Insert), kOwner, set(Select)), entry(kStranger, set(Select), kWriter, set(Select)),
                 entry(kReader, set(Select), kStranger), entry(kPublic, set(Insert))};
  const std::vector<RuleUse> uses{present(kReader, set(Select)), present(kWriter, set(Insert), set(Insert)), absent(kPublic, set(Insert))};
  const Acl once = target(base, uses);
  EXPECT_EQ(target(once, uses), once);
}

TEST(WithNewOwner, RewritesGranteesAndGrantorsAndMergesDuplicates) {
  const Acl acl{entry(kOwner, set(Select, Insert)), entry(kReader, set(Select)), entry(kStranger, set(Select))};
  const Acl expected{entry(kReader, set(Select, Insert), kReader), entry(kStranger, set(Select), kReader)};
  EXPECT_EQ(with_new_owner(acl, kOwner, kReader), normalised(expected));
}

}  // namespace
}  // namespace pgcharter
