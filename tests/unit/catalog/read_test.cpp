// read_cluster() and read_database() from scripted answers: what is rare on a real server, and how many queries are sent.
#include <algorithm>

#include <gtest/gtest.h>

#include "pgcharter/catalog.h"

#include "catalog/queries.h"
#include "support/scripted_connection.h"

namespace pgcharter {
namespace {

using testing::Rows;
using testing::ScriptedConnection;

class CatalogRead : public ::testing::Test {
 protected:
  ScriptedConnection connection;
  State state;
  ReadScope scope;

  CatalogRead() {
    connection.info.version_num = 150018;
    connection.info.database = "app";
    scope.all_schemas = true;
    for (const char* name : {"roles", "memberships", "memberships_16", "role_settings", "unreadable", "extensions", "owned_sequences",
                             "columns", "default_acl"}) {
      connection.answer(name, {});
    }
    for (const ObjectKindInfo& kind : all_object_kinds()) connection.answer(std::string(kind.catalog_query), {});
    connection.answer("platform", {{"postgresql", {}, {}}});
    connection.answer("roles", {role("10", "postgres"), role("20", "reader")});
    connection.answer("acl_schema", {{"", {}, "postgres", "10", {}, "f", {}, "{app,pg_catalog,information_schema}", {}, "{101,11,13}"}});
  }

  static std::vector<testing::Cell> role(const std::string& oid, const std::string& name) {
    return {oid, name, "f", "f", "f", "t", "t", "f", "f", "-1", "infinity", {}, oid == "10" ? "t" : "f", {}, {}};
  }

  static std::vector<testing::Cell> table(const testing::Cell& owner, const std::string& owner_oid, const testing::Cell& acl,
                                          const std::string& names, const std::string& oids) {
    return {"app", "r", owner, owner_oid, acl, "f", {}, names, {}, oids};
  }

  const DatabaseState& read() {
    read_cluster(connection, scope, state);
    read_database(connection, scope, state);
    return state.databases.back();
  }

  static const Object* find(const DatabaseState& database, std::string_view name) {
    const auto it = std::ranges::find_if(database.objects, [&](const Object& object) { return object.id.name == name; });
    return it == database.objects.end() ? nullptr : &*it;
  }

