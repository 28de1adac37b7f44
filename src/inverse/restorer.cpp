// Every aspect that a read covers, compared with what it was. The lists of privileges are compared entry by entry, grantors included; the
// diff and the plan do the rest as for any charter. Memberships are rows here, not edges, since a row's grantor must come back too.
//
// What appeared meanwhile by other hands is left alone: only what the plan created is dropped.

#include "inverse/restorer.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "desired/acl_target.h"

namespace pgcharter {
namespace {

const Reason kAsItWas{"as it was", std::nullopt};

template <typename T>
bool planned(const Plan& plan, const auto& matches) {
  return std::ranges::any_of(plan.steps, [&](const Step& step) {
    const auto* change = std::get_if<T>(&step.change.body);
    return change != nullptr && matches(*change);
  });
}

}  // namespace

Restorer::Restorer(const Plan& done, const State& after, const InverseScope& scope)
    : done_(done), before_(*done.actual), after_(after), scope_(scope) {
  for (const Step& step : done.steps) {
    if (const auto* renamed = std::get_if<RenameRole>(&step.change.body)) {
      old_names_[renamed->role] = renamed->from;
      const RoleId now = after.names->find(before_.names->name(renamed->role));
      if (now == kNoRole) continue;
      after.names->rename(now, renamed->from);
      renamed_.insert(now);
    } else if (const RoleId created = created_role(step.change); created != kNoRole) {
      created_.insert(after.names->find(before_.names->name(created)));
    }
  }
}

Desired Restorer::run() {
  desired_.actual = &after_;
  desired_.one_transaction = true;
  leave_alone(desired_.cluster, after_.cluster.objects);
  for (const DatabaseState& database : after_.databases) {
    leave_alone(desired_.databases.emplace_back().objects, database.objects);
    desired_.databases.back().objects.database = database.name;
  }
  if (scope_.server) {
    restore_roles();
    restore_settings();
    restore_memberships();
    restore_objects(desired_.cluster, before_.cluster.objects, after_.cluster.objects, desired_.cluster_owner_reasons);
    restore_parameters();
  }
  note_inheritance();
  if (scope_.database) {
    const DatabaseState& was = before_.databases.front();
    const DatabaseState& is = after_.databases.front();
    DesiredDatabase& database = desired_.databases.front();
    restore_schemas(database, was, is);
    restore_extensions(database, was, is);
    restore_structure(database, is);
    restore_objects(database.objects, was.objects, is.objects, database.owner_reasons);
    restore_columns(database.objects, was, is);
    restore_default_privileges(database, was, is);
    tell_what_reassign_moved(was);
  }
  return std::move(desired_);
}

void Restorer::leave_alone(DesiredObjects& objects, const std::vector<Object>& is) const {
  objects.actual = &is;
  objects.rule_sets.emplace_back();
  for (const Object& object : is) {
    objects.desired.push_back({.owner = object.owner, .baseline = object.acl, .acl = object.acl, .rules = 0});
  }
}

RoleId Restorer::role(RoleId was) const {
  if (was == kNoRole || was == kPublic) return was;
  if (before_.names->dangling(was)) {
    return after_.names->intern_dangling(static_cast<std::uint32_t>(std::stoul(before_.names->name(was))));
  }
  const auto renamed = old_names_.find(was);
  return after_.names->intern(renamed != old_names_.end() ? renamed->second : before_.names->name(was));
}

AclId Restorer::acl(AclId was) {
  const auto [known, fresh] = acls_.try_emplace(was);
  if (!fresh) return known->second;
  Acl list = (*before_.acls)[was];
  for (AclEntry& entry : list) {
    entry.grantee = role(entry.grantee);
    entry.grantor = role(entry.grantor);
  }
  return known->second = after_.acls->intern(normalised(std::move(list)));
}

void Restorer::restore_role(const Role& was) {
  const RoleId id = role(was.id);
  const Role* is = after_.cluster.find_role(id);
  const bool renamed = renamed_.contains(id);
  if (is != nullptr && !renamed && is->attributes == was.attributes && is->comment == was.comment && is->entra == was.entra) return;
  DesiredRole desired{.id = id, .attributes = was.attributes, .comment = was.comment, .entra = was.entra, .reason = kAsItWas};
  desired.create = is == nullptr;
  if (renamed) desired.rename_from = before_.names->name(was.id);
  desired_.roles.push_back(std::move(desired));
  if (is == nullptr) lost.push_back(fmt::format("the password of role {}, and its number (oid)", display_name(after_.names->name(id))));
}

void Restorer::restore_roles() {
  for (const Role& was : before_.cluster.roles) restore_role(was);
  for (const RoleId id : created_) {
    const Role* is = after_.cluster.find_role(id);
    if (is == nullptr) continue;
    DesiredRole gone{.id = id, .attributes = is->attributes, .comment = is->comment, .entra = is->entra, .reason = kAsItWas};
    gone.drop = true;
    desired_.roles.push_back(std::move(gone));
  }
  for (const Step& step : done_.steps) {
    if (const auto* set = std::get_if<SetPassword>(&step.change.body)) {
      lost.push_back(fmt::format("the former password of role {}", display_name(after_.names->name(role(set->role)))));
    }
  }
}

void Restorer::restore_settings() {
  std::map<SettingsScope, Settings> was;
  for (const auto& [scope, settings] : before_.cluster.settings) was[{scope.database, role(scope.role)}] = settings;
  std::map<SettingsScope, Settings> is = after_.cluster.settings;
  for (const auto& [scope, settings] : was) is[scope];
  for (const auto& [scope, now] : is) {
    if (new_role(scope.role)) continue;  // they go with the role
    const Settings& then = was[scope];
    SettingRules rules;
    for (const auto& [key, value] : then) rules[key].value = value;
    for (const auto& [key, value] : now) rules[key];
    for (const auto& [key, value] : rules) desired_.settings[scope][key] = value;
  }
}

void Restorer::restore_memberships() {
  const bool grantors_count = after_.server.major() >= 16;
  const auto key = [&](const Membership& m) { return std::tuple(m.role, m.member, grantors_count ? m.grantor : kNoRole); };
  std::map<decltype(key(Membership{})), Membership> was;
  for (Membership row : before_.cluster.memberships) {
    row.role = role(row.role);
    row.member = role(row.member);
    row.grantor = role(row.grantor);
    was[key(row)] = row;
  }
  const auto add = [&](ChangeBody body) { changes.push_back({.database = -1, .body = std::move(body), .reason = kAsItWas}); };
  for (const Membership& row : after_.cluster.memberships) {
    const auto found = was.find(key(row));
    if (found != was.end()) {
      if (!grantors_count) found->second.grantor = row.grantor;
      if (found->second != row) add(GrantMembership{row, found->second});
      was.erase(found);
    } else if (!new_role(row.role) && !new_role(row.member)) {
      add(RevokeMembership{row});
    }
  }
  for (const auto& [where, row] : was) add(GrantMembership{std::nullopt, row});
}

void Restorer::note_inheritance() {
  std::vector<Inheritance::Edge> edges;
  for (const Membership& row : after_.cluster.memberships) {
    if (row.inherit) edges.push_back({row.member, row.role});
  }
  for (const Change& change : changes) {
    const auto* grant = std::get_if<GrantMembership>(&change.body);
    if (grant != nullptr && grant->after.inherit) edges.push_back({grant->after.member, grant->after.role});
  }
  std::set<RoleId> superusers;
  for (const Role& r : after_.cluster.roles) {
    if (r.attributes.superuser) superusers.insert(r.id);
  }
  desired_.inheritance = std::make_shared<const Inheritance>(edges, std::move(superusers));
}

void Restorer::restore_objects(DesiredObjects& objects, const std::vector<Object>& was, const std::vector<Object>& is,
                               std::map<std::size_t, Reason>& owner_reasons) {
  auto old = was.begin();
  for (std::size_t i = 0; i < is.size(); ++i) {
    old = std::lower_bound(old, was.end(), is[i].id, [](const Object& o, const ObjectName& name) { return o.id < name; });
    if (old == was.end() || old->id != is[i].id) continue;
    DesiredObject& desired = objects.desired[i];
    const RoleId owner = role(old->owner);
    if (owner != desired.owner) {
      desired.baseline = after_.acls->intern(with_new_owner((*after_.acls)[desired.baseline], desired.owner, owner));
      desired.owner = owner;
      if (is[i].owned_by == 0) owner_reasons[i] = kAsItWas;
    }
    desired.acl = acl(old->acl);
  }
}

void Restorer::restore_parameters() {
  for (const Object& object : before_.cluster.objects) {
    if (object.id.kind != ObjectKind::Parameter || after_.cluster.find(object.id)) continue;
    Object again = object;  // its row is made by the first GRANT
    again.owner = role(object.owner);
    again.acl = after_.acls->intern(acl_default(ObjectKind::Parameter, again.owner, after_.server.major()));
    desired_.cluster.desired.push_back({.owner = again.owner, .baseline = again.acl, .acl = acl(object.acl), .rules = 0});
    desired_.cluster.created.push_back(std::move(again));
  }
}

void Restorer::restore_columns(DesiredObjects& objects, const DatabaseState& was, const DatabaseState& is) {
  std::map<std::pair<std::uint32_t, std::string>, DesiredColumn> columns;
  const auto column = [&](std::uint32_t object, const std::string& name) -> DesiredColumn& {
    DesiredColumn& result = columns[{object, name}];
    result.object = object;
    result.name = name;
    return result;
  };
  for (const Column& c : is.columns) {
    const RoleId owner = is.objects[c.object].owner;
    const DesiredObject& table = objects.desired[c.object];
    const Acl now = with_new_owner((*after_.acls)[c.acl], owner, table.owner);
    column(c.object, c.name).baseline =
        after_.acls->intern(after_table_revoke(now, (*after_.acls)[table.baseline], (*after_.acls)[table.acl]));
  }
  for (const Column& c : was.columns) {
    const auto object = is.find(was.objects[c.object].id);
    if (object) column(*object, c.name).acl = acl(c.acl);
  }
  for (const auto& [where, c] : columns) objects.columns.push_back(c);
}

void Restorer::restore_default_privileges(DesiredDatabase& database, const DatabaseState& was, const DatabaseState& is) {
  std::map<std::tuple<RoleId, std::string, ObjectKind>, DesiredDefaultAcl> lists;
  const auto list = [&](RoleId creator, const DefaultAcl& like) -> DesiredDefaultAcl& {
    const auto [it, fresh] = lists.try_emplace({creator, like.schema, like.objects});
    if (fresh) {
      const bool global = like.schema.empty();
      const AclId none = global ? after_.acls->intern(acl_default(like.objects, creator, after_.server.major())) : kEmptyAcl;
      it->second = {.creator = creator, .schema = like.schema, .objects = like.objects, .baseline = none, .acl = none};
    }
    return it->second;
  };
  for (const DefaultAcl& d : is.default_acls) list(d.creator, d).baseline = d.acl;
  for (const DefaultAcl& d : was.default_acls) list(role(d.creator), d).acl = acl(d.acl);
  for (const auto& [key, d] : lists) database.default_acls.push_back(d);
}

void Restorer::restore_schemas(DesiredDatabase& database, const DatabaseState& was, const DatabaseState& is) {
  for (const Object& object : was.objects) {
    if (object.id.kind != ObjectKind::Schema || is.find(object.id)) continue;
    if (!planned<DropSchema>(done_, [&](const DropSchema& c) { return c.name == object.id.name; })) continue;
    const RoleId owner = role(object.owner);
    database.schemas.push_back({.name = object.id.name, .create = true, .drop = false, .owner = owner, .reason = kAsItWas});
    AclId born = after_.acls->intern(acl_default(ObjectKind::Schema, owner, after_.server.major()));
    for (const DefaultAcl& d : is.default_acls) {
      if (d.schema.empty() && d.creator == owner && d.objects == ObjectKind::Schema) born = d.acl;
    }
    Object again = object;
    again.owner = owner;
    again.acl = born;
    database.objects.created.push_back(std::move(again));
    database.objects.desired.push_back({.owner = owner, .baseline = born, .acl = acl(object.acl), .rules = 0});
  }
  for (const Step& step : done_.steps) {
    const auto* created = std::get_if<CreateSchema>(&step.change.body);
    if (created == nullptr || !is.find({.kind = ObjectKind::Schema, .schema = {}, .name = created->name, .args = {}})) continue;
    database.schemas.push_back({.name = created->name, .create = false, .drop = true, .owner = {}, .reason = kAsItWas});
  }
}

void Restorer::restore_extensions(DesiredDatabase& database, const DatabaseState& was, const DatabaseState& is) {
  for (const Extension& now : is.extensions) {
    const auto then = std::ranges::find(was.extensions, now.name, &Extension::name);
    if (then == was.extensions.end()) {
      if (planned<CreateExtension>(done_, [&](const CreateExtension& c) { return c.extension.name == now.name; }))
        changes.push_back({.database = 0, .body = DropExtension{now}, .reason = kAsItWas});
      continue;
    }
    if (then->version != now.version) {
      lost.push_back(fmt::format("version {} of extension {}: it stays at {}", then->version, display_name(now.name), now.version));
    }
    if (then->schema == now.schema) continue;
    database.extensions.push_back({.desired = {now.name, then->schema, now.version}, .schema_written = true, .reason = kAsItWas});
  }
}

void Restorer::restore_structure(DesiredDatabase& database, const DatabaseState& is) {
  for (const Step& step : done_.steps) {
    const DesiredObjects& objects = done_.desired->databases.front().objects;
    if (const auto* table = std::get_if<CreateTable>(&step.change.body)) {
      if (const auto now = is.find(table->rule->id)) database.dropped.emplace_back(*now, kAsItWas);
    } else if (const auto* routine = std::get_if<PutRoutine>(&step.change.body)) {
      const ObjectName& id = objects.object(routine->object).id;
      const auto now = is.find(id);
      if (!now) continue;
      if (!routine->before) {
        database.dropped.emplace_back(*now, kAsItWas);
      } else if (const RoutineDefinition* definition = is.find_routine(id)) {
        database.routines.push_back({.object = *now, .before = *definition, .after = *routine->before, .reason = kAsItWas});
      }
    } else if (const auto* dropped = std::get_if<DropObject>(&step.change.body)) {
      lost.push_back(fmt::format("{} {}, which was dropped", info(dropped->object.kind).singular, display_name(dropped->object)));
    }
  }
  tell_what_moved();
}

void Restorer::tell_what_moved() {
  for (const Step& step : done_.steps) {
    if (const auto* placed = std::get_if<PlaceTable>(&step.change.body); placed != nullptr && !placed->placement.fresh) {
      lost.push_back(fmt::format("how Citus kept table {}: as {}", display_name(placed->placement.table),
                                 name(placed->placement.before.distribution)));
    } else if (const auto* schema = std::get_if<PlaceSchema>(&step.change.body)) {
      lost.push_back(fmt::format("that schema {} was {}distributed", display_name(schema->placement.schema),
                                 schema->placement.distribute ? "not " : ""));
    } else if (const auto* table = std::get_if<ChangeHypertable>(&step.change.body); table != nullptr && !table->hypertable.fresh) {
      lost.push_back(fmt::format("what TimescaleDB was told about table {}", display_name(table->hypertable.table)));
    } else if (const auto* job = std::get_if<ChangeCronJob>(&step.change.body)) {
      lost.push_back(fmt::format("the former job \"{}\" of pg_cron", job->job.name));
    }
  }
}

void Restorer::tell_what_reassign_moved(const DatabaseState& was) {
  std::set<std::pair<std::string, std::uint32_t>> read;
  for (const Object& o : was.objects) read.emplace(info(o.id.kind).catalog, o.oid);
  for (const Object& o : before_.cluster.objects) read.emplace(info(o.id.kind).catalog, o.oid);
  for (const RoleDependency& d : was.role_dependencies) {
    if (d.type != 'o' || d.catalog == "pg_default_acl" || d.catalog.empty() || read.contains({d.catalog, d.oid})) continue;
    if (!planned<ReassignOwned>(done_, [&](const ReassignOwned& c) { return c.role == d.role; })) continue;
    lost.push_back(fmt::format("the owner of {}, which was {}", d.description, display_name(after_.names->name(role(d.role)))));
  }
}

}  // namespace pgcharter
