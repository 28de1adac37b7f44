-- The foreign keys of the relations $1 (false) and those that refer to them (true); one that refers to its own table is the first. The
-- copies that partitions have of their parent's keys are left out.
select f.here, f.incoming, f.conname, n.nspname, c.relname, f.columns::pg_catalog.text, f.other_columns::pg_catalog.text
from (
  select k.here, k.other, k.incoming, k.conname,
         (select pg_catalog.array_agg(a.attname order by u.position)
          from pg_catalog.unnest(k.keys) with ordinality as u (number, position)
          join pg_catalog.pg_attribute a on a.attrelid = k.here and a.attnum = u.number) as columns,
         (select pg_catalog.array_agg(a.attname order by u.position)
          from pg_catalog.unnest(k.other_keys) with ordinality as u (number, position)
          join pg_catalog.pg_attribute a on a.attrelid = k.other and a.attnum = u.number) as other_columns
  from (
    select conrelid as here, confrelid as other, false as incoming, conname, conkey as keys, confkey as other_keys
    from pg_catalog.pg_constraint
    where contype = 'f' and conparentid = 0 and conrelid = any ($1::pg_catalog.oid[])
    union all
    select confrelid, conrelid, true, conname, confkey, conkey
    from pg_catalog.pg_constraint
    where contype = 'f' and conparentid = 0 and confrelid = any ($1::pg_catalog.oid[]) and confrelid <> conrelid
  ) k
) f
join pg_catalog.pg_class c on c.oid = f.other
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
