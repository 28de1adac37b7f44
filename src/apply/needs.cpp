// What the server asks of the session before it carries out a change.
//
// The rules follow the checks in the server: user.c (CREATE/ALTER/DROP ROLE and GRANT of roles: CREATEROLE before 16, since then ADMIN
// OPTION too), aclchk.c (GRANT and REVOKE: as the owner, or with grant options), alter.c, tablecmds.c, schemacmds.c and dbcommands.c
// (ALTER … OWNER: own the object and be able to become the new owner, who needs CREATE on the schema; of a schema, the session needs
// CREATE on the database; of a database, CREATEDB), catalog/aclchk.c for ALTER DEFAULT PRIVILEGES (a member of the creator, since 16 one
// that inherits), namespace.c (USAGE on the schema of everything that is named), pg_shdepend.c (REASSIGN OWNED skips the checks for
// relations and types). What can't be known beforehand (trusted extensions, event triggers, hooks of a provider) stays for the server.

#include "apply/needs.h"

#include <algorithm>

#include <fmt/format.h>

#include "pgcharter/names.h"

#include "sql/writer.h"

namespace pgcharter {

std::vector<const Change*> pointers_to(const std::vector<Change>& changes) {
  std::vector<const Change*> result;
  result.reserve(changes.size());
  for (const Change& change : changes) result.push_back(&change);
  return result;
}

Needs::Needs(const State& actual, const Desired& desired, const std::vector<const Change*>& changes, const std::vector<Membership>& granted)
    : actual_(actual), desired_(desired), session_(actual, desired, changes, granted) {
  for (const Membership& row : memberships()) groups_[row.member].insert(row.role);
  for (const Change* change : changes) {
    if (const RoleId created = created_role(*change); created != kNoRole) created_.insert(created);
    if (const auto* rename = std::get_if<RenameRole>(&change->body)) renamed_[rename->role] = rename->from;
  }
}

bool Needs::is_superuser(RoleId role) const {
  const Role* existing = actual_.cluster.find_role(role);
  if (existing != nullptr && (existing->attributes.superuser || existing->bootstrap)) return true;
  return std::ranges::any_of(desired_.roles, [&](const DesiredRole& r) { return r.id == role && r.create && r.attributes.superuser; });
}

const std::string& Needs::name_now(RoleId role) const {
  const auto it = renamed_.find(role);
  return it == renamed_.end() ? actual_.names->name(role) : it->second;
}

/// Collects the unmet needs of one change.
class Needs::Visitor {
 public:
  Visitor(const Needs& needs, const Change& change)
      : n_(needs), actual_(needs.actual_), desired_(needs.desired_), me_(needs.executor()), database_(change.database) {
    std::visit(*this, change.body);
  }

  std::vector<Need> found;

