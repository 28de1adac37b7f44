-- Tables of the schemas $1 with row security: whoever is neither their owner nor BYPASSRLS sees what their policies show.
select n.nspname, c.relname
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relrowsecurity and c.relnamespace = any ($1::pg_catalog.oid[])
order by 1, 2
