-- Base types, domains, enums and ranges of the schemas $1, and the free-standing composite types $2. Array types follow their element (they are
-- told by their subscript handler, as IsTrueArrayType() does), row types their table, multiranges their range.
-- Columns of every acl_*.sql: schema, subkind, owner, owner oid, acl, extension member, initial acl, names, args, oids.
-- One row for all objects that agree in everything but name: where ACLs repeat, and they do, that is a fraction of the rows.
select n.nspname, g.subkind, r.rolname, g.owner_oid, g.acl::pg_catalog.text, g.is_member, g.initial_acl::pg_catalog.text,
       g.names::pg_catalog.text, g.args::pg_catalog.text, g.oids::pg_catalog.text
from (
  select o.typnamespace as schema_oid,
         o.typtype as subkind,
         o.typowner as owner_oid,
         o.typacl as acl,
         o.oid in (select e.objid from pg_catalog.pg_depend e
                   where e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and e.objsubid = 0 and e.deptype = 'e'
                     and e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass) as is_member,
         i.initprivs as initial_acl,
         pg_catalog.array_agg(o.typname) as names,
         null::pg_catalog.text[] as args,
         pg_catalog.array_agg(o.oid) as oids
  from pg_catalog.pg_type o
  left join pg_catalog.pg_init_privs i
    on i.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass and i.objoid = o.oid and i.objsubid = 0 and i.privtype = 'e'
  where (o.typtype in ('d', 'e', 'r', 'b') and o.typnamespace = any ($1::pg_catalog.oid[])
         and not (o.typtype = 'b' and o.typelem <> 0 and o.typsubscript = 'pg_catalog.array_subscript_handler'::pg_catalog.regproc))
    or (o.typtype = 'c' and o.oid = any ($2::pg_catalog.oid[]))
  group by 1, 2, 3, 4, 5, 6
) g
join pg_catalog.pg_namespace n on n.oid = g.schema_oid
left join pg_catalog.pg_roles r on r.oid = g.owner_oid
