// Preflight: for each step the right that it needs, held against what the executor has.
//
// The rules follow the checks in the server: user.c (CREATE/ALTER/DROP ROLE, GRANT role: CREATEROLE before 16, ADMIN OPTION since),
// aclchk.c (GRANT/REVOKE: as the owner, or with grant options), tablecmds.c and friends (ALTER … OWNER: own the object, and be able to
// become the new owner), ALTER DEFAULT PRIVILEGES (privileges of the creator). A role that this plan creates is administered by its
// creator since 16. What can't be known beforehand (event triggers, hooks of a provider) stays for the server to say.

#include "pgcharter/preflight.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "pgcharter/sql.h"

#include "apply/rights.h"

namespace pgcharter {
namespace {

class Preflight {
 public:
  explicit Preflight(const Plan& plan) : plan_(plan), actual_(*plan.actual), desired_(*plan.desired), me_(actual_) {
    for (const Step& step : plan.steps) {
      if (const auto* create = std::get_if<CreateRole>(&step.change.body)) created_.insert(create->role);
    }
  }

  std::vector<MissingRight> run() {
    if (me_.superuser()) return {};
    for (const Step& step : plan_.steps) {
      database_ = step.change.database;
      std::visit(*this, step.change.body);
    }
    std::vector<MissingRight> result;
    for (const auto& [what, right] : missing_) result.push_back(right);
    return result;
  }

  void operator()(const RenameRole& c) { manage(c.role); }
  void operator()(const CreateRole& c) {
    if (!me_.attributes().createrole) need("to create roles", fmt::format("ALTER ROLE {} CREATEROLE", quoted(me_.id())));
    attributes({}, c.attributes);
  }
  void operator()(const AlterRole& c) {
    manage(c.role);
    attributes(c.before, c.after);
  }
  void operator()(const SetPassword& c) { manage(c.role); }
  void operator()(const CommentRole& c) {
    if (!created_.contains(c.role)) manage(c.role);
  }
  void operator()(const ChangeSetting& c) {
    if (c.scope.role == kNoRole) {
      const auto found = actual_.cluster.find({.kind = ObjectKind::Database, .schema = {}, .name = c.scope.database, .args = {}});
      if (found) own(actual_.cluster.objects[*found].owner, "to set parameters of a database of");
    } else if (c.scope.role != me_.id() && !created_.contains(c.scope.role)) {
      manage(c.scope.role);
    }
  }
  void operator()(const DropRole& c) { manage(c.role); }
  void operator()(const ReassignOwned& c) {
    own(c.role, "to reassign what is owned by");
    own(c.to, "to give objects to");
  }
  void operator()(const GrantMembership& c) { administer(c.after.role); }
  void operator()(const RevokeMembership& c) { administer(c.membership.role); }
  void operator()(const CreateSchema& c) {
    const auto found = actual_.cluster.find({.kind = ObjectKind::Database, .schema = {}, .name = database_name(), .args = {}});
    if (found && !held(actual_.cluster.objects[*found], Privilege::Create)) {
      need("to create schemas in this database",
           fmt::format("GRANT CREATE ON DATABASE {} TO {}", quote_identifier(database_name()), quoted(me_.id())));
    }
    if (c.owner) become(*c.owner, "to create schemas for");
  }
  void operator()(const DropSchema& c) {
    const DatabaseState& database = actual_.databases[static_cast<std::size_t>(database_)];
    const auto found = database.find({.kind = ObjectKind::Schema, .schema = {}, .name = c.name, .args = {}});
    if (found) own(database.objects[*found].owner, "to drop a schema of");
  }
  // Whether an extension is trusted, or allowed by the provider, is not in the catalogs that are read.
  void operator()(const CreateExtension&) {}
  void operator()(const AlterExtension&) {}
  void operator()(const ChangeOwner& c) {
    own(c.before, "to change the owner of what belongs to");
    become(c.after, "to give objects to");
  }
  void operator()(const ChangePrivileges& c) {
    if (c.implied) return;
    if (c.grantor != kNoRole) return become(c.grantor, "to revoke what was granted by");
    const DesiredObjects& objects = database_ < 0 ? desired_.cluster : desired_.databases[static_cast<std::size_t>(database_)].objects;
    for (std::uint32_t i : *c.objects) {
      const RoleId owner = objects.desired[i].owner;
      if (me_.acts_for(owner)) continue;
      if (c.grant && has_grant_options(objects.desired[i].baseline, c.privileges)) continue;
      if (objects.is_created(i) && created_.contains(owner)) continue;
      own(owner, "to grant and revoke on objects of");
    }
  }
  void operator()(const ChangeDefaultPrivileges& c) { own(c.creator, "to change the default privileges of"); }

 private:
  const Plan& plan_;
  const State& actual_;
  const Desired& desired_;
  Executor me_;
  int database_ = -1;
  std::set<RoleId> created_;
  std::map<std::string, MissingRight> missing_;

