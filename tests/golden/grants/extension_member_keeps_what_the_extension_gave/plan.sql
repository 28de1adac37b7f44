-- Charter members, planned by pgcharter at 2026-06-01T12:00:00Z
-- for PostgreSQL 15.18, database app.
-- Run it with: psql -X -v ON_ERROR_STOP=1 -f FILE
\set ON_ERROR_STOP on

\connect -reuse-previous=on '"dbname=''app''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- keeps what a CASCADE would take away
GRANT EXECUTE ON ROUTINE "events"."f"(integer) TO "reader";

-- not in the charter
REVOKE EXECUTE ON ROUTINE "events"."f"(integer) FROM "stray";

COMMIT;
