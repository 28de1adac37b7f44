// Roles, memberships, settings and the objects that belong to the server as a whole.
//
// Only what every role may read: pg_roles, never pg_authid (a provider's administrator is no superuser). Roles are interned first and in
// byte order; from then on a name in an ACL that is no role can only be the oid of a dropped one. Every join to a role is a LEFT JOIN:
// dangling rows are real (a role dropped while it is granted, before 16).

#include <algorithm>
#include <tuple>

#include "pgcharter/catalog.h"

#include "base/strings.h"
#include "catalog/acl_row.h"
#include "catalog/queries.h"

namespace pgcharter {
namespace {

void read_roles(Connection& connection, State& state) {
  enum Column : int {
    kOid,
    kName,
    kSuper,
    kCreatedb,
    kCreaterole,
    kInherit,
    kLogin,
    kReplication,
    kBypassRls,
    kLimit,
    kUntil,
    kComment,
    kBootstrap,
    kResolvedLabel,
    kWrittenLabel
  };
  const auto label = [](const Row& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional<std::string_view>(row.text(column));
  };
  connection.query(find_query("roles"), {}, [&](const Row& row) {
    Role role;
    role.id = state.names->intern(row.text(kName));
    role.oid = oid_of(row.text(kOid));
    role.attributes = {.superuser = row.boolean(kSuper),
                       .createdb = row.boolean(kCreatedb),
                       .createrole = row.boolean(kCreaterole),
                       .inherit = row.boolean(kInherit),
                       .login = row.boolean(kLogin),
                       .replication = row.boolean(kReplication),
                       .bypassrls = row.boolean(kBypassRls),
                       .connection_limit = static_cast<int>(row.number(kLimit)),
                       .valid_until = std::string(row.text(kUntil))};
    if (!row.is_null(kComment)) role.comment = row.text(kComment);
    role.bootstrap = row.boolean(kBootstrap);
    role.entra = parse_entra_labels(label(row, kResolvedLabel), label(row, kWrittenLabel));
    state.cluster.roles.push_back(std::move(role));
  });
  std::ranges::sort(state.cluster.roles, {}, [&](const Role& role) -> const std::string& { return state.names->name(role.id); });
}

void read_memberships(Connection& connection, State& state, AclReader& reader) {
  const auto query = find_query(state.server.major() >= 16 ? "memberships_16" : "memberships");
  connection.query(query, {}, [&](const Row& row) {
    state.cluster.memberships.push_back({.role = reader.role(row, 0, 1),
                                         .member = reader.role(row, 2, 3),
                                         .grantor = reader.role(row, 4, 5),
                                         .admin = row.boolean(6),
                                         .inherit = row.boolean(7),
                                         .set = row.boolean(8)});
  });
  const auto key = [&](const Membership& m) {
    const auto name = [&](RoleId id) -> const std::string& { return state.names->name(id); };
    return std::tie(name(m.role), name(m.member), name(m.grantor));
  };
  std::ranges::sort(state.cluster.memberships, {}, key);
}

void read_settings(Connection& connection, State& state, AclReader& reader) {
  enum Column : int { kDatabase, kDatabaseOid, kRole, kRoleOid, kSetting };
  connection.query(find_query("role_settings"), {}, [&](const Row& row) {
    if (row.is_null(kDatabase) && row.text(kDatabaseOid) != "0") return;  // of a database that is being dropped
    const SettingsScope scope{.database = std::string(row.text(kDatabase)), .role = reader.role(row, kRole, kRoleOid)};
    const std::string_view setting = row.text(kSetting);
    const std::size_t equals = std::min(setting.find('='), setting.size());
    const std::string_view value = setting.substr(std::min(equals + 1, setting.size()));
    state.cluster.settings[scope][to_lower(setting.substr(0, equals))] = value;
  });
}

}  // namespace

std::vector<std::string> closed_databases(Connection& connection) {
  std::vector<std::string> names;
  connection.query(find_query("closed_databases"), {}, [&](const Row& row) { names.emplace_back(row.text(0)); });
  return names;
}

void read_platform(Connection& connection, ServerInfo& server) {
  connection.query(find_query("platform"), {}, [&](const Row& row) {
    server.platform = row.text(0);
    if (!row.is_null(1)) server.allowed_extensions = row.text(1);
    server.entra_group_sync = row.boolean(2);
  });
}

EntraFunctions read_entra_functions(Connection& connection) {
  EntraFunctions found;
  connection.query(find_query("entra_functions"), {}, [&](const Row& row) {
    found = {.create = row.boolean(0), .create_with_oid = row.boolean(1), .update_with_oid = row.boolean(2)};
  });
  return found;
}

void read_cluster(Connection& connection, const ReadScope& /*scope*/, State& state) {
  state.server = connection.server();
  read_platform(connection, state.server);
  AclReader reader(connection, state);
  read_roles(connection, state);
  read_memberships(connection, state, reader);
  read_settings(connection, state, reader);
  std::vector<Object> objects;
  for (const ObjectKindInfo& kind : all_object_kinds()) {
    if (kind.cluster_wide && kind.first_version <= state.server.major()) reader.read_objects(kind, {}, objects);
  }
  state.cluster.objects = sorted_objects({&objects});
}

}  // namespace pgcharter
