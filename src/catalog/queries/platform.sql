-- Where this server runs: the first evidence that holds, by what every role may read. A role's name alone is evidence only where a provider
-- keeps it for itself; azure_pg_admin is also what people create to try things out, so a second sign is asked for.
select case
         when exists (select from pg_catalog.pg_proc p where p.proname = 'aurora_version' and p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace) then 'aws-aurora'
         when t.roles @> '{rds_superuser}' then 'aws-rds'
         when t.roles @> '{alloydbsuperuser}' then 'gcp-alloydb'
         when t.roles @> '{cloudsqlsuperuser}' then 'gcp-cloud-sql'
         when t.roles @> '{azure_pg_admin}' and (t.roles && '{azuresu,azure_superuser}' or t.allowed is not null) then
           case
             when t.roles @> '{citus}' and exists (select from pg_catalog.pg_roles r where r.rolname = 'postgres' and r.rolsuper)
               then 'azure-cosmos-postgresql'
             when exists (select from pg_catalog.pg_extension e where e.extname = 'citus') then 'azure-elastic-cluster'
             else 'azure-flexible-server'
           end
         when t.roles @> '{neon_superuser}' then 'neon'
         when t.roles @> '{supabase_admin}' then 'supabase'
         when t.roles @> '{tsdbadmin}' then 'timescale-cloud'
         when t.roles @> '{avnadmin}' then 'aiven'
         else 'postgresql'
       end,
       t.allowed, t.group_sync
from (
  select pg_catalog.array_agg(r.rolname::pg_catalog.text) as roles,
         pg_catalog.current_setting('azure.extensions', true) as allowed,
         pg_catalog.lower(pg_catalog.current_setting('pgaadauth.enable_group_sync', true)) in ('on', 'true', 'yes', '1') as group_sync
  from pg_catalog.pg_roles r
  where r.rolname in ('rds_superuser', 'alloydbsuperuser', 'cloudsqlsuperuser', 'azure_pg_admin', 'azuresu', 'azure_superuser', 'citus',
                      'neon_superuser', 'supabase_admin', 'tsdbadmin', 'avnadmin')
) t
