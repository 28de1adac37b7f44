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
  if (item.kind == Kind::Database || item.kind == Kind::Schema) return true;
  if (!glob_matches(item.schema, object.key.schema)) return false;
  if (item.args) return item.canonical_args == object.key.args;
  // Members of extensions are matched by a literal name only.
  return !object.extension_member;
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

bool contradicts(const Case& c, const GrantSpec& absent, const GrantSpec& present) {
  const bool grantee = std::any_of(absent.to.begin(), absent.to.end(), [&](const auto& to) { return contains(present.to, to); });
  if (!grantee) return false;
  for (const auto& object : all_objects(c)) {
    if (!rule_matches(absent.items, absent.except, object) || !rule_matches(present.items, present.except, object)) continue;
    for (const auto& privilege : rule_privileges(absent.all, absent.privileges, object.key.kind)) {
      if (contains(rule_privileges(present.all, present.privileges, object.key.kind), privilege)) return true;
    }
  }
  return false;
}

}  // namespace pgcharter::property
