-- What Citus keeps the same on all nodes: statements about everything else stay on the node where they run. Run only where the extension is
-- there.
select c.relname, o.objid
from pg_catalog.pg_dist_object o
join pg_catalog.pg_class c on c.oid = o.classid
where o.objsubid = 0
