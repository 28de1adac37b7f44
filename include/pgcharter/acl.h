// Access control lists as PostgreSQL keeps them: (grantee, grantor, privileges, grant options), normalised with
// acldefault() so that a NULL and an explicit list of the same meaning are equal. Lists repeat a lot in a real
// database, so they are interned: an object holds a number, and equal lists have equal numbers.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pgcharter/object_kind.h"
#include "pgcharter/privilege.h"

namespace pgcharter {

/// A role of one run, by number. 0 is the pseudo-role PUBLIC. Numbers mean something within one RoleNames only;
/// everything that reaches an output is ordered by name.
enum class RoleId : std::uint32_t {};
inline constexpr RoleId kPublic{0};
/// "no role": an unknown owner, a column's missing grantor.
inline constexpr RoleId kNoRole{0xffffffff};

/// Interns role names. Append-only; ids are stable. A role that a catalog names only by an oid (a dangling entry)
/// is interned as dangling and can never be mistaken for a role of that name.
class RoleNames {
 public:
  RoleNames();
  RoleId intern(std::string_view name);
  RoleId intern_dangling(std::uint32_t oid);
  /// Gives a role another name (ALTER ROLE … RENAME is planned): from here on the old name is unknown.
  void rename(RoleId id, std::string_view name);
  /// kNoRole where the name is unknown.
  [[nodiscard]] RoleId find(std::string_view name) const;
  /// The name, exactly as in the catalog; "public" for kPublic.
  [[nodiscard]] const std::string& name(RoleId id) const;
  [[nodiscard]] bool dangling(RoleId id) const;
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  std::deque<std::string> names_;  // a deque, so that the keys below stay valid
  std::vector<bool> dangling_;
  std::unordered_map<std::string_view, RoleId> ids_;
};

/// One entry. `grantable` is a subset of `privileges`: those held WITH GRANT OPTION.
struct AclEntry {
  RoleId grantee{};
  RoleId grantor{};
  PrivilegeSet privileges;
  PrivilegeSet grantable;

  auto operator<=>(const AclEntry&) const = default;
  bool operator==(const AclEntry&) const = default;
};
static_assert(sizeof(AclEntry) <= 24);

/// Sorted by (grantee, grantor), one entry per pair, no empty entries.
using Acl = std::vector<AclEntry>;

/// Brings entries into that form.
Acl normalised(Acl acl);

/// acldefault(kind, owner) of a server of that major version (src/backend/utils/adt/acl.c).
Acl acl_default(ObjectKind kind, RoleId owner, int server_major);

/// What ALTER … OWNER TO makes of a list: aclnewowner() in src/backend/utils/adt/acl.c.
Acl with_new_owner(const Acl& acl, RoleId before, RoleId after);

/// What a grantee holds, over all grantors.
PrivilegeSet privileges_of(const Acl& acl, RoleId grantee);
PrivilegeSet grantable_of(const Acl& acl, RoleId grantee);

enum class AclId : std::uint32_t {};

class HashedNumbers;

/// Interned lists. Append-only.
class AclPool {
 public:
  AclPool();
  ~AclPool();
  AclId intern(Acl acl);
  const Acl& operator[](AclId id) const { return acls_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] std::size_t size() const { return acls_.size(); }

 private:
  std::deque<Acl> acls_;
  std::unique_ptr<HashedNumbers> numbers_;  // of `acls_`, by their hashes
};
inline constexpr AclId kEmptyAcl{0};

}  // namespace pgcharter
