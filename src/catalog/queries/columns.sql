-- Columns of relations in the schemas $1 that have an ACL of their own (system columns can), and those whose name is in $2.
-- Dropped columns keep their ACL up to 16.
select a.attrelid, a.attnum, a.attname, a.attacl::pg_catalog.text
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and c.relnamespace = any ($1::pg_catalog.oid[]) and not a.attisdropped
  and (a.attacl is not null or (a.attnum > 0 and a.attname = any ($2::pg_catalog.text[])))
