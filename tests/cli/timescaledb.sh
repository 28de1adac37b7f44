#!/bin/bash
# TimescaleDB, on a server that really has it: hypertables, retention, chunks that are no business of a plan, and the profile by which a role
# drops old ones. The server is the one of .ci/fetch-timescaledb (PostgreSQL 17, Apache edition, pg_cron); where it is missing, the scenario
# says so and ends with exit 77, which ctest counts as skipped.
set -euo pipefail

# `pgcharter sandbox` takes no settings, and these libraries must be preloaded: a server of the scenario's own, on a socket in its folder.
start_server() {
  local cache=/var/cache/pgcharter/servers as_server=()
  if [ "$(id -u)" != 0 ]; then cache=${XDG_CACHE_HOME:-$HOME/.cache}/pgcharter/servers; fi
  programs=${PGCHARTER_SERVERS:-$cache}/17-timescaledb/bin
  if [ ! -x "$programs/initdb" ] || [ ! -x "$programs/postgres" ]; then
    echo "skipped: PostgreSQL with TimescaleDB is not here; .ci/fetch-timescaledb brings it where the package mirror is in reach" >&2
    exit 77
  fi
  folder=$(mktemp -d)
  server=""
  trap stop_server EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if [ "$(id -u)" = 0 ]; then  # PostgreSQL refuses to run as root
    as_server=(setpriv --reuid=postgres --regid=postgres --init-groups)
    chown postgres: "$folder"
  fi
  cd "$folder"
  "${as_server[@]}" "$programs/initdb" -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions &>log
  cat >>data/postgresql.conf <<CONF
listen_addresses = ''
unix_socket_directories = '$folder'
port = 54320
fsync = off
shared_preload_libraries = 'timescaledb,pg_cron'
timescaledb.telemetry_level = off
cron.database_name = 'weavix'
cron.use_background_workers = on
CONF
  "${as_server[@]}" "$programs/postgres" -D data &>>log &
  server=$!
  chmod 755 .
  cd /
  unset PGPASSWORD PGSERVICE PGOPTIONS
  export PGHOST=$folder PGPORT=54320 PGUSER=postgres
  for ((n = 0; n < 300; n++)); do
    if psql -Xqc '' postgres 2>/dev/null || ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
  done
  psql -Xqc '' postgres
}

stop_server() {
  local status=$?
  if [ "$status" != 0 ]; then tail -n 20 "$folder/log" >&2 || true; fi
  if [ -n "$server" ] && kill -INT "$server" 2>/dev/null; then wait "$server" || true; fi
  rm -rf "$folder"
}

if [ -z "${PGCHARTER_SCENARIO_IN_SANDBOX:-}" ]; then
  scenario=$(realpath "$0")
  start_server
  PGCHARTER_SCENARIO_IN_SANDBOX=1 bash "$scenario"
  exit 0
fi

. "$(dirname "$0")/prelude.sh"
examples=$PGCHARTER_SOURCE_DIR/manifests/examples
charter=("$examples/weavix.yaml" "$examples/weavix-timescale.yaml")
psql -Xq -v ON_ERROR_STOP=1 -d postgres -f "$examples/weavix.sql"
export PGDATABASE=weavix

# fails_as ROLE STATE STATEMENT: what the role may not do, by SQLSTATE.
fails_as() {
  local message
  if message=$(psql -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=sqlstate -c "SET ROLE $1" -c "$3" 2>&1); then fail "$1 may: $3"; fi
  [[ $message == *"$2"* ]] || fail "$1: $3: $message instead of $2"
}
chunks() { echo "SELECT count(*) FROM timescaledb_information.chunks WHERE format('%I.%I', hypertable_schema, hypertable_name) = '$1'"; }
# of_chunks HYPERTABLE CONDITION: whether it holds for all chunks; `chunk` is the oid of one.
of_chunks() {
  echo "SELECT coalesce(bool_and($2), false) FROM (SELECT format('%I.%I', chunk_schema, chunk_name)::regclass AS chunk
    FROM timescaledb_information.chunks WHERE format('%I.%I', hypertable_schema, hypertable_name) = '$1') AS c"
}

# The example: one apply makes the extension, the hypertable, the function, the grants.
expect 0 apply --auto-approve "${charter[@]}"
converged "${charter[@]}"
is "ts|1 day" "SELECT column_name, time_interval FROM timescaledb_information.dimensions WHERE hypertable_name = 'readings'"

