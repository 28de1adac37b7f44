// The table of kinds against the running server: acldefault(), GRANT ALL, ALTER DEFAULT PRIVILEGES and the letters that the server knows.
// .ci/matrix runs it on every supported version, so a kind or a privilege that a new version brings fails here first.
//
// PostgreSQL documentation 5.8 "Privileges"; acldefault() in src/backend/utils/adt/acl.c; pg_default_acl.defaclobjtype.
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "pgcharter/object_kind.h"

#include "support/live_server.h"

namespace pgcharter {
namespace {

using Words = std::set<std::string>;

Words words(PrivilegeSet privileges) {
  Words result;
  for_each(privileges, [&](Privilege p) { result.emplace(info(p).keyword); });
  return result;
}

class VersionsTest : public testing::LiveTest {
 protected:
  [[nodiscard]] int major() const { return connection->server().major(); }

  Words ask(const std::string& sql) {
    const auto lines = column(sql);
    return {lines.begin(), lines.end()};
  }

  /// Of acldefault(), for an owner whose number no role has to have.
  Words built_in(const ObjectKindInfo& kind, bool of_public) {
    const unsigned owner = kind.has_owner ? 16000 : 10;
    return ask(fmt::format("select privilege_type from pg_catalog.aclexplode(pg_catalog.acldefault('{}', {})) where grantee = {}",
                           kind.acldefault_char, owner, of_public ? 0 : owner));
  }

  bool accepts(const std::string& sql) {
    try {
      run(sql);
      return true;
    } catch (const Error&) {
      return false;
    }
  }
};

TEST_F(VersionsTest, OwnersAndPublicHaveWhatTheTableSays) {
  for (const ObjectKindInfo& kind : all_object_kinds()) {
    if (kind.first_version > major()) continue;
    EXPECT_EQ(built_in(kind, false), words(all_privileges(kind.kind, major()))) << kind.singular;
    EXPECT_EQ(built_in(kind, true), words(kind.public_default)) << kind.singular;
  }
}

TEST_F(VersionsTest, TheServerKnowsNoKindThatTheTableLacks) {
  Words known;
  for (char letter = 'A'; letter <= 'z'; ++letter) {
    if (letter > 'Z' && letter < 'a') continue;
    if (accepts(fmt::format("select pg_catalog.acldefault('{}', 10)", letter))) known.emplace(1, letter);
  }
  Words expected = {"c"};  // columns, which have no privileges of their own by default
  for (const ObjectKindInfo& kind : all_object_kinds()) {
    if (kind.first_version <= major()) expected.emplace(1, kind.acldefault_char);
  }
  EXPECT_EQ(known, expected);
}

TEST_F(VersionsTest, ColumnsHaveWhatTheTableSays) {
  run("CREATE ROLE versions_column; CREATE TABLE public.t (a int); GRANT ALL (a) ON public.t TO versions_column");
  EXPECT_EQ(ask("select privilege_type from pg_catalog.pg_attribute, pg_catalog.aclexplode(attacl) where attrelid = 'public.t'::regclass"),
            words(info(ObjectKind::Table).column));
}

TEST_F(VersionsTest, PrivilegesThatTheVersionLacksAreRefusedByTheServer) {
  run("CREATE ROLE versions_privilege; CREATE TABLE public.t (a int)");
  for (const PrivilegeInfo& privilege : all_privileges()) {
    if (!info(ObjectKind::Table).all.contains(privilege.privilege)) continue;
    EXPECT_EQ(accepts(fmt::format("GRANT {} ON public.t TO versions_privilege", privilege.keyword)), privilege.first_version <= major())
        << privilege.keyword;
  }
}

TEST_F(VersionsTest, DefaultPrivilegesAreThoseOfTheTable) {
  run("CREATE ROLE versions_default; CREATE SCHEMA s");
  for (const ObjectKindInfo& kind : all_object_kinds()) {
    if (kind.default_privileges_keyword.empty()) continue;
    const std::string rest = fmt::format("GRANT ALL ON {} TO versions_default", kind.default_privileges_keyword);
    const bool there = kind.default_first_version <= major();
    EXPECT_EQ(accepts("ALTER DEFAULT PRIVILEGES " + rest), there) << kind.singular;
    EXPECT_EQ(accepts("ALTER DEFAULT PRIVILEGES IN SCHEMA s " + rest), there && kind.default_in_schema) << kind.singular;
    if (!there) continue;
    EXPECT_EQ(ask(fmt::format("select privilege_type from pg_catalog.pg_default_acl, pg_catalog.aclexplode(defaclacl) where defaclobjtype "
                              "= '{}' and defaclnamespace = 0 and grantee = 'versions_default'::regrole",
                              kind.default_acl_char)),
              words(all_privileges(kind.kind, major())))
        << kind.singular;
  }
}

}  // namespace
}  // namespace pgcharter
