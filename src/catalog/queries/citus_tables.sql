-- What Citus keeps, partitions left out. The column is told by Citus, which follows renames. Citus before 11 has no autoconverted.
select n.nspname, c.relname, p.partmethod, p.repmodel, p.colocationid,
       case when p.partkey is not null then pg_catalog.column_to_column_name(p.logicalrelid, p.partkey) end,
       coalesce(g.shardcount, (select count(*) from pg_catalog.pg_dist_shard s where s.logicalrelid = p.logicalrelid)),
       coalesce((pg_catalog.to_jsonb(p) ->> 'autoconverted')::pg_catalog.bool, false)
from pg_catalog.pg_dist_partition p
join pg_catalog.pg_class c on c.oid = p.logicalrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_dist_colocation g on g.colocationid = p.colocationid and p.colocationid <> 0
where not c.relispartition