# Chunks come and go, no plan knows them: TimescaleDB gives them what the hypertable has, and a GRANT reaches those that are there.
sql "SET ROLE weavix_ingest" "INSERT INTO telemetry.readings SELECT now() - n * interval '6 hours', 1, n FROM generate_series(1, 100) AS n"
is t "SELECT ($(chunks telemetry.readings)) BETWEEN 25 AND 27"
is t "$(of_chunks telemetry.readings "has_table_privilege('weavix_reader', chunk, 'SELECT') AND NOT has_table_privilege('weavix_reader', chunk, 'INSERT')")"
converged "${charter[@]}"
expect 0 drift "${charter[@]}"
lacks "$out" _timescaledb _hyper_
is 100 "SET ROLE weavix_reader; SELECT count(*) FROM telemetry.readings"
cat >more.yaml <<'YAML'
roles:
  weavix_columns: { comment: "sees speeds, and not of which device" }
grants:
  - { to: weavix_writer, privileges: [update], objects: { tables: telemetry.readings } }
  - { to: weavix_columns, privileges: [usage], objects: { schemas: telemetry } }
  - { to: weavix_columns, privileges: [select], objects: { tables: telemetry.readings }, columns: [ts, wind_speed] }
YAML
expect 0 apply --auto-approve "${charter[@]}" more.yaml
converged "${charter[@]}" more.yaml
is t "$(of_chunks telemetry.readings "has_table_privilege('weavix_writer', chunk, 'UPDATE')")"
is t "$(of_chunks telemetry.readings "has_column_privilege('weavix_columns', chunk, 'ts', 'SELECT')
  AND NOT has_column_privilege('weavix_columns', chunk, 'device_id', 'SELECT')")"
# A later chunk has no grants on columns (TimescaleDB does not copy them); nobody needs them to read the hypertable.
sql "INSERT INTO telemetry.readings SELECT now() + n * interval '1 day', 2, n FROM generate_series(2, 4) AS n"
converged "${charter[@]}" more.yaml
is 103 "SET ROLE weavix_columns; SELECT count(wind_speed) FROM telemetry.readings"
fails_as weavix_columns 42501 "SELECT device_id FROM telemetry.readings"
expect 0 apply --auto-approve "${charter[@]}"
is f "$(of_chunks telemetry.readings "has_table_privilege('weavix_writer', chunk, 'UPDATE')")"
# Chunks that stand among the tables of a schema are none of them, not even for a pattern of all tables.
sql "SET ROLE weavix_admins" "CREATE TABLE events.near (ts timestamptz NOT NULL)" \
  "SELECT 1 FROM create_hypertable('events.near', 'ts', associated_schema_name => 'events', chunk_time_interval => interval '1 day')" \
  "INSERT INTO events.near SELECT now() - n * interval '1 day' FROM generate_series(0, 4) AS n" >"$out"
is t "$(of_chunks events.near "(SELECT relnamespace = 'events'::regnamespace FROM pg_class WHERE oid = chunk)")"
sql "REVOKE ALL ON events.near FROM weavix_reader"
sed 's/objects: { tables: telemetry.readings }, columns: .*/objects: { tables: "*.*" } }/' more.yaml >all.yaml
expect 0 plan "${charter[@]}" all.yaml
contains "$out" "SELECT on table events.near to weavix_reader" "SELECT on table telemetry.readings to weavix_columns"
lacks "$out" _timescaledb _hyper_
expect 0 apply --auto-approve "${charter[@]}" all.yaml
converged "${charter[@]}" all.yaml

# Old chunks: by the function, of the hypertable that is listed, and by nobody else.
is t "SET ROLE weavix_retention; SELECT telemetry.drop_old_chunks('telemetry.readings', interval '10 days') BETWEEN 14 AND 16"
is t "SELECT min(ts) BETWEEN now() - interval '12 days' AND now() - interval '9 days' FROM telemetry.readings"
fails_as weavix_retention 42501 "SELECT telemetry.drop_old_chunks('events.near', interval '1 day')"
fails_as weavix_retention 42501 "SELECT public.drop_chunks('telemetry.readings', interval '1 day')"
fails_as weavix_reader 42501 "SELECT telemetry.drop_old_chunks('telemetry.readings', interval '1 day')"
is "pg_catalog, pg_temp|t" "SELECT replace(proconfig[1], 'search_path=', ''), prosecdef FROM pg_proc WHERE proname = 'drop_old_chunks'"
is f "SELECT has_function_privilege('public', 'telemetry.drop_old_chunks(regclass, interval)', 'EXECUTE')"
sql "DO \$do\$ BEGIN EXECUTE replace(pg_get_functiondef('telemetry.drop_old_chunks'::regproc), 'IF \$1 <>', 'IF false AND \$1 <>'); END \$do\$"
expect 2 drift "${charter[@]}" all.yaml
contains "$out" "function telemetry.drop_old_chunks(regclass, interval): its body differs" "@@ -1,7 +1,7 @@" \
  '-  IF false AND $1 <> ALL' '+  IF $1 <> ALL'