  [[nodiscard]] long asked(std::string_view name) const {
    return std::ranges::count_if(connection.asked, [&](const auto& asked) { return asked.name == name; });
  }
};

TEST_F(CatalogRead, TellsThePlatformAndWhatItAllows) {
  connection.answer("platform", {{"azure-flexible-server", "pgcrypto,vector", "t"}});
  read();
  EXPECT_EQ(state.server.platform, "azure-flexible-server");
  EXPECT_EQ(state.server.allowed_extensions, "pgcrypto,vector");
  EXPECT_TRUE(state.server.entra_group_sync);
}

TEST_F(CatalogRead, TellsForWhomOfEntraARoleStands) {
  auto app = role("30", "app");
  app[13] = "type=service,oid=04A9FCC9-de20-4078-a327-cf935088b0bb,tenant_id=t";
  app[14] = "aadauth";
  connection.answer("roles", {role("10", "postgres"), app});
  read();
  EXPECT_EQ(state.cluster.find_role(state.names->find("app"))->entra,
            (EntraPrincipal{.type = "service", .object_id = "04a9fcc9-de20-4078-a327-cf935088b0bb", .tenant_id = "t"}));
  EXPECT_FALSE(state.cluster.find_role(state.names->find("postgres"))->entra);
}

TEST_F(CatalogRead, MissingAclIsTheBuiltInDefault) {
  connection.answer("acl_relation", {table("postgres", "10", {}, "{t}", "{200}")});
  const Object* t = find(read(), "t");
  ASSERT_NE(t, nullptr);
  EXPECT_TRUE(t->acl_is_null);
  EXPECT_EQ((*state.acls)[t->acl], acl_default(ObjectKind::Table, state.names->find("postgres"), 15));
}

TEST_F(CatalogRead, EmptyAclIsNoDefault) {
  connection.answer("acl_relation", {table("postgres", "10", "{}", "{t}", "{200}")});
  const Object* t = find(read(), "t");
  ASSERT_NE(t, nullptr);
  EXPECT_FALSE(t->acl_is_null);
  EXPECT_EQ(t->acl, kEmptyAcl);
}

TEST_F(CatalogRead, OwnerThatIsGoneIsDangling) {
  connection.answer("acl_relation", {table({}, "4711", {}, "{t}", "{200}")});
  const Object* t = find(read(), "t");
  ASSERT_NE(t, nullptr);
  EXPECT_TRUE(state.names->dangling(t->owner));
  EXPECT_EQ(state.names->name(t->owner), "4711");
}

TEST_F(CatalogRead, DanglingMembershipIsRead) {
  connection.answer("memberships", {{"reader", "20", {}, "4711", {}, "4712", "f", "t", "t"}});
  read();
  ASSERT_EQ(state.cluster.memberships.size(), 1U);
  EXPECT_TRUE(state.names->dangling(state.cluster.memberships[0].member));
}

TEST_F(CatalogRead, SortsObjectsByBytes) {
  connection.answer("acl_relation", {table("postgres", "10", {}, "{é,b}", "{1,2}"), table("postgres", "10", "{}", "{a,Z}", "{3,4}")});
  const DatabaseState& database = read();
  EXPECT_TRUE(std::ranges::is_sorted(database.objects, {}, &Object::id));
  for (const char* name : {"Z", "a", "b", "é"}) EXPECT_NE(find(database, name), nullptr) << name;
  EXPECT_EQ(find(database, "a")->oid, 3U);
}

TEST_F(CatalogRead, SystemSchemasAreNoObjectsAndAreNotAskedFor) {
  const DatabaseState& database = read();
  EXPECT_NE(find(database, "app"), nullptr);
  EXPECT_EQ(find(database, "pg_catalog"), nullptr);
  const auto relation = std::ranges::find(connection.asked, "acl_relation", &ScriptedConnection::Asked::name);
  ASSERT_NE(relation, connection.asked.end());
  EXPECT_EQ(relation->parameters.at(0), "{\"101\"}");
}

TEST_F(CatalogRead, SchemasOutOfScopeAreObjectsButTheirContentsAreNotAskedFor) {
  scope.all_schemas = false;
  scope.schemas = {parse_name_pattern("other*")};
  const DatabaseState& database = read();
  EXPECT_NE(find(database, "app"), nullptr);
  EXPECT_EQ(database.coverage.at("schema: out of scope, its objects were not read"), 1);
  const auto relation = std::ranges::find(connection.asked, "acl_relation", &ScriptedConnection::Asked::name);
  EXPECT_EQ(relation->parameters.at(0), "{}");
}

TEST_F(CatalogRead, ChunksOfTimescaleAreLeftOut) {
  connection.answer("extensions", {{"timescaledb", "public", "2.19.3"}});
  connection.answer("timescaledb_chunks", {{"201"}});
  connection.answer("acl_relation", {table("postgres", "10", {}, "{readings,chunk_1}", "{200,201}")});
  connection.answer("columns", {{"201", "1", "ts", "{reader=r/postgres}"}, {"200", "1", "ts", "{reader=r/postgres}"}});
  const DatabaseState& database = read();
  EXPECT_NE(find(database, "readings"), nullptr);
  EXPECT_EQ(find(database, "chunk_1"), nullptr);
  EXPECT_EQ(database.columns.size(), 1U);
  EXPECT_EQ(database.coverage.at("table: chunk of TimescaleDB"), 1);
}

TEST_F(CatalogRead, ChunksAreAskedForOnlyWithTheExtension) {
  read();
  EXPECT_EQ(asked("timescaledb_chunks"), 0);
  EXPECT_EQ(asked("citus_shards"), 0);
}

TEST_F(CatalogRead, UnreadableCatalogCostsItsKindOnly) {
  connection.answer("unreadable", {{"pg_authid"}, {"pg_largeobject"}, {"pg_largeobject_metadata"}});
  const DatabaseState& database = read();
  EXPECT_EQ(asked("acl_large_object"), 0);
  EXPECT_EQ(database.coverage.at("large_object: not readable"), 1);
  EXPECT_EQ(asked("acl_relation"), 1);
}

TEST_F(CatalogRead, SettingsAreSplitAtTheFirstEqualsSign) {
  connection.answer("role_settings", {{{}, "0", "reader", "20", "Search_Path=a=b, c"}, {"app", "5", {}, "0", "work_mem=4MB"}});
  read();
  const RoleId reader = state.names->find("reader");
  EXPECT_EQ((state.cluster.settings.at({.database = "", .role = reader})), (Settings{{"search_path", "a=b, c"}}));
  EXPECT_EQ((state.cluster.settings.at({.database = "app", .role = kNoRole})), (Settings{{"work_mem", "4MB"}}));
}

TEST_F(CatalogRead, MembershipsHaveTheirOptionsFromSixteenOn) {
  connection.info.version_num = 160014;
  connection.answer("memberships_16", {{"reader", "20", "postgres", "10", "postgres", "10", "t", "f", "f"}});
  read();
  ASSERT_EQ(state.cluster.memberships.size(), 1U);
  EXPECT_TRUE(state.cluster.memberships[0].admin);
  EXPECT_FALSE(state.cluster.memberships[0].inherit);
  EXPECT_FALSE(state.cluster.memberships[0].set);
}

TEST_F(CatalogRead, ParametersAreAskedForFromFifteenOn) {
  connection.info.version_num = 140023;
  read();
  EXPECT_EQ(asked("acl_parameter"), 0);
}

TEST_F(CatalogRead, AsksEachQueryOnce) {
  read();
  for (const auto& query : connection.asked) EXPECT_EQ(asked(query.name), 1) << query.name;
  EXPECT_LE(connection.round_trips(), 21);
}

TEST_F(CatalogRead, DependenciesAreAskedForWhereARoleShallGo) {
  scope.absent_roles = {"reader"};
  connection.answer("role_dependencies",
                    {{"reader", "app", "o", "table app.t", "1", "pg_class", "200"}, {"reader", "other", "a", {}, "3", "", "0"}});
  const DatabaseState& database = read();
  ASSERT_EQ(database.role_dependencies.size(), 2U);
  EXPECT_EQ(database.role_dependencies[0].description, "table app.t");
  EXPECT_EQ(database.role_dependencies[1].description, "3 objects");
  EXPECT_EQ(database.role_dependencies[1].count, 3);
}

TEST_F(CatalogRead, CompositeTypesAreReadByTheNumbersThatPgClassGives) {
  connection.answer("acl_relation", {{"app", "c", "postgres", "10", {}, "f", {}, "{pair,triple}", {}, "{300,301}"}});
  read();
  std::vector<std::vector<testing::Cell>> parameters;
  for (const auto& query : connection.asked) {
    if (query.name == "acl_type") parameters.push_back(query.parameters);
  }
  const std::vector<std::vector<testing::Cell>> expected{{"{}", R"({"300","301"})"}, {R"({"101"})", "{}"}};
  EXPECT_EQ(parameters, expected);
}

class CatalogReadAhead : public CatalogRead {
 protected:
  RelationsAhead ahead;

