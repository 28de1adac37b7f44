// The text form of an ACL: aclitemout() in src/backend/utils/adt/acl.c inside array_out().
//
// An item is grantee=privileges/grantor. PUBLIC is the empty grantee; a name is quoted ("a ""b""") unless it is letters, digits and
// underscores; a role that no longer exists is printed as its oid. A role whose name is made of digits looks the same, so the known
// names are asked first. Parsing distinct texts here is what makes reading a large catalog cheap: aclexplode() would send one row per
// privilege. Lists that differ are still made of the same items, some thousand of them in a million, and one list nearly always has one
// grantor: what an item says is remembered by its text, but for the grantor.

#include "catalog/acl_text.h"

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

constexpr std::size_t kRememberedItems = std::size_t{1} << 16U;

/// Reads one item.
class ItemReader {
 public:
  ItemReader(std::string_view item, RoleNames& names) : item_(item), names_(names) {}

  AclEntry read() {
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
    entry.grantor = role();
    if (at_ != item_.size()) malformed(item_);
    return entry;
  }

 private:
  std::string_view item_;
  RoleNames& names_;
  std::size_t at_ = 0;
  std::string unquoted_;

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

AclEntry AclParser::entry(std::string_view item) {
  const std::size_t slash = item.rfind('/');
  if (slash == std::string_view::npos || item.find('"') != std::string_view::npos) return ItemReader(item, names_).read();
  const std::string_view grantor = item.substr(slash + 1);
  const std::string_view rest = item.substr(0, slash);
  const std::size_t hash = std::hash<std::string_view>{}(rest);
  const std::uint32_t known = numbers_.find(hash, [&](std::uint32_t number) { return known_[number].first == rest; });
  if (known != HashedNumbers::kNone && grantor == grantor_text_) {
    AclEntry entry = known_[known].second;
    entry.grantor = grantor_;
    return entry;
  }
  const AclEntry entry = ItemReader(item, names_).read();
  grantor_text_ = grantor;
  grantor_ = entry.grantor;
  if (known == HashedNumbers::kNone && known_.size() < kRememberedItems) {
    numbers_.add(hash, static_cast<std::uint32_t>(known_.size()));
    known_.emplace_back(rest, entry);
  }
  return entry;
}

Acl AclParser::parse(std::string_view text) {
  Acl acl;
  acl.reserve(static_cast<std::size_t>(std::ranges::count(text, '/')));
  ArrayText items(text);
  for (std::string_view item; items.next(item);) acl.push_back(entry(item));
  return normalised(std::move(acl));
}

Acl parse_acl(std::string_view text, RoleNames& names) { return AclParser(names).parse(text); }

}  // namespace pgcharter
