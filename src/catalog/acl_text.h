// Access control lists in their text form, many of them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgcharter/acl.h"

#include "base/hashed_numbers.h"

namespace pgcharter {

/// parse_acl() for many lists of one server: what an item says is remembered.
class AclParser {
 public:
  explicit AclParser(RoleNames& names) : names_(names) {}

  /// See parse_acl().
  Acl parse(std::string_view text);

 private:
  RoleNames& names_;
  std::vector<std::pair<std::string, AclEntry>> known_;  ///< what stands before the grantor, and what it says
  HashedNumbers numbers_;                                ///< of `known_`
  std::string grantor_text_;                             ///< of the item before; empty: none
  RoleId grantor_ = kNoRole;

  AclEntry entry(std::string_view item);
};

}  // namespace pgcharter
