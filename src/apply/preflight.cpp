// Preflight: what the executor lacks, summed up for an administrator: one statement per role, whatever the number of changes that need it.
//
// A membership is asked for with exactly the options that the plan needs. From 16 on a superuser's GRANT alters the row that the bootstrap
// superuser granted before, so an option that this row has is left alone, and FALSE is written on new rows only. Membership in a superuser
// is never asked for: it is everything.

#include "pgcharter/preflight.h"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "pgcharter/names.h"

#include "apply/needs.h"
#include "apply/self_membership.h"

namespace pgcharter {
namespace {

/// What a membership of the executor in one role must allow.
struct Asked {
  bool admin = false;
  bool inherit = false;
  bool set = false;
  std::set<std::string> whats;
  std::size_t steps = 0;
};

std::string joined(const std::set<std::string>& whats) {
  std::string text;
  for (const std::string& what : whats) text += (text.empty() ? "" : ", ") + what;
  return text;
}

class Preflight {
 public:
  Preflight(const State& actual, const Needs& needs) : actual_(actual), needs_(needs), me_(actual.server.user) {}

  /// The needs that a membership of the executor meets.
  void add_role(const Need& need) {
    if (need.kind == Need::Kind::Act) ask(need, &Asked::inherit);
    if (need.kind == Need::Kind::Become) ask(need, &Asked::set);
    if (need.kind == Need::Kind::Alter || need.kind == Need::Kind::Grant) ask(need, &Asked::admin);
  }

  /// All others.
  void add_other(const Need& need) {
    if (need.kind == Need::Kind::Statement) statement(need.what, need.sql, 1);
    if (need.kind == Need::Kind::Superuser) ++beyond_[need.what];
  }

  /// The memberships that will be asked for, once those are left out that come with another.
  std::vector<Membership> granted() {
    for (auto& [role, asked] : roles_) {
      std::vector<Membership> rows = needs_.memberships();
      for (const auto& [other, same] : roles_) {
        if (other != role && !needs_.creates(other)) rows.push_back(row(other, same));
      }
      const Executor with(actual_, rows);
      asked.inherit = asked.inherit && !with.acts_for(role);
      asked.set = asked.set && !with.can_become(role);
    }
    std::erase_if(roles_, [](const auto& entry) { return !entry.second.admin && !entry.second.inherit && !entry.second.set; });
    std::vector<Membership> rows;
    for (const auto& [role, asked] : roles_) {
      if (!needs_.creates(role)) rows.push_back(row(role, asked));
    }
    return rows;
  }

  std::vector<MissingRight> finish() {
    for (const auto& [role, asked] : roles_) membership(role, asked);
    std::vector<MissingRight> result;
    for (const auto& [sql, said] : statements_) result.push_back({.what = joined(said.whats), .sql = sql, .steps = said.steps});
    for (const auto& [what, steps] : beyond_) result.push_back({.what = what, .sql = {}, .steps = steps});
    return result;
  }

 private:
  [[nodiscard]] Membership row(RoleId role, const Asked& asked) const {
    const bool options = needs_.major() >= 16;
    return {.role = role,
            .member = needs_.executor().id(),
            .grantor = kNoRole,
            .admin = asked.admin,
            .inherit = options ? asked.inherit : asked.inherit || needs_.executor().attributes().inherit,
            .set = !options || asked.set};
  }

  void ask(const Need& need, bool Asked::*option) {
    Asked& asked = roles_[need.role];
    asked.*option = true;
    asked.whats.insert(need.what);
    ++asked.steps;
  }

  void statement(const std::string& what, const std::string& sql, std::size_t steps) {
    statements_[sql].whats.insert(what);
    statements_[sql].steps += steps;
  }

