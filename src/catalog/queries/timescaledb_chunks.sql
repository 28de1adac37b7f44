-- Chunks of hypertables that lie outside TimescaleDB's own schema. Run only where the extension is there.
select c.oid
from _timescaledb_catalog.chunk k
join pg_catalog.pg_namespace n on n.nspname = k.schema_name
join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = k.table_name
where k.schema_name <> '_timescaledb_internal'
