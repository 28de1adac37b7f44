// The rules, in the order in which DESIGN gives them: whose is the object now; what did the grantee hold once the owner
// had changed; what do the rules say; is the pair in scope. The pieces that decide are decide() and schema_in_scope().
#include "property/model.h"

#include <algorithm>

#include "property/executor.h"
#include "property/matching.h"
#include "property/model_maker.h"
#include "property/names.h"

namespace pgcharter::property {
namespace {

/// ALTER … OWNER: the new owner takes the old one's place in every entry.
std::vector<Entry> with_owner(std::vector<Entry> entries, const std::string& before, const std::string& after) {
  for (auto& entry : entries) {
    if (entry.grantee == before) entry.grantee = after;
    if (entry.grantor == before) entry.grantor = after;
  }
  return entries;
}

bool any_matches(const std::vector<Item>& items, const std::string& schema) {
  return std::any_of(items.begin(), items.end(), [&](const Item& item) {
    if (item.kind != Kind::Schema && !in_schema(item.kind)) return false;
    return glob_matches(item.kind == Kind::Schema ? item.name : item.schema, schema);
  });
}

}  // namespace

Base base_of(const std::vector<Entry>& entries, const std::string& grantee, const std::string& privilege) {
  Base base;
  for (const auto& entry : entries) {
    if (entry.grantee != grantee || entry.privilege != privilege) continue;
    base.held = true;
    base.grantable = base.grantable || entry.grantable;
  }
  return base;
}

void hear(Said& said, const GrantSpec& grant) {
  if (grant.absent) {
    said.absent = true;
  } else if (grant.expires == Expires::Past) {
    said.expired = true;
  } else {
    said.present = true;
    said.grantable = said.grantable || grant.grantable;
  }
}

Model ModelMaker::make() {
  roles();
  memberships();
  find_objects();
  for (const auto& [key, spec] : objects_) model_.objects[key].owner = owner_of(spec);
  for (const auto& [key, spec] : objects_) object(spec);
  defaults();
  return std::move(model_);
}

void ModelMaker::find_objects() {
  for (const auto& object : all_objects(case_)) objects_[object.key] = object;
  for (const auto& [key, access] : before_.objects) {
    ObjectSpec& object = objects_[key];  // new: a thing of the server's own, like schema public
    object.key = key;
    object.extension_member = access.extension_member;
    object.unnamed = key.kind == Kind::Parameter && !access.listed && !found_by_pattern(key);
  }
}

/// A parameter has a row for patterns to find when somebody is granted something on it, by this charter at the latest.
bool ModelMaker::found_by_pattern(const ObjectKey& parameter) const {
  ObjectSpec object;
  object.key = parameter;
  object.unnamed = true;
  return family("grants") && std::any_of(grants_.begin(), grants_.end(), [&](const GrantSpec* grant) {
           return !grant->absent && grant->expires != Expires::Past && rule_matches(*grant, object);
         });
}

const SchemaSpec* ModelMaker::schema_spec(const std::string& name) const {
  for (const auto& schema : case_.schemas) {
    if (schema.name == name) return &schema;
  }
  return nullptr;
}

std::string ModelMaker::owner_of(const ObjectSpec& spec) const {
  const auto existing = before_.objects.find(spec.key);
  const std::string before = existing == before_.objects.end() ? executor_of(case_) : existing->second.owner;
  if (existing == before_.objects.end()) {  // a schema to create; its declared owner is no matter of the family `owners`
    const SchemaSpec* schema = schema_spec(spec.key.name);
    if (schema->declared_owner) return *schema->declared_owner;
  }
  if (!family("owners") || ignored(spec)) return before;
  if (spec.key.kind == Kind::Database && case_.declared_database_owner) return *case_.declared_database_owner;
  if (spec.key.kind == Kind::Schema) {
    const SchemaSpec* schema = schema_spec(spec.key.name);
    if (schema != nullptr && schema->declared && schema->declared_owner) return *schema->declared_owner;
  }
  if (spec.key.kind == Kind::Sequence && !spec.linked_table.empty()) {
    return owner_of(objects_.at({Kind::Table, spec.key.schema, spec.linked_table, ""}));
  }
  std::string owner = before;
  for (const auto& rule : case_.ownership) {
    if (rule_matches(rule.items, rule.except, spec)) owner = rule.owner;
  }
  return owner;
}

bool ModelMaker::ignored(const ObjectSpec& spec) const {
  return std::any_of(case_.scope.ignore.begin(), case_.scope.ignore.end(), [&](const Item& item) { return item_matches(item, spec); });
}

bool ModelMaker::schema_in_scope(const std::string& schema) const {
  if (case_.scope.schemas) {
    return std::any_of(case_.scope.schemas->begin(), case_.scope.schemas->end(),
                       [&](const Glob& glob) { return glob_matches(glob, schema); });
  }
  const SchemaSpec* spec = schema_spec(schema);
  if (spec != nullptr && spec->declared) return true;
  for (const auto* grant : grants_) {
    if (!grant->absent && any_matches(grant->items, schema)) return true;
  }
  for (const auto& rule : case_.ownership) {
    if (any_matches(rule.items, schema)) return true;
  }
  for (const auto& rule : case_.defaults) {
    if (!rule.absent && contains(rule.in, schema)) return true;
  }
  return false;
}

bool ModelMaker::object_in_scope(const ObjectSpec& spec) const {
  if (spec.key.kind == Kind::Database) return true;
  if (spec.key.kind == Kind::Schema) return schema_in_scope(spec.key.name);
  if (in_schema(spec.key.kind)) return schema_in_scope(spec.key.schema);
  return std::any_of(grants_.begin(), grants_.end(), [&](const GrantSpec* grant) { return !grant->absent && rule_matches(*grant, spec); });
}

Said ModelMaker::said_about(const ObjectSpec& spec, const std::string& column, const std::string& grantee,
                            const std::string& privilege) const {
  Said said;
  for (const auto* grant : grants_) {
    const bool here = column.empty() ? grant->columns.empty() : contains(grant->columns, column);
    if (!here || !contains(grant->to, grantee) || !rule_matches(*grant, spec)) continue;
    if (contains(rule_privileges(grant->all, grant->privileges, spec.key.kind), privilege)) hear(said, *grant);
  }
  return said;
}

/// `rest` is what an authoritative charter leaves where it says nothing.
Want ModelMaker::decide(const Said& said, const Base& base, bool owner, bool in_scope, const Base& rest) const {
  if (owner) {
    // Nothing but an absent entry that names the role takes something from an owner.
    if (said.absent) return Want::No;
    return base.held || said.present ? Want::Held : Want::No;
  }
  const Base& kept = in_scope && !case_.scope.additive ? rest : base;
  if (said.present) return said.grantable || kept.grantable ? Want::Grantable : Want::Plain;
  if (said.absent || said.expired) return Want::No;
  return kept.grantable ? Want::Grantable : kept.held ? Want::Plain : Want::No;
}

std::vector<std::string> ModelMaker::grantees() const {
  std::vector<std::string> names = {kPublicName, "pg_monitor", "pg_database_owner"};
  for (const auto& [name, facts] : model_.roles) names.push_back(name);
  return names;
}

void ModelMaker::object(const ObjectSpec& spec) {
  ObjectModel& model = model_.objects[spec.key];
  const auto existing = before_.objects.find(spec.key);
  const bool created = existing == before_.objects.end();
  std::vector<Entry> entries;
  if (!created) entries = with_owner(existing->second.acl, existing->second.owner, model.owner);
  const bool untouched = ignored(spec) || !family("grants");
  for (const auto& grantee : grantees()) {
    const bool in_scope = role_in_scope(grantee) && object_in_scope(spec);
    for (const auto& privilege : kind_privileges(spec.key.kind)) {
      const Said said = untouched ? Said{} : said_about(spec, "", grantee, privilege);
      const Base base = base_of(entries, grantee, privilege);
      // A member of an extension keeps what the extension gave.
      const Base rest = created ? Base{} : base_of(existing->second.initial, grantee, privilege);
      Want want = decide(said, base, grantee == model.owner, in_scope && !untouched, rest);
      // A new schema begins with what its creator's default privileges give.
      const bool left_alone = !said.expired && (untouched || !in_scope || case_.scope.additive);
      if (created && !said.present && !said.absent && (grantee == model.owner || left_alone)) want = Want::Any;
      model.acl[grantee][privilege] = want;
    }
  }
  if (created || spec.key.kind != Kind::Table) return;
  for (const auto& [column, column_entries] : existing->second.columns) {
    const auto now = with_owner(column_entries, existing->second.owner, model.owner);
    for (const auto& grantee : grantees()) columns(spec, column, grantee, now, untouched, model);
  }
}

void ModelMaker::columns(const ObjectSpec& spec, const std::string& column, const std::string& grantee, const std::vector<Entry>& entries,
                         bool untouched, ObjectModel& model) {
  const bool in_scope = role_in_scope(grantee) && object_in_scope(spec) && !untouched;
  for (const auto& privilege : column_privileges()) {
    const Said said = untouched ? Said{} : said_about(spec, column, grantee, privilege);
    const Said table = untouched ? Said{} : said_about(spec, "", grantee, privilege);
    const Base base = base_of(entries, grantee, privilege);
    Want want = decide(said, base, grantee == model.owner, in_scope);
    // REVOKE on a table takes the columns' privileges along, and DESIGN leaves open whether `absent` on a table means them.
    if ((table.absent || table.expired) && !said.present && base.held && want != Want::No) want = Want::Any;
    model.columns[column][grantee][privilege] = want;
  }
}

Model make_model(const Case& c, const Snapshot& before) { return ModelMaker(c, before).make(); }

}  // namespace pgcharter::property
