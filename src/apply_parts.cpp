// A charter of one database is one transaction; with several, the server's first part, each database and the server's last part are
// transactions of their own. Entra principals stand before all of them, because their functions are in another database than the charter's:
// their part reads and plans nothing else.

#include "apply_parts.h"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "planning.h"

namespace pgcharter {

bool Part::covers(const Statement& s) const {
  if (!s.transactional) return false;  // apply_afterwards.cpp
  if (is_principal_phase(s.phase)) return of == Of::Principals || with_principals;
  switch (of) {
    case Of::Principals:
      return false;
    case Of::Everything:
      return true;
    case Of::ServerFirst:
      return s.database.empty() && !is_after_databases(s.phase);
    case Of::ServerLast:
      return s.database.empty() && is_after_databases(s.phase);
    case Of::Database:
      return s.database == database;
    case Of::Rehearsal:
      // A role can't be dropped before all databases have let it go.
      return s.database.empty() ? s.phase != Phase::DropRole : s.database == database;
  }
  return true;
}

Script Part::own(const Script& script) const {
  Script mine;
  std::ranges::copy_if(script.statements, std::back_inserter(mine.statements), [this](const Statement& s) { return covers(s); });
  return mine;
}

Part part_of(const SharedCharter& charter, std::size_t database, Part::Of of, std::string what) {
  Part part{.what = std::move(what), .database = database_of(charter->databases[database]), .charter = charter, .of = of};
  if (database == 0) return part;
  auto reordered = std::make_shared<Charter>(*charter);
  std::swap(reordered->databases.front(), reordered->databases[database]);
  part.charter = std::move(reordered);
  return part;
}

// Their new names come later.
Part part_of_principals(const Planned& shown) {
  Part part{
      .what = "the transaction for Entra principals", .database = std::string(kEntraDatabase), .charter = {}, .of = Part::Of::Principals};
  auto charter = std::make_shared<Charter>(*shown.charter);
  std::map<std::string, std::string> old_names;
  for (const DesiredRole& role : shown.desired.roles) {
    if (role.rename_from) old_names[shown.actual.names->name(role.id)] = *role.rename_from;
  }
  charter->roles.clear();
  for (const auto& [name, rule] : shown.charter->roles) {
    if (!rule.entra || rule.ensure == Ensure::Absent) continue;
    const auto old = old_names.find(name);
    RoleRule principal{.pos = rule.pos, .name = old == old_names.end() ? name : old->second};
    principal.attributes = rule.attributes;
    principal.entra = rule.entra;
    charter->roles.emplace(principal.name, principal);
  }
  charter->databases.assign(1, {});
  part.charter = std::move(charter);
  return part;
}

std::vector<Part> parts_of_databases(const SharedCharter& charter, Part::Of of) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < charter->databases.size(); ++i)
    parts.push_back(part_of(charter, i, of, fmt::format("database \"{}\"", charter->databases[i].name)));
  return parts;
}

}  // namespace pgcharter
