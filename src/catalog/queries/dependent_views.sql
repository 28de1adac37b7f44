-- The views and materialised views that depend on the relations $1 or their partitions, however far (a view's rule depends on what it
-- reads), and the partitions. One row for each comment of the relation (of a column where it is named), or one without.
with recursive tables (top, oid) as (
  select t.oid, t.oid from pg_catalog.unnest($1::pg_catalog.oid[]) as t (oid)
  union
  select t.top, i.inhrelid
  from tables t
  join pg_catalog.pg_inherits i on i.inhparent = t.oid
  join pg_catalog.pg_class c on c.oid = i.inhrelid and c.relispartition
), dependents (top, oid) as (
  select t.top, t.oid from tables t
  union
  select d.top, r.ev_class
  from dependents d
  join pg_catalog.pg_depend p on p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and p.refobjid = d.oid
    and p.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
  join pg_catalog.pg_rewrite r on r.oid = p.objid and r.ev_class <> d.oid
)
select d.top, n.nspname, c.relname, c.relkind, a.attname, m.description
from dependents d
join pg_catalog.pg_class c on c.oid = d.oid and c.relkind in ('v', 'm', 'r', 'p')
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_description m on m.objoid = c.oid and m.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = m.objsubid and m.objsubid > 0
where d.oid <> d.top
order by d.top, c.oid
