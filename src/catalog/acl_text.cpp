// The text form of an ACL: aclitemout() in src/backend/utils/adt/acl.c inside array_out().
//
// An item is grantee=privileges/grantor. PUBLIC is the empty grantee; a name is quoted ("a ""b""") unless it is letters, digits and
// underscores; a role that no longer exists is printed as its oid. A role whose name is made of digits looks the same, so the known
// names are asked first. Parsing distinct texts here is what makes reading a large catalog cheap: aclexplode() would send one row per
// privilege (facts in docs/performance.md).

#include <algorithm>
#include <charconv>

#include "pgcharter/catalog.h"

#include "catalog/array_text.h"

namespace pgcharter {
namespace {

[[noreturn]] void malformed(std::string_view item) {
  throw Error("the server sent an access control list item that can't be read: \"" + printable(item) + "\"",
              "A newer server may have privileges that this version does not know.");
}

/// Reads the items of one list.
class ItemReader {
 public:
  explicit ItemReader(RoleNames& names) : names_(names) {}

  AclEntry read(std::string_view item) {
    item_ = item;
    at_ = 0;
    AclEntry entry;
    entry.grantee = role();
    expect('=');
    while (at_ < item_.size() && item_[at_] != '/') {
      const auto privilege = privilege_by_letter(item_[at_++]);
      if (!privilege) malformed(item_);
      entry.privileges |= PrivilegeSet::of(*privilege);
      if (at_ < item_.size() && item_[at_] == '*') {
        entry.grantable |= PrivilegeSet::of(*privilege);
        ++at_;
      }
    }
    expect('/');
    entry.grantor = grantor();
    return entry;
  }

 private:
  std::string_view item_;
  RoleNames& names_;
  std::size_t at_ = 0;
  std::string unquoted_;

  std::string grantor_text_;
  RoleId grantor_ = kNoRole;

  /// What is left of the item. Nearly always it is that of the item before.
  RoleId grantor() {
    const std::string_view rest = item_.substr(at_);
    if (grantor_ != kNoRole && rest == grantor_text_) return grantor_;
    grantor_ = role();
    if (at_ != item_.size()) malformed(item_);
    grantor_text_ = rest;
    return grantor_;
  }

  void expect(char c) {
    if (at_ >= item_.size() || item_[at_] != c) malformed(item_);
    ++at_;
  }

  RoleId role() {
    if (at_ < item_.size() && item_[at_] == '"') return known(quoted());
    const std::size_t end = std::min(item_.find_first_of("=/", at_), item_.size());
    const std::string_view name = item_.substr(at_, end - at_);
    at_ = end;
    return name.empty() ? kPublic : known(name);
  }

  std::string_view quoted() {
    unquoted_.clear();
    for (++at_; at_ < item_.size(); ++at_) {
      if (item_[at_] == '"') {
        ++at_;
        if (at_ >= item_.size() || item_[at_] != '"') return unquoted_;
      }
      unquoted_ += item_[at_];
    }
    malformed(item_);
  }

  RoleId known(std::string_view name) {
    if (const RoleId id = names_.find(name); id != kNoRole) return id;
    std::uint32_t oid = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), oid);
    if (problem == std::errc{} && end == name.data() + name.size()) return names_.intern_dangling(oid);
    return names_.intern(name);
  }
};

}  // namespace

Acl parse_acl(std::string_view text, RoleNames& names) {
  Acl acl;
  acl.reserve(static_cast<std::size_t>(std::ranges::count(text, '/')));
  ArrayText items(text);
  ItemReader reader(names);
  for (std::string_view item; items.next(item);) acl.push_back(reader.read(item));
  return normalised(std::move(acl));
}

}  // namespace pgcharter
