-- The hypertables among the relations whose schemas and names are given by the parallel lists $1 and $2: their first dimension, and what
-- their retention policy drops. Run only where TimescaleDB is.
select d.hypertable_schema, d.hypertable_name, d.column_name, coalesce(d.time_interval::pg_catalog.text, d.integer_interval::pg_catalog.text),
       (select j.config ->> 'drop_after'
        from timescaledb_information.jobs j
        where j.proc_name = 'policy_retention' and j.hypertable_schema = d.hypertable_schema and j.hypertable_name = d.hypertable_name
        order by j.job_id
        limit 1)
from timescaledb_information.dimensions d
join rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) as w (schema_name, table_name)
  on w.schema_name = d.hypertable_schema and w.table_name = d.hypertable_name
where d.dimension_number = 1
