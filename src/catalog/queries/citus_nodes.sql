-- The primary nodes of the cluster. A clone, which Citus knows from 13.2 on, is a copy of another node.
select n.nodeid, n.groupid, n.nodename, n.nodeport, n.isactive
from pg_catalog.pg_dist_node n
where n.noderole::pg_catalog.text = 'primary' and n.nodecluster = coalesce(pg_catalog.current_setting('citus.cluster_name', true), 'default')
  and not coalesce((pg_catalog.to_jsonb(n) ->> 'nodeisclone')::pg_catalog.bool, false)
order by n.groupid, n.nodeid
