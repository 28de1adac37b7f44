-- The connected role and its attributes, as anybody may see them.
select session_user::pg_catalog.text,
       current_user::pg_catalog.text,
       r.rolsuper,
       r.rolcreatedb,
       r.rolcreaterole,
       r.rolinherit,
       r.rolcanlogin,
       r.rolreplication,
       r.rolbypassrls,
       r.rolconnlimit,
       case when r.rolvaliduntil is null or r.rolvaliduntil = 'infinity' then 'infinity'
            else pg_catalog.to_char(r.rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '+00' end,
       (select pg_catalog.pg_get_userbyid(d.datdba) from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()),
       coalesce((select s.ssl from pg_catalog.pg_stat_ssl s where s.pid = pg_catalog.pg_backend_pid()), false)
  from pg_catalog.pg_roles r
 where r.rolname = current_user
