-- ALTER ROLE … SET and ALTER DATABASE … SET, one row per parameter. Oid 0 stands for every database or every role.
select d.datname, s.setdatabase, r.rolname, s.setrole, c.setting
from pg_catalog.pg_db_role_setting s
cross join pg_catalog.unnest(s.setconfig) as c (setting)
left join pg_catalog.pg_database d on d.oid = s.setdatabase
left join pg_catalog.pg_roles r on r.oid = s.setrole
