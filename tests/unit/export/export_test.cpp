// Exports of states by hand: what is said, what needs no words, and that every text is proved (export_checked() plans it against its
// state).
#include "pgcharter/export.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pgcharter/report.h"

#include "export/yaml_text.h"

namespace pgcharter {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A state of database app with three roles; `objects` and `more` are members of JSON lists and objects.
State state_of(const std::string& objects, const std::string& more = {}, const std::string& roles = {}) {
  return read_state(R"({"format_version": "1.0", "state": {"server": {"version_num": 160004, "database": "app", "user": "postgres"},
    "roles": [{"name": "postgres", "superuser": true, "bootstrap": true}, {"name": "owner"}, {"name": "reader"})" +
                    roles + R"(],
    "objects": [{"kind": "database", "name": "app", "owner": "postgres"}],
    "databases": [{"name": "app", "objects": [{"kind": "schema", "name": "s", "owner": "owner"})" +
                    objects + "]" + more + "}]}}");
}

std::string table(const std::string& name, const std::string& entries) {
  return R"(, {"kind": "table", "schema": "s", "name": ")" + name + R"(", "owner": "owner", "acl": [)" + entries + "]}";
}
std::string entry(const std::string& grantee, const std::string& privileges, const std::string& grantor = "owner") {
  return R"({"grantee": ")" + grantee + R"(", "grantor": ")" + grantor + R"(", "privileges": [)" + privileges + "]}";
}
const std::string kAll = R"("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")";

/// { a: [items], b: b } as an item of a list.
std::string list_text(const std::vector<std::string>& items) {
  std::vector<std::string> scalars;
  for (const std::string& item : items) scalars.push_back(yaml_scalar(item));
  return wrapped("- " + flow_map({{"a", flow_list(scalars)}, {"b", "b"}}), 6);
}

TEST(Export, WritesAPatternForWhatAllObjectsOfASchemaShare) {
  const std::string owner = entry("owner", kAll) + ",";
  const State state =
      state_of(table("a", owner + entry("reader", R"("SELECT")")) + table("b", owner + entry("reader", R"("SELECT", "INSERT")")));
  const std::string text = export_checked(state, {});
  EXPECT_THAT(text, HasSubstr("{ to: reader, privileges: [select], objects: { tables: \"s.*\" } }"));
  EXPECT_THAT(text, HasSubstr("{ to: reader, privileges: [insert], objects: { tables: s.b } }"));
  EXPECT_THAT(text, HasSubstr("{ owner: owner, of: { tables: \"s.*\" } }"));
  EXPECT_THAT(text, Not(HasSubstr("to: owner")));
}

TEST(Export, NamesObjectsOneByOneWherePatternsAreForbidden) {
  const std::string acl = entry("owner", kAll) + "," + entry("reader", R"("SELECT")");
  ExportOptions options;
  options.literal_only = {{"app", "s", ObjectKind::Table}};
  EXPECT_THAT(export_checked(state_of(table("a", acl) + table("b", acl)), options), HasSubstr("objects: { tables: [s.a, s.b] } }"));
}

TEST(Export, LeavesOneTableLiteral) {
  const std::string text = export_checked(state_of(table("a", entry("owner", kAll) + "," + entry("reader", R"("SELECT")"))), {});
  EXPECT_THAT(text, Not(HasSubstr("s.*")));
}

/// Tables t1 to t8, of which reader may read all but `hidden`.
std::string eight_tables(int hidden) {
  std::string objects;
  for (int i = 1; i <= 8; ++i) {
    objects += table("t" + std::to_string(i), entry("owner", kAll) + (i <= hidden ? "" : "," + entry("reader", R"("SELECT")")));
  }
  return objects;
}

TEST(Export, ExceptsAFewWhereThatIsShorter) {
  EXPECT_THAT(export_checked(state_of(eight_tables(1)), {}), HasSubstr("objects: { tables: \"s.*\" }, except: { tables: s.t1 } }"));
  EXPECT_THAT(export_checked(state_of(eight_tables(3)), {}), HasSubstr("objects: { tables: [s.t4, s.t5, s.t6, s.t7, s.t8] } }"));
}

TEST(Export, ExceptsAFewFromAnOwner) {
  std::string objects = eight_tables(8);
  objects += R"(, {"kind": "table", "schema": "s", "name": "other", "owner": "reader"})";
  const std::string text = export_checked(state_of(objects), {});
  EXPECT_THAT(text, HasSubstr("{ owner: owner, of: { tables: \"s.*\" }, except: { tables: s.other } }"));
  EXPECT_THAT(text, HasSubstr("{ owner: reader, of: { tables: s.other } }"));
}

std::string default_select(const std::string& creator) {
  return R"({"creator": ")" + creator + R"(", "schema": "s", "objects": "table", "acl": [)" + entry("reader", R"("SELECT")", creator) +
         "]}";
}

TEST(Export, FoldsDefaultPrivilegesThatSayTheSame) {
  const std::string text = export_checked(state_of(eight_tables(1), R"(, "default_acls": [)" + default_select("owner") + "]"), {});
  EXPECT_THAT(text, HasSubstr("except: { tables: s.t1 }, future: true,"));
  EXPECT_THAT(text, HasSubstr("except_future: ignore }"));
  EXPECT_THAT(text, Not(HasSubstr("default_privileges:")));
}

TEST(Export, NamesTheCreatorsWhereOthersThanTheOwnerCreate) {
  const std::string rows = R"(, "default_acls": [)" + default_select("owner") + ", " + default_select("deployer") + "]";
  const std::string text = export_checked(state_of(eight_tables(0), rows, R"(, {"name": "deployer"})"), {});
  EXPECT_THAT(text, HasSubstr("s: { owner: owner, creators: [deployer, owner] }"));
  EXPECT_THAT(text, HasSubstr("objects: { tables: \"s.*\" }, future: true }"));
  EXPECT_THAT(text, Not(HasSubstr("default_privileges:")));
}

TEST(Export, KeepsDefaultPrivilegesThatSaySomethingElse) {
  const std::string row = R"(, "default_acls": [{"creator": "owner", "schema": "s", "objects": "table", "acl": [)" +
                          entry("reader", R"("SELECT", "INSERT")") + "]}]";
  const std::string text = export_checked(state_of(eight_tables(0), row), {});
  EXPECT_THAT(text, Not(HasSubstr("future")));
  EXPECT_THAT(text, HasSubstr("{ by: owner, in: s, to: reader, privileges: [select, insert], objects: tables }"));
}

TEST(Export, WritesWhatAnOwnerKeptOfItsColumns) {
  const std::string columns =
      R"(, "columns": [{"object": {"kind": "table", "schema": "s", "name": "a"}, "number": 1, "name": "x", "acl": [)" +
      entry("owner", R"("SELECT", "INSERT")") + "]}]";
  const std::string text = export_checked(state_of(table("a", entry("owner", R"("INSERT")")), columns), {});
  EXPECT_THAT(text, HasSubstr("{ to: owner, privileges: [select], objects: { tables: s.a }, columns: [x] }"));
}

TEST(Export, WritesTheMembershipsOfACreator) {
  State state = state_of({}, {}, R"(, {"name": "admin", "createrole": true, "login": true, "valid_until": "2031-05-06 00:00:00+00"})");
  state.cluster.memberships.push_back({.role = state.names->find("reader"),
                                       .member = state.names->find("admin"),
                                       .grantor = state.names->find("postgres"),
                                       .admin = true,
                                       .inherit = false,
                                       .set = false});
  const std::string text = export_checked(state, {});
  EXPECT_THAT(text, HasSubstr("member_of: [{ role: reader, admin: true, inherit: false, set: false }]"));
  EXPECT_THAT(text, HasSubstr("valid_until: 2031-05-06,"));
}

TEST(Export, QuotesASchemaThatLooksLikeASignature) {
  const std::string function = R"(, {"kind": "function", "schema": "s(x", "owner": "owner", "args": "", "name": ")";
  const std::string schema = R"(, {"kind": "schema", "name": "s(x", "owner": "owner"})";
  EXPECT_THAT(export_checked(state_of(schema + function + "f\"}" + function + "g\"}"), {}), HasSubstr(R"("\"s(x\".*")"));
}

TEST(Export, SaysWhatAnOwnerLacks) {
  const std::string text = export_checked(state_of(table("a", entry("owner", R"("SELECT")"))), {});
  EXPECT_THAT(text, HasSubstr("to: owner, privileges: [insert, update, delete, truncate, references, trigger]"));
  EXPECT_THAT(text, HasSubstr("ensure: absent"));
}

TEST(Export, KeepsTableAndColumnPrivilegesApart) {
  const std::string acl = entry("owner", kAll) + "," + entry("reader", R"("SELECT")");
  const std::string columns =
      R"(, "columns": [{"object": {"kind": "table", "schema": "s", "name": "a"}, "number": 1, "name": "x", "acl": [)" +
      entry("reader", R"("SELECT")") + "]}]";
  const std::string text = export_checked(state_of(table("a", acl), columns), {});
  EXPECT_THAT(text, HasSubstr("{ to: reader, privileges: [select], objects: { tables: s.a } }"));
  EXPECT_THAT(text, HasSubstr("{ to: reader, privileges: [select], objects: { tables: s.a }, columns: [x] }"));
}

TEST(Export, WritesGlobalAndLocalDefaultPrivileges) {
  const std::string row = R"("creator": "owner", "objects": "function", "acl": [)";
  const std::string defaults = R"(, "default_acls": [{"schema": null, )" + row + entry("owner", R"("EXECUTE")") + "," +
                               entry("reader", R"("EXECUTE")") + R"(]}, {"schema": "s", )" + row + entry("reader", R"("EXECUTE")") + "]}]";
  const std::string text = export_checked(state_of({}, defaults), {});
  EXPECT_THAT(text, HasSubstr("{ by: owner, to: reader, privileges: [execute], objects: functions }"));
  EXPECT_THAT(text, HasSubstr("{ by: owner, in: s, to: reader, privileges: [execute], objects: functions }"));
  EXPECT_THAT(text, HasSubstr("{ by: owner, to: public, privileges: [execute], objects: functions, ensure: absent }"));
}

TEST(Export, DeclaresOnlyTheRolesThatWereAskedFor) {
  ExportOptions options;
  options.roles = {"read*"};
  const std::string text = export_checked(state_of(table("a", entry("owner", kAll) + "," + entry("postgres", R"("SELECT")"))), options);
  EXPECT_THAT(text, HasSubstr("roles: [\"read*\"]"));
  EXPECT_THAT(text, HasSubstr("owner: { external: true }"));
  EXPECT_THAT(text, HasSubstr("reader: {}"));
  EXPECT_THAT(text, Not(HasSubstr("to: postgres")));
}

TEST(Export, TellsOfDanglingGrantees) {
  const std::string gone = R"({"grantee": {"dangling_oid": 4711}, "grantor": "owner", "privileges": ["SELECT"]})";
  EXPECT_THAT(export_checked(state_of(table("a", entry("owner", kAll) + "," + gone)), {}), HasSubstr("roles that no longer exist: 1"));
}

TEST(Export, RefusesWhatNoCharterCanSay) {
  const std::string column =
      R"(, "columns": [{"object": {"kind": "sequence", "schema": "s", "name": "q"}, "number": 1, "name": "last_value",
    "acl": [)" +
      entry("reader", R"("SELECT")") + "]}]";
  const State state = state_of(R"(, {"kind": "sequence", "schema": "s", "name": "q", "owner": "owner"})", column);
  EXPECT_THROW(export_checked(state, {}), Error);
}

TEST(Export, SurvivesNamesThatYamlWouldRead) {
  const std::string strange[] = {"null", "yes", "1", "a: b",    "a\nb",    "${x}", "$${x}", "- x",
                                 "#",    "\"",  "'", "\x1b[0m", "ü\u202e", " ",    "*",     "~"};
  State state = state_of({});
  for (const std::string& name : strange) {
    Role role;
    role.id = state.names->intern(name);
    role.comment = name;
    state.cluster.roles.push_back(role);
    Object object;
    object.id = {.kind = ObjectKind::Table, .schema = "s", .name = name, .args = {}};
    object.owner = role.id;
    object.acl = state.acls->intern(acl_default(ObjectKind::Table, role.id, 16));
    state.databases.front().objects.push_back(object);
  }
  std::ranges::sort(state.databases.front().objects, {}, &Object::id);
  std::ranges::sort(state.cluster.roles, {}, [&](const Role& r) { return state.names->name(r.id); });
  EXPECT_NO_THROW(export_checked(state, {}));
}

TEST(YamlText, BreaksLinesAtTheOutermostPlace) {
  const std::string name(50, 'n');
  const std::string text = list_text({name, "{ [\"}" + name});
  EXPECT_EQ(text, "- { a: [" + name + ", \"{ [\\\"}" + name + "\"],\n      b: b }");
  // What is too long for a line on its own is broken inside.
  EXPECT_EQ(list_text({name, name, name}), "- { a: [" + name + ", " + name + ",\n      " + name + "], b: b }");
}

TEST(YamlText, QuotesWhatIsNotPlain) {
  EXPECT_EQ(yaml_scalar("reader_1"), "reader_1");
  EXPECT_EQ(yaml_scalar("True"), "\"True\"");
  EXPECT_EQ(yaml_scalar("${x}"), "\"$${x}\"");
  EXPECT_EQ(yaml_scalar("a\nb\x01"), "\"a\\nb\\x01\"");
  EXPECT_EQ(manifest_name({ObjectKind::Function, "a.b", "f(x", "integer"}), "\"a.b\".\"f(x\"(integer)");
}

}  // namespace
}  // namespace pgcharter
