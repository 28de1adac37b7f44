-- The floor: what psql needs to copy the rows that a plan reads, each with its raw list, to the null device. No tool that looks at them can
-- be much faster. One session, one snapshot, as a plan.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
\copy (SELECT oid, rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit, rolvaliduntil FROM pg_roles) TO '/dev/null'
\copy (SELECT * FROM pg_auth_members) TO '/dev/null'
\copy (SELECT * FROM pg_db_role_setting) TO '/dev/null'
\copy (SELECT oid, datname, datdba, datacl FROM pg_database) TO '/dev/null'
\copy (SELECT oid, spcname, spcowner, spcacl FROM pg_tablespace) TO '/dev/null'
\copy (SELECT oid, extname, extnamespace, extversion FROM pg_extension) TO '/dev/null'
\copy (SELECT oid, nspname, nspowner, nspacl FROM pg_namespace) TO '/dev/null'
\copy (SELECT oid, relname, relnamespace, relkind, relowner, relacl FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')) TO '/dev/null'
\copy (SELECT attrelid, attnum, attname, attacl FROM pg_attribute WHERE attacl IS NOT NULL) TO '/dev/null'
\copy (SELECT oid, proname, pronamespace, proowner, proargtypes, proacl FROM pg_proc) TO '/dev/null'
\copy (SELECT oid, typname, typnamespace, typowner, typacl FROM pg_type WHERE typrelid = 0 AND typelem = 0) TO '/dev/null'
\copy (SELECT oid, lanname, lanowner, lanacl FROM pg_language) TO '/dev/null'
\copy (SELECT oid, fdwname, fdwowner, fdwacl FROM pg_foreign_data_wrapper) TO '/dev/null'
\copy (SELECT oid, srvname, srvowner, srvacl FROM pg_foreign_server) TO '/dev/null'
\copy (SELECT oid, lomowner, lomacl FROM pg_largeobject_metadata) TO '/dev/null'
\copy (SELECT * FROM pg_default_acl) TO '/dev/null'
COMMIT;
