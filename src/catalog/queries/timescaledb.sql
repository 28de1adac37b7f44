-- The edition of TimescaleDB, and whether this role can read pg_cron's named jobs (pg_cron has names from 1.3 on).
select pg_catalog.current_setting('timescaledb.license', true),
       exists (select
               from pg_catalog.pg_class c
               join pg_catalog.pg_namespace n on n.oid = c.relnamespace
               join pg_catalog.pg_attribute a on a.attrelid = c.oid
               where n.nspname = 'cron' and c.relname = 'job' and a.attname = 'jobname'
                 and pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_table_privilege(c.oid, 'select'))
