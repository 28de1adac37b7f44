-- Memberships before 16: whether a member inherits is its own attribute, and SET ROLE is always allowed.
-- A role that was dropped meanwhile can leave a row behind; its name is then NULL.
select g.rolname, a.roleid, m.rolname, a.member, o.rolname, a.grantor, a.admin_option, coalesce(m.rolinherit, true), true
from pg_catalog.pg_auth_members a
left join pg_catalog.pg_roles g on g.oid = a.roleid
left join pg_catalog.pg_roles m on m.oid = a.member
left join pg_catalog.pg_roles o on o.oid = a.grantor