  void operator()(const CreatePrincipal&) { createrole("to create Entra principals"); }
  void operator()(const BindPrincipal& c) {
    // Azure's own function asks for an Entra administrator only, see find_obstacles(); a label is set like an attribute.
    const auto& functions = actual_.server.entra_functions;
    const bool label = !c.after || c.after->object_id.empty() || !functions || !functions->update_with_oid;
    label ? alter(c.role) : createrole("to bind roles to Entra principals");
  }
  void operator()(const RenameRole& c) {
    if (c.from == actual_.server.user) {
      return statement("to rename the role that is connected",
                       SqlWriter().keyword("ALTER ROLE").identifier(c.from).keyword("RENAME TO").identifier(name(c.role)).take());
    }
    alter(c.role);
  }
  void operator()(const CreateRole& c) {
    createrole("to create roles");
    attributes({}, c.attributes);
  }
  void operator()(const AlterRole& c) {
    if (!since_16() && c.before.replication) return superuser(fmt::format("to alter {}, which has REPLICATION", shown(c.role)));
    if (since_16() && c.role == me_.id()) return superuser("to alter the role that is connected");
    alter(c.role);
    attributes(c.before, c.after);
  }
  void operator()(const SetPassword& c) {
    const Role* role = actual_.cluster.find_role(c.role);
    if (!since_16() && role != nullptr && role->attributes.replication && !n_.creates(c.role)) {
      return superuser(fmt::format("to alter {}, which has REPLICATION", shown(c.role)));
    }
    if (c.role != me_.id()) alter(c.role);
  }
  void operator()(const CommentRole& c) { alter(c.role); }
  void operator()(const ChangeSetting& c) {
    if (c.scope.role != kNoRole) {
      if (c.scope.role != me_.id()) alter(c.scope.role);
    } else if (c.scope.database.empty()) {
      superuser("to set parameters for all roles");
    } else if (const auto i = database_object(c.scope.database)) {
      act(actual_.cluster.objects[*i].owner, "to set parameters of a database of");
    }
  }
  void operator()(const DropRole& c) { alter(c.role); }
  void operator()(const ReassignOwned& c) {
    act(c.role, "to reassign what is owned by");
    act(c.to, "to give objects to");
    reassigned(c);
  }
  void operator()(const GrantMembership& c) {
    if (c.passing != Passing::No) return;
    grant(c.after.role, c.before ? c.before->grantor : me_.id());
  }
  void operator()(const RevokeMembership& c) {
    if (c.passing == Passing::No) grant(c.membership.role, c.membership.grantor);
  }
  void operator()(const CreateSchema& c) {
    create_on_database("to create schemas in this database");
    if (c.owner) become(*c.owner, "to create schemas for");
  }
  void operator()(const DropSchema& c) {
    const DatabaseState& database = actual_.databases[static_cast<std::size_t>(database_)];
    const auto i = database.find({.kind = ObjectKind::Schema, .schema = {}, .name = c.name, .args = {}});
    if (i) act(objects().desired[*i].owner, "to drop a schema of");
  }
  // Whether an extension is trusted, or allowed by the provider, is not in the catalogs that are read.
  void operator()(const CreateExtension&) {}
  void operator()(const AlterExtension&) {}
  void operator()(const DropExtension&) {}
  void operator()(const PlaceSchema& c) {
    const DatabaseState& database = actual_.databases[static_cast<std::size_t>(database_)];
    const auto i = database.find({.kind = ObjectKind::Schema, .schema = {}, .name = c.placement.schema, .args = {}});
    if (i) act(objects().desired[*i].owner, "to distribute a schema of");
  }
  void operator()(const CreateTable& c) { create_object(c.rule->id, c.owner); }
  void operator()(const PlaceTable& c) { own(c.placement.table, "to distribute a table of"); }
  void operator()(const ChangeHypertable& c) { own(c.hypertable.table, "to make a hypertable of a table of"); }
  void operator()(const PutRoutine& c) {
    if (!c.before) return create_object(objects().object(c.object).id, c.owner);
    act(objects().desired[c.object].owner, "to replace a function of");
  }
  void operator()(const DropObject& c) { own(c.object, "to drop what belongs to"); }
  void operator()(const ChangeCronJob&) { usage("cron", me_.id(), Moment::WithGrants); }
  void operator()(const ChangeOwner& c) {
    if (c.kind == ObjectKind::ForeignDataWrapper) return superuser("to change the owner of a foreign-data wrapper");
    if (n_.is_superuser(c.before) && !me_.acts_for(c.before)) {
      for (const std::uint32_t i : *c.objects) take_over(c.kind, objects().object(i).id, c.before);
    } else {
      act(c.before, "to change the owner of what belongs to");
    }
    become(c.after, "to give objects to");
    if (c.kind == ObjectKind::Database) attribute(me_.attributes().createdb, "to change the owner of a database", "CREATEDB");
    if (c.kind == ObjectKind::Schema) create_on_database("to change the owner of a schema");
    if (!in_schema(c.kind)) return;
    std::set<std::string_view> schemas;
    for (const std::uint32_t i : *c.objects) {
      const std::string& schema = objects().object(i).id.schema;
      if (!schemas.insert(schema).second) continue;
      usage(schema, me_.id(), Moment::AfterOwners);
      create_in_schema(c.after, schema);
    }
  }
  void operator()(const ChangePrivileges& c) {
    if (c.implied || !c.objects || c.objects->empty()) return;
    // The objects of one change have one owner.
    const RoleId owner = objects().desired[c.objects->front()].owner;
    if (!c.grant && c.grantor != kNoRole && c.grantor != owner && owner != kNoRole) {
      become(c.grantor, "to revoke what was granted by");
      return usages(c, c.grantor, Moment::BeforeOwners);
    }
    if (n_.session_.becomes_owner(database_, c)) {
      become(owner, "to grant and revoke on objects of");
      return usages(c, owner, moment_of(c));
    }
    usages(c, me_.id(), moment_of(c));
    std::vector<std::uint32_t> beyond;  // of superusers, or of nobody
    std::set<AclId> seen;
    // Before 16 membership without INHERIT allows SET ROLE, which is as good.
    const bool inherits = since_16() || me_.attributes().inherit;
    const bool others = owner == kNoRole || (n_.is_superuser(owner) && !me_.acts_for(owner));
    for (const std::uint32_t i : *c.objects) {
      const AclId acl = objects().desired[i].baseline;
      if (!others && !seen.insert(acl).second) continue;
      if (c.grant && has_grant_options(acl, c.privileges)) continue;
      if (others) {
        beyond.push_back(i);
      } else if (inherits) {
        act(owner, "to grant and revoke on objects of");
      } else {
        become(owner, "to grant and revoke on objects of");
      }
    }
    if (!beyond.empty()) privileges_beyond(c, beyond);
  }
  void operator()(const ChangeDefaultPrivileges& c) {
    constexpr std::string_view what = "to change the default privileges of";
    since_16() ? act(c.creator, what) : become(c.creator, what);
  }

