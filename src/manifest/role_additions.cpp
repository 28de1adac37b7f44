// What profiles give to roles, joined with the roles' own entries.
//
// Silence in a role's entry leaves room for a profile; two different answers to one question are an error that shows
// both places, because neither the entry nor the profile could be right without making the other one wrong.
#include <algorithm>

#include <fmt/format.h>

#include "manifest/sections.h"

namespace pgcharter {

namespace {

void conflict(Reader& reader, const RoleAddition& addition, std::string_view what, const SourcePos& other) {
  reader.error("profile-conflict", addition.pos,
               fmt::format("the profile \"{}\" and the role \"{}\" disagree about {}", addition.profile, addition.role, what),
               fmt::format("The other value is at {}.", to_string(other)));
}

// Takes `theirs` where the role says nothing; reports where both speak and differ.
template <typename T>
void join_value(Reader& reader, const RoleAddition& addition, RoleRule& role, std::string_view key, T& ours, const T& theirs) {
  if (!addition.rule.written.contains(std::string(key))) return;
  const auto [written, fresh] = role.written.emplace(key, addition.pos);
  if (fresh) {
    ours = theirs;
  } else if (ours != theirs) {
    conflict(reader, addition, fmt::format("\"{}\"", key), written->second);
  }
}

bool same_options(const MembershipRule& a, const MembershipRule& b) {
  return a.ensure == b.ensure && a.admin == b.admin && a.inherit == b.inherit && a.set == b.set && a.expires == b.expires;
}

void join_memberships(Reader& reader, const RoleAddition& addition, RoleRule& role) {
  for (const MembershipRule& membership : addition.rule.member_of) {
    const auto same =
        std::find_if(role.member_of.begin(), role.member_of.end(), [&](const MembershipRule& m) { return m.role == membership.role; });
    if (same == role.member_of.end()) {
      role.member_of.push_back(membership);
    } else if (!same_options(*same, membership)) {
      conflict(reader, addition, fmt::format("its membership in \"{}\"", membership.role), same->pos);
    }
  }
}

void join_settings(Reader& reader, const RoleAddition& addition, RoleRule& role) {
  for (const auto& [name, setting] : addition.rule.settings) {
    SettingRule theirs = setting;
    theirs.pos = addition.pos;
    const auto [ours, fresh] = role.settings.emplace(name, theirs);
    if (!fresh && ours->second.value != setting.value)
      conflict(reader, addition, fmt::format("the parameter \"{}\"", name), ours->second.pos);
  }
}

}  // namespace

void apply_role_additions(Reader& reader) {
  for (const RoleAddition& addition : reader.additions) {
    const auto found = reader.charter().roles.find(addition.role);
    if (found == reader.charter().roles.end() && addition.role != "public" && !addition.role.starts_with("pg_"))
      continue;  // reported as undeclared
    if (found == reader.charter().roles.end() || found->second.external) {
      reader.error(
          "profile-conflict", addition.pos,
          fmt::format("the profile \"{}\" gives attributes or memberships, which \"{}\" can't take", addition.profile, addition.role),
          "Only a role that the charter declares as its own can.");
      continue;
    }
    RoleRule& role = found->second;
    for (const auto& [key, member] : role_flags()) {
      join_value(reader, addition, role, key, role.attributes.*member, addition.rule.attributes.*member);
    }
    join_value(reader, addition, role, "connection_limit", role.connection_limit, addition.rule.connection_limit);
    join_value(reader, addition, role, "valid_until", role.valid_until, addition.rule.valid_until);
    join_settings(reader, addition, role);
    join_memberships(reader, addition, role);
  }
}

}  // namespace pgcharter
