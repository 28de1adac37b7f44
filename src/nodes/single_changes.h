// The changes of a plan, each taken apart into what can be compared between two servers: names instead of numbers, one key for each object,
// privilege and attribute.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "pgcharter/diff.h"

namespace pgcharter {

struct SingleChange {
  std::string key;           ///< equal for what does the same, whoever granted what is taken away
  std::uint32_t object = 0;  ///< of a change of objects
  int part = 0;              ///< the privilege, the attribute of a role, the option of a membership that is altered
};

void for_each_single(const State& state, const Desired& desired, const Change& change,
                     const std::function<void(const SingleChange&)>& each);

/// The attributes of a role, as parts of an AlterRole.
inline constexpr int kRoleAttributes = 9;
/// The attribute as text.
std::string attribute_text(const RoleAttributes& attributes, int part);
void copy_attribute(const RoleAttributes& from, RoleAttributes& to, int part);
/// The key of that attribute's change.
std::string attribute_key(std::string_view role, const RoleAttributes& after, int part);

/// The options of a membership, as parts of one that is altered: admin, inherit, set.
inline constexpr int kMembershipOptions = 3;
inline constexpr int kSetOption = 2;
bool option_of(const Membership& membership, int part);
void set_option(Membership& membership, int part, bool value);

}  // namespace pgcharter