 private:
  const Needs& n_;
  const State& actual_;
  const Desired& desired_;
  const Executor& me_;
  int database_;

  [[nodiscard]] bool since_16() const { return n_.major() >= 16; }
  [[nodiscard]] const std::string& name(RoleId role) const { return actual_.names->name(role); }
  [[nodiscard]] std::string shown(RoleId role) const { return display_name(n_.name_now(role)); }
  [[nodiscard]] std::string me() const { return quote_identifier(actual_.server.user); }
  [[nodiscard]] const DesiredObjects& objects() const {
    return database_ < 0 ? desired_.cluster : desired_.databases[static_cast<std::size_t>(database_)].objects;
  }
  [[nodiscard]] std::optional<std::uint32_t> database_object(const std::string& database) const {
    return actual_.cluster.find({.kind = ObjectKind::Database, .schema = {}, .name = database, .args = {}});
  }

  void add(Need::Kind kind, RoleId role, std::string what, std::string sql = {}) {
    found.push_back({.kind = kind, .role = role, .what = std::move(what), .sql = std::move(sql)});
  }
  void statement(std::string what, std::string sql) { add(Need::Kind::Statement, kNoRole, std::move(what), std::move(sql)); }
  void superuser(std::string what) { add(Need::Kind::Superuser, kNoRole, std::move(what)); }

  void act(RoleId role, std::string_view what) {
    if (n_.session_.acts_for(role, database_)) return;
    const RoleId who = n_.session_.resolved(role, database_);
    if (who == kNoRole || n_.is_superuser(who) || me_.acts_for(who)) return superuser(fmt::format("{} {}", what, shown(who)));
    add(Need::Kind::Act, who, fmt::format("{} {}", what, shown(who)));
  }
  void become(RoleId role, std::string_view what) {
    const RoleId who = n_.session_.resolved(role, database_);
    if (me_.can_become(who)) return;
    if (who == kNoRole || n_.is_superuser(who)) return superuser(fmt::format("{} {}", what, shown(who)));
    add(Need::Kind::Become, who, fmt::format("{} {}", what, shown(who)));
  }

  void attribute(bool have, std::string what, std::string_view word) {
    if (!have) statement(std::move(what), fmt::format("ALTER ROLE {} {}", me(), word));
  }
  void createrole(std::string what) { attribute(me_.attributes().createrole, std::move(what), "CREATEROLE"); }

  /// ALTER, COMMENT ON and DROP ROLE.
  void alter(RoleId role) {
    if (n_.is_superuser(role)) return superuser(fmt::format("to alter or drop the superuser {}", shown(role)));
    createrole("to alter or drop roles");
    if (!since_16() || n_.session_.early().administers(role)) return;
    if (role == me_.id()) return superuser("to alter the role that is connected");
    add(Need::Kind::Alter, role, fmt::format("to alter or drop {}", shown(role)));
  }

  /// GRANT and REVOKE of a role; since 16 as the grantor of the row.
  void grant(RoleId role, RoleId grantor) {
    if (n_.is_superuser(role)) return superuser(fmt::format("to grant and revoke the superuser {}", shown(role)));
    if (since_16() && grantor != me_.id()) return act(grantor, "to revoke memberships that were granted by");
    if (n_.session_.early().grants(role) || (!since_16() && me_.attributes().createrole)) return;
    add(Need::Kind::Grant, role, fmt::format("to grant and revoke membership in {}", shown(role)));
  }

  /// Attributes that not everybody with CREATEROLE may set.
  void attributes(const RoleAttributes& before, const RoleAttributes& after) {
    const RoleAttributes& mine = me_.attributes();
    if (before.superuser != after.superuser) superuser("to change SUPERUSER");
    const auto restricted = [&](bool changes, bool have, std::string_view word) {
      if (!changes) return;
      if (since_16()) return attribute(have, fmt::format("to change {}", word), word);
      superuser(fmt::format("to change {}", word));
    };
    restricted(before.replication != after.replication, mine.replication, "REPLICATION");
    restricted(before.bypassrls != after.bypassrls, mine.bypassrls, "BYPASSRLS");
    if (since_16()) restricted(before.createdb != after.createdb, mine.createdb, "CREATEDB");
  }

