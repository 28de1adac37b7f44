// Look-ups in a state, its canonical text, and what is never ours: system schemas and reserved roles.
//
// The canonical text is what the fingerprint hashes: everything that was read, in a stable order, with roles by name (numbers
// mean nothing outside one run). Internals of TimescaleDB and Citus: shared knowledge of docs/catalog notes, see is_system_schema().

#include "pgcharter/state.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <string_view>

#include <fmt/format.h>

#include "base/hash.h"
#include "model/fingerprint.h"
#include "model/structure_text.h"

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
  /// From here on names and lists may be added, also by another thread: what is there now is all that is looked at.
  Canonical(const State& state, Sink sink) : state_(state), sink_(std::move(sink)) {
    prepare_roles();
    for (std::uint32_t i = 0; i < state.acls->size(); ++i) acls_.push_back(&(*state.acls)[static_cast<AclId>(i)]);
  }

  void write() {
    line("server {} {}", state_.server.version_num, state_.server.system_identifier);
    if (state_.server.entra_group_sync) line("Entra group sync");
    cluster();
    for (const DatabaseState& database : state_.databases) this->database(database);
  }

 private:
  const State& state_;
  Sink sink_;
  std::vector<std::string> quoted_;   // by number of the role
  std::vector<std::uint32_t> ranks_;  // by number of the role: its place in the order of those texts
  std::vector<const Acl*> acls_;      // by number
  std::vector<AclEntry> entries_;
  std::string text_;

  void prepare_roles() {
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < state_.names->size(); ++i) {
      const auto id = static_cast<RoleId>(i);
      quoted_.push_back(id == kPublic ? "=public"
                                      : fmt::format("{}{:?}", state_.names->dangling(id) ? "oid " : "", state_.names->name(id)));
      order.push_back(i);
    }
    std::ranges::sort(order, {}, [&](std::uint32_t i) -> const std::string& { return quoted_[i]; });
    ranks_.resize(order.size());
    for (std::uint32_t rank = 0; rank < order.size(); ++rank) ranks_[order[rank]] = rank;
  }

  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    sink_(fmt::format(format, std::forward<Args>(args)...));
  }

  /// Quoted.
  [[nodiscard]] std::string_view role(RoleId id) const {
    return id == kNoRole ? "nobody" : std::string_view(quoted_[static_cast<std::size_t>(id)]);
  }

  [[nodiscard]] std::uint32_t rank(RoleId id) const { return id == kNoRole ? ~0U : ranks_[static_cast<std::size_t>(id)]; }

  /// In the order of the names; the grantor only where it is not that of the entry before. Valid until the next call.
  const std::string& acl(AclId id) {
    entries_ = *acls_[static_cast<std::size_t>(id)];
    std::ranges::sort(entries_, {}, [&](const AclEntry& e) { return std::pair(rank(e.grantee), rank(e.grantor)); });
    text_.clear();
    RoleId grantor = kNoRole;
    for (const AclEntry& e : entries_) {
      append_role(e.grantee);
      append_bits('=', e.privileges);
      if (!e.grantable.empty()) append_bits('*', e.grantable);
      if (e.grantor != grantor || &e == entries_.data()) {
        text_ += '/';
        append_role(e.grantor);
      }
      text_ += ' ';
      grantor = e.grantor;
    }
    return text_;
  }

  void append_role(RoleId id) { text_ += role(id); }

  void append_bits(char sign, PrivilegeSet set) {
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), set.bits(), 16).ptr;
    text_ += sign;
    text_.append(digits.data(), end);
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
        line("{} in {:?}, {}, owner {}, acl {}", info(o.id.kind).singular, o.id.schema, o.subkind ? o.subkind : '-', role(o.owner),
             acl(o.acl));
        if (o.extension_member) line(" member of an extension, at first {}", acl(o.initial_acl));
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
      line("role {} {} {} {} {} {} {} {} {} {} comment {:?}", role(r.id), a.superuser, a.createdb, a.createrole, a.inherit, a.login,
           a.replication, a.bypassrls, a.connection_limit, a.valid_until, r.comment.value_or(""));
      if (r.entra) line("  of Entra: {:?} tenant {:?}", to_string(*r.entra), r.entra->tenant_id);
    }
    std::vector<std::string> edges;
    for (const Membership& m : c.memberships) {
      edges.push_back(
          fmt::format("member {} of {} by {} {} {} {}", role(m.member), role(m.role), role(m.grantor), m.admin, m.inherit, m.set));
    }
    std::ranges::sort(edges);
    for (std::string& edge : edges) sink_(std::move(edge));
    std::vector<std::string> settings;
    for (const auto& [scope, values] : c.settings) {
      for (const auto& [key, value] : values) {
        settings.push_back(
            fmt::format("setting {} in {:?}: {} = {:?}", scope.role == kNoRole ? "" : role(scope.role), scope.database, key, value));
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
      defaults.push_back(fmt::format("default {} in {:?} on {} acl {}", role(a.creator), a.schema, info(a.objects).singular, acl(a.acl)));
    }
    std::ranges::sort(defaults);
    for (std::string& text : defaults) sink_(std::move(text));
    for (const Extension& e : d.extensions) line("extension {:?} in {:?} version {:?}", e.name, e.schema, e.version);
    for (const RoleDependency& r : d.role_dependencies) {
      line("dependency {} {:?} {:?} {} {}", role(r.role), r.database, r.description, r.type, r.count);
    }
    structure_lines(d, [&](const std::string& text) { sink_(text); });
  }
};

}  // namespace

bool State::has_citus() const {
  return std::ranges::any_of(databases, [](const DatabaseState& d) { return d.citus.has_value(); });
}

std::optional<std::uint32_t> DatabaseState::find(const ObjectName& id) const { return find_object(objects, id); }
std::optional<std::uint32_t> ClusterState::find(const ObjectName& id) const { return find_object(objects, id); }

const Role* ClusterState::find_role(RoleId id) const {
  const auto it = std::ranges::find(roles, id, &Role::id);
  return it == roles.end() ? nullptr : &*it;
}

std::future<std::string> fingerprint_beside(const State& state) {
  struct Hashing {
    Sha256 hash;
    std::string buffer;
    void operator()(const std::string& line) {
      buffer += line;
      buffer += '\n';
      if (buffer.size() < kHashedAtOnce) return;
      hash.update(buffer);
      buffer.clear();
    }
  };
  auto hashing = std::make_shared<Hashing>();
  auto canonical = std::make_shared<Canonical<std::function<void(const std::string&)>>>(state, std::ref(*hashing));
  return std::async(std::launch::async, [hashing, canonical] {
    canonical->write();
    hashing->hash.update(hashing->buffer);
    return hashing->hash.hex();
  });
}

std::string fingerprint(const State& state) { return fingerprint_beside(state).get(); }

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
