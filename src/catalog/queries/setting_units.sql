-- The parameters among $1 whose values can be written in several ways.
select s.name, s.vartype, coalesce(s.unit, '')
from pg_catalog.pg_settings s
where pg_catalog.lower(s.name) = any ($1::pg_catalog.text[]) and s.vartype in ('bool', 'integer', 'real')
