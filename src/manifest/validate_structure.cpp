// What tables, functions and schemas of one database say about each other: tables that Citus can't keep together, things in a schema that
// goes away, a table that is placed where its schema already decides.
#include <fmt/format.h>

#include "manifest/sections.h"

namespace pgcharter {

namespace {

std::string text_of(const ObjectName& table) { return table.schema + "." + table.name; }

class StructureChecker {
 public:
  StructureChecker(Reader& reader, const DatabaseCharter& database) : reader_(reader), database_(database) {}

  void check() {
    for (const auto& [id, table] : database_.tables) {
      if (table.ensure == Ensure::Absent) continue;
      schema_stays(table.pos, id, "table");
      schema_decides(table);
      if (table.distribute && table.distribute->colocate_with) colocation(table);
    }
    for (const auto& [id, function] : database_.functions) {
      if (function.ensure == Ensure::Present) schema_stays(function.pos, id, "function");
    }
  }

 private:
  Reader& reader_;
  const DatabaseCharter& database_;

  static std::string other(const SourcePos& pos) { return fmt::format("The other entry is at {}.", to_string(pos)); }

  void schema_stays(const SourcePos& pos, const ObjectName& id, std::string_view what) {
    const auto schema = database_.schemas.find(id.schema);
    if (schema == database_.schemas.end() || schema->second.ensure == Ensure::Present) return;
    reader_.error("contradiction", pos,
                  fmt::format("the {} \"{}\" is in the schema \"{}\", which is declared absent", what, text_of(id), id.schema),
                  other(schema->second.pos));
  }

  [[nodiscard]] const SchemaRule* distributed_schema(const std::string& name) const {
    const auto schema = database_.schemas.find(name);
    return schema != database_.schemas.end() && schema->second.distribute.value_or(false) ? &schema->second : nullptr;
  }

  void schema_decides(const TableRule& table) {
    const SchemaRule* schema = distributed_schema(table.id.schema);
    if (schema == nullptr) return;
    if (table.distribute) {
      reader_.error("invalid-combination", table.distribute->pos,
                    fmt::format("\"{}\" is in the distributed schema \"{}\" and can't have a \"distribute\" of its own", text_of(table.id),
                                schema->name),
                    other(schema->pos));
    }
    if (table.hypertable) {
      reader_.error("invalid-combination", table.hypertable->pos,
                    fmt::format("\"{}\" is in the distributed schema \"{}\" and can't be a hypertable", text_of(table.id), schema->name),
                    other(schema->pos));
    }
  }

  // Citus keeps tables together that are distributed alike, by columns of one type.
  void colocation(const TableRule& table) {
    const ObjectName& with = *table.distribute->colocate_with;
    const SourcePos& pos = table.distribute->pos;
    if (with == table.id) {
      reader_.error("invalid-combination", pos, fmt::format("\"{}\" can't be kept with itself", text_of(table.id)),
                    "Write colocate_with: none for a table that is kept alone.");
      return;
    }
    const auto found = database_.tables.find(with);
    if (found == database_.tables.end()) return;
    const TableRule& other_table = found->second;
    if (other_table.ensure == Ensure::Absent) {
      reader_.error("contradiction", pos,
                    fmt::format("\"{}\" shall be kept with \"{}\", which is declared absent", text_of(table.id), text_of(with)),
                    other(other_table.pos));
      return;
    }
    if (!other_table.distribute) return;
    if (other_table.distribute->distribution != table.distribute->distribution) {
      reader_.error("invalid-combination", pos,
                    fmt::format("\"{}\" can't be kept with \"{}\", which is {}", text_of(table.id), text_of(with), placement(other_table)),
                    other(other_table.distribute->pos));
      return;
    }
    same_type(table, other_table);
    if (in_circle(table)) {
      reader_.error("invalid-combination", pos, fmt::format("\"{}\" is kept with tables that are kept with it", text_of(table.id)),
                    "One table of a group has no \"colocate_with\", the others name it.");
    }
  }

  static std::string placement(const TableRule& table) {
    const Distribution distribution = table.distribute->distribution;
    return distribution == Distribution::Hash ? "distributed by a column" : fmt::format("\"{}\"", name(distribution));
  }

  static const ColumnDefinition* distribution_column(const TableRule& table) {
    for (const ColumnRule& column : table.columns) {
      if (column.definition.name == table.distribute->by) return &column.definition;
    }
    return nullptr;
  }

  void same_type(const TableRule& table, const TableRule& with) {
    const ColumnDefinition* ours = distribution_column(table);
    const ColumnDefinition* theirs = distribution_column(with);
    if (ours == nullptr || theirs == nullptr || ours->type.empty() || theirs->type.empty()) return;
    if (bare(ours->type) == bare(theirs->type)) return;
    reader_.error("invalid-combination", table.distribute->pos,
                  fmt::format("\"{}\" can't be kept with \"{}\": the distribution columns are {} and {}", text_of(table.id),
                              text_of(with.id), ours->type, theirs->type),
                  other(with.distribute->pos));
  }

  // Without length: Citus compares types.
  static std::string bare(const std::string& type) { return normalised_types(type); }

  [[nodiscard]] bool in_circle(const TableRule& table) const {
    const TableRule* next = &table;
    for (std::size_t steps = 0; steps <= database_.tables.size(); ++steps) {
      if (!next->distribute || !next->distribute->colocate_with) return false;
      const auto found = database_.tables.find(*next->distribute->colocate_with);
      if (found == database_.tables.end()) return false;
      next = &found->second;
      if (next == &table) return true;
    }
    return false;
  }
};

}  // namespace

void validate_structure(Reader& reader, const DatabaseCharter& database) { StructureChecker(reader, database).check(); }

}  // namespace pgcharter
