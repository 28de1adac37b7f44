-- The extensions of the connected database.
select e.extname, n.nspname, e.extversion
from pg_catalog.pg_extension e
left join pg_catalog.pg_namespace n on n.oid = e.extnamespace
order by e.extname
