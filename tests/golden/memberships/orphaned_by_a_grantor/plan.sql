-- Charter orphans, planned by pgcharter at 2026-06-01T12:00:00Z
-- for PostgreSQL 16.14, database app.
-- Run it with: psql -X -v ON_ERROR_STOP=1 -f FILE
\set ON_ERROR_STOP on

\connect -reuse-previous=on '"dbname=''app''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- kept: its grantor is dropped
GRANT "readers" TO "bob" WITH INHERIT TRUE;

-- kept: its grantor loses the admin option
GRANT "writers" TO "bob" WITH INHERIT TRUE, SET FALSE;

-- kept: its grantor loses the admin option
GRANT "writers" TO "carol" WITH ADMIN OPTION, INHERIT FALSE;

-- manifest.yaml:8: not in the charter
REVOKE "writers" FROM "dave" GRANTED BY "carol";

-- its grantor is dropped
REVOKE "readers" FROM "bob" GRANTED BY "leaver";

-- its grantor loses the admin option
REVOKE "writers" FROM "bob", "carol" GRANTED BY "alice";

-- manifest.yaml:7
REVOKE ADMIN OPTION FOR "writers" FROM "alice";

-- manifest.yaml:9: named absent
DROP ROLE "leaver";

COMMIT;
