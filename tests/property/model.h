// What must hold after an apply, computed from the spec and the snapshot before it. This is DESIGN 2 to 4 written a
// second time, one (object, grantee, privilege) at a time, without a thought for speed, and with nothing from the
// product. Where DESIGN leaves something open, the model says so with a Want that admits both.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "property/snapshot.h"
#include "property/spec.h"

namespace pgcharter::property {

enum class Want {
  No,         // not held
  Plain,      // held without grant option
  Grantable,  // held with it
  Held,       // held, grant option or not
  Any,
};
std::string describe(Want want);

using Wants = std::map<std::string, Want>;          // by privilege
using GranteeWants = std::map<std::string, Wants>;  // by grantee

struct ObjectModel {
  std::string owner;
  GranteeWants acl;
  std::map<std::string, GranteeWants> columns;
};

struct RoleModel {
  RoleFacts facts;
};

/// The options of a membership that must be there; nothing where the charter leaves one open.
struct WantedOptions {
  std::optional<bool> inherit;
  std::optional<bool> set;
};

struct Model {
  std::map<ObjectKey, ObjectModel> objects;
  std::map<std::string, RoleFacts> roles;
  std::map<std::pair<std::string, std::string>, Want> memberships;                  // (group, member)
  std::map<std::pair<std::string, std::string>, WantedOptions> membership_options;  // on 16 and later
  std::map<DefaultKey, GranteeWants> defaults;
  std::set<std::string> roles_in_scope;
};

/// `before` with the renamed roles under their new names.
Model make_model(const Case& c, const Snapshot& before);

/// The roles whose privileges `role` has, itself and PUBLIC included, through memberships that it inherits.
std::set<std::string> effective_roles(const Model& model, const Snapshot& after, const std::string& role);

/// Takes out of the model what no session can revoke: entries of a superuser, or of a grantor that did not hold the grant option itself
/// any more before the plan. Returns how many unmet wants that excuses.
int excuse_unremovable(Model& model, const Snapshot& before, const Snapshot& after);

}  // namespace pgcharter::property
