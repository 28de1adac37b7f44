-- The node that is connected, and whether this Citus knows distributed schemas (from 12 on). Run only where the extension is there.
select g.groupid,
       exists (select from pg_catalog.pg_class c
               where c.relname = 'pg_dist_schema' and c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace)
from pg_catalog.pg_dist_local_group g
