// Where Citus keeps tables, as calls of its functions, which are in pg_catalog. `colocate_with` is always written: its default joins
// whatever group is the oldest one that fits (create_distributed_table() in Citus' documentation, "Citus Utility Functions").

#include "pgcharter/names.h"

#include "sql/tables.h"
#include "sql/writer.h"

namespace pgcharter {
namespace {

/// A table as a text that is read as regclass.
std::string regclass(const ObjectName& table) { return quote_identifier(table.schema) + "." + quote_identifier(table.name); }

std::string undistribute(const ObjectName& table) {
  SqlWriter sql;
  return sql.keyword("SELECT").call("undistribute_table").literal(regclass(table)).close().take();
}

void add_group(SqlWriter& sql, const DesiredPlacement& after) {
  sql.comma().argument("colocate_with").literal(after.colocate_with ? regclass(*after.colocate_with) : "none");
}

std::string make(const TablePlacement& change) {
  SqlWriter sql;
  sql.keyword("SELECT");
  const DesiredPlacement& after = change.after;
  const std::string table = regclass(change.table);
  switch (after.distribution) {
    case Distribution::Local:
      return sql.call("citus_add_local_table_to_metadata").literal(table).close().take();
    case Distribution::Reference:
      return sql.call("create_reference_table").literal(table).close().take();
    case Distribution::SingleShard:
      sql.call("create_distributed_table").literal(table).comma().keyword("NULL");
      add_group(sql, after);
      return sql.close().take();
    default:
      break;
  }
  sql.call(change.concurrently && !change.fresh ? "create_distributed_table_concurrently" : "create_distributed_table");
  sql.literal(table).comma().literal(after.column);
  add_group(sql, after);
  if (after.shards) sql.comma().argument("shard_count").number(*after.shards);
  return sql.close().take();
}

/// From one way of distribution by a column to another.
std::string alter(const TablePlacement& change) {
  const DesiredPlacement& after = change.after;
  const bool column = change.before.column != after.column;
  const bool shards = after.shards && *after.shards != change.before.shards;
  SqlWriter sql;
  sql.keyword("SELECT");
  if (change.only_regroups()) {
    sql.call("update_distributed_table_colocation").literal(regclass(change.table));
    add_group(sql, after);
    return sql.close().take();
  }
  sql.call("alter_distributed_table").literal(regclass(change.table));
  if (column) sql.comma().argument("distribution_column").literal(after.column);
  if (shards) sql.comma().argument("shard_count").number(*after.shards).comma().argument("cascade_to_colocated").boolean(change.cascade);
  // A cascade takes no 'none'; without it Citus looks for a group that fits the new number, whose ever it is.
  if (!shards || !change.cascade) add_group(sql, after);
  return sql.close().take();
}

std::string comment_on(const KeptComment& comment) {
  SqlWriter sql;
  if (!comment.column.empty()) {
    sql.keyword("COMMENT ON COLUMN").qualified_column(comment.relation, comment.column);
  } else {
    const bool table = comment.relkind != 'v' && comment.relkind != 'm';
    sql.keyword(table ? "COMMENT ON TABLE" : comment.relkind == 'm' ? "COMMENT ON MATERIALIZED VIEW" : "COMMENT ON VIEW");
    sql.qualified(comment.relation);
  }
  return sql.keyword("IS").literal(comment.text).take();
}

}  // namespace

std::vector<std::string> sql_of(const PlaceSchema& change) {
  SqlWriter sql;
  sql.keyword("SELECT").call(change.placement.distribute ? "citus_schema_distribute" : "citus_schema_undistribute");
  std::vector<std::string> statements{sql.literal(quote_identifier(change.placement.schema)).close().take()};
  for (const KeptComment& comment : change.placement.comments) statements.push_back(comment_on(comment));
  return statements;
}

std::vector<std::string> sql_of(const PlaceTable& change) {
  const TablePlacement& placement = change.placement;
  std::vector<std::string> statements;
  const Distribution before = placement.before.distribution;
  const Distribution after = placement.after.distribution;
  if (before == Distribution::Hash && after == Distribution::Hash) {
    statements.push_back(alter(placement));
  } else {
    if (before != Distribution::None) statements.push_back(undistribute(placement.table));
    if (after != Distribution::None) statements.push_back(make(placement));
  }
  for (const KeptComment& comment : placement.comments) statements.push_back(comment_on(comment));
  return statements;
}

}  // namespace pgcharter
