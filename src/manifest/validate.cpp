// What can only be said when the whole charter is read: roles that nobody declared, entries that contradict each
// other, memberships in a circle.
//
// Contradictions are found here for names and patterns that are written alike. That two different patterns meet on
// one object is seen only against a server, in the desired stage.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/strings.h"
#include "base/topo_sort.h"
#include "manifest/sections.h"

namespace pgcharter {

namespace {

std::string also(const SourcePos& pos) { return fmt::format("The other entry is at {}.", to_string(pos)); }

void check_reference(Reader& reader, const RoleReference& reference) {
  if (reference.name == "public") {
    if (!reference.public_allowed)
      reader.error("reserved-name", reference.pos, fmt::format("{} can't be public: that means everybody and is no role", reference.what));
    return;
  }
  const auto& roles = reader.charter().roles;
  const auto found = roles.find(reference.name);
  if (found != roles.end()) {
    if (found->second.ensure == Ensure::Absent && !reference.absent_allowed) {
      reader.error("contradiction", reference.pos, fmt::format("{} \"{}\" is declared absent", reference.what, reference.name),
                   also(found->second.pos));
    }
    return;
  }
  if (reference.name.starts_with("pg_")) return;
  if (is_single_server_role(reference.name)) return tell_single_server_role(reader, reference.pos, reference.name);
  std::vector<std::string> known;
  for (const auto& [name, rule] : roles) known.push_back(name);
  const auto near = nearest(reference.name, known);
  reader.error(
      "undeclared-role", reference.pos, fmt::format("{} \"{}\" is not declared", reference.what, reference.name),
      near ? fmt::format("Did you mean \"{}\"?", *near) : "Declare it in \"roles\", with { external: true } if it is managed elsewhere.");
}

void check_renames(Reader& reader) {
  const auto& roles = reader.charter().roles;
  for (const auto& [name, rule] : roles) {
    if (!rule.renamed_from) continue;
    const auto other = roles.find(*rule.renamed_from);
    if (other == roles.end()) continue;
    reader.error("contradiction", rule.written.at("renamed_from"),
                 fmt::format("\"{}\" is renamed from \"{}\", which is declared too", name, *rule.renamed_from), also(other->second.pos));
  }
}

std::vector<const MembershipRule*> all_memberships(const Charter& charter) {
  std::vector<const MembershipRule*> all;
  for (const auto& [name, rule] : charter.roles) {
    for (const MembershipRule& membership : rule.member_of) all.push_back(&membership);
    for (const MembershipRule& membership : rule.members) all.push_back(&membership);
  }
  return all;
}

void check_duplicate_memberships(Reader& reader, const std::vector<const MembershipRule*>& memberships) {
  std::map<std::pair<std::string, std::string>, const MembershipRule*> seen;
  for (const MembershipRule* rule : memberships) {
    const auto [entry, fresh] = seen.emplace(std::pair(rule->role, rule->member), rule);
    if (fresh) continue;
    const MembershipRule& first = *entry->second;
    if (first.ensure != rule->ensure) {
      reader.error("contradiction", rule->pos,
                   fmt::format("the membership of \"{}\" in \"{}\" is both present and absent", rule->member, rule->role), also(first.pos));
    } else if (first.admin != rule->admin || first.inherit != rule->inherit || first.set != rule->set || first.expires != rule->expires) {
      reader.error("contradiction", rule->pos,
                   fmt::format("the membership of \"{}\" in \"{}\" is there twice with different options", rule->member, rule->role),
                   also(first.pos));
    }
  }
}

void check_circles(Reader& reader, const std::vector<const MembershipRule*>& memberships) {
  std::map<std::string, std::size_t> index;
  std::vector<std::string> names;
  const auto number = [&](const std::string& name) {
    const auto [entry, fresh] = index.emplace(name, names.size());
    if (fresh) names.push_back(name);
    return entry->second;
  };
  std::vector<std::pair<std::size_t, std::size_t>> edges;
  for (const MembershipRule* rule : memberships) {
    if (rule->ensure == Ensure::Present) edges.emplace_back(number(rule->role), number(rule->member));
  }
  const auto sorted = topo_sort(names.size(), edges);
  const auto* cycle = std::get_if<Cycle>(&sorted);
  if (cycle == nullptr) return;
  std::vector<std::string> path;
  for (const std::size_t i : cycle->members) path.push_back(names[i]);
  path.push_back(path.front());
  const auto edge = std::find_if(memberships.begin(), memberships.end(), [&](const MembershipRule* rule) {
    return rule->ensure == Ensure::Present && rule->member == path[0] && rule->role == path[1];
  });
  reader.error("membership-circle", (*edge)->pos, fmt::format("memberships form a circle: {}", join(path, " -> ")),
               "PostgreSQL refuses that a role is a member of itself, however far around.");
}

// Present and absent of things that are named alike.
class Contradictions {
 public:
  explicit Contradictions(Reader& reader) : reader_(reader) {}

