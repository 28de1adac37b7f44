// The rules, in the order in which DESIGN gives them: whose is the object now; what did the grantee hold once the owner
// had changed; what do the rules say; is the pair in scope. The pieces that decide are decide() and schema_in_scope().
#include "property/model.h"

#include <algorithm>

#include "property/matching.h"
#include "property/names.h"

namespace pgcharter::property {
namespace {

/// What the rules of the charter say about one privilege.
struct Said {
  bool present = false;
  bool grantable = false;
  bool absent = false;
  bool expired = false;
};

struct Base {
  bool held = false;
  bool grantable = false;
};

Base base_of(const std::vector<Entry>& entries, const std::string& grantee, const std::string& privilege) {
  Base base;
  for (const auto& entry : entries) {
    if (entry.grantee != grantee || entry.privilege != privilege) continue;
    base.held = true;
    base.grantable = base.grantable || entry.grantable;
  }
  return base;
}

/// ALTER … OWNER: the new owner takes the old one's place in every entry.
std::vector<Entry> with_owner(std::vector<Entry> entries, const std::string& before, const std::string& after) {
  for (auto& entry : entries) {
    if (entry.grantee == before) entry.grantee = after;
    if (entry.grantor == before) entry.grantor = after;
  }
  return entries;
}

class ModelMaker {
 public:
  ModelMaker(const Case& c, const Snapshot& before) : case_(c), before_(before), grants_(flat_grants(c)) {}

  Model make() {
    roles();
    memberships();
    for (const auto& object : all_objects(case_)) objects_[object.key] = object;
    for (const auto& [key, access] : before_.objects) {
      if (objects_.contains(key)) continue;  // things of the server's own, like schema public
      ObjectSpec other;
      other.key = key;
      objects_[key] = other;
    }
    for (const auto& [key, spec] : objects_) model_.objects[key].owner = owner_of(spec);
    for (const auto& [key, spec] : objects_) object(spec);
    defaults();
    return std::move(model_);
  }

 private:
  // --- roles and memberships

  Status status(const std::string& role) const {
    const RoleSpec* spec = case_.find_role(role);
    return spec == nullptr ? Status::Undeclared : spec->status;
  }

  bool family(const char* name) const { return !case_.scope.without_families.contains(name); }

  bool role_in_scope(const std::string& role) const {
    if (role == kPublicName) return case_.scope.public_in_scope;
    const RoleSpec* spec = case_.find_role(role);
    if (spec == nullptr || spec->status == Status::External || spec->status == Status::Absent) return false;
    if (!case_.scope.roles) return spec->status == Status::Declared;
    return std::any_of(case_.scope.roles->begin(), case_.scope.roles->end(), [&](const Glob& glob) { return glob_matches(glob, role); });
  }

  void roles() {
    for (const auto& [name, facts] : before_.roles) {
      if (status(name) != Status::Absent) model_.roles[name] = facts;
    }
    for (const auto& role : case_.roles) {
      if (role_in_scope(role.name)) model_.roles_in_scope.insert(role.name);
      if (role.status != Status::Declared) continue;
      RoleFacts& facts = model_.roles[role.name];
      facts.attributes.flags = role.declared.flags;
      if (role.written.contains("connection_limit")) facts.attributes.connection_limit = role.declared.connection_limit;
      if (role.written.contains("valid_until")) facts.attributes.valid_until = role.declared.valid_until;
      if (role.comment) facts.comment = *role.comment;
      const auto set = [](auto& settings, const auto& declared) {
        for (const auto& [key, value] : declared) {
          if (value)
            settings[key] = *value;
          else
            settings.erase(key);
        }
      };
      set(facts.settings, role.settings);
      set(facts.settings_in, role.settings_in);
    }
  }

  void memberships() {
    std::vector<std::string> everyone = {"pg_monitor"};
    for (const auto& role : case_.roles) everyone.push_back(role.name);
    for (const auto& group : everyone) {
      for (const auto& member : everyone) {
        if (group == member) continue;
        model_.memberships[{group, member}] = membership(group, member);
        if (server_major() >= 16) model_.membership_options[{group, member}] = options(group, member);
      }
    }
  }

