-- Charter options, planned by pgcharter at 2026-06-01T12:00:00Z
-- for PostgreSQL 15.18, database app.
-- Run it with: psql -X -v ON_ERROR_STOP=1 -f FILE
\set ON_ERROR_STOP on

\connect -reuse-previous=on '"dbname=''app''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- manifest.yaml:8
GRANT SELECT ON TABLE "events"."a" TO "late";

-- manifest.yaml:6
GRANT SELECT ON TABLE "events"."a" TO "steward" WITH GRANT OPTION;

-- manifest.yaml:7: expired 2026-05-31T00:00:00Z
REVOKE SELECT ON TABLE "events"."a" FROM "guest";

COMMIT;
