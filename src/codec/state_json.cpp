// Writes a state. An object per line; members with their usual value are left out, lists of access (ACLs) are records
// with names, never aclitem text. "acl": null says that the catalog holds NULL, which means acldefault(kind, owner) of that
// server version (PostgreSQL documentation 5.8); the reader computes it again.

#include "codec/state_json.h"

#include <ostream>

#include "pgcharter/report.h"

#include "codec/json_text.h"
#include "codec/structure_json.h"

namespace pgcharter {
namespace {

class StateWriter {
 public:
  StateWriter(std::ostream& out, const State& state) : out_(out), state_(state) {}

  void write() {
    out_ << "{\n  \"format_version\": " << json_string(kFormatVersion);
    out_ << ",\n  \"tool_version\": " << json_string(kToolVersion);
    out_ << ",\n  \"state\": {\n    \"server\": " << json_line(server());
    list("    ", "roles", state_.cluster.roles, [&](const Role& r) { return role(r); });
    list("    ", "memberships", state_.cluster.memberships, [&](const Membership& m) { return membership(m); });
    std::vector<Json> settings;
    for (const auto& [scope, values] : state_.cluster.settings) {
      for (const auto& [key, value] : values) {
        settings.push_back({{"database", text_or_null(scope.database)}, {"role", name(scope.role)}, {"name", key}, {"value", value}});
      }
    }
    list("    ", "settings", settings, [](const Json& j) { return j; });
    list("    ", "objects", state_.cluster.objects, [&](const Object& o) { return object(o); });
    out_ << ",\n    \"coverage\": " << json_line(Json(state_.cluster.coverage)) << ",\n    \"databases\": [";
    for (std::size_t i = 0; i < state_.databases.size(); ++i) database(state_.databases[i], i == 0);
    out_ << (state_.databases.empty() ? "]" : "\n    ]") << "\n  }\n}\n";
  }

 private:
  std::ostream& out_;
  const State& state_;

  template <typename Range, typename F>
  void list(std::string_view indent, std::string_view key, const Range& range, F to_value) {
    out_ << ",\n" << indent << '"' << key << "\": [";
    bool first = true;
    for (const auto& element : range) {
      out_ << (first ? "\n" : ",\n") << indent << "  " << json_line(to_value(element));
      first = false;
    }
    if (!first) out_ << '\n' << indent;
    out_ << ']';
  }

  [[nodiscard]] Json name(RoleId id) const {
    if (id == kNoRole) return {};
    if (state_.names->dangling(id)) {
      Json oid = Json::object();
      oid["dangling_oid"] = std::stoul(state_.names->name(id));
      return oid;
    }
    return state_.names->name(id);
  }

  [[nodiscard]] Json server() const {
    const ServerInfo& s = state_.server;
    Json json = {{"version_num", s.version_num},
                 {"version", s.version},
                 {"system_identifier", s.system_identifier},
                 {"host", s.host},
                 {"port", s.port},
                 {"database", s.database},
                 {"user", s.user},
                 {"superuser", s.superuser},
                 {"createrole_self_grant", s.self_grant},
                 {"lock_slots", s.lock_slots},
                 {"platform", s.platform},
                 {"now", s.now}};
    if (s.entra_group_sync) json["entra_group_sync"] = true;
    if (const auto& f = s.entra_functions) {
      json["entra_functions"] = {{"create", f->create}, {"create_with_oid", f->create_with_oid}, {"update_with_oid", f->update_with_oid}};
    }
    return json;
  }

  [[nodiscard]] Json role(const Role& r) const {
    static const RoleAttributes usual;
    const RoleAttributes& a = r.attributes;
    Json json = {{"name", name(r.id)}};
    if (r.oid != 0) json["oid"] = r.oid;
    if (a.superuser) json["superuser"] = true;
    if (a.createdb) json["createdb"] = true;
    if (a.createrole) json["createrole"] = true;
    if (!a.inherit) json["inherit"] = false;
    if (a.login) json["login"] = true;
    if (a.replication) json["replication"] = true;
    if (a.bypassrls) json["bypassrls"] = true;
    if (a.connection_limit != usual.connection_limit) json["connection_limit"] = a.connection_limit;
    if (a.valid_until != usual.valid_until) json["valid_until"] = a.valid_until;
    if (r.comment) json["comment"] = *r.comment;
    if (r.entra) json["entra"] = entra(*r.entra);
    if (r.bootstrap) json["bootstrap"] = true;
    return json;
  }

