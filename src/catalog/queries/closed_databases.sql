-- The databases that this role can't connect to. Nothing inside them can be read.
select d.datname
from pg_catalog.pg_database d
where not d.datallowconn or not pg_catalog.has_database_privilege(d.oid, 'CONNECT')
order by d.datname
