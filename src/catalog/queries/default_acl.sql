-- Default privileges: the global ones and those in the schemas $1.
select r.rolname, d.defaclrole, n.nspname, d.defaclobjtype, d.defaclacl::pg_catalog.text
from pg_catalog.pg_default_acl d
left join pg_catalog.pg_roles r on r.oid = d.defaclrole
left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
where d.defaclnamespace = 0 or d.defaclnamespace = any ($1::pg_catalog.oid[])
order by r.rolname, d.defaclrole, n.nspname, d.defaclobjtype
