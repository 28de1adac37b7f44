-- Sequences of the schemas $1 that belong to a table's column (serial, identity, OWNED BY), with the table: their owner is always the
-- table's, and ALTER SEQUENCE … OWNER TO refuses them.
select d.objid, d.refobjid
from pg_catalog.pg_depend d
join pg_catalog.pg_class s on s.oid = d.objid and s.relkind = 'S'
where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objsubid = 0
  and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjsubid > 0
  and d.deptype in ('a', 'i') and s.relnamespace = any ($1::pg_catalog.oid[])
order by d.objid
