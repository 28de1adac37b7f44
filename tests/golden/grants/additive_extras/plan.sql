-- Charter additive, planned by pgcharter at 2026-06-01T12:00:00Z
-- for PostgreSQL 15.18, database app.
-- Run it with: psql -X -v ON_ERROR_STOP=1 -f FILE
\set ON_ERROR_STOP on

\connect -reuse-previous=on '"dbname=''app''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- manifest.yaml:10
GRANT UPDATE ON TABLE "events"."a", "events"."b", "events"."c", "events"."d" TO "reader";

-- manifest.yaml:11: named absent
REVOKE TRUNCATE ON TABLE "events"."a" FROM "reader";

COMMIT;
