// What PostgreSQL itself says about a database: read with queries of the test's own, over plain aclexplode(), and
// deliberately as dull as can be.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "pgcharter/connection.h"

#include "property/spec.h"

namespace pgcharter::property {

struct Entry {
  std::string grantee, grantor, privilege;
  bool grantable = false;
  auto operator<=>(const Entry&) const = default;
  bool operator==(const Entry&) const = default;
};

struct ObjectAccess {
  unsigned oid = 0;
  std::string owner;
  std::vector<Entry> acl;  // coalesce(acl, acldefault())
  bool extension_member = false;
  std::vector<Entry> initial;                         // of a member: what the extension gave, without dropped roles
  bool listed = true;                                 // false: a parameter without a row
  std::map<std::string, std::vector<Entry>> columns;  // every column
};

struct RoleFacts {
  Attributes attributes;
  std::string comment;
  std::map<std::string, std::string> settings;     // everywhere
  std::map<std::string, std::string> settings_in;  // in the case's database
};

/// One membership, over all its grantors: an option is on where any row has it on. Before 16 there is only `admin`.
struct MemberFacts {
  bool admin = false;
  std::optional<bool> inherit;
  std::optional<bool> set;
};

/// (creator, schema or "" for global, kind). Global ones are read for every role, with acldefault() where there is no row.
using DefaultKey = std::tuple<std::string, std::string, Kind>;

struct Snapshot {
  std::map<ObjectKey, ObjectAccess> objects;
  std::map<std::string, RoleFacts> roles;
  std::map<std::pair<std::string, std::string>, MemberFacts> memberships;  // (group, member)
  std::map<DefaultKey, std::vector<Entry>> defaults;
};

/// `connection` is to the case's database.
Snapshot take_snapshot(Connection& connection, const Case& c);

/// As if the roles that the charter renames had had their new names all along.
void rename_roles(Snapshot& snapshot, const Case& c);

}  // namespace pgcharter::property
