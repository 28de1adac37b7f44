// Memberships before and after PostgreSQL 16.
#include <gtest/gtest.h>

#include "support/state_builder.h"

namespace pgcharter {
namespace {

using testing::Fixture;
using Lines = std::vector<std::string>;

Membership with(Membership m, bool admin, bool inherit, bool set) {
  m.admin = admin;
  m.inherit = inherit;
  m.set = set;
  return m;
}

TEST(SqlMemberships, Before16) {
  Fixture f(150000);
  f.add(-1, GrantMembership{.after = f.edge("g", "b")});
  f.add(-1, GrantMembership{.after = f.edge("g", "a")});
  f.add(-1, GrantMembership{.after = with(f.edge("g", "c"), true, true, true)});
  f.add(-1, GrantMembership{.before = with(f.edge("g", "d"), true, true, true), .after = f.edge("g", "d")});
  f.add(-1, RevokeMembership{f.edge("g", "e", "somebody")});
  EXPECT_EQ(f.sql(), (Lines{R"(GRANT "g" TO "a", "b")", R"(GRANT "g" TO "c" WITH ADMIN OPTION)", R"(REVOKE ADMIN OPTION FOR "g" FROM "d")",
                            R"(REVOKE "g" FROM "e")"}));
}

TEST(SqlMemberships, NewRowsFrom16On) {
  Fixture f(160000);
  f.add(-1, GrantMembership{.after = f.edge("g", "a")});
  f.add(-1, GrantMembership{.after = f.edge("g", "b")});
  f.add(-1, GrantMembership{.after = with(f.edge("g", "c"), false, false, true)});
  f.add(-1, GrantMembership{.after = with(f.edge("g", "d"), true, true, false)});
  EXPECT_EQ(f.sql(), (Lines{R"(GRANT "g" TO "a", "b" WITH INHERIT TRUE)", R"(GRANT "g" TO "c" WITH INHERIT FALSE)",
                            R"(GRANT "g" TO "d" WITH ADMIN OPTION, INHERIT TRUE, SET FALSE)"}));
}

TEST(SqlMemberships, OptionsInPlaceFrom16On) {
  Fixture f(160000);
  const Membership row = f.edge("g", "a", "boss");
  f.add(-1, GrantMembership{.before = with(row, false, false, false), .after = with(row, true, true, true)});
  const Membership own = f.edge("h", "a");
  f.add(-1, GrantMembership{.before = with(own, true, true, true), .after = with(own, false, false, true)});
  EXPECT_EQ(f.sql(), (Lines{R"(GRANT "g" TO "a" WITH ADMIN OPTION, INHERIT TRUE, SET TRUE GRANTED BY "boss")",
                            R"(GRANT "h" TO "a" WITH INHERIT FALSE)", R"(REVOKE ADMIN OPTION FOR "h" FROM "a")"}));
}

TEST(SqlMemberships, RevokesNameTheGrantorThatTheServerWouldNotChoose) {
  Fixture f(160000, "deployer");
  f.role("deployer", {.createrole = true});
  f.add(-1, RevokeMembership{f.edge("g", "a", "deployer")});
  f.add(-1, RevokeMembership{f.edge("g", "b", "postgres")});
  EXPECT_EQ(f.sql(), (Lines{R"(REVOKE "g" FROM "a")", R"(REVOKE "g" FROM "b" GRANTED BY "postgres")"}));
}

}  // namespace
}  // namespace pgcharter