  /// What the one present entry of an edge says; an edge that nothing speaks about keeps the options that it has.
  WantedOptions options(const std::string& group, const std::string& member) const {
    const auto existing = before_.memberships.find({group, member});
    const bool was = existing != before_.memberships.end();
    WantedOptions kept;
    if (was) kept = {existing->second.inherit, existing->second.set};
    if (!family("memberships")) return kept;
    const auto said = [](const std::vector<Edge>& edges, const std::string& name) -> const Edge* {
      for (const auto& edge : edges) {
        if (edge.role == name && !edge.absent && edge.expires != Expires::Past) return &edge;
      }
      return nullptr;
    };
    const RoleSpec* group_spec = case_.find_role(group);
    const RoleSpec* member_spec = case_.find_role(member);
    const Edge* edge = member_spec != nullptr ? said(member_spec->member_of, group) : nullptr;
    if (edge == nullptr && group_spec != nullptr) edge = said(group_spec->members, member);
    if (edge == nullptr) return kept;
    const auto facts = model_.roles.find(member);
    WantedOptions wanted{edge->inherit, edge->set.value_or(true)};
    if (!wanted.inherit && facts != model_.roles.end()) wanted.inherit = facts->second.attributes.flags.at("inherit");
    // `additive` takes nothing away; whether it takes an option away that the charter denies, DESIGN leaves open.
    if (case_.scope.additive && was && kept.inherit != wanted.inherit) wanted.inherit.reset();
    if (case_.scope.additive && was && kept.set != wanted.set) wanted.set.reset();
    return wanted;
  }

  Want membership(const std::string& group, const std::string& member) const {
    const auto existing = before_.memberships.find({group, member});
    const Base base{existing != before_.memberships.end(), existing != before_.memberships.end() && existing->second.admin};
    if (status(group) == Status::Absent || status(member) == Status::Absent) return Want::No;
    if (!family("memberships")) return base.grantable ? Want::Grantable : base.held ? Want::Plain : Want::No;
    Said said;
    const auto hear = [&](const std::vector<Edge>& edges, const std::string& name) {
      for (const auto& edge : edges) {
        if (edge.role != name) continue;
        if (edge.absent)
          said.absent = true;
        else if (edge.expires == Expires::Past)
          said.expired = true;
        else
          said.present = true, said.grantable = said.grantable || edge.admin;
      }
    };
    const RoleSpec* group_spec = case_.find_role(group);
    const RoleSpec* member_spec = case_.find_role(member);
    if (member_spec != nullptr) hear(member_spec->member_of, group);
    if (group_spec != nullptr) hear(group_spec->members, member);
    const bool declared_member = status(member) == Status::Declared;
    const bool by_list = group_spec != nullptr && group_spec->members_written;
    const bool authoritative = (declared_member || by_list) && !case_.scope.additive;
    if (said.present) {
      if (said.grantable) return Want::Grantable;
      return case_.scope.additive && base.grantable ? Want::Held : Want::Plain;
    }
    if (said.absent || said.expired) return Want::No;
    // It can't be told from the row that CREATE ROLE makes for its creator, which is ignored.
    if (existing != before_.memberships.end() && base.grantable && existing->second.set == false && existing->second.inherit == false)
      return Want::Any;
    // DESIGN 4 does not say whether scope.roles bounds memberships, too.
    if (authoritative && !by_list && base.held && !role_in_scope(member)) return Want::Any;
    if (authoritative) return Want::No;
    return base.grantable ? Want::Grantable : base.held ? Want::Plain : Want::No;
  }

  // --- owners

  const SchemaSpec* schema_spec(const std::string& name) const {
    for (const auto& schema : case_.schemas) {
      if (schema.name == name) return &schema;
    }
    return nullptr;
  }

