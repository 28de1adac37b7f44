// tables: what a table is made of, as far as the charter says it, and whose it is.
//
// Columns keep the order in which they are written, since that is the order in which they are made. What PostgreSQL does by itself is
// filled in here, so that a declared table reads as pg_attribute will show it: identity columns, those of a primary key and a hypertable's
// time column are never null. Types and defaults become part of CREATE TABLE and are checked for their shape.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/sections.h"
#include "manifest/sql_expression.h"
#include "model/column_types.h"

namespace pgcharter {

namespace {

std::optional<std::string> read_type(Reader& reader, const Node& node, const std::string& column) {
  const auto written = reader.text(node, "\"type\"");
  if (!written) return std::nullopt;
  if (is_serial(*written)) {
    const std::string type = to_lower(trim(*written)).starts_with("big")     ? "bigint"
                             : to_lower(trim(*written)).starts_with("small") ? "smallint"
                                                                             : "integer";
    reader.error("bad-type", node, fmt::format("\"{}\" is no type but a shorthand, which the catalog does not keep", *written),
                 fmt::format("Write {}: {{ type: {}, identity: by_default }}.", column, type));
    return std::nullopt;
  }
  auto type = column_type(*written);
  if (type && written->find('\0') == std::string::npos) return type;
  std::string hint = "Write it as in SQL: bigint, varchar(20), timestamptz, text[], events.level.";
  if (to_lower(*written).find("not null") != std::string::npos) hint = "Write \"nullable: false\" beside the type.";
  reader.error("bad-type", node, trim(*written).empty() ? "the type is empty" : fmt::format("\"{}\" is no type", *written), hint);
  return std::nullopt;
}

std::optional<std::string> read_default(Reader& reader, const Node& node) {
  const auto written = reader.text(node, "\"default\"");
  if (!written) return std::nullopt;
  const std::string expression(trim(*written));
  if (const std::string problem = expression_problem(expression); !problem.empty()) {
    reader.error("bad-expression", node, fmt::format("the default is no single SQL expression: {}", problem));
    return std::nullopt;
  }
  if (is_bare_word(expression)) {
    reader.error("bad-expression", node, fmt::format("the default \"{}\" is no SQL expression", expression),
                 fmt::format("A text stands in single quotes, inside of those of YAML: \"'{}'\".", expression));
    return std::nullopt;
  }
  if (to_lower(expression) == "null") return std::nullopt;  // what a column has anyway, and the catalog keeps nothing
  return expression;
}

std::optional<IdentityColumn> read_identity(Reader& reader, const Node& node) {
  constexpr std::array<std::string_view, 3> kWords{"always", "by_default", "by default"};
  const auto word = reader.word(node, "\"identity\"", kWords);
  if (!word) return std::nullopt;
  return *word == 0 ? IdentityColumn::Always : IdentityColumn::ByDefault;
}

void check_identity(Reader& reader, const Node& node, const ColumnDefinition& column) {
  const Node& identity = *node.find("identity");
  if (node.find("default") != nullptr) {
    reader.error("invalid-combination", identity, fmt::format("the column \"{}\" has both \"identity\" and \"default\"", column.name),
                 "An identity column takes its values from a sequence of its own.");
  }
  if (!column.type.empty() && column.type != "bigint" && column.type != "integer" && column.type != "smallint") {
    reader.error("invalid-combination", identity, fmt::format("an identity column can't be of type {}", column.type),
                 "Identity columns are smallint, integer or bigint.");
  }
  if (column.nullable && node.find("nullable") != nullptr) {
    reader.error("invalid-combination", *node.find("nullable"), "an identity column is never null");
  }
}

void read_column(Reader& reader, const NodeEntry& entry, TableRule& table) {
  const auto name = reader.name(entry.key, "the column");
  const Node& node = entry.value;
  ColumnRule rule;
  rule.pos = reader.pos(entry.key);
  rule.definition.name = name.value_or("");
  const bool map = node.is_map();
  if (map && !reader.check_keys(node, kColumnMapping, "a column")) return;
  const Node* type = map ? node.find("type") : &node;
  if (type == nullptr || (type->is_null() && type->text.empty())) {
    reader.error("missing-key", entry.key, fmt::format("the column \"{}\" has no \"type\"", entry.key.text));
  } else {
    rule.definition.type = read_type(reader, *type, rule.definition.name).value_or("");
  }
  if (const Node* value = node.find("nullable")) rule.definition.nullable = reader.boolean(*value, "\"nullable\"").value_or(true);
  if (const Node* value = node.find("default")) rule.definition.default_expression = read_default(reader, *value);
  if (const Node* value = node.find("identity")) {
    rule.definition.identity = read_identity(reader, *value).value_or(IdentityColumn::None);
    check_identity(reader, node, rule.definition);
    rule.definition.nullable = false;
  }
  if (name) table.columns.push_back(std::move(rule));
}

void read_columns(Reader& reader, const Node& node, TableRule& table) {
  if (!reader.is_map(node, "\"columns\"")) return;
  if (node.entries.empty() && !node.broken) {
    reader.error("empty", node, "\"columns\" names no column", "Leave it out for a table that is made elsewhere.");
  }
  for (const NodeEntry& entry : node.entries) read_column(reader, entry, table);
}

// What one table's own parts say about each other.
class TableChecker {
 public:
  TableChecker(Reader& reader, const Node& node, TableRule& table) : reader_(reader), node_(node), table_(table) {}

