// A state as a file: the way there and back, and hand-written files that leave out what is usual.

#include "codec/state_json.h"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "pgcharter/diagnostics.h"

namespace pgcharter {
namespace {

constexpr std::string_view kByHand = R"({
  "format_version": "1.0",
  "state": {
    "server": {"version_num": 150018},
    "roles": [{"name": "reader", "login": true, "connection_limit": 3, "comment": "reads"},
              {"name": "postgres", "oid": 10, "superuser": true, "bootstrap": true}],
    "memberships": [{"role": "pg_monitor", "member": "reader", "grantor": "postgres", "admin": true}],
    "settings": [{"role": "reader", "database": "app", "name": "work_mem", "value": "4MB"}],
    "objects": [{"kind": "database", "name": "app", "owner": "postgres"}],
    "databases": [{
      "name": "app",
      "objects": [{"kind": "table", "schema": "s", "name": "t", "subkind": "r", "oid": 16400, "owned_by": 16399, "owner": "postgres",
                   "acl": [{"grantee": "reader", "grantor": "postgres", "privileges": ["SELECT", "INSERT"], "grantable": ["SELECT"]},
                           {"grantee": {"dangling_oid": 4711}, "grantor": "postgres", "privileges": ["DELETE"]}]},
                  {"kind": "schema", "name": "s", "owner": "postgres"},
                  {"kind": "function", "schema": "s", "name": "f", "args": "integer", "subkind": "f", "owner": "postgres"}],
      "columns": [{"object": {"kind": "table", "schema": "s", "name": "t"}, "number": 2, "name": "c",
                   "acl": [{"grantee": "public", "grantor": "postgres", "privileges": ["SELECT"]}]}],
      "default_acls": [{"creator": "postgres", "schema": "s", "objects": "table",
                        "acl": [{"grantee": "reader", "grantor": "postgres", "privileges": ["SELECT"]}]}],
      "extensions": [{"name": "pgcrypto", "schema": "public", "version": "1.3"}],
      "role_dependencies": [{"role": "reader", "database": "app", "description": "table s.t", "type": "a", "count": 2}],
      "all_role_dependencies": true,
      "coverage": {"large_object: not readable": 1}
    }]
  }
})";

TEST(CodecStateJson, ReadsAFileWrittenByHand) {
  const State state = read_state(kByHand);
  ASSERT_EQ(state.cluster.roles.size(), 2U);
  EXPECT_EQ(state.names->name(state.cluster.roles[0].id), "postgres");
  EXPECT_TRUE(state.cluster.roles[1].attributes.inherit);
  ASSERT_EQ(state.databases.size(), 1U);
  const DatabaseState& app = state.databases[0];
  const auto table = app.find({ObjectKind::Table, "s", "t", {}});
  ASSERT_TRUE(table);
  const Acl& acl = (*state.acls)[app.objects[*table].acl];
  EXPECT_EQ(privileges_of(acl, state.names->find("reader")), PrivilegeSet::of(Privilege::Select, Privilege::Insert));
  EXPECT_EQ(grantable_of(acl, state.names->find("reader")), PrivilegeSet::of(Privilege::Select));
  EXPECT_TRUE(std::ranges::any_of(acl, [&](const AclEntry& e) { return state.names->dangling(e.grantee); }));
  ASSERT_EQ(app.columns.size(), 1U);
  EXPECT_EQ(app.columns[0].object, *table);
}

TEST(CodecStateJson, TakesBuiltInDefaultsWhereThereIsNoAcl) {
  const State state = read_state(kByHand);
  const DatabaseState& app = state.databases[0];
  const Object& function = app.objects[*app.find({ObjectKind::Function, "s", "f", "integer"})];
  EXPECT_TRUE(function.acl_is_null);
  EXPECT_EQ((*state.acls)[function.acl], acl_default(ObjectKind::Function, function.owner, 15));
}

TEST(CodecStateJson, ComesBackAsItWas) {
  const State state = read_state(kByHand);
  std::ostringstream out;
  write_state(out, state);
  const State again = read_state(out.str());
  EXPECT_EQ(to_debug_string(again), to_debug_string(state));
  EXPECT_EQ(fingerprint(again), fingerprint(state));
  EXPECT_EQ(again.server, state.server);
  EXPECT_EQ(again.databases[0].coverage, state.databases[0].coverage);
  EXPECT_TRUE(again.databases[0].all_role_dependencies);
  // Numbers of roles and lists mean nothing across two states; the debug text above compared them by name.
  ASSERT_EQ(again.databases[0].objects.size(), state.databases[0].objects.size());
  for (std::size_t i = 0; i < state.databases[0].objects.size(); ++i) {
    const Object& before = state.databases[0].objects[i];
    const Object& after = again.databases[0].objects[i];
    EXPECT_EQ(after.id, before.id);
    EXPECT_EQ(after.oid, before.oid);
    EXPECT_EQ(after.acl_is_null, before.acl_is_null);
    EXPECT_EQ(after.owned_by, before.owned_by);
  }
}

