-- The system catalogs that this role may not read, so that what was not compared can be said.
select c.relname
from pg_catalog.pg_class c
where c.oid < 16384 and c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace and c.relkind in ('r', 'v')
  and not pg_catalog.has_table_privilege(c.oid, 'SELECT')
order by c.relname
