// What stands in the way of Entra principals: a server that knows none, an executor that is no Entra administrator.
#include <gmock/gmock.h>

#include "pgcharter/preflight.h"

#include "support/state_builder.h"

namespace pgcharter {
namespace {

using testing::Fixture;
using ::testing::HasSubstr;

const EntraPrincipal kService{.type = "service", .object_id = "04a9fcc9-de20-4078-a327-cf935088b0bb"};
constexpr EntraFunctions kAll{.create = true, .create_with_oid = true, .update_with_oid = true};

std::string first(const Fixture& f) {
  const auto found = find_obstacles(f.plan());
  return found.empty() ? std::string() : found.front().text;
}

TEST(Obstacles, ThereAreNoneWithoutPrincipals) {
  Fixture f;
  f.actual.server.entra_functions = EntraFunctions{};
  f.add(-1, CreateRole{.role = f.id("r")});
  EXPECT_EQ(first(f), "");
}

TEST(Obstacles, AServerWithoutTheFunctions) {
  Fixture f;
  f.add(-1, CreatePrincipal{f.id("r"), kService});
  EXPECT_EQ(first(f), "") << "not asked, so not known";
  f.actual.server.entra_functions = EntraFunctions{};
  EXPECT_THAT(first(f), HasSubstr("this server has no pgaadauth_create_principal_with_oid(): Entra principals need Azure"));
  f.actual.server.entra_functions = EntraFunctions{.create = true};
  EXPECT_THAT(first(f), HasSubstr("pgaadauth_create_principal_with_oid"));
  f.actual.server.entra_functions = kAll;
  EXPECT_EQ(first(f), "");

  Fixture named;
  named.actual.server.entra_functions = EntraFunctions{.create_with_oid = true};
  named.add(-1, CreatePrincipal{named.id("r"), {}});
  EXPECT_THAT(first(named), HasSubstr("no pgaadauth_create_principal()"));

  Fixture bound;
  bound.add(-1, BindPrincipal{bound.role("r"), std::nullopt, kService});
  bound.actual.server.entra_functions = EntraFunctions{.create = true};
  EXPECT_EQ(first(bound), "") << "a label does it";
  bound.actual.server.entra_functions = EntraFunctions{};
  EXPECT_THAT(first(bound), HasSubstr("pgaadauth_update_principal_with_oid"));
}

TEST(Obstacles, AnExecutorThatIsNoEntraAdministrator) {
  Fixture f(160000, "me");
  f.role("me", {.createrole = true, .login = true});
  f.actual.server.entra_functions = kAll;
  f.add(-1, CreatePrincipal{f.id("r"), kService});
  EXPECT_THAT(first(f), HasSubstr("me is no Entra administrator of this server"));
  for (Role& role : f.actual.cluster.roles) {
    if (role.id == f.id("me")) role.entra = EntraPrincipal{.type = "user"};
  }
  EXPECT_THAT(first(f), HasSubstr("me is no Entra administrator of this server"));
  for (Role& role : f.actual.cluster.roles) {
    if (role.entra) role.entra->admin = true;
  }
  EXPECT_EQ(first(f), "");
  EXPECT_TRUE(preflight(f.plan()).empty());
}

TEST(Obstacles, WhatOthersNeedIsToldByPreflight) {
  Fixture f(160000, "me");
  f.role("me", {.login = true});
  f.add(-1, CreatePrincipal{f.id("r"), kService});
  f.add(-1, CommentRole{.role = f.id("r"), .after = "x"});
  const auto missing = preflight(f.plan());
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].sql, R"(ALTER ROLE "me" CREATEROLE)");
}

}  // namespace
}  // namespace pgcharter
