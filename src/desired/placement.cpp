// Where Citus keeps tables: what the charter says against pg_dist_partition.
//
// Which tables are together is compared as sets, never by number: Citus gives its groups new numbers whenever it likes. Of a group, one
// table is alone (`colocate_with: none`) and the others name it, or one that names it. So changes are decided in the order in which they
// will be made, on the groups as they will be by then.
//
// What Citus would refuse in the middle of the transaction is refused here, before anything runs: the checks are those of
// EnsureRelationCanBeDistributed() and ErrorIfUnsupportedConstraint() in Citus.

#include "desired/placement.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "pgcharter/names.h"

#include "base/strings.h"

namespace pgcharter {
namespace {

bool is_kept_by_citus(Distribution d) { return d != Distribution::None; }

ObjectName relation(std::string schema, std::string name) {
  return {.kind = ObjectKind::Table, .schema = std::move(schema), .name = std::move(name), .args = {}};
}

std::string shown(const ObjectName& id) { return display_name(id); }

}  // namespace

PlacementResolver::PlacementResolver(const DatabaseCharter& charter, const DatabaseState& actual, DesiredDatabase& desired,
                                     Diagnostics& diagnostics)
    : charter_(charter), actual_(actual), desired_(desired), diagnostics_(diagnostics), citus_(actual.citus.value_or(CitusState())) {
  for (const auto& [id, rule] : charter.tables) {
    if (rule.distribute && rule.ensure == Ensure::Present) entries_[id] = {.rule = &rule};
  }
  for (const CitusTable& table : citus_.tables) {
    next_group_ = std::max(next_group_, table.colocation + 1);
    tables_[{.kind = ObjectKind::Table, .schema = table.schema, .name = table.name, .args = {}}] = table;
  }
}

bool PlacementResolver::wanted() const {
  const auto distributes = [](const auto& entry) { return entry.second.distribute && entry.second.ensure == Ensure::Present; };
  return std::ranges::any_of(charter_.tables, distributes) || std::ranges::any_of(charter_.schemas, distributes);
}

void PlacementResolver::error(const ObjectName& id, const std::string& message, const std::string& hint) {
  const Entry& entry = entries_.at(id);
  diagnostics_.error("placement", entry.rule->distribute->pos, fmt::format("table {}: {}", shown(id), message), hint);
}

void PlacementResolver::run() {
  if (!wanted()) return;
  if (!actual_.citus) {
    const auto first = std::ranges::find_if(charter_.tables, [](const auto& entry) { return entry.second.distribute.has_value(); });
    SourcePos pos;
    if (first != charter_.tables.end()) {
      pos = first->second.distribute->pos;
    } else {
      for (const auto& [name, rule] : charter_.schemas) {
        if (rule.distribute) pos = rule.pos;
      }
    }
    diagnostics_.error(
        "needs-citus", pos, fmt::format("database \"{}\" does not have the extension citus, which `distribute` needs", actual_.name),
        "On a cluster of your own: CREATE EXTENSION citus on every node, then add the nodes. On Azure: an Elastic Cluster has "
        "it, a Flexible Server can't.");
    return;
  }
  place_schemas();
  for (auto& [id, entry] : entries_) find_definition(id, entry);
  std::vector<std::pair<int, ObjectName>> order;
  for (auto& [id, entry] : entries_) order.emplace_back(rank(id, 0), id);
  std::ranges::sort(order);
  for (const auto& [rank, id] : order) place(id, rank);
}

void PlacementResolver::place_schemas() {
  for (const auto& [name, rule] : charter_.schemas) {
    if (!rule.distribute || rule.ensure == Ensure::Absent) continue;
    const bool is = std::ranges::find(citus_.schemas, name) != citus_.schemas.end();
    if (is == *rule.distribute) continue;
    SchemaPlacement& placement = desired_.schema_placements.emplace_back();
    placement = {.schema = name, .distribute = *rule.distribute, .comments = {}, .reason = {"declared", rule.pos}};
    for (const CitusTable& table : citus_.tables) {
      if (table.schema != name || table.distribution == Distribution::Local) continue;
      if (!*rule.distribute) {
        note_losses(relation(table.schema, table.name), placement.comments);
        continue;
      }
      diagnostics_.error("placement", rule.pos,
                         fmt::format("schema \"{}\" can't be distributed: its table \"{}\" already is, by itself", name, table.name),
                         fmt::format("Write `distribute: none` for {}.{} first, and apply.", name, table.name));
    }
  }
}

void PlacementResolver::find_definition(const ObjectName& id, Entry& entry) {
  entry.definition = actual_.find_table(id.schema, id.name);
  const auto created = std::ranges::find_if(desired_.tables, [&](const DesiredTable& t) { return t.rule == entry.rule; });
  entry.fresh = created != desired_.tables.end();
}

int PlacementResolver::rank(const ObjectName& id, int depth) {
  const Entry& entry = entries_.at(id);
  const DistributeRule& rule = *entry.rule->distribute;
  // Conversions to an ordinary table last, references first: the others may refer to them.
  if (rule.distribution == Distribution::None) return 1000;
  if (rule.distribution == Distribution::Reference) return 0;
  if (rule.distribution == Distribution::Local) return 1;
  if (!rule.colocate_with || !entries_.contains(*rule.colocate_with)) return 2;
  if (depth > static_cast<int>(entries_.size())) {
    if (!circle_told_) error(id, "`colocate_with` goes round in a circle", "One table of the circle must say `colocate_with: none`.");
    circle_told_ = true;
    return 2;
  }
  return rank(*rule.colocate_with, depth + 1) + 1;
}

CitusTable PlacementResolver::now(const ObjectName& id) const {
  const auto found = tables_.find(id);
  if (found == tables_.end() || (found->second.automatic && found->second.distribution == Distribution::Local)) {
    CitusTable none;
    none.schema = id.schema;
    none.name = id.name;
    none.distribution = Distribution::None;
    return none;
  }
  return found->second;
}

/// The table at the head of those that it is placed with.
ObjectName PlacementResolver::head(const ObjectName& id) const {
  ObjectName at = id;
  for (std::size_t i = 0; i <= entries_.size(); ++i) {
    const auto entry = entries_.find(at);
    if (entry == entries_.end() || !entry->second.rule->distribute->colocate_with) return at;
    at = *entry->second.rule->distribute->colocate_with;
  }
  return at;
}

/// True where another table that the charter places elsewhere is in its group, and has the better claim to it.
bool PlacementResolver::shares_group(const ObjectName& id, const CitusTable& table) const {
  return std::ranges::any_of(entries_, [&](const auto& other) {
    if (other.first == id || head(other.first) != other.first) return false;
    if (other.second.rule->distribute->alone && !(other.first < id)) return false;  // that one goes
    const CitusTable theirs = now(other.first);
    return is_kept_by_citus(theirs.distribution) && theirs.colocation == table.colocation && theirs.colocation != 0;
  });
}

bool PlacementResolver::together(const CitusTable& a, const CitusTable& b) {
  return is_kept_by_citus(b.distribution) && a.colocation == b.colocation && a.colocation != 0;
}

bool PlacementResolver::as_wanted(const ObjectName& id, const CitusTable& is) const {
  const DistributeRule& rule = *entries_.at(id).rule->distribute;
  if (is.distribution != rule.distribution) return false;
  if (rule.distribution != Distribution::Hash && rule.distribution != Distribution::SingleShard) return true;
  if (rule.distribution == Distribution::Hash && is.column != rule.by) return false;
  if (rule.shards && *rule.shards != is.shards) return false;
  if (rule.colocate_with) return together(is, now(*rule.colocate_with));
  return !rule.alone || !shares_group(id, is);
}

void PlacementResolver::place(const ObjectName& id, int rank) {
  const Entry& entry = entries_.at(id);
  const DistributeRule& rule = *entry.rule->distribute;
  const CitusTable is = now(id);
  if (is.distribution == Distribution::Schema) {
    return error(id, fmt::format("it belongs to the distributed schema \"{}\", which decides where it is", id.schema),
                 "Leave `distribute` out.");
  }
  if (is.distribution == Distribution::Other) {
    return error(id, "it is distributed by append or range, which is not supported", "Convert it by hand first.");
  }
  if (as_wanted(id, is)) return;
  if (!check(id, is)) return;
  TablePlacement change;
  change.table = id;
  change.fresh = entry.fresh;
  change.before = is;
  change.after = {.distribution = rule.distribution, .column = rule.by, .shards = rule.shards, .colocate_with = rule.colocate_with};
  change.concurrently = rule.concurrently;
  change.rank = rank;
  change.reason = {"declared", entry.rule->pos};
  const bool rehash = is.distribution == Distribution::Hash && rule.distribution == Distribution::Hash;
  change.cascade = rehash && rule.shards && *rule.shards != is.shards && is.column == rule.by && carries_others(id, is);
  if (entry.definition != nullptr) {
    change.rows = entry.definition->rows;
    change.bytes = entry.definition->bytes;
  }
  if (change.rewrites()) {
    note_losses(id, change.comments);
    for (const auto& [other, table] : tables_) {
      if (change.cascade && other != id && table.colocation == is.colocation) note_losses(other, change.comments);
    }
  }
  simulate(id, change);
  desired_.placements.push_back(std::move(change));
}

/// Others are placed with it, and all that are in its group are.
bool PlacementResolver::carries_others(const ObjectName& id, const CitusTable& is) const {
  std::size_t others = 0;
  for (const auto& [other, table] : tables_) {
    if (other == id || table.colocation != is.colocation) continue;
    if (!entries_.contains(other) || head(other) != id) return false;
    ++others;
  }
  return others > 0;
}

void PlacementResolver::note_losses(const ObjectName& table, std::vector<KeptComment>& comments) {
  desired_.remade.push_back(table);
  const TableDefinition* definition = actual_.find_table(table.schema, table.name);
  if (definition == nullptr) return;
  const auto add = [&](KeptComment comment) {
    const auto same = [&](const KeptComment& c) { return c.relation == comment.relation && c.column == comment.column; };
    if (std::ranges::none_of(comments, same)) comments.push_back(std::move(comment));
  };
  const auto keep = [&](const ObjectName& id, char relkind, const std::optional<std::string>& comment) {
    if (comment) add({.relation = id, .relkind = relkind, .column = {}, .text = *comment});
  };
  const auto keep_column = [&](const ObjectName& id, const std::string& column, const std::string& comment) {
    add({.relation = id, .relkind = 0, .column = column, .text = comment});
  };
  keep(table, definition->relkind, definition->comment);
  for (const ColumnDefinition& column : definition->columns) {
    if (column.comment) keep_column(table, column.name, *column.comment);
  }
  for (const DependentRelation& dependent : definition->dependents) {
    const ObjectName id = relation(dependent.schema, dependent.name);
    keep(id, dependent.relkind, dependent.comment);
    for (const auto& [column, comment] : dependent.column_comments) keep_column(id, column, comment);
  }
}

void PlacementResolver::simulate(const ObjectName& id, const TablePlacement& change) {
  CitusTable after = change.before;
  after.distribution = change.after.distribution;
  after.automatic = false;
  after.column = change.after.column;
  const std::uint32_t old = after.colocation;
  after.colocation = change.after.colocate_with ? now(*change.after.colocate_with).colocation : next_group_++;
  if (change.after.shards) after.shards = *change.after.shards;
  if (change.after.distribution == Distribution::None) {
    tables_.erase(id);
    return;
  }
  tables_[id] = after;
  if (!change.cascade) return;
  for (auto& [other, table] : tables_) {
    if (table.colocation != old) continue;
    table.colocation = after.colocation;
    table.shards = after.shards;
  }
}

bool TablePlacement::only_regroups() const {
  return before.distribution == Distribution::Hash && after.distribution == Distribution::Hash && before.column == after.column &&
         (!after.shards || *after.shards == before.shards) && !after.colocate_with;
}

bool TablePlacement::rewrites() const { return !fresh && before.distribution != Distribution::None && !only_regroups(); }

void Resolver::place(std::size_t i) {
  if (options_.on_worker || !scope_.covers(Family::Distribution)) return;
  PlacementResolver(charter_.databases[i], actual_.databases[i], desired_.databases[i], diagnostics_).run();
}

void Resolver::lose_grants_of_views(std::size_t i) {
  DesiredDatabase& database = desired_.databases[i];
  std::set<std::uint32_t> views;
  for (const ObjectName& table : database.remade) {
    const TableDefinition* definition = actual_.databases[i].find_table(table.schema, table.name);
    if (definition == nullptr) continue;
    for (const DependentRelation& dependent : definition->dependents) {
      if (dependent.relkind != 'v' && dependent.relkind != 'm') continue;
      const auto object = actual_.databases[i].find(relation(dependent.schema, dependent.name));
      if (object) views.insert(*object);  // else of a schema that is not the charter's: nobody could tell what it had
    }
  }
  for (const std::uint32_t view : views) {
    DesiredObject& d = database.objects.desired[view];
    d.baseline = actual_.acls->intern(acl_default(ObjectKind::Table, d.owner, major()));
  }
  for (DesiredColumn& column : database.objects.columns) {
    if (views.contains(column.object)) column.baseline = kEmptyAcl;
  }
}

}  // namespace pgcharter