sql "GRANT EXECUTE ON FUNCTION telemetry.drop_old_chunks(regclass, interval) TO PUBLIC"
expect 0 apply --auto-approve "${charter[@]}" all.yaml
converged "${charter[@]}" all.yaml
is f "SELECT has_function_privilege('public', 'telemetry.drop_old_chunks(regclass, interval)', 'EXECUTE')"
fails_as weavix_retention 42501 "SELECT telemetry.drop_old_chunks('events.near', interval '1 day')"

# A table with rows becomes a hypertable. metrics HYPERTABLE [EXTENSIONS] writes that charter.
sql "CREATE ROLE keeper" "CREATE SCHEMA app AUTHORIZATION keeper" "SET ROLE keeper" \
  "CREATE TABLE app.metrics (ts timestamptz NOT NULL, device integer, PRIMARY KEY (device, ts))" "CREATE TABLE app.keyed (ts timestamptz, id integer PRIMARY KEY)" \
  "INSERT INTO app.metrics SELECT now() - n * interval '6 hours', 1 FROM generate_series(1, 100) AS n"
metrics() {
  cat >metrics.yaml <<YAML
charter: 1
name: metrics
roles:
  keeper: {}
extensions: { timescaledb: {}${2:-} }
tables:
  app.metrics:
    owner: keeper
    hypertable: { $1 }
YAML
}
metrics "by: ts, interval: 1 day"
expect 4 apply --auto-approve metrics.yaml
contains "$err" "hazards that are not allowed" data-movement,long-lock
is 0 "$(chunks app.metrics)"
expect 4 apply --auto-approve --allow long-lock metrics.yaml
expect 0 apply --auto-approve --allow data-movement,long-lock metrics.yaml
converged metrics.yaml
is t "SELECT ($(chunks app.metrics)) BETWEEN 25 AND 27"
is "100|0" "SELECT count(*), (SELECT count(*) FROM ONLY app.metrics) FROM app.metrics"
is t "$(of_chunks app.metrics "(SELECT relowner = 'keeper'::regrole FROM pg_class WHERE oid = chunk)")"

metrics "by: ts, interval: 7 days"
expect 2 drift metrics.yaml
contains "$out" "the database has 'by ts, chunks of 1 day', the charter says 'by ts, chunks of 7 days'"
expect 0 apply --auto-approve metrics.yaml
converged metrics.yaml
is "7 days" "SELECT time_interval FROM timescaledb_information.dimensions WHERE hypertable_name = 'metrics'"
metrics "by: ts, interval: 168 hours"
converged metrics.yaml
metrics "by: ts"  # the interval is left alone where none is written
converged metrics.yaml
metrics "by: device, interval: 7 days"
expect 1 plan metrics.yaml
contains "$err" "metrics.yaml:9:17: error" 'it is a hypertable by "ts", the charter says "device"' "make a new table, and copy"
metrics "by: ts"
sed -i 's/app.metrics/app.keyed/' metrics.yaml
expect 1 plan metrics.yaml
contains "$err" 'metrics.yaml:9:17: error' 'unique key "keyed_pkey" does not hold the column "ts"' "add the column to the key"
sed -i 's/by: ts/by: tss/' metrics.yaml
expect 1 plan metrics.yaml
contains "$err" 'it has no column "tss"'
sed 's/primary_key: .*/primary_key: [device_id]/' "$examples/weavix-timescale.yaml" >key.yaml
expect 1 validate "$examples/weavix.yaml" key.yaml
contains "$err" 'key.yaml:17:18: error: the primary key lacks the column of the hypertable "ts"'

# Retention: no policy in this edition; pg_cron instead.
metrics "by: ts, retention: 30 days"
for verb in plan apply; do
  expect 1 "$verb" metrics.yaml
  contains "$err" "metrics.yaml:9:17: error: table app.metrics: this server has TimescaleDB's Apache edition, which has no retention policies" 'schedule: "0 3 * * *"'
done
expect 1 validate metrics.yaml --platform azure-flexible-server
contains "$err" "metrics.yaml:9:17: error" "Apache edition" 'retention: { older_than: 30 days, schedule: "0 3 * * *" }'
# Where the edition is not known yet, since the extension is still to be made: who owns a policy's table must log in.
PGDATABASE=app sql "CREATE SCHEMA app" "CREATE TABLE app.metrics (ts timestamptz)" "ALTER TABLE app.metrics OWNER TO keeper"
PGDATABASE=app expect 1 plan metrics.yaml
contains "$err" "metrics.yaml:9:17: error: table app.metrics: its owner can't log in" "login: true" schedule
metrics 'by: ts, retention: { older_than: 10 days, schedule: "0 3 * * *" }'
expect 1 plan metrics.yaml
contains "$err" "needs the extension pg_cron" "cron.database_name"

