-- What keeps the roles $1 from being dropped. Objects of this database and shared ones are described; of the other databases only the
-- numbers are known.
with dependencies as (
  select r.rolname, s.dbid, s.deptype, s.classid, s.objid, s.objsubid,
         s.dbid = 0 or s.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()) as here
  from pg_catalog.pg_shdepend s
  join pg_catalog.pg_roles r on r.oid = s.refobjid
  where s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass and r.rolname = any ($1::pg_catalog.text[])
)
select a.rolname, coalesce(d.datname, ''), a.deptype, a.description, a.number, coalesce(c.relname, ''), a.objid
from (
  select rolname, dbid, deptype, coalesce(pg_catalog.pg_describe_object(classid, objid, objsubid), 'an object') as description, 1 as number,
         classid, objid
  from dependencies
  where here
  union all
  select rolname, dbid, deptype, null, pg_catalog.count(*), 0, 0
  from dependencies
  where not here
  group by rolname, dbid, deptype
) a
left join pg_catalog.pg_database d on d.oid = a.dbid
left join pg_catalog.pg_class c on c.oid = a.classid
order by a.rolname, 2, a.deptype, a.description
