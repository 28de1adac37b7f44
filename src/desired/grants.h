// The grants of a charter: which rules match which object, and the ACL that each object must end with.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/hashed_numbers.h"
#include "desired/acl_target.h"
#include "desired/resolver.h"

namespace pgcharter {

class GrantResolver {
 public:
  explicit GrantResolver(Resolver& resolver) : r_(resolver) {}
  void run();

 private:
  /// Everything about the objects of one database, or of the cluster.
  struct Target {
    DesiredObjects* objects{};
    std::vector<CompiledRule> rules;
    std::vector<NamePattern> schemas;  ///< in scope
    const DatabaseState* database{};   ///< null: cluster-wide objects
    std::size_t index = 0;
    bool forbids = false;  ///< some rule names what must not be there
    /// (kind, for columns) → for each rule its part of rule_uses, kNone where it has none yet
    std::map<std::pair<ObjectKind, bool>, std::vector<std::uint32_t>> uses;
    HashedNumbers object_sets;  ///< of rule_sets, by what they hold
    std::map<std::pair<std::string, std::vector<std::uint32_t>>, std::uint32_t> column_sets;
    mutable std::unordered_map<std::string, bool> schemas_in_scope;                       ///< what is known of `schemas`
    std::map<std::pair<std::uint32_t, std::string>, std::vector<std::uint32_t>> columns;  ///< (object, column) → rules that name it
  };

  template <typename Grants>
  void compile(Target& target, const Grants& grants, bool cluster_wide);
  void resolve_objects(Target& target);
  void resolve_object(Target& target, std::size_t object, const std::vector<std::uint32_t>& rules);
  void resolve_columns(Target& target);
  void note_columns(Target& target, std::size_t object, const std::vector<std::uint32_t>& rules);
  void check_matches(const Target& target);
  void check_literal(const Target& target, const ObjectPattern& pattern, bool expired);

  std::uint32_t rule_set(Target& target, ObjectKind kind, const std::vector<std::uint32_t>& rules);
  /// What the rules say about objects of a kind, or their columns, as parts of rule_uses.
  std::vector<std::uint32_t> parts(Target& target, ObjectKind kind, const std::vector<std::uint32_t>& rules, bool for_columns);
  std::uint32_t add_uses(Target& target, ObjectKind kind, std::uint32_t rule, bool for_columns);
  /// Appends a set of rules that meet in one object, or one column, as parts of rule_uses.
  std::uint32_t add_rule_set(Target& target, std::vector<std::uint32_t> parts);
  void check_contradictions(const std::vector<RuleUse>& uses);
  PrivilegeSet privileges_for(const GrantRule& rule, ObjectKind kind, bool for_columns);
  [[nodiscard]] bool in_scope(const Target& target, const Object& object, std::uint32_t rule_set) const;
  void tell_unremovable(const Acl& base, const AclTask& task);
  /// One class of objects, or of columns, and what decides about its list.
  struct AclClass {
    AclId base = kEmptyAcl;
    RoleId owner = kNoRole;
    const std::vector<RuleUse>* uses{};
    bool scope = false;
    const Acl* initial{};  ///< of an extension's member; may be null
    const Acl* table{};    ///< of a column: the table's own list
    const Acl* table_after{};
  };
  /// The list it must end with; in additive mode `strict` is what an authoritative charter would leave.
  struct AclAnswer {
    AclId acl = kEmptyAcl;
    AclId strict = kEmptyAcl;
  };
  AclAnswer target_acl(const AclClass& of);
  void note_extras(const AclAnswer& answer, const ObjectName& object, const std::string& column);

  Resolver& r_;
  std::set<std::pair<const GrantRule*, ObjectKind>> reported_;
  std::set<std::pair<std::size_t, std::size_t>> contradictions_;
};

/// Default privileges: the charter's own rules, and those that `future: true` plans.
class DefaultAclResolver {
 public:
  explicit DefaultAclResolver(Resolver& resolver) : r_(resolver) {}
  void run(std::size_t database);

 private:
  using Key = std::tuple<RoleId, std::string, ObjectKind>;
  struct Item {
    std::vector<RuleUse> uses;
    bool named = false;  ///< by the charter: a global one is in scope
  };
  /// Complains where the server has no default privileges for the kind.
  bool has_defaults(const ObjectKindInfo& kind, const SourcePos& pos);
  void add_rule(const DefaultPrivilegeRule& rule);
  void add_future(const GrantRule& rule);
  void add_future_pattern(const GrantRule& rule, const ObjectPattern& pattern, std::size_t info);
  void add_use(const Key& key, RoleId grantee, PrivilegeSet privileges, bool grantable, bool absent, bool expired, std::size_t info);
  void finish(const Key& key, const Item& item);
  [[nodiscard]] std::vector<RoleId> creators(const std::string& schema) const;
  [[nodiscard]] std::set<RoleId> all_creators() const;
  [[nodiscard]] const DefaultAcl* row(const Key& key) const;
  [[nodiscard]] RoleId real_owner(RoleId owner) const;

  Resolver& r_;
  std::size_t database_ = 0;
  std::vector<NamePattern> schemas_;
  std::map<Key, Item> items_;
};

}  // namespace pgcharter
