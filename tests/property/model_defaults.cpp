// Default privileges: the entries that name them, and what `future: true` says for the creators of a schema.
#include "property/model_maker.h"

namespace pgcharter::property {

std::string ModelMaker::database_owner() const { return model_.objects.at({Kind::Database, "", case_.database, ""}).owner; }

std::vector<std::string> ModelMaker::creators_of(const std::string& schema) const {
  const SchemaSpec* spec = schema_spec(schema);
  if (spec != nullptr && spec->declared && !spec->creators.empty()) return spec->creators;
  const auto model = model_.objects.find({Kind::Schema, "", schema, ""});
  if (model == model_.objects.end()) return {};
  return {model->second.owner == "pg_database_owner" ? database_owner() : model->second.owner};
}

/// What `future: true` says about the objects that `creator` will make in `schema` ("": everywhere).
bool ModelMaker::future_covers(const Item& item, const std::string& creator, const std::string& schema) const {
  if (item.whole_schema) return item.schema_name == schema && contains(creators_of(schema), creator);
  if (!schema.empty()) return false;
  for (const auto& [key, spec] : objects_) {
    if (key.kind == Kind::Schema && contains(creators_of(key.name), creator)) return true;
  }
  return false;
}

bool ModelMaker::named_globally(const std::string& creator, Kind kind) const {
  for (const auto& rule : case_.defaults) {
    if (!rule.absent && rule.in.empty() && rule.kind == kind && contains(rule.by, creator)) return true;
  }
  for (const auto* grant : grants_) {
    if (!grant->future) continue;
    for (const auto& item : grant->items) {
      if (item.kind == kind && future_covers(item, creator, "")) return true;
    }
  }
  return false;
}

Said ModelMaker::said_about_default(const DefaultKey& key, const std::string& grantee, const std::string& privilege) const {
  const auto& [creator, schema, kind] = key;
  Said said;
  for (const auto& rule : case_.defaults) {
    const bool here = schema.empty() ? rule.in.empty() : contains(rule.in, schema);
    if (!here || rule.kind != kind || !contains(rule.by, creator) || !contains(rule.to, grantee)) continue;
    if (!contains(rule_privileges(rule.all, rule.privileges, kind), privilege)) continue;
    if (rule.absent)
      said.absent = true;
    else
      said.present = true, said.grantable = said.grantable || rule.grantable;
  }
  for (const auto* grant : grants_) {
    if (!grant->future || !contains(grant->to, grantee) || !contains(rule_privileges(grant->all, grant->privileges, kind), privilege))
      continue;
    for (const auto& item : grant->items) {
      if (item.kind == kind && future_covers(item, creator, schema)) hear(said, *grant);
    }
  }
  return said;
}

void ModelMaker::defaults() {
  std::set<std::string> creators;
  for (const auto& [name, facts] : model_.roles) creators.insert(name);
  std::set<std::string> schemas = {""};
  for (const auto& [key, spec] : objects_) {
    if (key.kind == Kind::Schema) schemas.insert(key.name);
  }
  for (const auto& creator : creators) {
    for (const auto& schema : schemas) {
      for (const Kind kind : default_kinds()) {
        if (in_schema(kind) || schema.empty()) default_acl({creator, schema, kind});
      }
    }
  }
}

void ModelMaker::default_acl(const DefaultKey& key) {
  const auto& [creator, schema, kind] = key;
  const auto row = before_.defaults.find(key);
  std::vector<Entry> entries;
  if (row != before_.defaults.end()) entries = row->second;
  const bool fresh = !before_.roles.contains(creator);  // a new role has the built-in defaults
  const bool place = schema.empty() ? named_globally(creator, kind) : schema_in_scope(schema);
  for (const auto& grantee : grantees()) {
    for (const auto& privilege : kind_privileges(kind)) {
      Base base = base_of(entries, grantee, privilege);
      if (fresh && schema.empty()) base.held = grantee == creator || (grantee == kPublicName && privilege == words(kind).public_default);
      Want want = Want::Any;
      if (!family("default_privileges")) {
        want = base.grantable ? Want::Grantable : base.held ? Want::Plain : Want::No;
      } else if (grantee != creator || schema.empty()) {
        want = decide(said_about_default(key, grantee, privilege), base, grantee == creator, place && role_in_scope(grantee));
      }
      model_.defaults[key][grantee][privilege] = want;
    }
  }
}

}  // namespace pgcharter::property
