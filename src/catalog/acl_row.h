// The uniform row of every acl_*.sql, turned into objects.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgcharter/connection.h"
#include "pgcharter/state.h"

#include "base/hashed_numbers.h"
#include "catalog/acl_text.h"

namespace pgcharter {

/// Reads objects and access control lists into a state. Texts of lists that were seen before are not parsed again, but no more than some
/// thousand texts are remembered: where nearly every object has a list of its own, that would cost more than it saves.
class AclReader {
 public:
  AclReader(Connection& connection, State& state) : connection_(connection), state_(state), parser_(*state.names) {}

  /// Appends the objects of a kind that `keep(oid, name)` accepts, in no order.
  void read_objects(const ObjectKindInfo& kind, const std::vector<std::optional<std::string>>& parameters, std::vector<Object>& objects,
                    const std::function<bool(std::uint32_t, std::string_view)>& keep = {});

  /// The same for a query whose rows are of several kinds: `kind_of(subkind, oids)` tells a row's, or null where it is no object.
  using KindOf = std::function<const ObjectKindInfo*(char subkind, std::string_view oids)>;
  void read_objects(const Query& query, const KindOf& kind_of, const std::vector<std::optional<std::string>>& parameters,
                    std::vector<Object>& objects, const std::function<bool(std::uint32_t, std::string_view)>& keep = {});

  /// The list of an aclitem[] in text form.
  AclId acl(std::string_view text);

  /// The role of a name column and an oid column: by name, dangling where it has none, kNoRole for oid 0.
  RoleId role(const Row& row, int name_column, int oid_column);

 private:
  Connection& connection_;
  State& state_;
  AclParser parser_;
  std::vector<std::pair<std::string, AclId>> known_;  ///< texts, and the lists that they are
  HashedNumbers numbers_;                             ///< of `known_`

  Object common_part(const ObjectKindInfo& kind, const Row& row);
};

/// All of them in one list, by ObjectName; the parts are left without their objects.
std::vector<Object> sorted_objects(const std::vector<std::vector<Object>*>& parts);

/// An oid column.
std::uint32_t oid_of(std::string_view digits);

}  // namespace pgcharter
