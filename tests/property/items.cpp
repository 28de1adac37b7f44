// Literal names, whole schemas, patterns around a name that is there, and everything: whatever a manifest can say about a kind.
#include "property/items.h"

#include <algorithm>

#include "property/names.h"

namespace pgcharter::property {

ItemMaker::ItemMaker(Rng& rng, const Case& c) : rng_(rng), case_(c) {
  for (const auto& role : c.roles) {
    if (role.status == Status::Declared || role.status == Status::External) usable_.push_back(role.name);
  }
}

std::vector<std::string> ItemMaker::grantees(bool with_public) {
  auto to = rng_.some(usable_, 1, 3);
  if (with_public && rng_.chance(12)) to.push_back(kPublicName);
  if (rng_.chance(3)) to.push_back("pg_monitor");
  if (rng_.chance(3)) to.push_back("pg_database_owner");
  return to;
}

std::vector<std::string> ItemMaker::schema_names(bool existing_only) const {
  std::vector<std::string> names;
  for (const auto& schema : case_.schemas) {
    if (schema.exists || (!existing_only && schema.declared)) names.push_back(schema.name);
  }
  return names;
}

bool ItemMaker::has_sequence(const ObjectSpec& table) const {
  return std::any_of(case_.objects.begin(), case_.objects.end(), [&](const ObjectSpec& other) {
    return other.key.kind == Kind::Sequence && other.key.schema == table.key.schema && other.linked_table == table.key.name;
  });
}

Item ItemMaker::literal(const ObjectSpec& object) {
  Item item;
  item.kind = object.key.kind;
  item.schema = literal_glob(object.key.schema);
  item.name = literal_glob(object.key.name);
  item.spelled = object.manifest_name;
  if (object.key.kind == Kind::Function) {
    item.args = object.manifest_args;
    item.canonical_args = object.key.args;
  }
  return item;
}

Item ItemMaker::everything(Kind kind) {
  Item item;
  item.kind = kind;
  item.schema = any_glob();
  item.name = any_glob();
  return item;
}

Item ItemMaker::whole_schema(Kind kind, const std::string& schema) {
  Item item = everything(kind);
  item.schema = literal_glob(schema);
  item.whole_schema = true;
  item.schema_name = schema;
  return item;
}

Item ItemMaker::of_schemas(const std::vector<std::string>& schemas) {
  Item item = everything(Kind::Schema);
  if (rng_.chance(65))
    item.name = literal_glob(rng_.pick(schemas));
  else if (rng_.chance(80))
    item.name = glob_around(rng_, rng_.pick(schemas));
  return item;
}

Item ItemMaker::named(const ObjectSpec& object) {
  if (rng_.chance(50)) return literal(object);
  Item item = everything(object.key.kind);
  if (object.key.kind == Kind::LargeObject) return item;  // numbers know no patterns but *
  if (in_schema(item.kind)) item.schema = rng_.chance(75) ? literal_glob(object.key.schema) : glob_around(rng_, object.key.schema);
  item.name = glob_around(rng_, object.key.name);
  if (item.kind == Kind::Function && rng_.chance(40)) {
    item.name = literal_glob(object.key.name);
    item.schema = literal_glob(object.key.schema);
    item.all_overloads = true;
  }
  return item;
}

std::optional<Item> ItemMaker::item(Kind kind) {
  if (kind == Kind::Database) {
    Item result = everything(kind);
    result.name = literal_glob(case_.database);
    return result;
  }
  const auto schemas = schema_names(false);
  if (schemas.empty() && (kind == Kind::Schema || in_schema(kind))) return std::nullopt;
  if (kind == Kind::Schema) return of_schemas(schemas);
  if (in_schema(kind) && rng_.chance(40)) return whole_schema(kind, rng_.pick(schemas));
  if (rng_.chance(in_schema(kind) ? 6 : 15)) return everything(kind);
  std::vector<ObjectSpec> objects;
  for (const auto& object : case_.objects) {
    if (object.key.kind == kind) objects.push_back(object);
  }
  if (!objects.empty()) return named(rng_.pick(objects));
  return in_schema(kind) ? whole_schema(kind, rng_.pick(schemas)) : everything(kind);
}

}  // namespace pgcharter::property
