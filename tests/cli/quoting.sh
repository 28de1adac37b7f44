#!/bin/bash
# Names that break careless quoting, in every place that takes a name, end to end: by apply, and by the script for psql.
. "$(dirname "$0")/prelude.sh"

names=(
  "it's"
  'a "quoted" one'
  'dotted.name'
  'with space'
  'per%cent'
  'back\slash'
  $'new\nline'
  'dollar$$quote$$'
  "x'); DROP TABLE victim; --"
  '"; DROP TABLE victim; --'
  'Ünï-çødé-☃-ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ'
  ":'variable'"
  '*'
  'select'
  'public '
  '${literal}'
)
long=$(printf 'é%.0s' $(seq 31))x  # 63 bytes
names+=("$long")

# As a YAML double-quoted scalar; `literal` keeps ${ from being a variable.
yaml() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//'${'/'$${'}
  printf '"%s"' "$text"
}
# Inside schema.name: a part in double quotes, as in SQL.
part() { printf '"%s"' "${1//\"/\"\"}"; }
identifier() { part "$1"; }
literal() { local text=${1//\'/\'\'}; printf "E'%s'" "${text//\\/\\\\}"; }

sql "CREATE TABLE public.victim (id int)"
n=0
for name in "${names[@]}"; do
  id=$(identifier "$name")
  database=app$n
  PGDATABASE=postgres sql "CREATE DATABASE $database"
  export PGDATABASE=$database
  sql "CREATE TABLE public.victim (id int)" "CREATE SCHEMA $id" "CREATE TABLE $id.$id ($id int, other int)" "CREATE SEQUENCE $id.\"s $n\"" \
    "CREATE TYPE $id.\"ty$n\" AS ENUM ('a')" "CREATE FUNCTION $id.$id($id.\"ty$n\", int) RETURNS int LANGUAGE sql AS 'SELECT 1'"
  object=$(yaml "$(part "$name").$(part "$name")")
  cat > c.yaml <<YAML
charter: 1
name: $(yaml "$name")
roles:
  $(yaml "$name"): { comment: $(yaml "$name"), settings: { application_name: $(yaml "$name") }, settings_in: { $database: { application_name: $(yaml "$name") } } }
  $(yaml "m${name:0:20}"): { login: true, member_of: [$(yaml "$name")] }
schemas:
  $(yaml "$name"): { owner: $(yaml "$name") }
  $(yaml "n${name:0:20}"): { owner: $(yaml "$name") }
grants:
  - { to: $(yaml "m${name:0:20}"), privileges: [usage], objects: { schemas: $(yaml "$(part "$name")") } }
  - { to: $(yaml "m${name:0:20}"), privileges: [select], objects: { tables: $object } }
  - { to: $(yaml "$name"), privileges: [update], objects: { tables: $object }, columns: [$(yaml "$name")] }
  - { to: $(yaml "m${name:0:20}"), privileges: [usage], objects: { sequences: $(yaml "$(part "$name").*") }, future: true }
  - { to: public, privileges: [execute], objects: { functions: $(yaml "$(part "$name").$(part "$name")(*)") }, ensure: absent }
default_privileges:
  - { by: $(yaml "$name"), in: $(yaml "$name"), to: $(yaml "m${name:0:20}"), privileges: [select], objects: tables }
YAML
  # By psql first, inside a transaction that is rolled back … then by apply.
  expect 0 plan --format sql c.yaml
  sed 's/^COMMIT;$/ROLLBACK;/' "$out" > script.sql
  psql -Xq -v ON_ERROR_STOP=1 -d postgres -f script.sql >"$out" 2>"$err" || fail "psql refuses the script for $name"
  expect 0 apply --auto-approve c.yaml
  lacks "$out" $'\e'
  converged c.yaml
  expect 0 drift c.yaml
  role=$(literal "$name")
  is t "SELECT has_table_privilege($(literal "m${name:0:20}"), $(literal "$id.$id"), 'SELECT')"
  is t "SELECT has_column_privilege($role, $(literal "$id.$id"), $(literal "$name"), 'UPDATE')"
  is "$name" "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = $role"
  is 1 "SELECT count(*) FROM pg_class WHERE relname = 'victim'"
  sql "REVOKE SELECT ON $id.$id FROM $(identifier "m${name:0:20}")"
  expect 2 drift c.yaml
  n=$((n + 1))
done
