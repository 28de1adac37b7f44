// Matching is done object by object and rule by rule, with nothing shared or remembered: the cases are small, and the
// point is to be right in another way than the product.
#include "property/matching.h"

#include <algorithm>

#include "property/names.h"

namespace pgcharter::property {

bool contains(const std::vector<std::string>& items, const std::string& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

bool item_matches(const Item& item, const ObjectSpec& object) {
  if (item.kind != object.key.kind || !glob_matches(item.name, object.key.name)) return false;
  if (in_schema(item.kind) && !glob_matches(item.schema, object.key.schema)) return false;
  if (item.args && item.canonical_args != object.key.args) return false;
  // Members of extensions are matched by a literal name only, and so is a parameter that nobody has granted anything on.
  return is_literal(item) || (!object.extension_member && !object.unnamed);
}

bool is_literal(const Item& item) {
  const auto literal = [](const Glob& glob) {
    return std::all_of(glob.pieces.begin(), glob.pieces.end(), [](const auto& piece) { return piece.wildcard == 0; });
  };
  if (item.kind == Kind::Function && !item.args) return false;
  return literal(item.name) && (!in_schema(item.kind) || literal(item.schema));
}

bool rule_matches(const GrantSpec& grant, const ObjectSpec& object) {
  ObjectSpec like = object;
  if (grant.extension_members) like.extension_member = false;
  return rule_matches(grant.items, grant.except, like);
}

bool rule_matches(const std::vector<Item>& items, const std::vector<Item>& except, const ObjectSpec& object) {
  const auto matches = [&](const Item& item) { return item_matches(item, object); };
  return std::any_of(items.begin(), items.end(), matches) && std::none_of(except.begin(), except.end(), matches);
}

std::vector<std::string> rule_privileges(bool all, const std::vector<std::string>& privileges, Kind kind) {
  return all ? kind_privileges(kind) : privileges;
}

std::vector<const GrantSpec*> flat_grants(const Case& c) {
  std::vector<const GrantSpec*> result;
  for (const auto& grant : c.grants) {
    if (grant.profile.empty()) result.push_back(&grant);
    for (const auto& inner : grant.expanded) result.push_back(&inner);
  }
  return result;
}

std::vector<ObjectSpec> all_objects(const Case& c) {
  std::vector<ObjectSpec> result;
  ObjectSpec database;
  database.key = {Kind::Database, "", c.database, ""};
  database.owner = c.database_owner;
  result.push_back(database);
  for (const auto& schema : c.schemas) {
    if (schema.absent || (!schema.exists && !schema.declared)) continue;
    ObjectSpec object;
    object.key = {Kind::Schema, "", schema.name, ""};
    object.owner = schema.owner;
    result.push_back(object);
  }
  result.insert(result.end(), c.objects.begin(), c.objects.end());
  return result;
}

namespace {

/// True where the two say the same, so that they contradict each other even before there is an object.
bool same_words(const Item& a, const Item& b) {
  const auto same = [](const Glob& x, const Glob& y) {
    return std::equal(x.pieces.begin(), x.pieces.end(), y.pieces.begin(), y.pieces.end(),
                      [](const auto& p, const auto& q) { return p.literal == q.literal && p.wildcard == q.wildcard; });
  };
  return a.kind == b.kind && same(a.schema, b.schema) && same(a.name, b.name);
}

bool same_privilege(const GrantSpec& a, const GrantSpec& b, Kind kind) {
  const auto others = rule_privileges(b.all, b.privileges, kind);
  const auto mine = rule_privileges(a.all, a.privileges, kind);
  return std::any_of(mine.begin(), mine.end(), [&](const auto& privilege) { return contains(others, privilege); });
}

}  // namespace

bool contradicts(const Case& c, const GrantSpec& absent, const GrantSpec& present) {
  const bool grantee = std::any_of(absent.to.begin(), absent.to.end(), [&](const auto& to) { return contains(present.to, to); });
  if (!grantee) return false;
  for (const auto& object : all_objects(c)) {
    if (!rule_matches(absent, object) || !rule_matches(present, object)) continue;
    if (same_privilege(absent, present, object.key.kind)) return true;
  }
  for (const auto& item : absent.items) {
    for (const auto& other : present.items) {
      if (same_words(item, other) && same_privilege(absent, present, item.kind)) return true;
    }
  }
  return false;
}

}  // namespace pgcharter::property
