#!/bin/bash
# A snapshot is the actual state as a file, and a charter can be planned against it where no server can be reached.
. "$(dirname "$0")/prelude.sh"
sql "CREATE SCHEMA s" "CREATE TABLE s.t (id int, note text)" "CREATE TABLE s.u (id serial)" "CREATE ROLE reader" "GRANT INSERT ON s.t TO reader"
cat > c.yaml <<'YAML'
charter: 1
name: offline
roles: { reader: {}, writer: {} }
grants:
  - { to: reader, privileges: [select], objects: { tables: s.t }, columns: [note] }
  - { to: writer, privileges: [insert], objects: { tables: "s.*" } }
YAML
expect 0 snapshot --out state.json
[ ! -s "$out" ] || fail "--out leaves standard output empty"
[ "$(stat -c %a state.json)" = 600 ] || fail "the snapshot is readable by others"
expect 0 snapshot
json '{format_version}' 1.0
json '{state,server,database}' app

expect 0 plan --format sql c.yaml
grep -v '^--' "$out" > online.sql
(
  export PGHOST=/nowhere PGPORT=1
  expect 0 plan --format sql --against state.json c.yaml
  grep -v '^--' "$out" > offline.sql
  expect 2 plan --detailed-exitcode --against state.json c.yaml
  expect 2 drift --against state.json c.yaml
  contains "$out" reader INSERT
  expect 1 plan --against c.yaml c.yaml
  expect 1 plan --against nothing.json c.yaml
)
diff online.sql offline.sql >&2 || fail "the plans differ"

# Several databases, and one that the snapshot does not hold.
sql "CREATE DATABASE other"
expect 0 snapshot --databases app,other --out both.json
printf 'charter: 1\nname: n\nroles: { reader: {} }\ndatabases: { other: { schemas: { x: {} } } }\n' > other.yaml
expect 0 plan --against both.json other.yaml
contains "$out" x
expect 1 plan --against state.json other.yaml
contains "$err" 'does not hold the database "other"'
