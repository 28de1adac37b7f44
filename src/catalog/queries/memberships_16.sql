-- Memberships on 16 and later, where each has its own options and the grantor is part of the key.
-- A role that was dropped meanwhile can leave a row behind; its name is then NULL.
select g.rolname, a.roleid, m.rolname, a.member, o.rolname, a.grantor, a.admin_option, a.inherit_option, a.set_option
from pg_catalog.pg_auth_members a
left join pg_catalog.pg_roles g on g.oid = a.roleid
left join pg_catalog.pg_roles m on m.oid = a.member
left join pg_catalog.pg_roles o on o.oid = a.grantor
