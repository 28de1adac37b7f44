// The tables of the model, and names and lists by number.

#include <gtest/gtest.h>

#include "pgcharter/acl.h"
#include "pgcharter/object_kind.h"

namespace pgcharter {
namespace {

TEST(Privileges, AreFoundByNameInAnyCaseAndSpelling) {
  EXPECT_EQ(privilege_by_name("SELECT"), Privilege::Select);
  EXPECT_EQ(privilege_by_name("alter system"), Privilege::AlterSystem);
  EXPECT_EQ(privilege_by_name("temp"), Privilege::Temporary);
  EXPECT_EQ(privilege_by_name("selekt"), std::nullopt);
}

TEST(Privileges, LettersAreUnique) {
  for (const PrivilegeInfo& row : all_privileges()) EXPECT_EQ(privilege_by_letter(row.letter), row.privilege) << row.keyword;
}

TEST(ObjectKinds, MaintainBelongsToTablesFromSeventeenOn) {
  EXPECT_FALSE(all_privileges(ObjectKind::Table, 16).contains(Privilege::Maintain));
  EXPECT_TRUE(all_privileges(ObjectKind::Table, 17).contains(Privilege::Maintain));
}

TEST(ObjectKinds, LettersOfDefaultPrivilegesDifferFromThoseOfAcldefault) {
  EXPECT_EQ(object_kind_by_default_acl_char('S'), ObjectKind::Sequence);
  EXPECT_EQ(info(ObjectKind::ForeignServer).acldefault_char, 'S');
}

TEST(AclDefault, GivesTheOwnerEverythingAndPublicTheBuiltinPart) {
  const Acl acl = acl_default(ObjectKind::Function, RoleId{7}, 15);
  EXPECT_EQ(privileges_of(acl, kPublic), PrivilegeSet::of(Privilege::Execute));
  EXPECT_EQ(privileges_of(acl, RoleId{7}), PrivilegeSet::of(Privilege::Execute));
  EXPECT_TRUE(grantable_of(acl, RoleId{7}).empty());
}

TEST(RoleNames, ADanglingOidIsNotARoleOfThatName) {
  RoleNames names;
  const RoleId dangling = names.intern_dangling(16400);
  const RoleId role = names.intern("16400");
  EXPECT_NE(dangling, role);
  EXPECT_EQ(names.find("16400"), role);
  EXPECT_TRUE(names.dangling(dangling));
}

TEST(RoleNames, ARenamedRoleKeepsItsNumber) {
  RoleNames names;
  const RoleId id = names.intern("reporting");
  names.rename(id, "analysts");
  EXPECT_EQ(names.find("reporting"), kNoRole);
  EXPECT_EQ(names.find("analysts"), id);
}

TEST(AclPool, EqualListsHaveEqualNumbers) {
  AclPool pool;
  const Acl acl{{.grantee = RoleId{1}, .grantor = RoleId{1}, .privileges = PrivilegeSet::of(Privilege::Select), .grantable = {}}};
  EXPECT_EQ(pool.intern(acl), pool.intern(acl));
  EXPECT_EQ(pool.intern({}), kEmptyAcl);
}

}  // namespace
}  // namespace pgcharter
