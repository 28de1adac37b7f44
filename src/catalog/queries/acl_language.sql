-- Trusted languages: the untrusted ones have no privileges to grant.
-- Columns of every acl_*.sql: schema, subkind, owner, owner oid, acl, extension member, initial acl, names, args, oids.
-- One row for all objects that agree in everything but name: where ACLs repeat, and they do, that is a fraction of the rows.
select '', g.subkind, r.rolname, g.owner_oid, g.acl::pg_catalog.text, g.is_member, g.initial_acl::pg_catalog.text,
       g.names::pg_catalog.text, g.args::pg_catalog.text, g.oids::pg_catalog.text
from (
  select 0::pg_catalog.oid as schema_oid,
         null::"char" as subkind,
         o.lanowner as owner_oid,
         o.lanacl as acl,
         o.oid in (select e.objid from pg_catalog.pg_depend e
                   where e.classid = 'pg_catalog.pg_language'::pg_catalog.regclass and e.objsubid = 0 and e.deptype = 'e'
                     and e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass) as is_member,
         i.initprivs as initial_acl,
         pg_catalog.array_agg(o.lanname) as names,
         null::pg_catalog.text[] as args,
         pg_catalog.array_agg(o.oid) as oids
  from pg_catalog.pg_language o
  left join pg_catalog.pg_init_privs i
    on i.classoid = 'pg_catalog.pg_language'::pg_catalog.regclass and i.objoid = o.oid and i.objsubid = 0 and i.privtype = 'e'
  where o.lanpltrusted
  group by 1, 2, 3, 4, 5, 6
) g
left join pg_catalog.pg_roles r on r.oid = g.owner_oid
