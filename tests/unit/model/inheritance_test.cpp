// Grant options that fall with a REVOKE … CASCADE, and those that do not.

#include "pgcharter/inheritance.h"

#include <gtest/gtest.h>

namespace pgcharter {
namespace {

constexpr RoleId kOwner{1};
constexpr RoleId kWriter{2};
constexpr RoleId kReader{3};
constexpr RoleId kGroup{4};
const PrivilegeSet kSelect = PrivilegeSet::of(Privilege::Select);

AclEntry with_option(RoleId grantee, RoleId grantor) {
  return {.grantee = grantee, .grantor = grantor, .privileges = kSelect, .grantable = kSelect};
}

TEST(CascadingOptions, FallWithTheOptionThatTheOwnerTakesBack) {
  const Acl before{with_option(kWriter, kOwner), with_option(kReader, kWriter)};
  EXPECT_EQ(cascading_options(before, {}, kWriter, kOwner, Inheritance()), kSelect);
}

TEST(CascadingOptions, AreNotLostWhereAGroupHasThem) {
  const Acl before{with_option(kWriter, kOwner), with_option(kGroup, kOwner)};
  EXPECT_TRUE(cascading_options(before, {}, kWriter, kOwner, Inheritance({{kWriter, kGroup}}, {})).empty());
}

TEST(CascadingOptions, AreNotLostByAMemberOfTheOwner) {
  const Acl before{with_option(kWriter, kOwner)};
  EXPECT_TRUE(cascading_options(before, {}, kWriter, kOwner, Inheritance({{kWriter, kOwner}}, {})).empty());
}

TEST(CascadingOptions, AreNotLostInACircleOfGrants) {
  const Acl before{with_option(kWriter, kOwner), with_option(kReader, kOwner), with_option(kReader, kWriter),
                   with_option(kWriter, kReader)};
  EXPECT_TRUE(cascading_options(before, {}, kWriter, kOwner, Inheritance()).empty());
  EXPECT_TRUE(cascading_options(before, {}, kReader, kOwner, Inheritance()).empty());
}

}  // namespace
}  // namespace pgcharter