  static Json entra(const EntraPrincipal& principal) {
    Json json = Json::object();
    if (!principal.type.empty()) json["type"] = principal.type;
    if (!principal.object_id.empty()) json["object_id"] = principal.object_id;
    if (!principal.tenant_id.empty()) json["tenant_id"] = principal.tenant_id;
    if (principal.admin) json["admin"] = true;
    if (principal.mfa) json["mfa"] = true;
    return json;
  }

  [[nodiscard]] Json membership(const Membership& m) const {
    Json json = {{"role", name(m.role)}, {"member", name(m.member)}, {"grantor", name(m.grantor)}};
    if (m.admin) json["admin"] = true;
    if (!m.inherit) json["inherit"] = false;
    if (!m.set) json["set"] = false;
    return json;
  }

  static Json privileges(PrivilegeSet set) {
    Json words = Json::array();
    for_each(set, [&](Privilege p) { words.push_back(info(p).keyword); });
    return words;
  }

  [[nodiscard]] Json acl(AclId id) const {
    Json entries = Json::array();
    for (const AclEntry& e : (*state_.acls)[id]) {
      Json entry = {{"grantee", name(e.grantee)}, {"grantor", name(e.grantor)}, {"privileges", privileges(e.privileges)}};
      if (!e.grantable.empty()) entry["grantable"] = privileges(e.grantable);
      entries.push_back(std::move(entry));
    }
    return entries;
  }

  static Json identity(const ObjectName& id) {
    Json json = {{"kind", info(id.kind).singular}};
    if (!id.schema.empty()) json["schema"] = id.schema;
    json["name"] = id.name;
    if (info(id.kind).identity == IdentityShape::Signature) json["args"] = id.args;
    return json;
  }

  [[nodiscard]] Json object(const Object& o) const {
    Json json = identity(o.id);
    if (o.oid != 0) json["oid"] = o.oid;
    if (o.subkind != 0) json["subkind"] = std::string(1, o.subkind);
    if (o.owner != kNoRole) json["owner"] = name(o.owner);
    if (!o.acl_is_null) json["acl"] = acl(o.acl);
    if (o.extension_member) json["extension_member"] = true;
    if (o.owned_by != 0) json["owned_by"] = o.owned_by;
    if (o.initial_acl != kEmptyAcl) json["initial_acl"] = acl(o.initial_acl);
    return json;
  }

  [[nodiscard]] Json dependency(const RoleDependency& r) const {
    Json json = {{"role", name(r.role)},
                 {"database", text_or_null(r.database)},
                 {"description", r.description},
                 {"type", std::string(1, r.type)},
                 {"count", r.count}};
    if (!r.catalog.empty()) json["catalog"] = r.catalog;
    if (r.oid != 0) json["oid"] = r.oid;
    return json;
  }

  void database(const DatabaseState& d, bool first) {
    const std::string_view indent = "        ";
    out_ << (first ? "\n" : ",\n") << "      {\n" << indent << "\"name\": " << json_string(d.name);
    list(indent, "objects", d.objects, [&](const Object& o) { return object(o); });
    list(indent, "columns", d.columns, [&](const Column& c) -> Json {
      return {{"object", identity(d.objects.at(c.object).id)}, {"number", c.number}, {"name", c.name}, {"acl", acl(c.acl)}};
    });
    list(indent, "default_acls", d.default_acls, [&](const DefaultAcl& a) -> Json {
      return {{"creator", name(a.creator)}, {"schema", text_or_null(a.schema)}, {"objects", info(a.objects).singular}, {"acl", acl(a.acl)}};
    });
    list(indent, "extensions", d.extensions, [](const Extension& e) -> Json {
      return {{"name", e.name}, {"schema", e.schema}, {"version", e.version}};
    });
    list(indent, "role_dependencies", d.role_dependencies, [&](const RoleDependency& r) { return dependency(r); });
    if (!d.tables.empty()) list(indent, "tables", d.tables, [](const TableDefinition& t) { return to_json(t); });
    if (!d.routines.empty()) list(indent, "routines", d.routines, [](const RoutineDefinition& r) { return to_json(r); });
    if (d.citus) out_ << ",\n" << indent << "\"citus\": " << json_line(to_json(*d.citus));
    if (d.timescale) out_ << ",\n" << indent << "\"timescaledb\": " << json_line(to_json(*d.timescale));
    if (d.all_role_dependencies) out_ << ",\n" << indent << "\"all_role_dependencies\": true";
    out_ << ",\n" << indent << "\"coverage\": " << json_line(Json(d.coverage)) << "\n      }";
  }
};

}  // namespace

void write_state(std::ostream& out, const State& state) { StateWriter(out, state).write(); }

}  // namespace pgcharter
