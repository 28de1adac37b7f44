// A lock is held until its transaction ends, and the table of locks has a fixed size: max_locks_per_transaction * (max_connections +
// max_prepared_transactions) (PostgreSQL documentation, "Lock Management"). Beyond it: "out of shared memory", whoever asks.
//
// ALTER … OWNER locks a table, its indexes and its TOAST table; GRANT and REVOKE lock each object from 18 on, none before (measured; 12,200
// and 6,437 tables were the ends with the defaults). Three quarters are ours: others need some too, and the server has a reserve.

#include "sql/batches.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace pgcharter {
namespace {

constexpr std::size_t kPerTable = 3;

/// The locks of one transaction, statement by statement.
class LockCount {
 public:
  explicit LockCount(const Plan& plan) : plan_(plan), locks_objects_(plan.actual->server.major() >= 18) {}

  void add(const Statement& statement) {
    const bool only_privileges = std::ranges::all_of(
        statement.steps, [&](std::size_t step) { return std::holds_alternative<ChangePrivileges>(plan_.steps[step].change.body); });
    if (!only_privileges) held_ += 2;  // a role, a schema, a database; GRANT takes the same few catalogs again and again
    for (const std::size_t step : statement.steps) {
      const Change& change = plan_.steps[step].change;
      if (const auto* owner = std::get_if<ChangeOwner>(&change.body)) {
        held_ += statement.objects.size() * (owner->kind == ObjectKind::Table ? kPerTable : 1);
      } else if (std::holds_alternative<ReassignOwned>(change.body)) {
        held_ += owned(std::get<ReassignOwned>(change.body), change.database) * kPerTable;
      } else if (const auto* privileges = std::get_if<ChangePrivileges>(&change.body); privileges != nullptr && locks_objects_) {
        add_objects(change.database, *privileges, statement);
      }
    }
  }

  void start_again() {
    held_ = 0;
    objects_.clear();
  }
  [[nodiscard]] std::size_t held() const { return held_; }

 private:
  void add_objects(int database, const ChangePrivileges& change, const Statement& statement) {
    const auto& named = statement.objects.empty() ? *change.objects : statement.objects;
    for (const std::uint32_t object : named) {
      if (objects_.emplace(database, object).second) ++held_;
    }
  }

  [[nodiscard]] std::size_t owned(const ReassignOwned& change, int database) const {
    const auto& all = plan_.actual->databases[static_cast<std::size_t>(database)].role_dependencies;
    return static_cast<std::size_t>(
        std::ranges::count_if(all, [&](const RoleDependency& d) { return d.role == change.role && d.type == 'o'; }));
  }

  const Plan& plan_;
  bool locks_objects_;
  std::size_t held_ = 0;
  std::set<std::pair<int, std::uint32_t>> objects_;
};

}  // namespace

void assign_batches(const Plan& plan, Script& script) {
  const auto budget = static_cast<std::size_t>(plan.actual->server.lock_slots) * 3 / 4;
  if (budget == 0) return;
  const bool one_part = plan.actual->databases.size() <= 1;
  const auto part = [&](const Statement& s) {
    const bool apart = is_principal_phase(s.phase) && !(one_part && plan.actual->server.database == kEntraDatabase);
    if (apart) return std::tuple(std::string(kEntraDatabase), true);
    return one_part ? std::tuple(std::string(), false) : std::tuple(s.database, s.database.empty() && is_after_databases(s.phase));
  };
  LockCount locks(plan);
  const Statement* previous = nullptr;
  int batch = 0;
  for (Statement& statement : script.statements) {
    if (previous != nullptr && part(*previous) != part(statement)) {
      locks.start_again();
      batch = 0;
      previous = nullptr;
    }
    locks.add(statement);
    if (previous != nullptr && locks.held() > budget) {
      locks.start_again();
      locks.add(statement);
      ++batch;
    }
    statement.batch = batch;
    previous = &statement;
  }
}

}  // namespace pgcharter
