// The privileges of PostgreSQL and sets of them, in one word. The second of the model's tables.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pgcharter {

/// In the order of the bits of an aclitem (src/include/nodes/parsenodes.h, ACL_INSERT …).
enum class Privilege : std::uint8_t {
  Insert,
  Select,
  Update,
  Delete,
  Truncate,
  References,
  Trigger,
  Execute,
  Usage,
  Create,
  Temporary,
  Connect,
  Set,
  AlterSystem,
  Maintain,
};
inline constexpr std::size_t kPrivilegeCount = 15;

/// A set of privileges; a value of two bytes.
class PrivilegeSet {
 public:
  constexpr PrivilegeSet() = default;
  template <typename... P>
  static constexpr PrivilegeSet of(P... privileges) {
    PrivilegeSet set;
    ((set.bits_ = static_cast<std::uint16_t>(set.bits_ | bit(privileges))), ...);
    return set;
  }
  static constexpr PrivilegeSet from_bits(std::uint16_t bits) {
    PrivilegeSet set;
    set.bits_ = bits;
    return set;
  }

  [[nodiscard]] constexpr std::uint16_t bits() const { return bits_; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr int count() const { return std::popcount(bits_); }
  [[nodiscard]] constexpr bool contains(Privilege p) const { return (bits_ & bit(p)) != 0; }
  [[nodiscard]] constexpr bool includes(PrivilegeSet other) const { return (other.bits_ & ~bits_) == 0; }
  [[nodiscard]] constexpr bool intersects(PrivilegeSet other) const { return (other.bits_ & bits_) != 0; }

  friend constexpr PrivilegeSet operator|(PrivilegeSet a, PrivilegeSet b) {
    return from_bits(static_cast<std::uint16_t>(a.bits_ | b.bits_));
  }
  friend constexpr PrivilegeSet operator&(PrivilegeSet a, PrivilegeSet b) {
    return from_bits(static_cast<std::uint16_t>(a.bits_ & b.bits_));
  }
  /// Set difference.
  friend constexpr PrivilegeSet operator-(PrivilegeSet a, PrivilegeSet b) {
    return from_bits(static_cast<std::uint16_t>(a.bits_ & ~b.bits_));
  }
  constexpr PrivilegeSet& operator|=(PrivilegeSet other) { return *this = *this | other; }
  constexpr PrivilegeSet& operator&=(PrivilegeSet other) { return *this = *this & other; }
  constexpr PrivilegeSet& operator-=(PrivilegeSet other) { return *this = *this - other; }
  auto operator<=>(const PrivilegeSet&) const = default;
  bool operator==(const PrivilegeSet&) const = default;

 private:
  static constexpr std::uint16_t bit(Privilege p) { return static_cast<std::uint16_t>(1U << static_cast<unsigned>(p)); }
  std::uint16_t bits_ = 0;
};

/// One row of the table of privileges.
struct PrivilegeInfo {
  Privilege privilege{};
  char letter{};             ///< in an aclitem
  std::string_view keyword;  ///< in SQL and JSON: "ALTER SYSTEM"
  std::string_view name;     ///< in a manifest: "alter_system" ("alter system" is read too)
  int first_version{};       ///< major version of the server
};

/// All privileges, in the order of the enum.
std::span<const PrivilegeInfo> all_privileges();
const PrivilegeInfo& info(Privilege privilege);

/// By the word of a manifest (any case, `_` or blank); nothing where there is none.
std::optional<Privilege> privilege_by_name(std::string_view name);
std::optional<Privilege> privilege_by_letter(char letter);

/// "SELECT, INSERT", in the table's order of documentation (SELECT first).
std::string to_sql(PrivilegeSet privileges);

/// Calls `f(Privilege)` for each member in the order of the enum.
template <typename F>
void for_each(PrivilegeSet privileges, F f) {
  for (std::size_t i = 0; i < kPrivilegeCount; ++i) {
    if (auto p = static_cast<Privilege>(i); privileges.contains(p)) f(p);
  }
}

}  // namespace pgcharter
