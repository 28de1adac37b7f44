-- Charter ho"stile, planned by pgcharter at 2026-06-01T12:00:00Z
-- for PostgreSQL 15.18, database app.
-- Run it with: psql -X -v ON_ERROR_STOP=1 -f FILE
\set ON_ERROR_STOP on

\connect -reuse-previous=on '"dbname=''app''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- manifest.yaml:4
CREATE ROLE "Robert""); DROP TABLE students;--" LOGIN;

-- manifest.yaml:5
CREATE ROLE "line
break $$ % \ 'quote'";

-- manifest.yaml:5
COMMENT ON ROLE "line
break $$ % \ 'quote'" IS E'it''s \\ here';

-- manifest.yaml:8
GRANT SELECT ON TABLE "we.ird"."t.""x" TO "Robert""); DROP TABLE students;--";

COMMIT;