  /// What REASSIGN OWNED checks beyond the two roles: nothing for relations and types, the usual for everything else.
  void reassigned(const ReassignOwned& c) {
    const DatabaseState& database = actual_.databases[static_cast<std::size_t>(database_)];
    for (const RoleDependency& d : database.role_dependencies) {
      const bool here = d.role == c.role && d.type == 'o' && (d.database.empty() || d.database == database.name);
      if (!here || d.catalog == "pg_class" || d.catalog == "pg_type" || d.catalog == "pg_default_acl") continue;
      become(c.to, "to give objects to");
      if (d.catalog == "pg_namespace") create_on_database("to change the owner of a schema");
      if (d.catalog == "pg_foreign_data_wrapper") superuser("to change the owner of a foreign-data wrapper");
      for (const Object& object : database.objects) {
        if (object.oid == d.oid && object.id.kind == ObjectKind::Function && d.catalog == "pg_proc") {
          create_in_schema(c.to, object.id.schema);
        }
      }
    }
  }

  /// A list of privileges gives one to the session.
  [[nodiscard]] bool holds(AclId acl, Privilege privilege) const {
    return std::ranges::any_of((*actual_.acls)[acl], [&](const AclEntry& e) {
      return e.privileges.contains(privilege) && (e.grantee == kPublic || n_.session_.acts_for(e.grantee, database_));
    });
  }
  [[nodiscard]] bool has_grant_options(AclId acl, PrivilegeSet privileges) const {
    // One role must have them all: the server takes the best grantor, and warns about the rest.
    std::map<RoleId, PrivilegeSet> options;
    for (const AclEntry& e : (*actual_.acls)[acl]) {
      if (e.grantee != kPublic && n_.session_.acts_for(e.grantee, database_)) options[e.grantee] |= e.grantable;
    }
    return std::ranges::any_of(options, [&](const auto& entry) { return entry.second.includes(privileges); });
  }

  /// The server's grants and revokes have run by then.
  void create_on_database(std::string what) {
    const std::string& database = actual_.databases[static_cast<std::size_t>(database_)].name;
    const auto i = database_object(database);
    if (!i || holds(desired_.cluster.desired[*i].acl, Privilege::Create)) return;
    statement(std::move(what), fmt::format("GRANT CREATE ON DATABASE {} TO {}", quote_identifier(database), me()));
  }

  /// When a privilege on a schema is needed: the plan changes owners, then grants, then revokes; schemas before what is in them, and when
  /// it revokes after it.
  enum class Moment { BeforeOwners, AfterOwners, WithGrants };
  static Moment moment_of(const ChangePrivileges& c) { return c.before_grants ? Moment::AfterOwners : Moment::WithGrants; }

  [[nodiscard]] bool has_on_schema(RoleId role, const DesiredObjects& all, std::uint32_t schema, Privilege privilege, Moment moment) const {
    const DesiredObject& target = all.desired[schema];
    const auto gives = [&](const AclEntry& e) {
      if (!e.privileges.contains(privilege)) return false;
      if (e.grantee == kPublic) return true;
      if (role == me_.id()) return n_.session_.acts_for(e.grantee, database_);
      return desired_.inheritance->acts_for(role, n_.session_.resolved(e.grantee, database_));
    };
    const Acl& after = (*actual_.acls)[target.acl];
    const auto stays = [&](const AclEntry& e) {  // other grantors revoke before the owners do
      return e.grantor == target.owner || std::ranges::any_of(after, [&](const AclEntry& a) {
               return a.grantee == e.grantee && a.grantor == e.grantor && a.privileges.contains(privilege);
             });
    };
    if (moment == Moment::BeforeOwners) return std::ranges::any_of((*actual_.acls)[all.object(schema).acl], gives);
    if (moment == Moment::WithGrants && std::ranges::any_of(after, gives)) return true;
    return std::ranges::any_of((*actual_.acls)[target.baseline], [&](const AclEntry& e) { return gives(e) && stays(e); });
  }

