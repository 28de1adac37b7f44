-- Configuration parameters that have an ACL (15 and later). They belong to nobody; the server takes the bootstrap superuser (oid 10) for
-- their owner (ExecGrant_Parameter() in src/backend/catalog/aclchk.c).
-- Columns of every acl_*.sql: schema, subkind, owner, owner oid, acl, extension member, initial acl, names, args, oids.
-- One row for all objects that agree in everything but name: where ACLs repeat, and they do, that is a fraction of the rows.
select '', g.subkind, r.rolname, g.owner_oid, g.acl::pg_catalog.text, g.is_member, g.initial_acl::pg_catalog.text,
       g.names::pg_catalog.text, g.args::pg_catalog.text, g.oids::pg_catalog.text
from (
  select 0::pg_catalog.oid as schema_oid,
         null::"char" as subkind,
         10::pg_catalog.oid as owner_oid,
         o.paracl as acl,
         false as is_member,
         null::pg_catalog.aclitem[] as initial_acl,
         pg_catalog.array_agg(o.parname) as names,
         null::pg_catalog.text[] as args,
         pg_catalog.array_agg(o.oid) as oids
  from pg_catalog.pg_parameter_acl o
  group by 1, 2, 3, 4, 5, 6
) g
left join pg_catalog.pg_roles r on r.oid = g.owner_oid
