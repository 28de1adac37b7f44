-- Every role that the current one is a member of, directly or through others, and whether it may grant it.
with recursive membership(roleid, admin_option) as (
  select m.roleid, m.admin_option
    from pg_catalog.pg_auth_members m
   where m.member = (select r.oid from pg_catalog.pg_roles r where r.rolname = current_user)
  union
  select m.roleid, m.admin_option
    from pg_catalog.pg_auth_members m
    join membership c on c.roleid = m.member
)
select r.rolname, pg_catalog.bool_or(c.admin_option)
  from membership c
  join pg_catalog.pg_roles r on r.oid = c.roleid
 group by r.rolname
 order by r.rolname collate "C"
