-- Charter owners, planned by pgcharter at 2026-06-01T12:00:00Z
-- for PostgreSQL 15.18, database app.
-- Run it with: psql -X -v ON_ERROR_STOP=1 -f FILE
\set ON_ERROR_STOP on

\connect -reuse-previous=on '"dbname=''app''"'
\encoding UTF8
BEGIN;
SET LOCAL search_path = '';
SET LOCAL lock_timeout = '5s';

-- manifest.yaml:6
ALTER DATABASE "app" OWNER TO "alice";

-- manifest.yaml:6
ALTER TABLESPACE "fast" OWNER TO "alice";

-- manifest.yaml:4
CREATE SCHEMA "fresh" AUTHORIZATION "alice";

-- manifest.yaml:4
ALTER SCHEMA "events" OWNER TO "bob";

-- manifest.yaml:9
ALTER TABLE "events"."a" OWNER TO "bob";

-- manifest.yaml:6
ALTER TABLE "events"."b" OWNER TO "alice";

-- manifest.yaml:6
ALTER TYPE "events"."mood" OWNER TO "alice";

-- manifest.yaml:7
ALTER LANGUAGE "plpgsql" OWNER TO "alice";

-- manifest.yaml:8
ALTER FOREIGN DATA WRAPPER "files" OWNER TO "root";

-- manifest.yaml:7
ALTER SERVER "peer" OWNER TO "alice";

-- manifest.yaml:7
ALTER LARGE OBJECT 16401 OWNER TO "alice";

-- not in the charter
REVOKE SELECT ON TABLE "events"."a" FROM "alice";

-- not in the charter
REVOKE SELECT ON TABLE "events"."b" FROM "bob";

COMMIT;
