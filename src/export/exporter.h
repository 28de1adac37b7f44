// What the concerns of an export share. Internal to src/export.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "pgcharter/export.h"

namespace pgcharter {

struct PatternGrant;

/// The default privileges of one database that stand in its grants, as `future: true`.
struct Futures {
  using Key = std::tuple<RoleId, std::string, ObjectKind, RoleId, bool>;  // creator, schema, kind, grantee, with grant option
  std::set<Key> told;
  std::map<std::string, std::set<RoleId>> creators;  // of schemas where others than the owner create
};

class Exporter {
 public:
  Exporter(const State& state, const ExportOptions& options);
  std::string run();

  /// True for the roles that are declared with all that they have; others are `external`, predefined, or left out.
  [[nodiscard]] bool declares(RoleId role) const;
  /// True where privileges of this grantee are written.
  [[nodiscard]] bool exports(RoleId grantee) const;
  /// A role's name as YAML; remembers that it must be declared.
  std::string role(RoleId id);
  [[nodiscard]] bool nameable(RoleId id) const { return id != kNoRole && !state_.names->dangling(id); }

  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] const ExportOptions& options() const { return options_; }
  [[nodiscard]] const Acl& acl(AclId id) const { return (*state_.acls)[id]; }
  [[nodiscard]] RoleId bootstrap() const { return bootstrap_; }
  /// The owner, and for kinds that belong to nobody the superuser who grants.
  [[nodiscard]] RoleId owner_of(const Object& object) const;
  /// "[select, insert]" or "all", as YAML.
  [[nodiscard]] std::string privileges(PrivilegeSet set, ObjectKind kind, bool columns = false) const;
  /// Counts something that a charter can't say.
  void note(const std::string& what) { ++notes_[what]; }
  /// The charter's own name of a database: the one that it is about.
  [[nodiscard]] bool is_exported_database(const std::string& name) const;

  // The concerns; each gives finished lines, indented by `indent`.
  std::string roles_section();
  std::string extensions_section(const DatabaseState& database, std::size_t indent);
  std::string schemas_section(const DatabaseState& database, const Futures& futures, std::size_t indent);
  std::string ownership_section(const DatabaseState& database, bool first, std::size_t indent);
  std::string grants_section(const DatabaseState& database, bool first, std::size_t indent, Futures& futures);
  std::string default_privileges_section(const DatabaseState& database, const Futures& futures, std::size_t indent);

 private:
  std::string scope_section() const;
  std::string database_sections(const DatabaseState& database, bool first, std::size_t indent);
  std::string databases_section();
  std::string header() const;
  std::string role_entry(const Role& role);
  std::vector<std::pair<std::string, std::string>> settings_of(const SettingsScope& scope);
  std::vector<std::string> groups_of(const Role& member);

  const State& state_;
  const ExportOptions& options_;
  std::vector<NamePattern> role_patterns_;
  RoleId bootstrap_ = kNoRole;
  RoleId executor_ = kNoRole;
  std::map<RoleId, const Role*> roles_;
  std::set<RoleId> named_;
  std::map<std::string, long> notes_;
};

/// Gives the patterns `future` where default privileges say exactly the same, and tells which.
void fold_futures(const Exporter& exporter, const DatabaseState& database, std::vector<PatternGrant>& patterns, Futures& futures);

/// True for the kinds of which a pattern can name all objects that are there, and no others: those in a schema, and large objects.
bool has_patterns(ObjectKind kind);
/// The pattern for all of them, as YAML.
std::string pattern_text(ObjectKind kind, const std::string& schema);

/// `key:` with the lines of a section below it; nothing without lines.
std::string section(std::string_view key, const std::string& lines, std::size_t indent);

/// One item of a list: "- " and a flow mapping, broken into lines.
std::string list_item(const std::string& flow, std::size_t indent);

/// Joins entries that agree in everything but one member, which is a set: unions of it, in the order of the entries' keys.
template <typename Entry, typename Set>
std::vector<Entry> merged(std::vector<Entry> entries, Set Entry::*along) {
  std::map<Entry, Set> groups;
  for (Entry& entry : entries) {
    Set own = std::move(entry.*along);
    (entry.*along).clear();
    groups[std::move(entry)].merge(own);
  }
  std::vector<Entry> result;
  for (auto& [key, all] : groups) {
    Entry entry = key;
    entry.*along = std::move(all);
    result.push_back(std::move(entry));
  }
  return result;
}

}  // namespace pgcharter
