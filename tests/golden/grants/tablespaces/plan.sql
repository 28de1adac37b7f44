-- Charter tablespaces, planned by pgcharter at 2026-06-01T12:00:00Z
-- for PostgreSQL 15.18, database app.
-- Run it with: psql -X -v ON_ERROR_STOP=1 -f FILE
\set ON_ERROR_STOP on

\connect -reuse-previous=on '"dbname=''app''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- manifest.yaml:5
GRANT CREATE ON TABLESPACE "fast" TO "reader";

-- manifest.yaml:6: expired 2026-01-01T00:00:00Z, falls by CASCADE; not in the charter, with CASCADE
REVOKE CREATE ON TABLESPACE "slow" FROM "reader" CASCADE;

COMMIT;
