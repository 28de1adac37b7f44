-- Every role with its attributes and its comment, in byte order of the names. Oid 10 is the superuser that initdb made.
select r.oid, r.rolname, r.rolsuper, r.rolcreatedb, r.rolcreaterole, r.rolinherit, r.rolcanlogin, r.rolreplication, r.rolbypassrls,
       r.rolconnlimit, coalesce(r.rolvaliduntil::pg_catalog.text, 'infinity'), d.description, r.oid = 10
from pg_catalog.pg_roles r
left join pg_catalog.pg_shdescription d on d.objoid = r.oid and d.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass
order by r.rolname
