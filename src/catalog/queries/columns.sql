-- Columns of relations in the schemas $1 that have an ACL of their own (system columns can), and those whose name is in $2: of the tables
-- named $3, found by index, or of every table where $3 is empty. Dropped columns keep their ACL up to 16.
select a.attrelid, a.attnum, a.attname, a.attacl::pg_catalog.text
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and c.relnamespace = any ($1::pg_catalog.oid[]) and not a.attisdropped
  and (a.attacl is not null
       or ($3::pg_catalog.text[] = '{}' and a.attnum > 0 and a.attname = any ($2::pg_catalog.text[])))
union all
select a.attrelid, a.attnum, a.attname, null
from pg_catalog.pg_class c
join pg_catalog.pg_attribute a on a.attrelid = c.oid
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and c.relnamespace = any ($1::pg_catalog.oid[]) and c.relname = any ($3::pg_catalog.name[])
  and a.attacl is null and a.attnum > 0 and a.attname = any ($2::pg_catalog.name[]) and not a.attisdropped
