// Security labels of Entra principals: read in any order, written in one.
#include "pgcharter/principal.h"

#include <gtest/gtest.h>

namespace pgcharter {
namespace {

constexpr const char* kId = "04a9fcc9-de20-4078-a327-cf935088b0bb";

TEST(Principal, NoLabelIsNoPrincipal) { EXPECT_EQ(parse_entra_labels({}, {}), std::nullopt); }

TEST(Principal, WordsStandInAnyOrder) {
  const EntraPrincipal principal{.type = "service", .object_id = kId, .admin = true, .mfa = true};
  for (const char* label : {"aadauth,oid=04a9fcc9-de20-4078-a327-cf935088b0bb,type=service,admin,mfa",
                            "mfa, type=service ,admin,oid=04A9FCC9-DE20-4078-A327-CF935088B0BB,aadauth,unknown=x"}) {
    EXPECT_EQ(parse_entra_labels({}, label), principal) << label;
  }
}

TEST(Principal, TheServersLabelDecidesAboutTheIdentityAndTheOtherAboutTheRest) {
  EXPECT_EQ(parse_entra_labels("type=service,oid=new,tenant_id=t", "aadauth,oid=old,type=user,admin"),
            (EntraPrincipal{.type = "service", .object_id = "new", .tenant_id = "t", .admin = true}));
  EXPECT_EQ(parse_entra_labels("type=group,admin", "aadauth,oid=x"), (EntraPrincipal{.type = "group", .object_id = "x"}));
  EXPECT_EQ(parse_entra_labels("type=user,oid=x,admin", {}), (EntraPrincipal{.type = "user", .object_id = "x", .admin = true}));
  EXPECT_EQ(parse_entra_labels({}, "aadauth"), EntraPrincipal{});
  EXPECT_EQ(parse_entra_labels({}, ""), EntraPrincipal{});
}

TEST(Principal, IsSaidInWordsAndAsALabel) {
  const EntraPrincipal whole{.type = "service", .object_id = kId, .admin = true, .mfa = true};
  EXPECT_EQ(to_string(whole), "type=service,oid=04a9fcc9-de20-4078-a327-cf935088b0bb,admin,mfa");
  EXPECT_EQ(entra_label(whole), "aadauth,oid=04a9fcc9-de20-4078-a327-cf935088b0bb,type=service,admin,mfa");
  EXPECT_EQ(to_string({.mfa = true}), "by name,mfa");
  EXPECT_EQ(entra_label({.type = "user", .admin = true}), "aadauth,admin") << "a type needs an object id";
  EXPECT_EQ(parse_entra_labels({}, entra_label(whole)), whole);
}

TEST(Principal, ObjectIdsAreGuids) {
  EXPECT_TRUE(is_guid(kId));
  EXPECT_TRUE(is_guid("04A9FCC9-DE20-4078-A327-CF935088B0BB"));
  for (const char* text : {"", "x", "04a9fcc9-de20-4078-a327-cf935088b0b", "04a9fcc9-de20-4078-a327-cf935088b0bg",
                           "04a9fcc9ade20-4078-a327-cf935088b0bb", "{04a9fcc9-de20-4078-a327-cf935088b0}"}) {
    EXPECT_FALSE(is_guid(text)) << text;
  }
}

}  // namespace
}  // namespace pgcharter