  void membership(RoleId role, const Asked& asked) {
    const std::string what = joined(asked.whats);
    // A role that only this plan creates can't be granted before.
    if (needs_.creates(role)) {
      beyond_[what] += asked.steps;
      return;
    }
    const std::string grant = fmt::format("GRANT {} TO {}", quote_identifier(needs_.name_now(role)), quote_identifier(me_));
    if (needs_.major() >= 16) return statement(what, grant + options(role, asked), asked.steps);
    const RoleId me = needs_.executor().id();
    const bool member = std::ranges::any_of(actual_.cluster.memberships, [&](const Membership& row) {
      return row.role == role && row.member == me && (row.admin || !asked.admin);
    });
    if (!member) statement(what, asked.admin ? grant + " WITH ADMIN OPTION" : grant, asked.steps);
    if (asked.inherit && !needs_.executor().attributes().inherit)
      statement(what, fmt::format("ALTER ROLE {} INHERIT", quote_identifier(me_)), asked.steps);
  }

  /// " WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"
  [[nodiscard]] std::string options(RoleId role, const Asked& asked) const {
    const auto row = std::ranges::find_if(actual_.cluster.memberships, [&](const Membership& m) {
      const Role* grantor = actual_.cluster.find_role(m.grantor);
      return m.role == role && m.member == needs_.executor().id() && grantor != nullptr && grantor->bootstrap;
    });
    const bool is_new = row == actual_.cluster.memberships.end();
    std::string text;
    const auto write = [&](bool needed, bool has, bool otherwise, std::string_view word) {
      if (needed ? !has : is_new && otherwise)
        text += fmt::format("{} {} {}", text.empty() ? " WITH" : ",", word, needed ? "TRUE" : "FALSE");
    };
    write(asked.admin, !is_new && row->admin, false, "ADMIN");
    write(asked.inherit, !is_new && row->inherit, true, "INHERIT");
    write(asked.set, !is_new && row->set, true, "SET");
    return text;
  }

  const State& actual_;
  const Needs& needs_;
  std::string me_;
  std::map<RoleId, Asked> roles_;
  std::map<std::string, Asked> statements_;  ///< by their text
  std::map<std::string, std::size_t> beyond_;
};

/// Which changes of a plan a revoke of `grantor`'s must precede, so that it can't be left out.
class Dependents {
 public:
  Dependents(const Desired& desired, const std::vector<Change>& changes) {
    for (const DesiredRole& role : desired.roles) {
      if (role.drop) dropped_.insert(role.id);
    }
    for (const Change& change : changes) {
      if (const auto* revoke = std::get_if<RevokeMembership>(&change.body); revoke != nullptr && revoke->membership.admin)
        admins_.insert({revoke->membership.role, revoke->membership.member});
      if (const auto* grant = std::get_if<GrantMembership>(&change.body); grant != nullptr && grant->before)
        if (grant->before->admin && !grant->after.admin) admins_.insert({grant->after.role, grant->after.member});
    }
  }

  [[nodiscard]] bool wait_for(const ChangePrivileges& c) const { return dropped_.contains(c.grantee) || dropped_.contains(c.grantor); }
  [[nodiscard]] bool wait_for(const Membership& row) const {
    return dropped_.contains(row.grantor) || admins_.contains({row.role, row.grantor});
  }

