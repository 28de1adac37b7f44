-- Charter settings, planned by pgcharter at 2026-06-01T12:00:00Z
-- for PostgreSQL 15.18, database app.
-- Run it with: psql -X -v ON_ERROR_STOP=1 -f FILE
\set ON_ERROR_STOP on

\connect -reuse-previous=on '"dbname=''app''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- manifest.yaml:5
ALTER ROLE "worker" SET "statement_timeout" TO '30s';

-- manifest.yaml:5
ALTER ROLE "worker" RESET "work_mem";

-- manifest.yaml:6
ALTER ROLE "worker" IN DATABASE "app" SET "search_path" TO 'events', 'public';

COMMIT;
