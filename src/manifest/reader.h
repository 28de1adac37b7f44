// Typed access to a manifest's tree, and what all sections share while a charter is read. Every accessor reports what
// is wrong and returns nothing; nobody stops at the first mistake.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgcharter/charter.h"
#include "pgcharter/diagnostics.h"

#include "manifest/keys.h"
#include "manifest/node.h"

namespace pgcharter {

/// A role that is named somewhere; held against the declared ones when everything is read.
struct RoleReference {
  std::string name;
  SourcePos pos;
  std::string what;  ///< "grantee"
  bool public_allowed = false;
  bool absent_allowed = false;  ///< also a role that the charter drops may stand here
};

/// A named bundle as it was written; expanded anew for each use.
struct Profile {
  Node body;
  std::vector<std::string> params;
  bool built_in = false;
};

/// What a profile gives to a role, to be joined with the role's own entry.
struct RoleAddition {
  std::string role;
  std::string profile;
  SourcePos pos;
  RoleRule rule;
};

using Variables = std::map<std::string, std::string>;

class Reader {
 public:
  Reader(Diagnostics& diagnostics, Charter& charter) : diagnostics_(diagnostics), charter_(charter) {}

  [[nodiscard]] SourcePos pos(const Node& node) const;
  int add_file(std::string name);
  void error(std::string code, const Node& node, std::string message, std::string hint = {});
  void error(std::string code, SourcePos pos, std::string message, std::string hint = {});
  /// A secret stands in the manifest: no diagnostic may show its line from there on.
  void secret_at(const Node& node) { secrets_.insert(pos(node)); }
  [[nodiscard]] const std::set<SourcePos>& secrets() const { return secrets_; }

  /// False (and reported) where the node is no map; nothing written is an empty map.
  bool is_map(const Node& node, std::string_view what);
  /// A map that has keys of the mapping only.
  bool check_keys(const Node& node, const Mapping& mapping, std::string_view what);
  /// The items of a list; nothing written is an empty list.
  std::vector<const Node*> list(const Node& node, std::string_view what);
  /// The items of a list, or a single value in its place.
  std::vector<const Node*> one_or_more(const Node& node, std::string_view what);

  std::optional<std::string> text(const Node& node, std::string_view what);
  std::optional<bool> boolean(const Node& node, std::string_view what);
  std::optional<int> integer(const Node& node, std::string_view what, int least, int greatest);
  /// The one of `words` that was written.
  std::optional<std::size_t> word(const Node& node, std::string_view what, std::span<const std::string_view> words);
  std::optional<Ensure> ensure(const Node& node);
  std::optional<std::string> expiry(const Node& node);

  /// A literal name: the scalar's text.
  std::optional<std::string> name(const Node& node, std::string_view what);
  std::vector<std::string> names(const Node& node, std::string_view what);
  /// A name of a role; it must be declared somewhere.
  std::optional<std::string> role(const Node& node, std::string_view what, bool public_allowed = false, bool absent_allowed = false);
  std::vector<std::string> roles(const Node& node, std::string_view what, bool public_allowed = false, bool absent_allowed = false);
  std::vector<NamePattern> patterns(const Node& node, std::string_view what);

  /// privileges: the set, or all of them. `pos` of each for messages about kinds that lack it.
  struct Privileges {
    bool all = false;
    PrivilegeSet set;
    std::vector<std::pair<Privilege, const Node*>> written;
  };
  std::optional<Privileges> privileges(const Node& node);
  /// Reports the written privileges that `possible` lacks.
  void check_privileges(const Privileges& privileges, PrivilegeSet possible, const std::string& of_what);

  std::optional<ObjectPattern> object(ObjectKind kind, const Node& node);
  /// The key of an entry that stands for one object outside of the system's schemas: a literal name.
  std::optional<ObjectName> object_key(ObjectKind kind, const Node& node);
  /// A map from kinds to patterns; `extra` is called for a key that is no kind and says whether it knows it.
  std::vector<ObjectPattern> objects(const Node& node, std::string_view what, const std::function<bool(const NodeEntry&)>& extra = {});

  /// Replaces ${…} in all scalars and keys below, and reports keys that are there twice.
  void expand(Node& node, const Variables& values);
  /// Names of the variables that expand() found.
  void report_duplicates(const Node& node);
  /// The values of this run, set before sections are read; profiles are expanded with them.
  Variables variables;
  [[nodiscard]] const std::set<std::string>& used_variables() const { return used_; }

  Charter& charter() { return charter_; }
  std::vector<RoleReference> references;
  std::map<std::string, Profile> profiles;
  std::vector<RoleAddition> additions;

 private:
  void expand_scalar(Node& node, const Variables& values);
  std::optional<std::string> value_of(const Node& node, std::string_view name, const Variables& values);

  Diagnostics& diagnostics_;
  Charter& charter_;
  std::vector<FileName> files_;
  std::shared_ptr<const NamePattern> last_schema_;  ///< of object(): neighbours share it
  std::set<SourcePos> secrets_;
  std::set<std::string> used_;
  std::size_t expanded_bytes_ = 0;
};

}  // namespace pgcharter