TEST(CodecStateJson, KeepsPrincipalsOfEntra) {
  State state = read_state(R"({"format_version": "1.0", "state": {
    "server": {"version_num": 170000, "entra_group_sync": true,
               "entra_functions": {"create": true, "create_with_oid": true, "update_with_oid": false}},
    "roles": [{"name": "app", "login": true,
               "entra": {"type": "service", "object_id": "04a9fcc9-de20-4078-a327-cf935088b0bb", "tenant_id": "t", "admin": true, "mfa": true}},
              {"name": "named", "entra": {}}, {"name": "other"}]}})");
  EXPECT_EQ(state.cluster.roles[0].entra,
            (EntraPrincipal{
                .type = "service", .object_id = "04a9fcc9-de20-4078-a327-cf935088b0bb", .tenant_id = "t", .admin = true, .mfa = true}));
  EXPECT_EQ(state.cluster.roles[1].entra, EntraPrincipal{});
  EXPECT_FALSE(state.cluster.roles[2].entra);
  EXPECT_TRUE(state.server.entra_group_sync);
  EXPECT_EQ(state.server.entra_functions, (EntraFunctions{.create = true, .create_with_oid = true}));
  std::ostringstream out;
  write_state(out, state);
  const State again = read_state(out.str());
  EXPECT_EQ(again.server, state.server);
  for (std::size_t i = 0; i < state.cluster.roles.size(); ++i) EXPECT_EQ(again.cluster.roles[i].entra, state.cluster.roles[i].entra);
  EXPECT_EQ(fingerprint(again), fingerprint(state));
  state.cluster.roles[0].entra->object_id = "another";
  EXPECT_NE(fingerprint(again), fingerprint(state));
}

TEST(CodecStateJson, RefusesWhatIsNoState) {
  EXPECT_THROW(read_state("{}"), Error);
  EXPECT_THROW(read_state("x"), Error);
  EXPECT_THROW(read_state(R"({"format_version": "2.0", "state": {}})"), Error);
  EXPECT_THROW(read_state(R"({"format_version": "1.0", "state": {"server": {}}})"), Error);
}

TEST(CodecStateJson, KeepsTablesRoutinesAndWhereTheyAreKept) {
  State state = read_state(kByHand);
  DatabaseState& app = state.databases[0];
  const std::string before = fingerprint(state);
  app.tables.push_back(
      {.schema = "s",
       .name = "t",
       .oid = 16400,
       .relkind = 'p',
       .columns = {{.name = "id", .type = "bigint", .nullable = false, .identity = IdentityColumn::ByDefault},
                   {.name = "x", .type = "text", .default_expression = "'a'::text", .generated = true, .comment = "c"}},
       .primary_key = {"id"},
       .unique = {{"t_pkey", {"id"}}, {"u", {"x", "id"}}},
       .foreign_keys = {{.name = "f", .schema = "s", .table = "o", .columns = {"id"}, .other_columns = {"i"}, .incoming = true}},
       .triggers = {"tr"},
       .comment = "",
       .dependents = {{.schema = "s", .name = "v", .relkind = 'm', .comment = "c", .column_comments = {{"a", "of a"}}}},
       .rows = 1e6,
       .bytes = 8192});
  app.routines.push_back({.schema = "s",
                          .name = "f",
                          .args = "integer",
                          .returns = "void",
                          .language = "sql",
                          .body = "select\n1",
                          .definer = true,
                          .settings = {{"search_path", ""}},
                          .arguments = "a integer",
                          .volatility = 's',
                          .strict = true,
                          .parallel = 's'});
  app.citus = CitusState{.version = "13.2-1",
                         .group = 0,
                         .nodes = {{.id = 1, .group = 0, .host = "h", .port = 5432, .active = false}},
                         .tables = {{.schema = "s",
                                     .name = "t",
                                     .distribution = Distribution::Hash,
                                     .column = "id",
                                     .colocation = 3,
                                     .shards = 32,
                                     .automatic = false}},
                         .schemas = {"tenant"}};
  app.timescale = TimescaleState{.version = "2.19.3",
                                 .license = "apache",
                                 .hypertables = {{.schema = "s", .name = "h", .column = "ts", .interval = "1 day", .retention = "90 days"}},
                                 .cron_jobs = {{"j", "* * * * *\nselect 1"}},
                                 .has_cron = true};
  std::ostringstream out;
  write_state(out, state);
  const State again = read_state(out.str());
  EXPECT_EQ(again.databases[0].tables, app.tables);
  EXPECT_EQ(again.databases[0].routines, app.routines);
  EXPECT_EQ(again.databases[0].citus, app.citus);
  EXPECT_EQ(again.databases[0].timescale, app.timescale);
  EXPECT_EQ(fingerprint(again), fingerprint(state));
  EXPECT_NE(fingerprint(state), before);

  const std::string counted = fingerprint(state);
  app.tables[0].rows = 5;
  app.tables[0].bytes = 0;
  app.citus->tables[0].colocation = 77;
  EXPECT_EQ(fingerprint(state), counted) << "estimates and numbers of groups are no facts";
  app.citus->tables[0].shards = 64;
  EXPECT_NE(fingerprint(state), counted);
}

}  // namespace
}  // namespace pgcharter
