-- Charter roles, planned by pgcharter at 2026-06-01T12:00:00Z
-- for PostgreSQL 15.18, database app.
-- Run it with: psql -X -v ON_ERROR_STOP=1 -f FILE
\set ON_ERROR_STOP on

\connect -reuse-previous=on '"dbname=''app''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- manifest.yaml:4
CREATE ROLE "fresh" LOGIN CONNECTION LIMIT 3;

-- manifest.yaml:5
ALTER ROLE "changed" CREATEDB NOCREATEROLE LOGIN VALID UNTIL '2027-01-01 00:00:00+00';

-- manifest.yaml:5
COMMENT ON ROLE "changed" IS 'as said';

-- manifest.yaml:4
COMMENT ON ROLE "fresh" IS 'new here';

COMMIT;
