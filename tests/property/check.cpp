// Entry by entry, and grantor by grantor. The functions of PostgreSQL are in check_functions.cpp.
#include "property/check.h"

#include <algorithm>
#include <set>

#include "property/matching.h"

namespace pgcharter::property {
namespace {

bool met(Want want, bool held, bool grantable) {
  switch (want) {
    case Want::No:
      return !held;
    case Want::Plain:
      return held && !grantable;
    case Want::Grantable:
      return grantable;
    case Want::Held:
      return held;
    case Want::Any:
      break;
  }
  return true;
}

std::string found(bool held, bool grantable) {
  return grantable ? describe(Want::Grantable) : held ? describe(Want::Plain) : describe(Want::No);
}

void compare(const std::string& what, const GranteeWants& wants, const std::vector<Entry>& entries, Complaints& complaints) {
  for (const auto& [grantee, privileges] : wants) {
    for (const auto& [privilege, want] : privileges) {
      bool held = false;
      bool grantable = false;
      for (const auto& entry : entries) {
        if (entry.grantee != grantee || entry.privilege != privilege) continue;
        held = true;
        grantable = grantable || entry.grantable;
      }
      if (!met(want, held, grantable)) {
        complaints.push_back(what + ": " + privilege + " of <" + grantee + "> must be " + describe(want) + ", is " +
                             found(held, grantable));
      }
    }
  }
}

const std::vector<Entry>& entries_of(const Snapshot& snapshot, const DefaultKey& key) {
  static const std::vector<Entry> none;
  const auto it = snapshot.defaults.find(key);
  return it == snapshot.defaults.end() ? none : it->second;
}

std::string describe_default(const DefaultKey& key) {
  const auto& [creator, schema, kind] = key;
  return "default privileges by <" + creator + "> " + (schema.empty() ? "globally" : "in <" + schema + ">") + " on " + words(kind).key;
}

void compare_roles(const Model& model, const Snapshot& after, Complaints& complaints) {
  for (const auto& [name, facts] : after.roles) {
    if (!model.roles.contains(name)) complaints.push_back("role <" + name + "> must not exist");
  }
  for (const auto& [name, want] : model.roles) {
    const auto it = after.roles.find(name);
    if (it == after.roles.end()) {
      complaints.push_back("role <" + name + "> does not exist");
      continue;
    }
    const RoleFacts& is = it->second;
    const auto check = [&](const std::string& what, bool same) {
      if (!same) complaints.push_back("role <" + name + ">: " + what + " differs");
    };
    for (const auto& [flag, on] : want.attributes.flags) check(flag, is.attributes.flags.at(flag) == on);
    check("connection limit", is.attributes.connection_limit == want.attributes.connection_limit);
    check("valid until", is.attributes.valid_until == want.attributes.valid_until);
    check("comment <" + is.comment + ">", is.comment == want.comment);
    check("settings", is.settings == want.settings);
    check("settings in the database", is.settings_in == want.settings_in);
  }
}

/// Entries with their grantors: what is not in scope must stay as it is. An entry whose grantor has lost the grant option
/// may live on as the owner's.
void compare_grantors(const std::string& what, const GranteeWants& wants, const std::string& owner_before, const std::string& owner_after,
                      const std::vector<Entry>& before, const std::vector<Entry>& after, Complaints& complaints) {
  std::set<Entry> now(after.begin(), after.end());
  for (Entry entry : before) {
    if (entry.grantee == owner_before) entry.grantee = owner_after;
    if (entry.grantor == owner_before) entry.grantor = owner_after;
    const auto grantee = wants.find(entry.grantee);
    if (grantee == wants.end() || entry.grantee == owner_after) continue;
    const Want want = grantee->second.at(entry.privilege);
    if ((want != Want::Plain && want != Want::Grantable) || (want == Want::Plain && entry.grantable)) continue;
    // It may have become grantable; it may never be less than it was.
    Entry grantable = entry;
    grantable.grantable = true;
    if (now.contains(entry) || now.contains(grantable)) continue;
    const bool grantor_lost = std::none_of(after.begin(), after.end(), [&](const Entry& e) {
      return e.grantee == entry.grantor && e.privilege == entry.privilege && e.grantable;
    });
    if (entry.grantor != owner_after && grantor_lost) continue;  // compare() has seen that the access is still there
    complaints.push_back(what + ": " + entry.privilege + " of <" + entry.grantee + "> by <" + entry.grantor +
                         "> was rewritten without need");
  }
}

}  // namespace

std::string describe(Want want) {
  switch (want) {
    case Want::No:
      return "not held";
    case Want::Plain:
      return "held without grant option";
    case Want::Grantable:
      return "held with grant option";
    case Want::Held:
      return "held";
    case Want::Any:
      break;
  }
  return "anything";
}

std::string describe(const ObjectKey& key) {
  std::string text = std::string(words(key.kind).singular) + " <";
  if (!key.schema.empty()) text += key.schema + ">.<";
  text += key.name + ">";
  return key.kind == Kind::Function ? text + "(" + key.args + ")" : text;
}

void check_entries(const Model& model, const Snapshot& after, Complaints& complaints) {
  compare_roles(model, after, complaints);
  for (const auto& [key, want] : model.objects) {
    const auto it = after.objects.find(key);
    if (it == after.objects.end()) {
      complaints.push_back(describe(key) + " does not exist");
      continue;
    }
    if (it->second.owner != want.owner)
      complaints.push_back(describe(key) + ": owner must be <" + want.owner + ">, is <" + it->second.owner + ">");
    compare(describe(key), want.acl, it->second.acl, complaints);
    for (const auto& [column, wants] : want.columns)
      compare(describe(key) + " column <" + column + ">", wants, it->second.columns.at(column), complaints);
  }
  for (const auto& [edge, want] : model.memberships) {
    const auto it = after.memberships.find(edge);
    const bool held = it != after.memberships.end();
    const bool admin = held && it->second.admin;
    if (!met(want, held, admin)) {
      complaints.push_back("membership of <" + edge.second + "> in <" + edge.first + "> must be " + describe(want) + ", is " +
                           found(held, admin));
    }
    const auto options = model.membership_options.find(edge);
    if (!held || options == model.membership_options.end()) continue;
    const auto check = [&](const char* what, const std::optional<bool>& wanted, const std::optional<bool>& is) {
      if (!wanted || wanted == is) return;
      complaints.push_back("membership of <" + edge.second + "> in <" + edge.first + ">: " + what + " must be " +
                           (*wanted ? "true" : "false"));
    };
    check("inherit", options->second.inherit, it->second.inherit);
    check("set", options->second.set, it->second.set);
  }
  for (const auto& [key, want] : model.defaults) compare(describe_default(key), want, entries_of(after, key), complaints);
}

void check_untouched(const Case& c, const Model& model, const Snapshot& before, const Snapshot& after, Complaints& complaints) {
  static_cast<void>(c);
  for (const auto& [key, was] : before.objects) {
    const auto want = model.objects.find(key);
    const auto is = after.objects.find(key);
    if (want == model.objects.end() || is == after.objects.end()) continue;
    compare_grantors(describe(key), want->second.acl, was.owner, want->second.owner, was.acl, is->second.acl, complaints);
    for (const auto& [column, wants] : want->second.columns) {
      compare_grantors(describe(key) + " column <" + column + ">", wants, was.owner, want->second.owner, was.columns.at(column),
                       is->second.columns.at(column), complaints);
    }
  }
}

void check_minimal(const Plan& plan, Complaints& complaints) {
  using Target = std::tuple<int, std::string, std::uint32_t, std::string, std::uint32_t>;
  std::map<Target, PrivilegeSet> granted;
  std::map<Target, PrivilegeSet> revoked;
  // From 16 on the grantor is a part of the key: a row may have to go with its grantor, and be granted anew by another one.
  using MembershipRow = std::tuple<RoleId, RoleId, RoleId>;
  std::set<MembershipRow> joined;
  std::set<MembershipRow> left;
  const auto key = [](const Membership& row) { return MembershipRow{row.role, row.member, server_major() >= 16 ? row.grantor : kNoRole}; };
  const auto note = [](auto& where, const Step& step, const ChangePrivileges& change) {
    for (const std::uint32_t object : *change.objects) {
      where[{step.change.database, std::string(info(change.kind).singular), object, change.column,
             static_cast<std::uint32_t>(change.grantee)}] |= change.privileges;
    }
  };
  for (const Step& step : plan.steps) {
    if (const auto* change = std::get_if<ChangePrivileges>(&step.change.body)) {
      // What a CASCADE takes with it must be granted again; taking away a grant option is no revoke of the privilege.
      // The same for the entry of another grantor that can't stay: it is revoked as that grantor, and the owner grants anew.
      if (change->implied || change->grantor != kNoRole || (!change->grant && change->grant_option)) continue;
      note(change->grant ? granted : revoked, step, *change);
    } else if (step.hazards.contains(Hazard::SelfMembership)) {
      continue;  // the executor's own, for the time of the plan: it ends in the same plan
    } else if (const auto* grant = std::get_if<GrantMembership>(&step.change.body)) {
      joined.insert(key(grant->after));
    } else if (const auto* revoke = std::get_if<RevokeMembership>(&step.change.body)) {
      left.insert(key(revoke->membership));
    }
  }
  for (const auto& [target, privileges] : granted) {
    const auto it = revoked.find(target);
    if (it != revoked.end() && it->second.intersects(privileges)) {
      complaints.push_back("the plan grants and revokes " + to_sql(it->second & privileges) + " on " + std::get<1>(target) + " " +
                           std::to_string(std::get<2>(target)) + " column <" + std::get<3>(target) + "> of role " +
                           std::to_string(std::get<4>(target)));
    }
  }
  for (const auto& edge : joined) {
    if (left.contains(edge)) complaints.push_back("the plan grants and revokes one membership");
  }
}

}  // namespace pgcharter::property
