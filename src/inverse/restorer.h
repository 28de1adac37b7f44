// From two reads of one server to the desired state "as it was". Internal to src/inverse.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "pgcharter/inverse.h"

namespace pgcharter {

class Restorer {
 public:
  Restorer(const Plan& done, const State& after, const InverseScope& scope);

  /// The desired state; what it can't express stands in `changes`, what can't come back in `lost`.
  Desired run();

  std::vector<Change> changes;
  std::vector<std::string> lost;

 private:
  void restore_roles();
  void restore_role(const Role& was);
  void restore_settings();
  void restore_memberships();
  /// Through which memberships privileges pass while the inverse runs.
  void note_inheritance();
  void restore_objects(DesiredObjects& objects, const std::vector<Object>& was, const std::vector<Object>& is,
                       std::map<std::size_t, Reason>& owner_reasons);
  /// Those whose row went with its last privilege.
  void restore_parameters();
  void restore_columns(DesiredObjects& objects, const DatabaseState& was, const DatabaseState& is);
  void restore_default_privileges(DesiredDatabase& database, const DatabaseState& was, const DatabaseState& is);
  void restore_schemas(DesiredDatabase& database, const DatabaseState& was, const DatabaseState& is);
  void restore_extensions(DesiredDatabase& database, const DatabaseState& was, const DatabaseState& is);
  /// Tables and functions that the plan made go again; what it replaced, comes back.
  void restore_structure(DesiredDatabase& database, const DatabaseState& is);
  void tell_what_moved();
  void tell_what_reassign_moved(const DatabaseState& was);
  void leave_alone(DesiredObjects& objects, const std::vector<Object>& is) const;

  /// A role, or a list, of the state before in the numbers of the state after.
  [[nodiscard]] RoleId role(RoleId was) const;
  AclId acl(AclId was);
  [[nodiscard]] bool new_role(RoleId id) const { return created_.contains(id); }

  const Plan& done_;
  const State& before_;
  const State& after_;
  const InverseScope& scope_;
  Desired desired_;
  std::map<RoleId, std::string> old_names_;  ///< of the roles that were renamed, by their number in the state before
  std::set<RoleId> renamed_;                 ///< those of them that still have the new name
  std::map<AclId, AclId> acls_;
  std::set<RoleId> created_;  ///< by the plan, so they are dropped again
};

}  // namespace pgcharter
