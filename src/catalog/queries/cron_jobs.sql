-- The named jobs of pg_cron that run in this database; of two users' jobs with one name that of the connected role. A job of somebody else
-- has no schedule here: cron.schedule() would make another one. Row security shows a role its own only. Run only where the table can be read.
select distinct on (j.jobname) j.jobname, case when j.username = current_user then j.schedule end, j.command, j.active
from cron.job j
where j.jobname is not null and j.database = pg_catalog.current_database()
order by j.jobname, j.username = current_user desc, j.jobid
