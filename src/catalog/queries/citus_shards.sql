-- Shards in the schemas $1, which Citus hides or shows by a setting. Run only where the extension is there.
select c.oid
from pg_catalog.pg_class c
where c.relnamespace = any ($1::pg_catalog.oid[]) and c.relkind in ('r', 'p', 'f') and c.relname ~ '_[0-9]+$'
  and pg_catalog.relation_is_a_known_shard(c.oid)
