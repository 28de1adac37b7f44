// Default privileges as SQL: creators, schemas and grantees are joined where everything else is equal.
#include <gtest/gtest.h>

#include "support/state_builder.h"

namespace pgcharter {
namespace {

using testing::Fixture;
using Lines = std::vector<std::string>;

ChangeDefaultPrivileges change(Fixture& f, std::string_view creator, std::string_view schema, std::string_view grantee) {
  return {.grant = true,
          .creator = f.id(creator),
          .schema = std::string(schema),
          .objects = ObjectKind::Table,
          .grantee = f.id(grantee),
          .privileges = PrivilegeSet::of(Privilege::Select, Privilege::Insert)};
}

TEST(SqlDefaultPrivileges, JoinsCreatorsSchemasAndGrantees) {
  Fixture f;
  const int db = f.database("app");
  for (const char* creator : {"o1", "o2"}) {
    for (const char* schema : {"a", "b"}) {
      for (const char* grantee : {"x", "y"}) f.add(db, change(f, creator, schema, grantee));
    }
  }
  EXPECT_EQ(f.sql(),
            (Lines{R"(ALTER DEFAULT PRIVILEGES FOR ROLE "o1", "o2" IN SCHEMA "a", "b" GRANT SELECT, INSERT ON TABLES TO "x", "y")"}));
  EXPECT_EQ(f.script().statements[0].steps.size(), 8U);
}

TEST(SqlDefaultPrivileges, KeepsApartWhatDiffers) {
  Fixture f;
  const int db = f.database("app");
  f.add(db, change(f, "o", "a", "x"));
  f.add(db, change(f, "o", "a", "y"));
  f.add(db, change(f, "o", "b", "x"));
  f.add(db, change(f, "o", "", "x"));
  const Lines sql = f.sql();
  EXPECT_EQ(sql, (Lines{R"(ALTER DEFAULT PRIVILEGES FOR ROLE "o" GRANT SELECT, INSERT ON TABLES TO "x")",
                        R"(ALTER DEFAULT PRIVILEGES FOR ROLE "o" IN SCHEMA "a" GRANT SELECT, INSERT ON TABLES TO "x", "y")",
                        R"(ALTER DEFAULT PRIVILEGES FOR ROLE "o" IN SCHEMA "b" GRANT SELECT, INSERT ON TABLES TO "x")"}));
}

TEST(SqlDefaultPrivileges, RevokesAndGrantOptions) {
  Fixture f;
  const int db = f.database("app");
  ChangeDefaultPrivileges functions = change(f, "o", "", "public");
  functions.grant = false;
  functions.objects = ObjectKind::Function;
  functions.privileges = PrivilegeSet::of(Privilege::Execute);
  f.add(db, functions);
  ChangeDefaultPrivileges option = change(f, "o", "a", "x");
  option.grant_option = true;
  f.add(db, option);
  option.grant = false;
  f.add(db, option);
  EXPECT_EQ(f.sql(),
            (Lines{R"(ALTER DEFAULT PRIVILEGES FOR ROLE "o" IN SCHEMA "a" GRANT SELECT, INSERT ON TABLES TO "x" WITH GRANT OPTION)",
                   R"(ALTER DEFAULT PRIVILEGES FOR ROLE "o" IN SCHEMA "a" REVOKE GRANT OPTION FOR SELECT, INSERT ON TABLES FROM "x")",
                   R"(ALTER DEFAULT PRIVILEGES FOR ROLE "o" REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC)"}));
}

}  // namespace
}  // namespace pgcharter
