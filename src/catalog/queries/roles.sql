-- Every role with its attributes and its comment, in byte order of the names. Oid 10 is the superuser that initdb made. The two labels say
-- for whom of Microsoft Entra ID the role stands, on Azure.
select r.oid, r.rolname, r.rolsuper, r.rolcreatedb, r.rolcreaterole, r.rolinherit, r.rolcanlogin, r.rolreplication, r.rolbypassrls,
       r.rolconnlimit, coalesce(r.rolvaliduntil::pg_catalog.text, 'infinity'), d.description, r.oid = 10,
       resolved.label, written.label
from pg_catalog.pg_roles r
left join pg_catalog.pg_shdescription d on d.objoid = r.oid and d.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass
left join pg_catalog.pg_shseclabel resolved on resolved.objoid = r.oid
  and resolved.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass and resolved.provider = 'pgaadauth-int'
left join pg_catalog.pg_shseclabel written on written.objoid = r.oid
  and written.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass and written.provider = 'pgaadauth'
order by r.rolname
