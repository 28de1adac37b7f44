// What a backup would miss: each lint from a charter and a state by hand, and the states in which it is silent.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/state_builder.h"
#include "unit/manifest/manifest_fixture.h"

namespace pgcharter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kCharter = R"(scope: { roles: [bak] }
roles: { bak: { login: true } }
grants:
  - { to: bak, profile: azure-backup, with: { database: app } }
)";

class Backups : public ::testing::Test {
 protected:
  testing::Fixture server;

  void SetUp() override {
    for (const char* role : {"azure_pg_admin", "bak", "migrator", "own"}) server.role(role);
    DatabaseState database{.name = "app"};
    server.actual.databases.push_back(database);
    database_owner("own");
    add({.kind = ObjectKind::Schema, .schema = {}, .name = "s", .args = {}}, "own");
  }

  void database_owner(const std::string& owner) {
    Object object;
    object.id = {.kind = ObjectKind::Database, .schema = {}, .name = "app", .args = {}};
    object.owner = server.id(owner);
    object.acl_is_null = true;
    object.acl = server.actual.acls->intern(acl_default(ObjectKind::Database, object.owner, 15));
    server.actual.cluster.objects = {object};
  }

  void add(ObjectName name, const std::string& owner, const Acl& acl = {}) {
    Object object;
    object.oid = 20000 + static_cast<std::uint32_t>(objects().size());
    object.id = std::move(name);
    object.subkind = object.id.kind == ObjectKind::Table ? 'r' : '\0';
    object.owner = server.id(owner);
    object.acl = server.actual.acls->intern(normalised(acl));
    objects().push_back(std::move(object));
    std::ranges::sort(objects(), {}, &Object::id);
  }
  static ObjectName table(const std::string& name) { return {.kind = ObjectKind::Table, .schema = "s", .name = name, .args = {}}; }

  std::vector<Object>& objects() { return server.actual.databases.front().objects; }

  /// The backup's warnings: "code: message".
  std::vector<std::string> lints(const std::string& charter = kCharter) {
    const test::Loaded loaded = test::load(charter);
    EXPECT_TRUE(loaded.charter) << loaded.text();
    Diagnostics diagnostics;
    resolve(*loaded.charter, server.actual, {}, diagnostics);
    std::vector<std::string> found;
    for (const Diagnostic& d : diagnostics.all()) {
      EXPECT_NE(d.severity, Severity::Error) << d.message;
      if (!d.code.starts_with("backup-")) continue;
      EXPECT_FALSE(d.hint.empty());
      found.push_back(d.code + ": " + d.message);
    }
    return found;
  }

  static std::string replaced(std::string text, const std::string& what, const std::string& by) {
    return text.replace(text.find(what), what.size(), by);
  }
};

TEST_F(Backups, NothingToTellWhereOwnersOfSchemasCreateInThem) {
  add(table("t"), "own");
  EXPECT_THAT(lints(), IsEmpty());
}

TEST_F(Backups, RowSecurityHidesRowsUnlessTheRoleBypassesItOrOwnsTheTable) {
  for (const char* name : {"a", "b", "c", "d"}) {
    add(table(name), "own");
    server.actual.databases.front().row_security.push_back(table(name));
  }
  EXPECT_THAT(lints(),
              ElementsAre("backup-row-security: \"bak\" can't back up what row security may hide: s.a, s.b, s.c and 1 more; pg_dump "
                          "stops there"));
  EXPECT_THAT(lints(replaced(kCharter, "login: true", "login: true, bypassrls: true")), IsEmpty());
  EXPECT_THAT(lints(replaced(kCharter, "login: true", "login: true, superuser: true")), IsEmpty());
  EXPECT_THAT(lints(replaced(kCharter, "{ bak: { login: true", "{ own: { external: true }, bak: { login: true, member_of: [own]")),
              IsEmpty());
  server.actual.databases.front().row_security.clear();
  EXPECT_THAT(lints(), IsEmpty());
}

TEST_F(Backups, LargeObjectsNeedAGrantOfTheirOwn) {
  add({.kind = ObjectKind::LargeObject, .schema = {}, .name = "4711", .args = {}}, "own");
  add({.kind = ObjectKind::LargeObject, .schema = {}, .name = "4712", .args = {}}, "own",
      {server.entry("public", "own", PrivilegeSet::of(Privilege::Select))});
  EXPECT_THAT(lints(), ElementsAre("backup-large-objects: \"bak\" can't read 1 large object; pg_dump stops there"));
  EXPECT_THAT(lints(std::string(kCharter) + "  - { to: bak, privileges: [select], objects: { large_objects: \"*\" } }\n"), IsEmpty());
}

TEST_F(Backups, WhoCreatesWithoutBeingTheSchemasCreator) {
  add(table("t"), "migrator");
  EXPECT_THAT(lints(), ElementsAre("backup-creator: \"migrator\" owns s.t, and is no creator of a schema: \"bak\" can't back up what it "
                                   "creates later"));
  EXPECT_THAT(lints(replaced(kCharter, "roles: { bak", "roles: { own: { external: true }, migrator: { external: true }, bak") +
                    "schemas: { s: { creators: [own, migrator] } }\n"),
              IsEmpty());
}

TEST_F(Backups, WhatBelongsToAnExtensionIsNotDumped) {
  add(table("t"), "migrator");
  for (Object& object : objects()) object.extension_member = object.id == table("t");
  EXPECT_THAT(lints(), IsEmpty());
}

TEST_F(Backups, DatabasesOfAzuresOwnRolesAreLeftOut) {
  database_owner("azure_pg_admin");
  EXPECT_THAT(lints(), ElementsAre(HasSubstr("backup-database-owner: database \"app\" belongs to azure_pg_admin: the vaulted backup")));
  const std::string without = "roles: { bak: { login: true } }\n";
  EXPECT_THAT(lints(without), IsEmpty()) << "no backup, and no Azure";
  server.actual.server.platform = "azure-flexible-server";
  EXPECT_THAT(lints(without), ElementsAre(HasSubstr("backup-database-owner")));
}

TEST_F(Backups, OnlyRolesWithTheProfileBackUp) {
  add(table("t"), "migrator");
  EXPECT_THAT(
      lints(replaced(kCharter, "profile: azure-backup, with: { database: app }", "privileges: [connect], objects: { databases: app }")),
      IsEmpty());
}

}  // namespace
}  // namespace pgcharter
