-- Charter public, planned by pgcharter at 2026-06-01T12:00:00Z
-- for PostgreSQL 15.18, database app.
-- Run it with: psql -X -v ON_ERROR_STOP=1 -f FILE
\set ON_ERROR_STOP on

\connect -reuse-previous=on '"dbname=''app''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- manifest.yaml:8
GRANT EXECUTE ON ROUTINE "public"."danger"(IN integer) TO "app";

-- manifest.yaml:7: named absent
REVOKE EXECUTE ON ROUTINE "public"."danger"(IN integer), "public"."danger"(IN text) FROM PUBLIC;

-- manifest.yaml:6: named absent
REVOKE USAGE ON SCHEMA "public" FROM PUBLIC;

COMMIT;
