// The table of privileges: letter in an aclitem, keyword, the manifest's word, first server version.
//
// Source: PostgreSQL documentation, 5.8 "Privileges", table 5.1 "ACL Privilege Abbreviations"; the order of the enum is that of
// the ACL_* bits in src/include/nodes/parsenodes.h. MAINTAIN came with 17, SET and ALTER SYSTEM (parameters) with 15.

#include "pgcharter/privilege.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace pgcharter {
namespace {

constexpr std::array<PrivilegeInfo, kPrivilegeCount> kPrivileges{{
    {.privilege = Privilege::Insert, .letter = 'a', .keyword = "INSERT", .name = "insert", .first_version = 1},
    {.privilege = Privilege::Select, .letter = 'r', .keyword = "SELECT", .name = "select", .first_version = 1},
    {.privilege = Privilege::Update, .letter = 'w', .keyword = "UPDATE", .name = "update", .first_version = 1},
    {.privilege = Privilege::Delete, .letter = 'd', .keyword = "DELETE", .name = "delete", .first_version = 1},
    {.privilege = Privilege::Truncate, .letter = 'D', .keyword = "TRUNCATE", .name = "truncate", .first_version = 1},
    {.privilege = Privilege::References, .letter = 'x', .keyword = "REFERENCES", .name = "references", .first_version = 1},
    {.privilege = Privilege::Trigger, .letter = 't', .keyword = "TRIGGER", .name = "trigger", .first_version = 1},
    {.privilege = Privilege::Execute, .letter = 'X', .keyword = "EXECUTE", .name = "execute", .first_version = 1},
    {.privilege = Privilege::Usage, .letter = 'U', .keyword = "USAGE", .name = "usage", .first_version = 1},
    {.privilege = Privilege::Create, .letter = 'C', .keyword = "CREATE", .name = "create", .first_version = 1},
    {.privilege = Privilege::Temporary, .letter = 'T', .keyword = "TEMPORARY", .name = "temporary", .first_version = 1},
    {.privilege = Privilege::Connect, .letter = 'c', .keyword = "CONNECT", .name = "connect", .first_version = 1},
    {.privilege = Privilege::Set, .letter = 's', .keyword = "SET", .name = "set", .first_version = 15},
    {.privilege = Privilege::AlterSystem, .letter = 'A', .keyword = "ALTER SYSTEM", .name = "alter_system", .first_version = 15},
    {.privilege = Privilege::Maintain, .letter = 'm', .keyword = "MAINTAIN", .name = "maintain", .first_version = 17},
}};

constexpr bool rows_stand_in_order() {
  for (std::size_t i = 0; i < kPrivileges.size(); ++i) {
    if (static_cast<std::size_t>(kPrivileges[i].privilege) != i) return false;
  }
  return true;
}
static_assert(rows_stand_in_order(), "a row of the table of privileges is missing or swapped");

// SELECT before INSERT, as people write it; everything else as in the enum.
constexpr std::array<Privilege, kPrivilegeCount> kWritingOrder{
    Privilege::Select,     Privilege::Insert,    Privilege::Update,   Privilege::Delete, Privilege::Truncate,
    Privilege::References, Privilege::Trigger,   Privilege::Maintain, Privilege::Usage,  Privilege::Create,
    Privilege::Connect,    Privilege::Temporary, Privilege::Execute,  Privilege::Set,    Privilege::AlterSystem};

}  // namespace

std::span<const PrivilegeInfo> all_privileges() { return kPrivileges; }

const PrivilegeInfo& info(Privilege privilege) { return kPrivileges[static_cast<std::size_t>(privilege)]; }

std::optional<Privilege> privilege_by_name(std::string_view name) {
  std::string word;
  for (char c : name) word.push_back(c == ' ' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  if (word == "temp") word = "temporary";  // PostgreSQL accepts both
  const auto* found = std::ranges::find(kPrivileges, std::string_view(word), &PrivilegeInfo::name);
  if (found == kPrivileges.end()) return std::nullopt;
  return found->privilege;
}

std::optional<Privilege> privilege_by_letter(char letter) {
  const auto* found = std::ranges::find(kPrivileges, letter, &PrivilegeInfo::letter);
  if (found == kPrivileges.end()) return std::nullopt;
  return found->privilege;
}

std::string to_sql(PrivilegeSet privileges) {
  std::string text;
  for (Privilege p : kWritingOrder) {
    if (!privileges.contains(p)) continue;
    if (!text.empty()) text += ", ";
    text += info(p).keyword;
  }
  return text;
}

}  // namespace pgcharter
