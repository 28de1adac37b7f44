-- The columns of the relations $1, in their order. A default holds no column of its table, so it is printed without one: with a table,
-- pg_get_expr() would lock it. The expression of a generated column is not asked for.
select a.attrelid, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
       case when a.attgenerated = '' then pg_catalog.pg_get_expr(d.adbin, 0) end,
       a.attidentity, a.attgenerated <> '', pg_catalog.col_description(a.attrelid, a.attnum)
from pg_catalog.pg_attribute a
left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid = any ($1::pg_catalog.oid[]) and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum
