// parse_acl(): the text of an aclitem[] with everything that a role may be called.
#include "catalog/acl_text.h"

#include <gtest/gtest.h>

#include "pgcharter/catalog.h"

#include "catalog/array_text.h"
#include "catalog/queries.h"

namespace pgcharter {
namespace {

using enum Privilege;

class CatalogAclText : public ::testing::Test {
 protected:
  RoleNames names;

  RoleId role(std::string_view name) { return names.intern(name); }
  AclEntry only(std::string_view text) {
    const Acl acl = parse_acl(text, names);
    EXPECT_EQ(acl.size(), 1U) << text;
    return acl.empty() ? AclEntry{} : acl.front();
  }
};

TEST_F(CatalogAclText, ReadsPrivilegesAndGrantOptions) {
  const RoleId reader = role("reader");
  const RoleId owner = role("owner");
  const AclEntry entry = only("{reader=r*w/owner}");
  EXPECT_EQ(entry.grantee, reader);
  EXPECT_EQ(entry.grantor, owner);
  EXPECT_EQ(entry.privileges, PrivilegeSet::of(Select, Update));
  EXPECT_EQ(entry.grantable, PrivilegeSet::of(Select));
}

TEST_F(CatalogAclText, EmptyGranteeIsPublic) {
  role("owner");
  EXPECT_EQ(only("{=U/owner}").grantee, kPublic);
}

TEST_F(CatalogAclText, EmptyListHasNoEntries) { EXPECT_TRUE(parse_acl("{}", names).empty()); }

TEST_F(CatalogAclText, KnowsEveryLetter) {
  role("o");
  PrivilegeSet all;
  for (const PrivilegeInfo& p : all_privileges()) all |= PrivilegeSet::of(p.privilege);
  EXPECT_EQ(only("{=arwdDxtXUCTcsAm/o}").privileges, all);
}

TEST_F(CatalogAclText, UnquotesNames) {
  const struct {
    const char* text;
    const char* name;
  } cases[] = {
      {R"({"\"we\"\"ird.ro,le{}\"=r/o"})", "we\"ird.ro,le{}"},
      {R"({"\"back\\slash\"=r/o"})", "back\\slash"},
      {"{\"\\\"new\nline\\\"=r/o\"}", "new\nline"},
      {R"({"\"a=b/c*\"=r/o"})", "a=b/c*"},
      {R"({"\"\"\"\"\"\"=r/o"})", "\"\""},
      {"{\"\\\"ünïcödé\\\"=r/o\"}", "ünïcödé"},
      {"{ünïcödé=r/o}", "ünïcödé"},
      {R"({"\" blank \"=r/o"})", " blank "},
      {R"({PUBLIC=r/o})", "PUBLIC"},
      {R"({"NULL=r/o"})", "NULL"},
      {R"({"\"\\\\\"=r/o"})", "\\\\"},
  };
  for (const auto& c : cases) {
    const RoleId id = role(c.name);
    role("o");
    EXPECT_EQ(only(c.text).grantee, id) << c.text;
  }
}

TEST_F(CatalogAclText, QuotedGrantorIsUnquoted) {
  role("g");
  const RoleId odd = role("a/b");
  EXPECT_EQ(only(R"({"g=r/\"a/b\""})").grantor, odd);
}

TEST_F(CatalogAclText, NumberThatIsNoRoleIsDangling) {
  role("owner");
  const AclEntry entry = only("{16423=r/owner}");
  EXPECT_TRUE(names.dangling(entry.grantee));
  EXPECT_EQ(names.find("16423"), kNoRole);
}

TEST_F(CatalogAclText, RoleNamedByDigitsIsThatRole) {
  const RoleId digits = role("16423");
  role("owner");
  EXPECT_EQ(only("{16423=r/owner}").grantee, digits);
}

TEST_F(CatalogAclText, SortsAndJoinsEntries) {
  const RoleId a = role("a");
  const RoleId b = role("b");
  const Acl acl = parse_acl("{b=r/a,a=r/a,b=w/a}", names);
  ASSERT_EQ(acl.size(), 2U);
  EXPECT_EQ(acl[0].grantee, a);
  EXPECT_EQ(acl[1].grantee, b);
  EXPECT_EQ(acl[1].privileges, PrivilegeSet::of(Select, Update));
}

TEST_F(CatalogAclText, RefusesWhatItCannotRead) {
  for (const char* text :
       {"{a=r}", "{a/b}", "{a=Q/b}", "{a=r/b", "a=r/b}", "{\"a=r/b}", "{a=r/b,}", "{,}", "{\"\\\"a=r/b\"}", "{a=*/b}", "x"}) {
    EXPECT_THROW(parse_acl(text, names), Error) << text;
  }
}

TEST_F(CatalogAclText, RemembersItemsAndNotTheirGrantors) {
  for (const char* name : {"a", "b", "owner", "other", "we/ird", "q=r/a"}) role(name);
  AclParser parser(names);
  const std::vector<std::string> texts{"{a=r/owner,b=r*w/owner}",        "{a=r/other,b=r*w/owner,=r/other}",
                                       "{a=r/owner,=r/owner,=U/owner}",  R"({a=r/owner,"\"we/ird\"=r/owner","a=r/\"we/ird\""})",
                                       R"({a=r/a,"\"q=r/a\"=w/owner"})", "{}",
                                       "{a=r/owner,b=r*w/owner}"};
  for (const std::string& text : texts) EXPECT_EQ(parser.parse(text), parse_acl(text, names)) << text;
  EXPECT_EQ(privileges_of(parser.parse("{a=r/other,a=w/owner}"), role("a")), PrivilegeSet::of(Select, Update));
  EXPECT_THROW(parser.parse("{a=r/owner,a=Q/owner}"), Error);
  EXPECT_EQ(parser.parse("{a=r/owner}"), parse_acl("{a=r/owner}", names));
}

TEST(CatalogArrayText, GivesElementsInOrder) {
  const std::vector<std::string> expected = {"a", "b c", "d\"e\\f", "", "{x,y}", "NULL", "é"};
  const std::string text = R"({a,"b c","d\"e\\f","","{x,y}","NULL",é})";
  std::vector<std::string> read;
  ArrayText array(text);
  for (std::string_view element; array.next(element);) read.emplace_back(element);
  EXPECT_EQ(read, expected);
}

TEST(CatalogArrayText, ReadsWhatItWrites) {
  const std::vector<std::string> names = {"a", "b,c", "\"", "\\", "{}", "", "NULL", "new\nline"};
  const std::string text = array_parameter(names);
  std::vector<std::string> read;
  ArrayText array(text);
  for (std::string_view element; array.next(element);) read.emplace_back(element);
  EXPECT_EQ(read, names);
}

TEST(CatalogArrayText, SkipsUnusualBounds) {
  ArrayText array("[2:3]={a,b}");
  std::string_view element;
  ASSERT_TRUE(array.next(element));
  EXPECT_EQ(element, "a");
  ASSERT_TRUE(array.next(element));
  EXPECT_EQ(element, "b");
  EXPECT_FALSE(array.next(element));
}

}  // namespace
}  // namespace pgcharter