  std::string owner_of(const ObjectSpec& spec) const {
    const auto existing = before_.objects.find(spec.key);
    const std::string before = existing == before_.objects.end() ? "postgres" : existing->second.owner;
    if (existing == before_.objects.end()) {  // a schema to create; its owner is no matter of the family `owners`
      const SchemaSpec* schema = schema_spec(spec.key.name);
      return schema->declared_owner.value_or(before);
    }
    if (!family("owners") || ignored(spec)) return before;
    if (spec.key.kind == Kind::Database) return case_.declared_database_owner.value_or(before);
    if (spec.key.kind == Kind::Schema) {
      const SchemaSpec* schema = schema_spec(spec.key.name);
      return schema != nullptr && schema->declared && schema->declared_owner ? *schema->declared_owner : before;
    }
    if (spec.key.kind == Kind::Sequence && !spec.linked_table.empty()) {
      return owner_of(objects_.at({Kind::Table, spec.key.schema, spec.linked_table, ""}));
    }
    for (const auto& rule : case_.ownership) {
      if (rule_matches(rule.items, rule.except, spec)) return rule.owner;
    }
    return before;
  }

  // --- scope

  bool ignored(const ObjectSpec& spec) const {
    return std::any_of(case_.scope.ignore.begin(), case_.scope.ignore.end(), [&](const Item& item) { return item_matches(item, spec); });
  }

  static bool any_matches(const std::vector<Item>& items, const std::string& schema) {
    return std::any_of(items.begin(), items.end(), [&](const Item& item) {
      if (item.kind == Kind::Database) return false;
      return glob_matches(item.kind == Kind::Schema ? item.name : item.schema, schema);
    });
  }

