// Who can take back what: grants by several grantors, circles of grants, grantors that act for the owner, roles that are gone; and
// routines that only the modes of their arguments tell apart. What the server does here is in no document but its source
// (select_best_grantor() and recursive_revoke() in acl.c, LookupFuncWithArgs() in parse_func.c), so it is held against a server.

#include <gtest/gtest.h>

#include "live/converge.h"

namespace pgcharter::testing {
namespace {

using Texts = std::vector<std::string>;

class ConvergeGrantors : public ConvergeTest {
 protected:
  void SetUp() override {
    ConvergeTest::SetUp();
    roles = {"grantor_owner", "grantor_middle", "grantor_other", "grantor_last"};
    run("CREATE ROLE grantor_owner; CREATE ROLE grantor_middle; CREATE ROLE grantor_other; CREATE ROLE grantor_last;"
        "CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO PUBLIC; CREATE TABLE app.t (id integer); ALTER TABLE app.t OWNER TO grantor_owner;"
        "GRANT SELECT ON app.t TO grantor_middle WITH GRANT OPTION");
  }

  Texts acl() { return column("select a::text from pg_catalog.pg_class, unnest(relacl) a where relname = 't' order by 1"); }

  const std::string bare = R"yaml(
charter: 1
name: grantors
roles: { grantor_owner: {}, grantor_middle: {}, grantor_other: {}, grantor_last: {} }
schemas: { app: {} }
)yaml";
};

TEST_F(ConvergeGrantors, AMemberOfTheOwnerTakesBackWhatItGrantedItself) {
  run("GRANT grantor_owner TO grantor_middle; SET ROLE grantor_middle; GRANT SELECT ON app.t TO grantor_last; RESET ROLE");
  converge(bare);
  EXPECT_EQ(acl().size(), 1U) << "the owner's own entry";
}

TEST_F(ConvergeGrantors, WhatMustStayIsGrantedAnewWhereItsGrantorLosesTheOption) {
  run("GRANT grantor_owner TO grantor_middle; SET ROLE grantor_middle; GRANT SELECT ON app.t TO grantor_last; RESET ROLE");
  converge(bare + "grants:\n  - { to: grantor_last, privileges: [select], objects: { tables: app.t } }\n");
  EXPECT_TRUE(is_true("has_table_privilege('grantor_last', 'app.t', 'SELECT')"));
  EXPECT_EQ(column("select count(*) from pg_catalog.pg_class c, aclexplode(c.relacl) a where relname = 't' and a.grantor <> c.relowner"),
            Texts{"0"});
}

TEST_F(ConvergeGrantors, BreaksACircleOfGrants) {
  run("GRANT SELECT ON app.t TO grantor_other WITH GRANT OPTION;"
      "SET ROLE grantor_middle; GRANT SELECT ON app.t TO grantor_other WITH GRANT OPTION;"
      "SET ROLE grantor_other; GRANT SELECT ON app.t TO grantor_middle WITH GRANT OPTION; RESET ROLE");
  converge(bare);
  EXPECT_EQ(acl().size(), 1U);
}

TEST_F(ConvergeGrantors, TellsWhatASuperuserCanNoLongerTakeBack) {
  run("SET ROLE grantor_middle; GRANT SELECT ON app.t TO grantor_last; RESET ROLE; ALTER ROLE grantor_middle SUPERUSER");
  std::string charter = bare;
  charter.replace(charter.find("grantor_middle: {}"), 18, "grantor_middle: { superuser: true }");
  converge(charter);
  const auto planned = plan(charter);
  ASSERT_NE(planned, nullptr);
  ASSERT_EQ(planned->desired.unremovable.size(), 1U);
  EXPECT_EQ(planned->desired.unremovable[0], "SELECT that grantor_middle granted to grantor_last on an object of grantor_owner");
  // Once it is no superuser any more, the same charter takes everything away.
  run("ALTER ROLE grantor_middle NOSUPERUSER; GRANT SELECT ON app.t TO grantor_middle WITH GRANT OPTION");
  converge(bare);
  EXPECT_EQ(acl().size(), 1U);
}

TEST_F(ConvergeGrantors, ReportsARoleThatIsGoneAndLeavesItsEntryAlone) {
  run("UPDATE pg_catalog.pg_class SET relacl = relacl || pg_catalog.makeaclitem(4200000, relowner, 'SELECT', false) WHERE relname = 't'");
  converge(bare);
  const auto planned = plan(bare);
  ASSERT_NE(planned, nullptr);
  std::vector<std::string> messages;
  for (const Diagnostic& d : planned->diagnostics.all()) {
    if (d.code == "dangling-role") messages.push_back(d.message);
  }
  EXPECT_EQ(messages, Texts{"the role with oid 4200000 no longer exists, but the catalog still names it: 1 access list"});
  EXPECT_EQ(acl().size(), 2U);
}

TEST_F(ConvergeGrantors, TellsRoutinesApartThatDifferInTheModesOfTheirArguments) {
  run("CREATE PROCEDURE app.p(a integer, b integer) LANGUAGE sql AS ''; "
      "CREATE PROCEDURE app.p(a integer, OUT b integer) LANGUAGE sql AS 'select 1'; "
      "CREATE FUNCTION app.f(a integer, b integer) RETURNS integer LANGUAGE sql AS 'select 1'; "
      "CREATE FUNCTION app.f(a integer, OUT b integer) LANGUAGE sql AS 'select 1'");
  converge(bare + R"yaml(
ownership:
  - { owner: grantor_owner, of: { functions: "app.*" } }
grants:
  - { to: grantor_last, privileges: [execute], objects: { functions: ["app.p(integer, integer)", "app.f(integer)"] } }
  - { to: public, privileges: [execute], objects: { functions: "app.*" }, ensure: absent }
)yaml");
  EXPECT_TRUE(is_true("has_function_privilege('grantor_last', 'app.p(integer, integer)', 'EXECUTE')"));
  EXPECT_TRUE(is_true("not has_function_privilege('grantor_last', 'app.p(integer)', 'EXECUTE')"));
  EXPECT_TRUE(is_true("has_function_privilege('grantor_last', 'app.f(integer)', 'EXECUTE')"));
  EXPECT_TRUE(is_true("not has_function_privilege('grantor_last', 'app.f(integer, integer)', 'EXECUTE')"));
}

}  // namespace
}  // namespace pgcharter::testing