  void on_schema(RoleId role, const std::string& schema, Privilege privilege, Moment moment, std::string what) {
    const auto i =
        actual_.databases[static_cast<std::size_t>(database_)].find({.kind = ObjectKind::Schema, .schema = {}, .name = schema, .args = {}});
    if (!i) return on_new_schema(role, schema, privilege, moment, std::move(what));
    if (n_.is_superuser(role) || has_on_schema(role, objects(), *i, privilege, moment)) return;
    // A new role can be granted nothing yet, and what its ownership gives until the plan moves the schema can't be granted besides.
    const bool until_moved = has_on_schema(role, objects(), *i, privilege, Moment::BeforeOwners);
    if (until_moved && role == me_.id()) return act(objects().desired[*i].owner, "to name what is in a schema of");
    if (until_moved || n_.creates(role)) return superuser(std::move(what));
    statement(std::move(what), fmt::format("GRANT {} ON SCHEMA {} TO {}", to_sql(PrivilegeSet::of(privilege)), quote_identifier(schema),
                                           quote_identifier(n_.name_now(role))));
  }

  /// Before the plan's grants only its owner has anything in a schema that the plan makes.
  void on_new_schema(RoleId role, const std::string& schema, Privilege privilege, Moment moment, std::string what) {
    if (moment != Moment::AfterOwners || role == me_.id() || n_.is_superuser(role)) return;
    for (std::size_t i = 0; i < objects().size(); ++i) {
      const Object& object = objects().object(i);
      if (object.id.kind != ObjectKind::Schema || object.id.name != schema) continue;
      if (!has_on_schema(role, objects(), static_cast<std::uint32_t>(i), privilege, moment)) superuser(std::move(what));
      return;
    }
  }

  /// USAGE on the schemas of what is named, for whom it is sent as.
  void usages(const ChangePrivileges& c, RoleId sender, Moment moment) {
    if (!in_schema(c.kind)) return;
    std::set<std::string_view> schemas;
    for (const std::uint32_t i : *c.objects) {
      const std::string& schema = objects().object(i).id.schema;
      if (schemas.insert(schema).second) usage(schema, sender, moment);
    }
  }
  void usage(const std::string& schema, RoleId sender, Moment moment) {
    on_schema(sender, schema, Privilege::Usage, moment, fmt::format("to name what is in schema {}", display_name(schema)));
  }

  /// A new owner needs CREATE on the schema, before the grants of the plan.
  void create_in_schema(RoleId owner, const std::string& schema) {
    on_schema(owner, schema, Privilege::Create, Moment::AfterOwners,
              fmt::format("to make {} an owner in schema {}", shown(owner), display_name(schema)));
  }

  /// A new table or function: the executor makes it, and gives it away.
  void create_object(const ObjectName& id, std::optional<RoleId> owner) {
    on_schema(me_.id(), id.schema, Privilege::Create, Moment::BeforeOwners, fmt::format("to create in schema {}", display_name(id.schema)));
    if (!owner || *owner == me_.id()) return;
    become(*owner, "to create objects for");
    create_in_schema(*owner, id.schema);
  }
  void own(const ObjectName& id, std::string_view what) {
    const auto i = actual_.databases[static_cast<std::size_t>(database_)].find(id);
    if (i) act(objects().desired[*i].owner, what);
  }

  /// Objects of a superuser: membership in it is more than any plan needs, so the object itself is asked for.
  void take_over(ObjectKind kind, const ObjectName& object, RoleId owner) {
    SqlWriter sql;
    sql.keyword("ALTER").keyword(info(kind).alter_owner_keyword).qualified(object).keyword("OWNER TO").identifier(actual_.server.user);
    statement(fmt::format("to change the owner of what belongs to {}", shown(owner)), sql.take());
  }
  void privileges_beyond(const ChangePrivileges& c, const std::vector<std::uint32_t>& list) {
    const RoleId owner = objects().desired[list.front()].owner;
    std::string what = owner == kNoRole ? "to grant and revoke on parameters"
                                        : fmt::format("to grant and revoke on objects of the superuser {}", shown(owner));
    // A parameter without a list is none that the plan creates.
    const bool created =
        c.kind != ObjectKind::Parameter && std::ranges::any_of(list, [&](std::uint32_t i) { return objects().is_created(i); });
    if (!c.grant || created) return superuser(std::move(what));
    SqlWriter sql;
    sql.keyword("GRANT").privileges(c.privileges).keyword("ON").keyword(info(c.kind).sql_keyword);
    sql.list(list, [&](std::uint32_t i) { sql.qualified(objects().object(i).id); });
    statement(std::move(what), sql.keyword("TO").identifier(actual_.server.user).keyword("WITH GRANT OPTION").take());
  }
};

std::vector<Need> Needs::of(const Change& change) const {
  if (executor().superuser()) return {};
  return std::move(Visitor(*this, change).found);
}

}  // namespace pgcharter