  void check() {
    const Node* distribute = node_.find("distribute");
    const Node* hypertable = node_.find("hypertable");
    if (table_.distribute && !table_.distribute->by.empty()) {
      const Node& by = *distribute->find("by");
      known_column(by, table_.distribute->by);
      in_primary_key(table_.distribute->by, "the distribution column", "Citus keeps a primary key unique inside of each shard only.");
    }
    if (table_.hypertable && !table_.hypertable->by.empty()) {
      const Node& by = *hypertable->find("by");
      known_column(by, table_.hypertable->by);
      in_primary_key(table_.hypertable->by, "the column of the hypertable",
                     "TimescaleDB keeps a primary key unique inside of each chunk only.");
      never_null(table_.hypertable->by, "the time column of a hypertable is never null");
    }
    if (table_.hypertable && table_.distribute && table_.distribute->distribution != Distribution::None) {
      reader_.error("invalid-combination", *distribute, "a table can't be both distributed by Citus and a hypertable of TimescaleDB",
                    "Choose one of \"distribute\" and \"hypertable\".");
    }
    for (const std::string& column : table_.primary_key) never_null(column, "a column of the primary key is never null");
  }

  void known_column(const Node& node, const std::string& name) {
    if (table_.columns.empty() || find(name) != nullptr) return;
    std::vector<std::string> known;
    for (const ColumnRule& column : table_.columns) known.push_back(column.definition.name);
    const auto near = nearest(name, known);
    reader_.error("unknown-column", node, fmt::format("the table \"{}.{}\" has no column \"{}\"", table_.id.schema, table_.id.name, name),
                  near ? fmt::format("Did you mean \"{}\"?", *near) : fmt::format("Its columns are {}.", join(known, ", ")));
  }

 private:
  Reader& reader_;
  const Node& node_;
  TableRule& table_;

  ColumnRule* find(const std::string& name) {
    const auto found = std::ranges::find_if(table_.columns, [&](const ColumnRule& column) { return column.definition.name == name; });
    return found == table_.columns.end() ? nullptr : &*found;
  }

  void in_primary_key(const std::string& column, std::string_view what, std::string_view why) {
    if (table_.primary_key.empty() || std::ranges::find(table_.primary_key, column) != table_.primary_key.end()) return;
    reader_.error("invalid-combination", *table_.primary_key_pos, fmt::format("the primary key lacks {} \"{}\"", what, column),
                  fmt::format("{} Add the column to \"primary_key\".", why));
  }

  void never_null(const std::string& name, std::string_view message) {
    ColumnRule* column = find(name);
    if (column == nullptr) return;
    const Node* columns = node_.find("columns");
    const Node* written = columns != nullptr && columns->find(name) != nullptr ? columns->find(name)->find("nullable") : nullptr;
    if (column->definition.nullable && written != nullptr) reader_.error("invalid-combination", *written, std::string(message));
    column->definition.nullable = false;
  }
};

void read_primary_key(Reader& reader, const Node& node, TableChecker& checker, TableRule& table) {
  table.primary_key_pos = reader.pos(node);
  for (const Node* item : reader.one_or_more(node, "\"primary_key\"")) {
    auto name = reader.name(*item, "a column of the primary key");
    if (!name) continue;
    checker.known_column(*item, *name);
    if (std::ranges::find(table.primary_key, *name) != table.primary_key.end()) {
      reader.error("duplicate-key", *item, fmt::format("the column \"{}\" is in the primary key twice", *name));
      continue;
    }
    table.primary_key.push_back(std::move(*name));
  }
}

void check_absent(Reader& reader, const Node& node, const TableRule& table) {
  if (table.ensure == Ensure::Present) return;
  for (const NodeEntry& entry : node.entries) {
    if (entry.key.text == "ensure") continue;
    reader.error("invalid-combination", entry.key, fmt::format("\"{}\" has no meaning for an absent table", entry.key.text));
  }
}

void read_table(Reader& reader, const NodeEntry& entry, DatabaseCharter& database) {
  const auto id = reader.object_key(ObjectKind::Table, entry.key);
  if (!reader.check_keys(entry.value, kTableMapping, "a table")) return;
  const Node& node = entry.value;
  TableRule rule;
  rule.pos = reader.pos(entry.key);
  rule.id = id.value_or(ObjectName{.kind = ObjectKind::Table, .schema = {}, .name = {}, .args = {}});
  TableChecker checker(reader, node, rule);
  if (const Node* value = node.find("ensure")) rule.ensure = reader.ensure(*value).value_or(Ensure::Present);
  if (const Node* value = node.find("owner")) rule.owner = reader.role(*value, "the owner");
  if (const Node* value = node.find("columns")) read_columns(reader, *value, rule);
  if (const Node* value = node.find("primary_key")) read_primary_key(reader, *value, checker, rule);
  if (const Node* value = node.find("distribute")) rule.distribute = read_distribute(reader, *value);
  if (const Node* value = node.find("hypertable")) rule.hypertable = read_hypertable(reader, *value);
  checker.check();
  check_absent(reader, node, rule);
  if (!id) return;
  const auto [known, fresh] = database.tables.emplace(*id, std::move(rule));
  if (fresh) return;
  reader.error("duplicate-key", entry.key, fmt::format("the table \"{}\" is there twice", entry.key.text),
               fmt::format("The first one is at {}.", to_string(known->second.pos)));
}

}  // namespace

void read_tables(Reader& reader, const Node& node, DatabaseCharter& database) {
  if (!reader.is_map(node, "\"tables\"")) return;
  for (const NodeEntry& entry : node.entries) read_table(reader, entry, database);
}

}  // namespace pgcharter
