-- Every column of the relations in the schemas $1, and the system columns that have an ACL: for a snapshot, against which any charter may be planned.
select a.attrelid, a.attnum, a.attname, a.attacl::pg_catalog.text
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and c.relnamespace = any ($1::pg_catalog.oid[]) and not a.attisdropped
  and (a.attacl is not null or a.attnum > 0)