job="SELECT schedule, command, database, username, active FROM cron.job WHERE jobname = 'pgcharter: retention of app.metrics'"
metrics 'by: ts, retention: { older_than: 12 days, schedule: "0 3 * * *" }' ", pg_cron: {}"
# What is older goes: that needs to be allowed for a table that was there before.
expect 4 apply --auto-approve metrics.yaml
contains "$err" drop-object
expect 0 apply --auto-approve --allow drop-object metrics.yaml
converged metrics.yaml
is "0 3 * * *|SELECT \"public\".drop_chunks('\"app\".\"metrics\"', older_than => INTERVAL '12 days')|weavix|postgres|t" "$job"
metrics 'by: ts, retention: { older_than: 10 days, schedule: "30 4 * * *" }' ", pg_cron: {}"
expect 2 drift metrics.yaml
contains "$out" "INTERVAL '12 days'" "INTERVAL '10 days'"
expect 0 apply --auto-approve --allow drop-object metrics.yaml
converged metrics.yaml
is "30 4 * * *|SELECT \"public\".drop_chunks('\"app\".\"metrics\"', older_than => INTERVAL '10 days')|weavix|postgres|t" "$job"
is 1 "SELECT count(*) FROM cron.job"
sql "$(sql "SELECT command FROM cron.job")" >"$out"
is t "SELECT min(ts) BETWEEN now() - interval '12 days' AND now() - interval '9 days' FROM app.metrics"
sql "SELECT cron.unschedule(jobid) FROM cron.job" >"$out"
expect 2 drift metrics.yaml
expect 0 apply --auto-approve --allow drop-object metrics.yaml
is 1 "SELECT count(*) FROM cron.job"
# A job that somebody switched off is switched on again; another role's is not ours to change.
sql "UPDATE cron.job SET active = false"
expect 2 drift metrics.yaml
expect 0 apply --auto-approve --allow drop-object metrics.yaml
is t "SELECT active FROM cron.job"
converged metrics.yaml
sql "UPDATE cron.job SET username = 'keeper'"
expect 1 plan metrics.yaml
contains "$err" "another role has a job"
sql "UPDATE cron.job SET username = current_user"
# pg_cron itself runs it.
metrics 'by: ts, retention: { older_than: 5 days, schedule: "1 second" }' ", pg_cron: {}"
expect 0 apply --auto-approve --allow drop-object metrics.yaml
for ((n = 0; n < 120; n++)); do
  if [ "$(sql "SELECT count(*) FROM app.metrics WHERE ts < now() - interval '7 days'")" = 0 ]; then break; fi
  sleep 0.5
done
is t "SELECT min(ts) BETWEEN now() - interval '7 days' AND now() - interval '4 days' FROM app.metrics"
metrics "by: ts" ", pg_cron: {}"
expect 2 drift metrics.yaml
contains "$out" '- cron job "pgcharter: retention of app.metrics"'
expect 0 apply --auto-approve metrics.yaml
converged metrics.yaml
is 0 "SELECT count(*) FROM cron.job"

# The job goes with the table, or with what is said of it: it would drop the chunks of the next one of that name.
metrics 'by: ts, retention: { older_than: 12 days, schedule: "0 3 * * *" }' ", pg_cron: {}"
expect 0 apply --auto-approve --allow drop-object metrics.yaml
is 1 "SELECT count(*) FROM cron.job"
sed '/hypertable:/d' metrics.yaml >plain.yaml
sed '/hypertable:/d; s/ owner: keeper/ ensure: absent/' metrics.yaml >absent.yaml
expect 2 drift plain.yaml
contains "$out" '- cron job "pgcharter: retention of app.metrics"'
expect 0 apply --auto-approve --allow drop-object absent.yaml
converged absent.yaml
is 0 "SELECT count(*) FROM cron.job"

# Numbers for a column of numbers, spans of time for one of times.
for units in '{ ts: bigint }|by: ts, interval: 1 day' '{ ts: timestamptz }|by: ts, interval: 1000' \
  '{ ts: bigint }|by: ts, interval: 1000, retention: { older_than: 90 days, schedule: "0 3 * * *" }'; do
  printf '%s\n' "charter: 1" "name: units" "schemas: { app: {} }" "extensions: { timescaledb: {}, pg_cron: {} }" \
    "tables: { app.units: { columns: ${units%%|*}, hypertable: { ${units#*|} } } }" >units.yaml
  expect 1 plan units.yaml
  contains "$err" "units.yaml:5:" 'and the column "ts" is'
done
