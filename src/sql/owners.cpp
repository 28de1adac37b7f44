// Owners as SQL. ALTER TABLE serves tables, partitioned tables, views, materialised views and foreign tables alike; ALTER
// ROUTINE functions, procedures and aggregates; ALTER TYPE types and domains (checked against PostgreSQL 15; for relations
// see ATExecChangeOwner() in src/backend/commands/tablecmds.c). So the keyword depends on the kind alone.

#include "sql/owners.h"

#include "sql/writer.h"

namespace pgcharter {

void render_owner(const RenderContext& context, std::size_t step, std::vector<Statement>& out) {
  const ChangeOwner& change = context.body<ChangeOwner>(step);
  for (const std::uint32_t object : *change.objects) {
    SqlWriter sql;
    sql.keyword("ALTER")
        .keyword(info(change.kind).alter_owner_keyword)
        .qualified(context.objects().object(object).id, context.is_overloaded(object));
    sql.keyword("OWNER TO").identifier(context.name(change.after));
    Statement statement = context.statement({step}, sql.take());
    statement.objects = {object};
    out.push_back(std::move(statement));
  }
}

}  // namespace pgcharter
