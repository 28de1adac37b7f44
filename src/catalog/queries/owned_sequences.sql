-- Sequences of the schemas $1 that belong to a table's column (serial, identity, OWNED BY), with the table: their owner is always the
-- table's, and ALTER SEQUENCE … OWNER TO refuses them. LIMIT keeps the look-ups by index: pg_class and pg_depend are far larger than what is
-- wanted of them.
select q.seqrelid, d.refobjid
from pg_catalog.pg_sequence q
cross join lateral (select from pg_catalog.pg_class s where s.oid = q.seqrelid and s.relnamespace = any ($1::pg_catalog.oid[]) limit 1) s
cross join lateral (
  select d.refobjid from pg_catalog.pg_depend d
  where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = q.seqrelid and d.objsubid = 0
    and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')
  limit 1) d
order by q.seqrelid
