// The concerns of the diff. Each appends its changes in a stable order. Internal to src/diff.
#pragma once

#include <vector>

#include "pgcharter/diff.h"

namespace pgcharter {

void diff_roles(const State& actual, const Desired& desired, std::vector<Change>& changes);
void diff_settings(const State& actual, const Desired& desired, std::vector<Change>& changes);
void diff_memberships(const State& actual, const Desired& desired, std::vector<Change>& changes);
void diff_schemas(const State& actual, const Desired& desired, std::size_t database, std::vector<Change>& changes);
void diff_tables(const Desired& desired, std::size_t database, std::vector<Change>& changes);
/// Owners and ACLs of one catalogue; `database` is -1 for the cluster's.
void diff_owners(const DesiredObjects& objects, const std::map<std::size_t, Reason>& reasons, int database, std::vector<Change>& changes);
void diff_grants(const State& actual, const Desired& desired, const DesiredObjects& objects, int database, std::vector<Change>& changes);
void diff_default_privileges(const State& actual, const Desired& desired, std::size_t database, std::vector<Change>& changes);

/// Why one grantee gets or loses privileges: the rule that says so, or that no rule does.
Reason reason_of(const Desired& desired, const std::vector<RuleUse>& uses, RoleId grantee, PrivilegeSet privileges, bool grant);

}  // namespace pgcharter