  CatalogReadAhead() {
    connection.answer("acl_schema", {{"", {}, "postgres", "10", {}, "f", {}, "{app,other,third,pg_catalog}", {}, "{101,102,103,11}"}});
  }

  void begin(std::set<std::string> schemas) {
    read_cluster(connection, {}, state);
    std::promise<std::vector<Object>> objects;
    ahead.objects = objects.get_future();
    objects.set_value(read_relations_ahead(
        connection, state, [&](const std::vector<std::string>&) { return schemas; }, ahead.schemas));
    connection.asked.clear();
  }

  [[nodiscard]] std::vector<testing::Cell> schemas_of_relations() const {
    std::vector<testing::Cell> result;
    for (const auto& query : connection.asked) {
      if (query.name == "acl_relation") result.push_back(query.parameters.at(0));
    }
    return result;
  }
};

TEST_F(CatalogReadAhead, OffersTheSchemasThatAreNoSystems) {
  read_cluster(connection, {}, state);
  std::vector<std::string> offered;
  read_relations_ahead(
      connection, state,
      [&](const std::vector<std::string>& names) {
        offered = names;
        return std::set<std::string>{"other"};
      },
      ahead.schemas);
  std::ranges::sort(offered);
  EXPECT_EQ(offered, (std::vector<std::string>{"app", "other", "third"}));
  EXPECT_EQ(ahead.schemas, std::set<std::string>{"other"});
  EXPECT_EQ(schemas_of_relations(), std::vector<testing::Cell>{R"({"102"})"});
}

TEST_F(CatalogReadAhead, WhatIsThereIsNotReadAgain) {
  connection.answer("acl_relation", {table("postgres", "10", {}, "{t}", "{200}")});
  begin({"app", "other", "third"});
  const DatabaseState database = read_one_database(connection, scope, state, nullptr, &ahead);
  EXPECT_NE(find(database, "t"), nullptr);
  EXPECT_EQ(asked("acl_relation"), 0);
}

TEST_F(CatalogReadAhead, WhatIsOutOfScopeIsLeftOut) {
  connection.answer("acl_relation", {table("postgres", "10", {}, "{t}", "{200}")});
  begin({"app"});
  scope.all_schemas = false;
  scope.schemas = {parse_name_pattern("other")};
  connection.answer("acl_relation", {});
  const DatabaseState database = read_one_database(connection, scope, state, nullptr, &ahead);
  EXPECT_EQ(find(database, "t"), nullptr);
  EXPECT_EQ(schemas_of_relations(), std::vector<testing::Cell>{R"({"102"})"});
  EXPECT_EQ(database.coverage.at("schema: out of scope, its objects were not read"), 2);
}

TEST_F(CatalogReadAhead, WhatIsMissingIsReadLater) {
  connection.answer("acl_relation", {table("postgres", "10", {}, "{t}", "{200}")});
  begin({"app"});
  connection.answer("acl_relation", {{"third", "r", "postgres", "10", {}, "f", {}, "{late}", {}, "{201}"}});
  const DatabaseState database = read_one_database(connection, scope, state, nullptr, &ahead);
  EXPECT_NE(find(database, "t"), nullptr);
  EXPECT_NE(find(database, "late"), nullptr);
  EXPECT_EQ(schemas_of_relations(), std::vector<testing::Cell>{R"({"102","103"})"});
}

TEST(CatalogQueries, NameCatalogsInFullAndNeverTheForbiddenOnes) {
  for (const ObjectKindInfo& kind : all_object_kinds()) {
    const Query query = find_query(kind.catalog_query);
    for (const char* forbidden : {"from pg_catalog.pg_authid", "join pg_catalog.pg_authid", "information_schema", "pg_shadow"}) {
      EXPECT_EQ(query.sql.find(forbidden), std::string_view::npos) << query.name;
    }
    for (const std::string_view before : {" from ", " join "}) {
      for (std::size_t at = query.sql.find(before); at != std::string_view::npos; at = query.sql.find(before, at + 1)) {
        const std::string_view source = query.sql.substr(at + before.size());
        EXPECT_TRUE(!source.starts_with("pg_") || source.starts_with("pg_catalog.")) << query.name;
      }
    }
  }
}

}  // namespace
}  // namespace pgcharter
