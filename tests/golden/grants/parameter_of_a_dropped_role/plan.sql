-- Charter parameters, planned by pgcharter at 2026-06-01T12:00:00Z
-- for PostgreSQL 15.18, database app.
-- Run it with: psql -X -v ON_ERROR_STOP=1 -f FILE
\set ON_ERROR_STOP on

\connect -reuse-previous=on '"dbname=''app''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- manifest.yaml:6
GRANT SET ON PARAMETER "app"."level", "work_mem" TO "reader";

-- not in the charter, falls by CASCADE; not in the charter, with CASCADE
REVOKE SET ON PARAMETER "app"."level" FROM "stray" CASCADE;

-- manifest.yaml:4: named absent
DROP ROLE "stray";

COMMIT;
