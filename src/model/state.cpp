// Look-ups in a state, its canonical text, and what is never ours: system schemas and reserved roles.
//
// The canonical text is what the fingerprint hashes: everything that was read, in a stable order, with roles by name (numbers
// mean nothing outside one run). Internals of TimescaleDB and Citus: shared knowledge of docs/catalog notes, see is_system_schema().

#include "pgcharter/state.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/hash.h"

namespace pgcharter {
namespace {

constexpr std::size_t kHashedAtOnce = 64 * 1024;

std::optional<std::uint32_t> find_object(const std::vector<Object>& objects, const ObjectName& name) {
  const auto it = std::ranges::lower_bound(objects, name, {}, &Object::id);
  if (it == objects.end() || it->id != name) return std::nullopt;
  return static_cast<std::uint32_t>(it - objects.begin());
}

void append_quoted(std::string& text, std::string_view name) {
  text += '"';
  for (const char c : name) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  text += '"';
}

/// Writes a state line by line into a sink; the debug text and the fingerprint share it.
template <typename Sink>
class Canonical {
 public:
  Canonical(const State& state, Sink sink) : state_(state), sink_(std::move(sink)) {}

  void write() {
    line("server {} {}", state_.server.version_num, state_.server.system_identifier);
    if (state_.server.entra_group_sync) line("Entra group sync");
    cluster();
    for (const DatabaseState& database : state_.databases) this->database(database);
  }

 private:
  const State& state_;
  Sink sink_;
  std::unordered_map<std::uint32_t, std::string> acl_texts_;

  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    sink_(fmt::format(format, std::forward<Args>(args)...));
  }

  std::string role(RoleId id) const {
    if (id == kPublic) return "=public";
    return fmt::format("{}{}", state_.names->dangling(id) ? "oid " : "", state_.names->name(id));
  }

  const std::string& acl(AclId id) {
    auto [it, inserted] = acl_texts_.try_emplace(static_cast<std::uint32_t>(id));
    if (!inserted) return it->second;
    std::vector<std::string> items;
    for (const AclEntry& e : (*state_.acls)[id]) {
      items.push_back(fmt::format("{:?}={:x}*{:x}/{:?}", role(e.grantee), e.privileges.bits(), e.grantable.bits(), role(e.grantor)));
    }
    std::ranges::sort(items);
    it->second = fmt::format("{}", fmt::join(items, " "));
    return it->second;
  }

  static bool alike(const Object& a, const Object& b) {
    return a.id.kind == b.id.kind && a.subkind == b.subkind && a.owner == b.owner && a.acl == b.acl && a.id.schema == b.id.schema &&
           a.extension_member == b.extension_member && a.initial_acl == b.initial_acl;
  }

  /// Neighbours share a headline: most of a large state is names, and this is on every plan's way.
  void objects(const std::vector<Object>& objects) {
    const Object* previous = nullptr;
    std::string text;
    for (const Object& o : objects) {
      if (previous == nullptr || !alike(*previous, o)) {
        line("{} in {:?}, {}, owner {:?}, acl {}{}{}", info(o.id.kind).singular, o.id.schema, o.subkind ? o.subkind : '-', role(o.owner),
             acl(o.acl), o.extension_member ? ", member of an extension, at first " : "", o.extension_member ? acl(o.initial_acl) : "");
      }
      text.assign("  ");
      append_quoted(text, o.id.name);
      append_quoted(text, o.id.args);
      sink_(text);
      previous = &o;
    }
  }