  bool schema_in_scope(const std::string& schema) const {
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

  bool object_in_scope(const ObjectSpec& spec) const {
    if (spec.key.kind == Kind::Database) return true;
    return schema_in_scope(spec.key.kind == Kind::Schema ? spec.key.name : spec.key.schema);
  }

  // --- grants

  static void hear(Said& said, const GrantSpec& grant) {
    if (grant.absent) {
      said.absent = true;
    } else if (grant.expires == Expires::Past) {
      said.expired = true;
    } else {
      said.present = true;
      said.grantable = said.grantable || grant.grantable;
    }
  }

  Said said_about(const ObjectSpec& spec, const std::string& column, const std::string& grantee, const std::string& privilege) const {
    Said said;
    for (const auto* grant : grants_) {
      const bool here = column.empty() ? grant->columns.empty() : contains(grant->columns, column);
      if (!here || !contains(grant->to, grantee) || !rule_matches(grant->items, grant->except, spec)) continue;
      if (contains(rule_privileges(grant->all, grant->privileges, spec.key.kind), privilege)) hear(said, *grant);
    }
    return said;
  }

  Want decide(const Said& said, const Base& base, bool owner, bool in_scope) const {
    const Want as_it_was = base.grantable ? Want::Grantable : base.held ? Want::Plain : Want::No;
    if (owner) {
      // Nothing but an absent entry that names the role takes something from an owner.
      if (said.absent) return Want::No;
      return base.held || said.present ? Want::Held : Want::No;
    }
    if (said.present) {
      if (said.grantable) return Want::Grantable;
      return in_scope && !case_.scope.additive ? Want::Plain : base.grantable ? Want::Grantable : Want::Plain;
    }
    if (said.absent || said.expired) return Want::No;
    return in_scope && !case_.scope.additive ? Want::No : as_it_was;
  }

  std::vector<std::string> grantees() const {
    std::vector<std::string> names = {kPublicName, "pg_monitor", "pg_database_owner"};
    for (const auto& [name, facts] : model_.roles) names.push_back(name);
    return names;
  }

  void object(const ObjectSpec& spec) {
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
        Base base = base_of(entries, grantee, privilege);
        Want want = decide(said, base, grantee == model.owner, in_scope && !untouched);
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

  void columns(const ObjectSpec& spec, const std::string& column, const std::string& grantee, const std::vector<Entry>& entries,
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

  // --- default privileges

  std::string database_owner() const { return model_.objects.at({Kind::Database, "", case_.database, ""}).owner; }

  std::vector<std::string> creators_of(const std::string& schema) const {
    const SchemaSpec* spec = schema_spec(schema);
    if (spec != nullptr && spec->declared && !spec->creators.empty()) return spec->creators;
    const auto model = model_.objects.find({Kind::Schema, "", schema, ""});
    if (model == model_.objects.end()) return {};
    return {model->second.owner == "pg_database_owner" ? database_owner() : model->second.owner};
  }

  /// What `future: true` says about the objects that `creator` will make in `schema` ("": everywhere).
  bool future_covers(const Item& item, const std::string& creator, const std::string& schema) const {
    if (item.whole_schema) return item.schema_name == schema && contains(creators_of(schema), creator);
    if (!schema.empty()) return false;
    for (const auto& [key, spec] : objects_) {
      if (key.kind == Kind::Schema && contains(creators_of(key.name), creator)) return true;
    }
    return false;
  }

  bool named_globally(const std::string& creator, Kind kind) const {
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

  Said said_about_default(const DefaultKey& key, const std::string& grantee, const std::string& privilege) const {
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

  void defaults() {
    std::set<std::string> creators;
    for (const auto& [name, facts] : model_.roles) creators.insert(name);
    std::set<std::string> schemas = {""};
    for (const auto& [key, spec] : objects_) {
      if (key.kind == Kind::Schema) schemas.insert(key.name);
    }
    for (const auto& creator : creators) {
      for (const auto& schema : schemas) {
        for (const Kind kind : {Kind::Table, Kind::Sequence, Kind::Function, Kind::Schema}) {
          if (kind != Kind::Schema || schema.empty()) default_acl({creator, schema, kind});
        }
      }
    }
  }

  void default_acl(const DefaultKey& key) {
    const auto& [creator, schema, kind] = key;
    const auto row = before_.defaults.find(key);
    std::vector<Entry> entries;
    if (row != before_.defaults.end()) entries = row->second;
    const bool fresh = !before_.roles.contains(creator);  // a new role has the built-in defaults
    const bool place = schema.empty() ? named_globally(creator, kind) : schema_in_scope(schema);
    for (const auto& grantee : grantees()) {
      for (const auto& privilege : kind_privileges(kind)) {
        Base base = base_of(entries, grantee, privilege);
        if (fresh && schema.empty()) base.held = grantee == creator || (grantee == kPublicName && kind == Kind::Function);
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

  const Case& case_;
  const Snapshot& before_;
  std::vector<const GrantSpec*> grants_;
  std::map<ObjectKey, ObjectSpec> objects_;
  Model model_;
};

}  // namespace

Model make_model(const Case& c, const Snapshot& before) { return ModelMaker(c, before).make(); }

namespace {

int excuse(const Model& model, const Snapshot& after, const std::string& owner, const std::vector<Entry>& entries, GranteeWants& wants) {
  int excused = 0;
  for (const auto& entry : entries) {
    const auto grantor = model.roles.find(entry.grantor);
    if (entry.grantor == owner || grantor == model.roles.end()) continue;
    if (!grantor->second.attributes.flags.at("superuser") && !effective_roles(model, after, entry.grantor).contains(owner)) continue;
    const auto grantee = wants.find(entry.grantee);
    if (grantee == wants.end()) continue;
    Want& want = grantee->second.at(entry.privilege);
    if (want == Want::No || (want == Want::Plain && entry.grantable)) {
      want = Want::Any;
      ++excused;
    }
  }
  return excused;
}

}  // namespace

int excuse_unremovable(Model& model, const Snapshot& after) {
  int excused = 0;
  for (auto& [key, object] : model.objects) {
    const auto found = after.objects.find(key);
    if (found == after.objects.end()) continue;
    const ObjectAccess& access = found->second;
    excused += excuse(model, after, access.owner, access.acl, object.acl);
    for (const auto& [column, entries] : access.columns) {
      const auto wants = object.columns.find(column);
      if (wants != object.columns.end()) excused += excuse(model, after, access.owner, entries, wants->second);
    }
  }
  return excused;
}

}  // namespace pgcharter::property
