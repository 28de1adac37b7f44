-- What keeps rows of the relations $1 apart: the indexes behind primary keys, UNIQUE and EXCLUDE constraints, and unique indexes. An
-- expression stands as "(expression)": it is no column.
select i.indrelid, c.relname, i.indisprimary,
       (select pg_catalog.array_agg(coalesce(a.attname::pg_catalog.text, '(expression)') order by k.position)
        from pg_catalog.unnest(i.indkey::pg_catalog.int2[]) with ordinality as k (number, position)
        left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number and k.number <> 0
        where k.position <= i.indnkeyatts)::pg_catalog.text
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
where i.indrelid = any ($1::pg_catalog.oid[]) and (i.indisunique or i.indisexclusion)
