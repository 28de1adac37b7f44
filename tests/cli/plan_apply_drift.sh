#!/bin/bash
# The main job: plan, apply, an empty second plan; then each kind of change by hand is drift that is named and healed.
. "$(dirname "$0")/prelude.sh"
charter=$PGCHARTER_SOURCE_DIR/manifests/examples/weavix.yaml
psql -Xq -v ON_ERROR_STOP=1 -d postgres -f "$PGCHARTER_SOURCE_DIR/manifests/examples/weavix.sql"
export PGDATABASE=weavix

expect 2 plan --detailed-exitcode "$charter"
contains "$out" weavix_reader weavix.yaml: events
expect 0 plan "$charter"
is 0 "SELECT count(*) FROM pg_roles WHERE rolname = 'weavix_reader'"

expect 0 apply --auto-approve "$charter"
converged "$charter"
expect 0 drift "$charter"
is t "SELECT has_table_privilege('weavix-export', 'events.readings', 'SELECT')"
is f "SELECT has_table_privilege('weavix-export', 'events.readings', 'INSERT')"
is f "SELECT has_table_privilege('weavix_reader', 'events.api_keys', 'SELECT')"
is t "SELECT has_column_privilege('weavix_reader', 'events.api_keys', 'created_at', 'SELECT')"
is f "SELECT has_column_privilege('weavix_reader', 'events.api_keys', 'key_hash', 'SELECT')"
is f "SELECT has_function_privilege('weavix-export', 'events.admin_drop_chunks(regclass, interval)', 'EXECUTE')"
is t "SELECT has_function_privilege('weavix_retention', 'events.admin_drop_chunks(regclass, interval)', 'EXECUTE')"

# heals STATEMENT TEXT…: the change is drift, the report names it, apply takes it back.
heals() {
  local statement=$1
  shift
  sql "$statement"
  expect 2 drift "$charter"
  contains "$out" "$@"
  expect 0 apply --auto-approve "$charter"
  converged "$charter"
}
heals 'GRANT DELETE ON events.readings TO weavix_reader' DELETE events.readings weavix_reader
heals 'REVOKE SELECT ON events.devices FROM weavix_reader' SELECT events.devices weavix_reader
heals 'GRANT SELECT (key_hash) ON events.api_keys TO weavix_reader' key_hash events.api_keys weavix_reader
heals 'GRANT SELECT ON events.devices TO weavix_reader WITH GRANT OPTION' events.devices weavix_reader
heals 'GRANT CONNECT ON DATABASE weavix TO PUBLIC' CONNECT weavix
heals 'ALTER ROLE "weavix-export" CREATEDB' weavix-export
heals 'ALTER ROLE "weavix-export" CONNECTION LIMIT 9' weavix-export
heals 'ALTER ROLE "weavix-export" SET statement_timeout = 0' weavix-export statement_timeout
heals 'GRANT weavix_writer TO "weavix-export"' weavix_writer weavix-export
heals 'REVOKE weavix_reader FROM "weavix-export"' weavix_reader weavix-export
heals 'ALTER DEFAULT PRIVILEGES FOR ROLE weavix_admins IN SCHEMA events GRANT DELETE ON TABLES TO weavix_reader' DELETE events weavix_reader
heals 'ALTER DEFAULT PRIVILEGES FOR ROLE weavix_admins IN SCHEMA events REVOKE SELECT ON TABLES FROM weavix_reader' SELECT events weavix_reader
heals 'ALTER SCHEMA events OWNER TO postgres' events weavix_admins
heals "COMMENT ON ROLE weavix_reader IS 'something else'" weavix_reader
heals 'CREATE TABLE events.later (id int)' events.later weavix_reader

# A table of the declared creator needs no plan: the default privileges have fired.
sql 'SET ROLE weavix_admins' 'CREATE TABLE events.tomorrow (id int)'
converged "$charter"
is t "SELECT has_table_privilege('weavix_reader', 'events.tomorrow', 'SELECT')"
