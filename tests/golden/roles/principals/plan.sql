-- Charter principals, planned by pgcharter at 2026-06-01T12:00:00Z
-- for PostgreSQL 15.18, database app.
-- Run it with: psql -X -v ON_ERROR_STOP=1 -f FILE
\set ON_ERROR_STOP on

\connect -reuse-previous=on '"dbname=''postgres''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- manifest.yaml:7
SELECT pg_catalog.pgaadauth_create_principal_with_oid('fresh', '04a9fcc9-de20-4078-a327-cf935088b0bb', 'service', false, false);

-- manifest.yaml:8
SELECT pg_catalog.pgaadauth_create_principal_with_oid('fresh_admin', '04a9fcc9-de20-4078-a327-cf935088b0bc', 'group', true, false);

-- manifest.yaml:9
SELECT pg_catalog.pgaadauth_create_principal('someone@example.com', false, false);

-- manifest.yaml:13
SECURITY LABEL FOR "pgaadauth" ON ROLE "flagged" IS 'aadauth,mfa';

-- manifest.yaml:11: declared, the role stands for another identity of Entra: one that was deleted and created again can't log in
SELECT pg_catalog.pgaadauth_update_principal_with_oid('recreated', '11111111-0000-0000-0000-000000000002', 'service', false, false);

-- manifest.yaml:12: declared, the role stands for no identity of Entra, so nobody logs in to it with a token
SELECT pg_catalog.pgaadauth_update_principal_with_oid('unbound', '11111111-0000-0000-0000-000000000003', 'user', false, false);

-- manifest.yaml:14: declared, the role stands for another identity of Entra: one that was deleted and created again can't log in
SELECT pg_catalog.pgaadauth_update_principal_with_oid('before', '11111111-0000-0000-0000-000000000004', 'service', false, false);

COMMIT;

\connect -reuse-previous=on '"dbname=''app''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- manifest.yaml:14
ALTER ROLE "before" RENAME TO "was";

-- manifest.yaml:7
ALTER ROLE "fresh" CONNECTION LIMIT 3;

-- manifest.yaml:7
GRANT "readers" TO "fresh";

-- manifest.yaml:21: not in the charter
REVOKE "readers" FROM "member";

COMMIT;
