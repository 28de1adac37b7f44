-- Functions, procedures, aggregates and window functions of the schemas $1. The arguments are the input types alone: that is the
-- key of pg_proc, and what GRANT … ON ROUTINE finds every kind by (LookupFuncWithArgs() in src/backend/parser/parse_func.c).
-- Columns of every acl_*.sql: schema, subkind, owner, owner oid, acl, extension member, initial acl, names, args, oids.
-- One row for all objects that agree in everything but name: where ACLs repeat, and they do, that is a fraction of the rows.
select n.nspname, g.subkind, r.rolname, g.owner_oid, g.acl::pg_catalog.text, g.is_member, g.initial_acl::pg_catalog.text,
       g.names::pg_catalog.text, g.args::pg_catalog.text, g.oids::pg_catalog.text
from (
  select o.pronamespace as schema_oid,
         o.prokind as subkind,
         o.proowner as owner_oid,
         o.proacl as acl,
         o.oid in (select e.objid from pg_catalog.pg_depend e
                   where e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and e.objsubid = 0 and e.deptype = 'e'
                     and e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass) as is_member,
         i.initprivs as initial_acl,
         pg_catalog.array_agg(o.proname) as names,
         pg_catalog.array_agg(
           coalesce((select pg_catalog.string_agg(pg_catalog.format_type(t.type, null), ', ' order by t.position)
                     from pg_catalog.unnest(o.proargtypes::pg_catalog.oid[]) with ordinality as t (type, position)), '')) as args,
         pg_catalog.array_agg(o.oid) as oids
  from pg_catalog.pg_proc o
  left join pg_catalog.pg_init_privs i
    on i.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass and i.objoid = o.oid and i.objsubid = 0 and i.privtype = 'e'
  where o.pronamespace = any ($1::pg_catalog.oid[])
  group by 1, 2, 3, 4, 5, 6
) g
join pg_catalog.pg_namespace n on n.oid = g.schema_oid
left join pg_catalog.pg_roles r on r.oid = g.owner_oid
