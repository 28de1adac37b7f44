// Default privileges that say for objects to come what a pattern says for those that are there: `future: true` says both. The plan makes
// such entries for every creator of the schema (`creators`, else its owner; docs/manifest.md), so they must be there for exactly these
// roles, and the same privileges: else both are written by themselves. Global default privileges are never of that meaning.

#include <algorithm>

#include "export/exporter.h"
#include "export/patterns.h"

namespace pgcharter {
namespace {

class FutureFolder {
 public:
  FutureFolder(const Exporter& exporter, const DatabaseState& database, std::vector<PatternGrant>& patterns)
      : e_(exporter), database_(database) {
    for (PatternGrant& pattern : patterns) {
      const ObjectKindInfo& kind = info(pattern.kind);
      if (pattern.absent || !kind.default_in_schema || kind.default_first_version > e_.state().server.major()) continue;
      patterns_[pattern.schema][{pattern.kind, pattern.grantee, pattern.grantable}].push_back(&pattern);
    }
    for (const DefaultAcl& row : database.default_acls) {
      if (!row.schema.empty() && e_.nameable(row.creator)) rows_[row.schema][{row.creator, row.objects}] = row.acl;
    }
  }

  void run(Futures& futures) {
    for (const auto& [schema, rows] : rows_) {
      const auto found = database_.find({.kind = ObjectKind::Schema, .schema = {}, .name = schema, .args = {}});
      if (!found || !patterns_.contains(schema)) continue;
      const Object& object = database_.objects[*found];
      std::set<RoleId> creators;
      for (const auto& row : rows) creators.insert(row.first.first);
      const std::set<RoleId> owner{real_owner(object.owner)};
      std::vector<Match> by_owner = matches(schema, owner);
      std::vector<Match> by_all = object.extension_member || creators == owner ? std::vector<Match>{} : matches(schema, creators);
      const bool all = by_all.size() * creators.size() > by_owner.size();  // entries that need no line of their own
      for (const Match& match : all ? by_all : by_owner) fold(schema, all ? creators : owner, match, futures);
      if (all) futures.creators[schema] = creators;
    }
  }

 private:
  using Key = std::tuple<ObjectKind, RoleId, bool>;  // grantee, with grant option
  struct Match {
    Key key;
    std::vector<PatternGrant*> patterns;
  };

  const Exporter& e_;
  const DatabaseState& database_;
  std::map<std::string, std::map<Key, std::vector<PatternGrant*>>> patterns_;   // by schema
  std::map<std::string, std::map<std::pair<RoleId, ObjectKind>, AclId>> rows_;  // by schema

  /// The owner of the database, where pg_database_owner stands for it.
  [[nodiscard]] RoleId real_owner(RoleId owner) const {
    if (!e_.nameable(owner) || e_.state().names->name(owner) != "pg_database_owner") return owner;
    const auto found = e_.state().cluster.find({.kind = ObjectKind::Database, .schema = {}, .name = database_.name, .args = {}});
    return found ? e_.state().cluster.objects[*found].owner : owner;
  }

  /// What the default privileges of all creators give a grantee; nothing where they differ or there are none.
  [[nodiscard]] PrivilegeSet defaults(const std::string& schema, const std::set<RoleId>& creators, const Key& key) const {
    const auto& [kind, grantee, grantable] = key;
    std::optional<PrivilegeSet> common;
    for (const RoleId creator : creators) {
      if (creator == grantee) continue;  // owns what it creates
      const auto row = rows_.at(schema).find({creator, kind});
      if (row == rows_.at(schema).end()) return {};
      const Acl& acl = e_.acl(row->second);
      const PrivilegeSet options = grantable_of(acl, grantee);
      const PrivilegeSet set = grantable ? options : privileges_of(acl, grantee) - options;
      if (common && *common != set) return {};
      common = set;
    }
    return common.value_or(PrivilegeSet{});
  }

  [[nodiscard]] std::vector<Match> matches(const std::string& schema, const std::set<RoleId>& creators) const {
    std::vector<Match> result;
    for (const auto& [key, patterns] : patterns_.at(schema)) {
      const PrivilegeSet wanted = defaults(schema, creators, key);
      if (wanted.empty()) continue;
      PrivilegeSet all;
      for (const PatternGrant* pattern : patterns) all |= pattern->privileges;
      const auto one = std::ranges::find(patterns, wanted, &PatternGrant::privileges);
      if (all == wanted) {
        result.push_back({key, patterns});
      } else if (one != patterns.end()) {
        result.push_back({key, {*one}});
      }
    }
    return result;
  }

  static void fold(const std::string& schema, const std::set<RoleId>& creators, const Match& match, Futures& futures) {
    const auto& [kind, grantee, grantable] = match.key;
    for (PatternGrant* pattern : match.patterns) pattern->future = true;
    for (const RoleId creator : creators) {
      if (creator != grantee) futures.told.insert({creator, schema, kind, grantee, grantable});
    }
  }
};

}  // namespace

void fold_futures(const Exporter& exporter, const DatabaseState& database, std::vector<PatternGrant>& patterns, Futures& futures) {
  FutureFolder(exporter, database, patterns).run(futures);
}

}  // namespace pgcharter
