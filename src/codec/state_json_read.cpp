// Reads a state back. Everything is sorted as read_cluster() and read_database() leave it, so hand-written files may
// list things as they like. ACLs are normalised; an absent or null "acl" is acldefault() of the server version that the
// file names.

#include <algorithm>
#include <tuple>

#include "codec/json_text.h"
#include "codec/state_json.h"
#include "codec/structure_json.h"

namespace pgcharter {
namespace {

class StateReader {
 public:
  State read(const Json& json) {
    server(json.at("server"));
    for (const Json& r : json.at("roles")) state_.cluster.roles.push_back(role(r));
    std::ranges::sort(state_.cluster.roles, {}, [&](const Role& r) { return state_.names->name(r.id); });
    for (const Json& m : member(json, "memberships")) state_.cluster.memberships.push_back(membership(m));
    for (const Json& s : member(json, "settings")) {
      const SettingsScope scope{.database = text_member(s, "database"), .role = id_of(member(s, "role"))};
      state_.cluster.settings[scope][text_member(s, "name")] = text_member(s, "value");
    }
    state_.cluster.objects = objects(member(json, "objects"));
    state_.cluster.coverage = coverage(member(json, "coverage"));
    for (const Json& d : member(json, "databases")) state_.databases.push_back(database(d));
    return std::move(state_);
  }

 private:
  State state_;

  void server(const Json& json) {
    ServerInfo& s = state_.server;
    s.version_num = json.at("version_num").get<int>();
    s.version = json.value("version", std::to_string(s.version_num / 10000) + "." + std::to_string(s.version_num % 10000));
    s.system_identifier = text_member(json, "system_identifier");
    s.host = text_member(json, "host");
    s.port = text_member(json, "port");
    s.database = json.value("database", "postgres");
    s.user = json.value("user", "postgres");
    s.superuser = json.value("superuser", true);
    s.self_grant = text_member(json, "createrole_self_grant");
    s.lock_slots = json.value("lock_slots", 0L);
    s.platform = json.value("platform", s.platform);
    s.now = json.value("now", "2026-01-01T00:00:00Z");
    s.entra_group_sync = json.value("entra_group_sync", false);
    if (const Json& f = member(json, "entra_functions"); f.is_object()) {
      s.entra_functions = {.create = f.value("create", false),
                           .create_with_oid = f.value("create_with_oid", false),
                           .update_with_oid = f.value("update_with_oid", false)};
    }
  }

  RoleId id_of(const Json& json) {
    if (json.is_null()) return kNoRole;
    if (json.is_object()) return state_.names->intern_dangling(json.at("dangling_oid").get<std::uint32_t>());
    const std::string name = json.get<std::string>();
    return name == "public" ? kPublic : state_.names->intern(name);
  }

  Role role(const Json& json) {
    Role r;
    r.id = id_of(json.at("name"));
    r.oid = json.value("oid", 0U);
    RoleAttributes& a = r.attributes;
    a.superuser = json.value("superuser", a.superuser);
    a.createdb = json.value("createdb", a.createdb);
    a.createrole = json.value("createrole", a.createrole);
    a.inherit = json.value("inherit", a.inherit);
    a.login = json.value("login", a.login);
    a.replication = json.value("replication", a.replication);
    a.bypassrls = json.value("bypassrls", a.bypassrls);
    a.connection_limit = json.value("connection_limit", a.connection_limit);
    a.valid_until = json.value("valid_until", a.valid_until);
    if (const Json& comment = member(json, "comment"); !comment.is_null()) r.comment = comment.get<std::string>();
    if (const Json& e = member(json, "entra"); e.is_object()) {
      r.entra = {.type = text_member(e, "type"),
                 .object_id = text_member(e, "object_id"),
                 .tenant_id = text_member(e, "tenant_id"),
                 .admin = e.value("admin", false),
                 .mfa = e.value("mfa", false)};
    }
    r.bootstrap = json.value("bootstrap", false);
    return r;
  }

  Membership membership(const Json& json) {
    return {.role = id_of(json.at("role")),
            .member = id_of(json.at("member")),
            .grantor = id_of(member(json, "grantor")),
            .admin = json.value("admin", false),
            .inherit = json.value("inherit", true),
            .set = json.value("set", true)};
  }

  static PrivilegeSet privileges(const Json& json) {
    PrivilegeSet set;
    for (const Json& word : json) {
      const auto privilege = privilege_by_name(word.get<std::string>());
      if (!privilege) throw Error("the state holds an unknown privilege: " + printable(word.get<std::string>()));
      set |= PrivilegeSet::of(*privilege);
    }
    return set;
  }