  void add(const std::string& key, Ensure ensure, const SourcePos& pos, const std::string& what) {
    const auto [entry, fresh] = seen_.emplace(key, std::pair(ensure, &pos));
    if (fresh || entry->second.first == ensure || !reported_.emplace(pos, *entry->second.second).second) return;
    reader_.error("contradiction", pos, fmt::format("{} is both present and absent", what), also(*entry->second.second));
  }

 private:
  Reader& reader_;
  std::unordered_map<std::string, std::pair<Ensure, const SourcePos*>> seen_;
  std::set<std::pair<SourcePos, SourcePos>> reported_;
};

void append(std::string& key, std::string_view part) {
  key += std::to_string(part.size());
  key += ':';
  key += part;
}

std::string object_key(const ObjectPattern& object) {
  std::string key(1, static_cast<char>('a' + static_cast<int>(object.kind)));
  if (object.schema) {
    append(key, object.schema->text);
    append(key, object.schema->wild);
  }
  append(key, object.name.text);
  append(key, object.name.wild);
  append(key, object.args ? *object.args : "*");
  return key;
}

void check_grants(Reader& reader, const DatabaseCharter& database) {
  std::unordered_set<std::string> absent;  // only what they name can contradict
  for (const GrantRule& rule : database.grants) {
    if (rule.ensure != Ensure::Absent) continue;
    for (const ObjectPattern& object : rule.objects) absent.insert(object_key(object));
  }
  if (absent.empty()) return;
  Contradictions contradictions(reader);
  for (const GrantRule& rule : database.grants) {
    if (!rule.except.empty()) continue;
    std::vector<std::string> columns = rule.columns;
    if (columns.empty()) columns.emplace_back();
    for (const ObjectPattern& object : rule.objects) {
      const PrivilegeSet all = rule.columns.empty() ? info(object.kind).all : info(object.kind).column;
      const std::string object_part = object_key(object);
      if (!absent.contains(object_part)) continue;
      for (const std::string& column : columns) {
        for (const std::string& grantee : rule.to) {
          for_each(rule.all_privileges ? all : rule.privileges, [&](Privilege privilege) {
            std::string key = object_part;
            append(key, column);
            append(key, grantee);
            append(key, info(privilege).name);
            contradictions.add(
                key, rule.ensure, rule.pos,
                fmt::format("{} on {} \"{}\" for \"{}\"", info(privilege).name, info(object.kind).singular, object.text(), grantee));
          });
        }
      }
    }
  }
}

void check_default_privileges(Reader& reader, const DatabaseCharter& database) {
  Contradictions contradictions(reader);
  for (const DefaultPrivilegeRule& rule : database.default_privileges) {
    std::vector<std::string> schemas = rule.in;
    if (schemas.empty()) schemas.emplace_back();
    for (const std::string& by : rule.by) {
      for (const std::string& schema : schemas) {
        for (const std::string& grantee : rule.to) {
          for_each(rule.all_privileges ? info(rule.objects).all : rule.privileges, [&](Privilege privilege) {
            std::string key(info(rule.objects).singular);
            for (const std::string& part : {by, schema, grantee}) append(key, part);
            append(key, info(privilege).name);
            contradictions.add(key, rule.ensure, rule.pos,
                               fmt::format("the default privilege {} on {} by \"{}\" for \"{}\"", info(privilege).name,
                                           info(rule.objects).manifest_key, by, grantee));
          });
        }
      }
    }
  }
}

}  // namespace

void validate_charter(Reader& reader) {
  for (const RoleReference& reference : reader.references) check_reference(reader, reference);
  check_renames(reader);
  const auto memberships = all_memberships(reader.charter());
  check_duplicate_memberships(reader, memberships);
  check_circles(reader, memberships);
  for (const DatabaseCharter& database : reader.charter().databases) {
    check_grants(reader, database);
    check_default_privileges(reader, database);
    validate_structure(reader, database);
  }
}

}  // namespace pgcharter
