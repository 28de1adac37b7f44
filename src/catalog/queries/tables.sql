-- The relations whose schemas and names are given by the parallel lists $1 and $2. Rows and bytes are what the server last counted, summed
-- over partitions (children by inheritance hold their own rows): functions that measure a relation lock it. Triggers without the server's
-- own, and without those that TimescaleDB keeps on its hypertables.
with recursive wanted as (
  select c.oid, n.nspname, c.relname, c.relkind, c.relispartition, c.relpersistence
  from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) as w (schema_name, table_name)
  join pg_catalog.pg_namespace n on n.nspname = w.schema_name
  join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = w.table_name
  where c.relkind in ('r', 'p', 'f', 'v', 'm')
), parts (top, oid) as (
  select oid, oid from wanted
  union
  select p.top, i.inhrelid
  from parts p
  join pg_catalog.pg_inherits i on i.inhparent = p.oid
  join pg_catalog.pg_class c on c.oid = i.inhrelid and c.relispartition
), counted as (
  select p.top,
         sum(case when c.relkind = 'p' then null
                  when c.reltuples >= 0 then c.reltuples
                  else nullif(pg_catalog.pg_stat_get_live_tuples(c.oid), 0) end) as tuples
  from parts p
  join pg_catalog.pg_class c on c.oid = p.oid
  group by p.top
), files (top, oid) as (
  select top, oid from parts
  union all
  select p.top, c.reltoastrelid from parts p join pg_catalog.pg_class c on c.oid = p.oid where c.reltoastrelid <> 0
), measured as (
  select f.top, sum(greatest(c.relpages, 0)::pg_catalog.int8) + sum(coalesce(x.pages, 0)) as pages
  from files f
  join pg_catalog.pg_class c on c.oid = f.oid
  left join lateral (select sum(greatest(o.relpages, 0)::pg_catalog.int8) as pages
                     from pg_catalog.pg_index i
                     join pg_catalog.pg_class o on o.oid = i.indexrelid
                     where i.indrelid = f.oid) x on true
  group by f.top
)
select w.oid, w.nspname, w.relname, w.relkind, w.relispartition, w.relpersistence = 't',
       pg_catalog.obj_description(w.oid, 'pg_class'),
       coalesce(c.tuples, -1)::pg_catalog.numeric::pg_catalog.text,
       (m.pages * pg_catalog.current_setting('block_size')::pg_catalog.int8)::pg_catalog.text,
       coalesce((select pg_catalog.array_agg(t.tgname order by t.tgname)
                 from pg_catalog.pg_trigger t
                 join pg_catalog.pg_proc f on f.oid = t.tgfoid
                 join pg_catalog.pg_namespace n on n.oid = f.pronamespace
                 where t.tgrelid = w.oid and not t.tgisinternal and not pg_catalog.starts_with(n.nspname::pg_catalog.text, '_timescaledb_')),
                '{}')::pg_catalog.text
from wanted w
join counted c on c.top = w.oid
join measured m on m.top = w.oid