  void cluster() {
    const ClusterState& c = state_.cluster;
    for (const Role& r : c.roles) {
      const RoleAttributes& a = r.attributes;
      line("role {:?} {} {} {} {} {} {} {} {} {} comment {:?}", role(r.id), a.superuser, a.createdb, a.createrole, a.inherit, a.login,
           a.replication, a.bypassrls, a.connection_limit, a.valid_until, r.comment.value_or(""));
      if (r.entra) line("  of Entra: {:?} tenant {:?}", to_string(*r.entra), r.entra->tenant_id);
    }
    std::vector<std::string> edges;
    for (const Membership& m : c.memberships) {
      edges.push_back(
          fmt::format("member {:?} of {:?} by {:?} {} {} {}", role(m.member), role(m.role), role(m.grantor), m.admin, m.inherit, m.set));
    }
    std::ranges::sort(edges);
    for (std::string& edge : edges) sink_(std::move(edge));
    std::vector<std::string> settings;
    for (const auto& [scope, values] : c.settings) {
      for (const auto& [key, value] : values) {
        settings.push_back(
            fmt::format("setting {:?} in {:?}: {} = {:?}", scope.role == kNoRole ? "" : role(scope.role), scope.database, key, value));
      }
    }
    std::ranges::sort(settings);
    for (std::string& setting : settings) sink_(std::move(setting));
    objects(c.objects);
  }

  void database(const DatabaseState& d) {
    line("database {:?}", d.name);
    objects(d.objects);
    for (const Column& c : d.columns) line("column {} {} {:?} acl {}", c.object, c.number, c.name, acl(c.acl));
    std::vector<std::string> defaults;
    for (const DefaultAcl& a : d.default_acls) {
      defaults.push_back(fmt::format("default {:?} in {:?} on {} acl {}", role(a.creator), a.schema, info(a.objects).singular, acl(a.acl)));
    }
    std::ranges::sort(defaults);
    for (std::string& text : defaults) sink_(std::move(text));
    for (const Extension& e : d.extensions) line("extension {:?} in {:?} version {:?}", e.name, e.schema, e.version);
    for (const RoleDependency& r : d.role_dependencies) {
      line("dependency {:?} {:?} {:?} {} {}", role(r.role), r.database, r.description, r.type, r.count);
    }
  }
};

}  // namespace

std::optional<std::uint32_t> DatabaseState::find(const ObjectName& id) const { return find_object(objects, id); }
std::optional<std::uint32_t> ClusterState::find(const ObjectName& id) const { return find_object(objects, id); }

const Role* ClusterState::find_role(RoleId id) const {
  const auto it = std::ranges::find(roles, id, &Role::id);
  return it == roles.end() ? nullptr : &*it;
}

std::string fingerprint(const State& state) {
  Sha256 hash;
  std::string buffer;
  auto sink = [&](const std::string& line) {
    buffer += line;
    buffer += '\n';
    if (buffer.size() < kHashedAtOnce) return;
    hash.update(buffer);
    buffer.clear();
  };
  Canonical(state, sink).write();
  hash.update(buffer);
  return hash.hex();
}

std::string to_debug_string(const State& state) {
  std::string text;
  auto sink = [&](const std::string& line) { text += line + "\n"; };
  Canonical(state, sink).write();
  return text;
}

bool is_system_schema(std::string_view name) {
  if (name.starts_with("pg_") || name == "information_schema") return true;
  // TimescaleDB's and Citus's own (facts: their schemas hold internals, chunks and shards; all of them are extension data)
  static constexpr std::array<std::string_view, 6> kInternals{
      "timescaledb_information", "timescaledb_experimental", "citus", "citus_internal", "columnar", "columnar_internal"};
  return name.starts_with("_timescaledb_") || std::ranges::find(kInternals, name) != kInternals.end();
}

bool is_reserved_role(std::string_view name) {
  if (name.starts_with("pg_")) return true;
  static constexpr std::array<std::string_view, 25> kProviders{
      "azure_pg_admin",      "azuresu",         "azure_superuser", "replication",  "rdsadmin",         "rds_superuser",
      "rds_replication",     "rds_password",    "rds_iam",         "rds_ad",       "cloudsqladmin",    "cloudsqlsuperuser",
      "cloudsqlagent",       "cloudsqlreplica", "cloudsqliamuser", "alloydbadmin", "alloydbsuperuser", "alloydbiamuser",
      "neon_superuser",      "supabase_admin",  "tsdbadmin",       "tsdbexplorer", "cloud_admin",      "supabase_replication_admin",
      "cloudsqlimportexport"};
  return std::ranges::find(kProviders, name) != kProviders.end();
}

}  // namespace pgcharter
