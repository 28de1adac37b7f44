// What Citus refuses to distribute, said before anything runs, each with what to do about it. The conditions are those of Citus 13 and 14:
// EnsureRelationCanBeDistributed(), ErrorIfUnsupportedConstraint(), ErrorIfUnsupportedForeignConstraintExists() and
// EnsureTableCanBeColocatedWith().

#include <algorithm>

#include <fmt/format.h>

#include "pgcharter/names.h"

#include "base/strings.h"
#include "desired/placement.h"

namespace pgcharter {
namespace {

ObjectName table_name(const std::string& schema, const std::string& name) {
  return {.kind = ObjectKind::Table, .schema = schema, .name = name, .args = {}};
}

}  // namespace

Distribution PlacementResolver::planned(const ObjectName& id) const {
  const auto entry = entries_.find(id);
  return entry == entries_.end() ? now(id).distribution : entry->second.rule->distribute->distribution;
}

std::string PlacementResolver::planned_column(const ObjectName& id) const {
  const auto entry = entries_.find(id);
  return entry == entries_.end() ? now(id).column : entry->second.rule->distribute->by;
}

std::string PlacementResolver::type_of(const ObjectName& id, const std::string& column) const {
  const auto entry = entries_.find(id);
  if (const TableDefinition* definition = actual_.find_table(id.schema, id.name)) {
    const auto found = std::ranges::find(definition->columns, column, &ColumnDefinition::name);
    return found == definition->columns.end() ? std::string() : found->type;
  }
  if (entry == entries_.end()) return {};
  for (const ColumnRule& written : entry->second.rule->columns) {
    if (written.definition.name == column) return written.definition.type;
  }
  return {};
}

bool PlacementResolver::check_relation(const ObjectName& id, const TableDefinition& definition) {
  if (definition.relkind != 'r' && definition.relkind != 'p') {
    error(id, "Citus distributes ordinary and partitioned tables only", "Distribute the tables that it is made of.");
  } else if (definition.temporary) {
    error(id, "Citus does not distribute temporary tables", "Leave it out.");
  } else if (definition.partition) {
    error(id, "it is a partition of another table", "Distribute the partitioned table: its partitions go with it.");
  } else if (!definition.triggers.empty()) {
    error(id, fmt::format("Citus does not distribute tables with triggers ({})", join(definition.triggers, ", ")),
          "Drop the triggers first.");
  } else {
    return true;
  }
  return false;
}

bool PlacementResolver::check_column(const ObjectName& id, const std::string& column) {
  const Entry& entry = entries_.at(id);
  if (entry.definition == nullptr) return true;  // the manifest's own columns are checked where they are read
  const auto found = std::ranges::find(entry.definition->columns, column, &ColumnDefinition::name);
  if (found == entry.definition->columns.end()) {
    error(id, fmt::format("it has no column \"{}\"", column), "Correct `by`.");
    return false;
  }
  if (found->generated) {
    error(id, fmt::format("its column \"{}\" is generated, and Citus does not distribute by such a column", column), "Choose another one.");
    return false;
  }
  return true;
}

bool PlacementResolver::check_keys(const ObjectName& id, const std::string& column) {
  const Entry& entry = entries_.at(id);
  bool good = true;
  const auto one = [&](const std::string& name, const std::vector<std::string>& columns) {
    if (columns.empty() || std::ranges::find(columns, column) != columns.end()) return;
    error(id,
          fmt::format("its unique key \"{}\" ({}) does not hold the column \"{}\" by which it would be distributed", name,
                      join(columns, ", "), column),
          "Citus can keep a key unique only on one node: add the column to the key, or distribute by one that is in it.");
    good = false;
  };
  if (entry.definition != nullptr) {
    for (const auto& [name, columns] : entry.definition->unique) one(name, columns);
  } else {
    one("primary key", entry.rule->primary_key);
  }
  return good;
}

bool PlacementResolver::check_foreign_key(const ObjectName& id, const ForeignKey& key) {
  const ObjectName other = table_name(key.schema, key.table);
  const ObjectName& from = key.incoming ? other : id;
  const ObjectName& to = key.incoming ? id : other;
  const Distribution referring = planned(from);
  const Distribution referred = planned(to);
  const auto refuse = [&](const std::string& why, const std::string& hint) {
    error(id, fmt::format("its foreign key \"{}\" {} {} {}", key.name, key.incoming ? "from" : "to", display_name(other), why), hint);
    return false;
  };
  if (from == to || referred == Distribution::Reference) return true;
  const bool spread = referring == Distribution::Hash || referring == Distribution::SingleShard;
  if (referring == Distribution::Reference) {
    if (referred == Distribution::Local) return true;
    return refuse("can't be kept: a reference table may refer to reference tables only",
                  "Make the other one a reference table, or drop the key.");
  }
  if (!spread) {
    if (referred == Distribution::None || referred == Distribution::Local) return true;
    return refuse("can't be kept: an ordinary table can't refer to a distributed one", "Distribute it too, or drop the key.");
  }
  if (referred == Distribution::None || referred == Distribution::Local) {
    return refuse("can't be kept: what a distributed table refers to must be a reference table, or distributed with it",
                  fmt::format("Write `distribute: reference` for {}, or drop the key.", display_name(to)));
  }
  const bool same_head = head(from) == head(to);
  const std::string& from_column = planned_column(from);
  const std::string& to_column = planned_column(to);
  const auto& columns = key.incoming ? key.other_columns : key.columns;
  const auto& others = key.incoming ? key.columns : key.other_columns;
  bool by_column = referring == Distribution::SingleShard;
  for (std::size_t c = 0; c < columns.size() && c < others.size(); ++c) by_column |= columns[c] == from_column && others[c] == to_column;
  if (same_head && by_column) return true;
  return refuse(
      same_head ? "does not go over the columns by which both are distributed" : "goes to a table that is distributed apart from it",
      "Place the two together (`colocate_with`) and let the key hold both distribution columns, or drop it.");
}

bool PlacementResolver::check_foreign_keys(const ObjectName& id, const TableDefinition& definition) {
  bool good = true;
  for (const ForeignKey& key : definition.foreign_keys) good = check_foreign_key(id, key) && good;
  return good;
}

bool PlacementResolver::check_colocation(const ObjectName& id) {
  const DistributeRule& rule = *entries_.at(id).rule->distribute;
  if (!rule.colocate_with) return true;
  const ObjectName& other = *rule.colocate_with;
  const Distribution distribution = planned(other);
  if (distribution != rule.distribution) {
    const bool exists =
        actual_.find(other) || std::ranges::any_of(desired_.objects.created, [&](const Object& o) { return o.id == other; });
    error(id,
          fmt::format("it can't be placed with {}, which is {}", display_name(other),
                      !exists                              ? "not there"
                      : distribution == Distribution::None ? "not distributed"
                                                           : fmt::format("kept as {}", name(distribution))),
          "Declare that table with the same kind of `distribute`, or write `colocate_with: none`.");
    return false;
  }
  if (rule.distribution != Distribution::Hash) return true;
  const std::string mine = type_of(id, rule.by);
  const std::string theirs = type_of(other, planned_column(other));
  if (mine.empty() || theirs.empty() || mine == theirs) return true;
  error(id, fmt::format("it can't be placed with {}: they are distributed by {} and {}", display_name(other), mine, theirs),
        "Tables that are placed together are distributed by columns of one type.");
  return false;
}

/// What is made anew: alter_distributed_table() and undistribute_table() refuse identity columns
/// (ErrorIfUnsupportedCascadeObjects() and ReplaceTable() in Citus' alter_table.c).
bool PlacementResolver::check_rewrite(const ObjectName& id, const CitusTable& is, const TableDefinition& definition) {
  const DistributeRule& rule = *entries_.at(id).rule->distribute;
  if (is.distribution == Distribution::None) return true;
  const bool only_group = is.distribution == rule.distribution && is.column == rule.by && !rule.colocate_with &&
                          (!rule.shards || *rule.shards == is.shards) && rule.distribution == Distribution::Hash;
  if (only_group) return true;
  for (const ColumnDefinition& column : definition.columns) {
    if (column.identity == IdentityColumn::None) continue;
    error(id, fmt::format("its column \"{}\" is an identity column, and Citus makes no table anew that has one", column.name),
          "It stays where it is; or move its rows to a new table.");
    return false;
  }
  return true;
}

bool PlacementResolver::check(const ObjectName& id, const CitusTable& is) {
  const Entry& entry = entries_.at(id);
  const DistributeRule& rule = *entry.rule->distribute;
  if (entry.definition != nullptr) {
    if (!check_relation(id, *entry.definition) || !check_rewrite(id, is, *entry.definition)) return false;
    const bool gathers = is.distribution != Distribution::None && (rule.distribution != is.distribution);
    if (gathers && !entry.definition->foreign_keys.empty()) {
      error(id,
            fmt::format("it has foreign keys (\"{}\"), and Citus converts no table that has one",
                        entry.definition->foreign_keys.front().name),
            "Drop the keys, apply, and make them again.");
      return false;
    }
  }
  if (rule.concurrently && !entry.fresh && entry.definition != nullptr && !entry.definition->foreign_keys.empty()) {
    error(id, "Citus distributes no table concurrently that has foreign keys, or is referred to by one", "Leave `concurrently` out.");
    return false;
  }
  if (rule.distribution == Distribution::Hash && (!check_column(id, rule.by) || !check_keys(id, rule.by))) return false;
  if (rule.distribution != Distribution::None && entry.definition != nullptr && !check_foreign_keys(id, *entry.definition)) return false;
  return check_colocation(id);
}

}  // namespace pgcharter