  AclId acl(const Json& json) {
    Acl entries;
    for (const Json& e : json) {
      entries.push_back({.grantee = id_of(e.at("grantee")),
                         .grantor = id_of(member(e, "grantor")),
                         .privileges = privileges(e.at("privileges")),
                         .grantable = privileges(member(e, "grantable"))});
    }
    return state_.acls->intern(normalised(std::move(entries)));
  }

  static ObjectKind kind(const std::string& word) {
    const auto kind = object_kind_by_singular(word);
    if (!kind) throw Error("the state holds an unknown kind of object: " + printable(word));
    return *kind;
  }

  static ObjectName identity(const Json& json) {
    return {.kind = kind(text_member(json, "kind")),
            .schema = text_member(json, "schema"),
            .name = text_member(json, "name"),
            .args = text_member(json, "args")};
  }

  static char letter(const Json& json, const char* key, char usual) {
    const std::string text = text_member(json, key);
    return text.empty() ? usual : text.front();
  }

  Object object(const Json& json) {
    Object o;
    o.id = identity(json);
    o.oid = json.value("oid", 0U);
    o.subkind = letter(json, "subkind", 0);
    o.owner = id_of(member(json, "owner"));
    const Json& entries = member(json, "acl");
    o.acl_is_null = entries.is_null();
    o.acl = o.acl_is_null ? state_.acls->intern(acl_default(o.id.kind, o.owner, state_.server.major())) : acl(entries);
    o.extension_member = json.value("extension_member", false);
    o.owned_by = json.value("owned_by", 0U);
    if (const Json& initial = member(json, "initial_acl"); !initial.is_null()) o.initial_acl = acl(initial);
    return o;
  }

  std::vector<Object> objects(const Json& json) {
    std::vector<Object> result;
    for (const Json& o : json) result.push_back(object(o));
    std::ranges::sort(result, {}, &Object::id);
    return result;
  }

  static Coverage coverage(const Json& json) { return json.is_null() ? Coverage() : json.get<Coverage>(); }

  static void structure(const Json& json, DatabaseState& d) {
    for (const Json& t : member(json, "tables")) d.tables.push_back(table_from_json(t));
    std::ranges::sort(d.tables, {}, [](const TableDefinition& t) { return std::tie(t.schema, t.name); });
    for (const Json& r : member(json, "routines")) d.routines.push_back(routine_from_json(r));
    std::ranges::sort(d.routines, {}, [](const RoutineDefinition& r) { return std::tie(r.schema, r.name, r.args); });
    if (const Json& citus = member(json, "citus"); citus.is_object()) d.citus = citus_from_json(citus);
    if (const Json& timescale = member(json, "timescaledb"); timescale.is_object()) d.timescale = timescale_from_json(timescale);
  }

  DatabaseState database(const Json& json) {
    DatabaseState d;
    d.name = json.at("name").get<std::string>();
    d.objects = objects(member(json, "objects"));
    for (const Json& c : member(json, "columns")) {
      const ObjectName table = identity(c.at("object"));
      const auto index = d.find(table);
      if (!index) throw Error("the state has a column of an unknown table: " + printable(table.schema + "." + table.name));
      d.columns.push_back(
          {.object = *index, .number = c.at("number").get<int>(), .name = text_member(c, "name"), .acl = acl(member(c, "acl"))});
    }
    std::ranges::sort(d.columns, {}, [](const Column& c) { return std::tie(c.object, c.number); });
    for (const Json& a : member(json, "default_acls")) {
      d.default_acls.push_back({.creator = id_of(a.at("creator")),
                                .schema = text_member(a, "schema"),
                                .objects = kind(text_member(a, "objects")),
                                .acl = acl(a.at("acl"))});
    }
    for (const Json& e : member(json, "extensions")) {
      d.extensions.push_back({.name = text_member(e, "name"), .schema = text_member(e, "schema"), .version = text_member(e, "version")});
    }
    for (const Json& r : member(json, "role_dependencies")) {
      d.role_dependencies.push_back({.role = id_of(r.at("role")),
                                     .database = text_member(r, "database"),
                                     .description = text_member(r, "description"),
                                     .type = letter(r, "type", 'a'),
                                     .count = r.value("count", 1),
                                     .catalog = text_member(r, "catalog"),
                                     .oid = r.value("oid", 0U)});
    }
    structure(json, d);
    d.all_role_dependencies = json.value("all_role_dependencies", false);
    d.coverage = coverage(member(json, "coverage"));
    return d;
  }
};

}  // namespace

State read_state(std::string_view text) {
  return with_json_errors("the state", [&] {
    const Json json = Json::parse(text);
    if (!json.is_object() || !json.contains("state")) throw Error("the file is no state");
    check_format_version("the state", text_member(json, "format_version"));
    return StateReader().read(json.at("state"));
  });
}

}  // namespace pgcharter
