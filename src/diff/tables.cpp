// Tables, functions, and where Citus and TimescaleDB keep tables: what is to be made, replaced, moved, dropped.

#include "diff/concerns.h"

namespace pgcharter {

void diff_tables(const Desired& desired, std::size_t database, std::vector<Change>& changes) {
  const DesiredDatabase& of = desired.databases[database];
  auto add = [&](ChangeBody body, const Reason& reason) {
    changes.push_back({.database = static_cast<int>(database), .body = std::move(body), .reason = reason});
  };
  const auto owner = [](const auto& made) { return made.owner_given ? std::optional(made.owner) : std::nullopt; };
  for (const SchemaPlacement& placement : of.schema_placements) add(PlaceSchema{placement}, placement.reason);
  for (const DesiredTable& table : of.tables) add(CreateTable{table.rule, owner(table)}, table.reason);
  for (const TablePlacement& placement : of.placements) add(PlaceTable{placement}, placement.reason);
  for (const DesiredHypertable& hypertable : of.hypertables) add(ChangeHypertable{hypertable}, hypertable.reason);
  for (const DesiredRoutine& routine : of.routines) {
    add(PutRoutine{routine.object, routine.before, routine.after, owner(routine), routine.rank}, routine.reason);
  }
  for (const auto& [object, reason] : of.dropped) {
    const Object& dropped = of.objects.object(object);
    add(DropObject{dropped.id, dropped.subkind}, reason);
  }
  for (const DesiredCronJob& job : of.cron_jobs) add(ChangeCronJob{job}, job.reason);
}

}  // namespace pgcharter
