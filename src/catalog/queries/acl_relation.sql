-- Tables, partitioned tables, views, materialised views, foreign tables and sequences of the schemas $1; partitions are among them. And the
-- oids, as types, of free-standing composite types, which acl_type.sql would have to search the same rows for once more.
-- Columns of every acl_*.sql: schema, subkind, owner, owner oid, acl, extension member, initial acl, names, args, oids.
-- One row for all objects that agree in everything but name: where ACLs repeat, and they do, that is a fraction of the rows.
select n.nspname, g.subkind, r.rolname, g.owner_oid, g.acl::pg_catalog.text, g.is_member, g.initial_acl::pg_catalog.text,
       g.names::pg_catalog.text, g.args::pg_catalog.text, g.oids::pg_catalog.text
from (
  select o.relnamespace as schema_oid,
         o.relkind as subkind,
         o.relowner as owner_oid,
         o.relacl as acl,
         o.oid in (select e.objid from pg_catalog.pg_depend e
                   where e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objsubid = 0 and e.deptype = 'e'
                     and e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass) as is_member,
         i.initprivs as initial_acl,
         pg_catalog.array_agg(o.relname) as names,
         null::pg_catalog.text[] as args,
         pg_catalog.array_agg(case o.relkind when 'c' then o.reltype else o.oid end) as oids
  from pg_catalog.pg_class o
  left join pg_catalog.pg_init_privs i
    on i.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and i.objoid = o.oid and i.objsubid = 0 and i.privtype = 'e'
  where o.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c') and o.relnamespace = any ($1::pg_catalog.oid[])
  group by 1, 2, 3, 4, 5, 6
) g
join pg_catalog.pg_namespace n on n.oid = g.schema_oid
left join pg_catalog.pg_roles r on r.oid = g.owner_oid