  [[nodiscard]] std::string quoted(RoleId role) const { return quote_identifier(actual_.names->name(role)); }
  [[nodiscard]] std::string shown(RoleId role) const { return display_name(actual_.names->name(role)); }
  [[nodiscard]] const std::string& database_name() const { return actual_.databases[static_cast<std::size_t>(database_)].name; }

  void need(const std::string& what, std::string sql) {
    MissingRight& right = missing_[what];
    right.what = what;
    right.sql = std::move(sql);
    ++right.steps;
  }

  [[nodiscard]] bool held(const Object& object, Privilege privilege) const {
    if (me_.acts_for(object.owner)) return true;
    return std::ranges::any_of((*actual_.acls)[object.acl], [&](const AclEntry& e) {
      return e.privileges.contains(privilege) && (e.grantee == kPublic || me_.acts_for(e.grantee));
    });
  }

  [[nodiscard]] bool has_grant_options(AclId acl, PrivilegeSet privileges) const {
    PrivilegeSet options;
    for (const AclEntry& e : (*actual_.acls)[acl]) {
      if (e.grantee != kPublic && me_.acts_for(e.grantee)) options |= e.grantable;
    }
    return options.includes(privileges);
  }

  [[nodiscard]] std::string membership_sql(RoleId role, std::string_view options) const {
    const bool since_16 = actual_.server.major() >= 16;
    return fmt::format("GRANT {} TO {}{}", quoted(role), quoted(me_.id()), since_16 ? options : std::string_view());
  }

  /// To act as an owner, a creator or a grantor without SET ROLE.
  void own(RoleId role, std::string_view what) {
    if (me_.acts_for(role)) return;
    need(fmt::format("{} {}", what, shown(role)), membership_sql(role, " WITH INHERIT TRUE, SET TRUE"));
  }
  void become(RoleId role, std::string_view what) {
    if (me_.can_become(role)) return;
    need(fmt::format("{} {}", what, shown(role)), membership_sql(role, " WITH INHERIT TRUE, SET TRUE"));
  }

  /// ALTER and DROP ROLE.
  void manage(RoleId role) {
    if (created_.contains(role)) return;
    const Role* target = actual_.cluster.find_role(role);
    if (target != nullptr && target->attributes.superuser) return need(fmt::format("to alter the superuser {}", shown(role)), "");
    if (!me_.attributes().createrole)
      return need(fmt::format("to alter or drop roles"), fmt::format("ALTER ROLE {} CREATEROLE", quoted(me_.id())));
    if (actual_.server.major() >= 16 && !me_.administers(role)) {
      need(fmt::format("to alter or drop {}", shown(role)),
           fmt::format("GRANT {} TO {} WITH ADMIN OPTION", quoted(role), quoted(me_.id())));
    }
  }

  /// GRANT and REVOKE of a role.
  void administer(RoleId role) {
    if (me_.administers(role)) return;
    if (actual_.server.major() >= 16 && created_.contains(role) && me_.attributes().createrole) return;
    const Role* target = actual_.cluster.find_role(role);
    const bool ordinary = target == nullptr || !target->attributes.superuser;
    if (actual_.server.major() < 16 && me_.attributes().createrole && ordinary) return;
    need(fmt::format("to grant and revoke membership in {}", shown(role)),
         fmt::format("GRANT {} TO {} WITH ADMIN OPTION", quoted(role), quoted(me_.id())));
  }

  /// Attributes that not everybody with CREATEROLE may set.
  void attributes(const RoleAttributes& before, const RoleAttributes& after) {
    const RoleAttributes& mine = me_.attributes();
    const bool since_16 = actual_.server.major() >= 16;
    if (before.superuser != after.superuser) need("to change SUPERUSER", "");
    auto restricted = [&](bool changes, bool have, std::string_view word) {
      if (changes && !(since_16 && have))
        need(fmt::format("to change {}", word), since_16 ? fmt::format("ALTER ROLE {} {}", quoted(me_.id()), word) : "");
    };
    restricted(before.replication != after.replication, mine.replication, "REPLICATION");
    restricted(before.bypassrls != after.bypassrls, mine.bypassrls, "BYPASSRLS");
    if (since_16) restricted(before.createdb != after.createdb, mine.createdb, "CREATEDB");
  }
};

}  // namespace

std::vector<MissingRight> preflight(const Plan& plan) { return Preflight(plan).run(); }

std::vector<Change> take_unremovable(const State& actual, std::vector<Change>& changes) {
  const Executor me(actual);
  if (me.superuser()) return {};
  const auto stuck = std::stable_partition(changes.begin(), changes.end(), [&](const Change& change) {
    const auto* c = std::get_if<ChangePrivileges>(&change.body);
    return c == nullptr || c->grant || c->implied || c->grantor == kNoRole || me.can_become(c->grantor);
  });
  std::vector<Change> unremovable(std::make_move_iterator(stuck), std::make_move_iterator(changes.end()));
  changes.erase(stuck, changes.end());
  return unremovable;
}

}  // namespace pgcharter
