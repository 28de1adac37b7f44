-- The distributed schemas. Run only where Citus has them.
select n.nspname, s.colocationid
from pg_catalog.pg_dist_schema s
join pg_catalog.pg_namespace n on n.oid = s.schemaid