 private:
  std::set<RoleId> dropped_;
  std::set<std::pair<RoleId, RoleId>> admins_;  ///< (group, member) that loses ADMIN OPTION
};

bool takes(const GrantMembership& c) {
  return c.before && ((c.before->admin && !c.after.admin) || (c.before->inherit && !c.after.inherit) || (c.before->set && !c.after.set));
}

bool overlap(const ObjectList& a, const ObjectList& b) {
  if (a == b) return true;
  return a && b && std::ranges::any_of(*a, [&](std::uint32_t object) { return std::ranges::binary_search(*b, object); });
}

/// What would only fall through the CASCADE of a revoke that is no longer planned.
bool is_left_alone(const Change& change, const std::vector<Change>& planned) {
  const auto& c = std::get<ChangePrivileges>(change.body);
  return std::ranges::none_of(planned, [&](const Change& other) {
    const auto* cause = std::get_if<ChangePrivileges>(&other.body);
    return cause != nullptr && !cause->grant && cause->grantee == c.grantor && (cause->cascade || cause->implied) &&
           other.database == change.database && cause->privileges.intersects(c.privileges) && overlap(cause->objects, c.objects);
  });
}

template <typename Stays>
void take_out(std::vector<Change>& changes, std::vector<Change>& out, const Stays& stays) {
  const auto first = std::stable_partition(changes.begin(), changes.end(), stays);
  out.insert(out.end(), std::make_move_iterator(first), std::make_move_iterator(changes.end()));
  changes.erase(first, changes.end());
}

}  // namespace

std::vector<MissingRight> preflight(const Plan& plan) {
  if (plan.actual->server.superuser) return {};
  std::vector<const Change*> changes;
  for (const Step& step : plan.steps) changes.push_back(&step.change);
  const Needs needs(*plan.actual, *plan.desired, changes);
  Preflight preflight(*plan.actual, needs);
  const auto each = [&](const Needs& of, void (Preflight::*add)(const Need&)) {
    for (const Change* change : changes) {
      for (const Need& need : of.of(*change)) (preflight.*add)(need);
    }
  };
  each(needs, &Preflight::add_role);
  // Memberships bring a choice of grantors along, so that the executor must also become the owner.
  std::vector<Membership> granted = preflight.granted();
  for (std::vector<Membership> before; granted != before; granted = preflight.granted()) {
    before = granted;
    each(Needs(*plan.actual, *plan.desired, changes, granted), &Preflight::add_role);
  }
  // They bring privileges on objects along, too, which then need not be asked for.
  each(Needs(*plan.actual, *plan.desired, changes, granted), &Preflight::add_other);
  return preflight.finish();
}

std::vector<Change> take_unremovable(const State& actual, const Desired& desired, std::vector<Change>& changes) {
  std::vector<Change> unremovable;
  if (actual.server.superuser) return unremovable;
  const Dependents dependents(desired, changes);
  {
    const Needs needs(actual, desired, pointers_to(changes));
    const Executor& me = needs.executor();
    const auto revocable = [&](const Membership& row) {
      return needs.major() < 16 || row.grantor == me.id() || me.acts_for(row.grantor) || can_join(actual, needs, row.grantor, true) ||
             dependents.wait_for(row);
    };
    take_out(changes, unremovable, [&](const Change& change) {
      if (const auto* revoke = std::get_if<RevokeMembership>(&change.body)) return revocable(revoke->membership);
      if (const auto* grant = std::get_if<GrantMembership>(&change.body)) return !takes(*grant) || revocable(*grant->before);
      const auto* c = std::get_if<ChangePrivileges>(&change.body);
      return c == nullptr || c->grant || c->implied || c->grantor == kNoRole || me.can_become(c->grantor) ||
             can_join(actual, needs, c->grantor, false) || dependents.wait_for(*c);
    });
  }
  if (unremovable.empty()) return unremovable;
  for (std::size_t before = 0; before != unremovable.size();) {
    before = unremovable.size();
    take_out(changes, unremovable, [&, planned = changes](const Change& change) {
      const auto* c = std::get_if<ChangePrivileges>(&change.body);
      return c == nullptr || !c->implied || !is_left_alone(change, planned);
    });
  }
  return unremovable;
}

Unremovable describe_unremovable(const State& actual, const Change& change) {
  const RoleNames& names = *actual.names;
  const auto shown = [&](RoleId role) { return display_name(names.name(role)); };
  const auto quoted = [&](RoleId role) { return quote_identifier(names.name(role)); };
  const std::string me = quote_identifier(actual.server.user);
  if (const auto* c = std::get_if<ChangePrivileges>(&change.body)) {
    return {fmt::format("{} of {} on {} {}(s) was granted by {}, and {} can't act for that role", to_sql(c->privileges), shown(c->grantee),
                        c->objects->size(), info(c->kind).singular, shown(c->grantor), actual.server.user),
            fmt::format("An administrator can run: GRANT {} TO {};", quoted(c->grantor), me)};
  }
  const auto* revoke = std::get_if<RevokeMembership>(&change.body);
  const Membership& row = revoke != nullptr ? revoke->membership : *std::get<GrantMembership>(change.body).before;
  return {
      fmt::format("the membership of {} in {} was granted by {}, and {} can't act for that role", shown(row.member), shown(row.role),
                  shown(row.grantor), actual.server.user),
      fmt::format("An administrator can run: REVOKE {} FROM {} GRANTED BY {};", quoted(row.role), quoted(row.member), quoted(row.grantor))};
}

}  // namespace pgcharter
