// States and desired states by hand, for tests of the stages after the catalog: names instead of numbers, and sensible
// defaults. A Fixture owns both; nothing in it moves, because the desired state points into the actual one.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgcharter/plan.h"
#include "pgcharter/sql.h"

namespace pgcharter::testing {

class Fixture {
 public:
  explicit Fixture(int version_num = 150018, std::string_view executor = "postgres") {
    actual.server.version_num = version_num;
    actual.server.version = std::to_string(version_num / 10000) + "." + std::to_string(version_num % 10000);
    actual.server.database = "app";
    actual.server.user = executor;
    actual.server.superuser = executor == "postgres";
    desired.actual = &actual;
    desired.cluster.actual = &actual.cluster.objects;
    role("postgres", {.superuser = true, .createdb = true, .createrole = true, .login = true, .replication = true, .bypassrls = true});
    actual.cluster.roles.front().bootstrap = true;
    actual.cluster.roles.front().oid = 10;
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  State actual;
  Desired desired;

  /// The number of a role; known or not.
  RoleId id(std::string_view name) { return name == "public" ? kPublic : actual.names->intern(name); }

  /// A role of the server.
  RoleId role(std::string_view name, const RoleAttributes& attributes = {}) {
    Role role;
    role.id = id(name);
    role.oid = 16384 + static_cast<std::uint32_t>(actual.cluster.roles.size());
    role.attributes = attributes;
    actual.cluster.roles.push_back(role);
    std::sort(actual.cluster.roles.begin(), actual.cluster.roles.end(),
              [&](const Role& a, const Role& b) { return actual.names->name(a.id) < actual.names->name(b.id); });
    return role.id;
  }

  Membership edge(std::string_view group, std::string_view member, std::string_view grantor = "postgres") {
    return {.role = id(group), .member = id(member), .grantor = id(grantor)};
  }

  /// A database of the charter; the number for Change::database.
  int database(std::string_view name) {
    actual_objects_.push_back(std::make_unique<std::vector<Object>>());
    DesiredDatabase database;
    database.objects.database = name;
    database.objects.actual = actual_objects_.back().get();
    desired.databases.push_back(std::move(database));
    return static_cast<int>(desired.databases.size()) - 1;
  }

  /// An object with its ACL now (`baseline`) and then (`acl`). Objects are to be added in the order of their names.
  std::uint32_t object(int database, ObjectName name, std::string_view owner = "postgres", Acl baseline = {}, Acl acl = {}) {
    DesiredObjects& objects = database < 0 ? desired.cluster : desired.databases[static_cast<std::size_t>(database)].objects;
    std::vector<Object>& list = database < 0 ? actual.cluster.objects : *actual_objects_[static_cast<std::size_t>(database)];
    Object object;
    object.id = std::move(name);
    object.owner = id(owner);
    object.acl = actual.acls->intern(normalised(std::move(baseline)));
    objects.desired.push_back({.owner = object.owner, .baseline = object.acl, .acl = actual.acls->intern(normalised(std::move(acl)))});
    list.push_back(std::move(object));
    return static_cast<std::uint32_t>(list.size()) - 1;
  }
  std::uint32_t table(int database, std::string_view schema, std::string_view name, std::string_view owner = "postgres") {
    return object(database, {ObjectKind::Table, std::string(schema), std::string(name), {}}, owner);
  }

  AclEntry entry(std::string_view grantee, std::string_view grantor, PrivilegeSet privileges, PrivilegeSet grantable = {}) {
    return {.grantee = id(grantee), .grantor = id(grantor), .privileges = privileges, .grantable = grantable};
  }

  static ObjectList list(std::vector<std::uint32_t> objects) {
    return std::make_shared<const std::vector<std::uint32_t>>(std::move(objects));
  }

  /// A grant of privileges on tables; the caller changes what differs.
  ChangePrivileges grant(ObjectList objects, std::string_view grantee, PrivilegeSet privileges, ObjectKind kind = ObjectKind::Table) {
    return {.grant = true, .kind = kind, .objects = std::move(objects), .column = {}, .grantee = id(grantee), .privileges = privileges};
  }
  ChangePrivileges revoke(ObjectList objects, std::string_view grantee, PrivilegeSet privileges, std::string_view grantor = {},
                          ObjectKind kind = ObjectKind::Table) {
    ChangePrivileges change = grant(std::move(objects), grantee, privileges, kind);
    change.grant = false;
    if (!grantor.empty()) change.grantor = id(grantor);
    return change;
  }

  void change_owner(int database, ObjectKind kind, const ObjectList& objects, std::string_view after) {
    ChangeOwner change;
    change.kind = kind;
    change.objects = objects;
    change.before = id("postgres");
    change.after = id(after);
    add(database, std::move(change));
  }

  void add(int database, ChangeBody body, std::string reason = "declared") {
    changes.push_back({.database = database, .body = std::move(body), .reason = {.text = std::move(reason), .source = std::nullopt}});
  }

  std::vector<Change> changes;

  Plan plan() const { return make_plan(actual, desired, changes); }
  Script script() const { return render(plan()); }
  /// The texts of the statements, with the role that they run as in front: "[owner] REVOKE …".
  std::vector<std::string> sql() const {
    std::vector<std::string> result;
    for (const Statement& statement : script().statements) {
      result.push_back((statement.run_as.empty() ? std::string() : "[" + statement.run_as + "] ") + statement.sql);
    }
    return result;
  }

 private:
  std::vector<std::unique_ptr<std::vector<Object>>> actual_objects_;
};

}  // namespace pgcharter::testing
