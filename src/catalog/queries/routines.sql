-- Every routine whose schema and name are given by the parallel lists $1 and $2. The arguments are printed as in acl_function.sql.
select n.nspname, p.proname,
       coalesce((select pg_catalog.string_agg(pg_catalog.format_type(t.type, null), ', ' order by t.position)
                 from pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) with ordinality as t (type, position)), ''),
       p.prokind, pg_catalog.pg_get_function_result(p.oid), l.lanname, p.prosrc, p.prosecdef, p.proconfig::pg_catalog.text,
       pg_catalog.pg_get_function_arguments(p.oid), p.provolatile, p.proisstrict, p.proparallel,
       pg_catalog.concat_ws(' ',
         case when p.proleakproof then 'LEAKPROOF' end,
         case when p.procost <> 100 then 'COST ' || p.procost end,
         case when p.proretset and p.prorows <> 1000 then 'ROWS ' || p.prorows end,
         case when p.prosupport <> 0 then
           'SUPPORT ' || (select pg_catalog.format('%I.%I', s.nspname, f.proname)
                          from pg_catalog.pg_proc f join pg_catalog.pg_namespace s on s.oid = f.pronamespace where f.oid = p.prosupport) end,
         'TRANSFORM ' || (select pg_catalog.string_agg('FOR TYPE ' || pg_catalog.format_type(t, null), ', ')
                          from pg_catalog.unnest(p.protrftypes) as u (t)))
from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) as w (schema_name, routine_name)
join pg_catalog.pg_namespace n on n.nspname = w.schema_name
join pg_catalog.pg_proc p on p.pronamespace = n.oid and p.proname = w.routine_name
join pg_catalog.pg_language l on l.oid = p.prolang
