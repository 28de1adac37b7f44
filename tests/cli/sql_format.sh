#!/bin/bash
# --format sql is a script that psql runs as it is; after it the charter is converged. Secrets are psql variables.
. "$(dirname "$0")/prelude.sh"
sql "CREATE SCHEMA s" "CREATE TABLE s.a (id int, name text)" "CREATE TABLE s.b (id int)" "CREATE SEQUENCE s.q" \
  "CREATE FUNCTION s.f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1'"
export APP_PASSWORD="it's \"secret\" \\ %"
cat > c.yaml <<'YAML'
charter: 1
name: "script's"
roles:
  owner: { comment: "owns: 'all' \\ of it" }
  reader: { member_of: [] }
  app: { login: true, password: { env: APP_PASSWORD }, member_of: [reader], settings: { search_path: "s, public" } }
schemas: { s: { owner: owner }, made: { owner: owner } }
grants:
  - { to: reader, privileges: [usage], objects: { schemas: [s, made] } }
  - { to: reader, privileges: [select], objects: { tables: "s.*", sequences: "s.*" }, future: true }
  - { to: app, privileges: [update], objects: { tables: s.a }, columns: [name] }
  - { to: public, privileges: [execute], objects: { functions: "s.f(int, text)" }, ensure: absent }
default_privileges:
  - { by: owner, to: public, privileges: [execute], objects: functions, ensure: absent }
YAML
expect 0 plan --format sql c.yaml
cp "$out" script.sql
lacks script.sql "$APP_PASSWORD" secret
variable=$(grep -o ":'[a-z0-9_]*'" script.sql | head -1 | tr -d ":'")
[ -n "$variable" ] || fail "no psql variable for the password"
psql -Xq -v ON_ERROR_STOP=1 -v "$variable=$APP_PASSWORD" -d postgres -f script.sql >"$out" 2>"$err" || fail "psql refuses the script"
converged c.yaml
is t "SELECT rolpassword LIKE 'SCRAM-SHA-256\$%' FROM pg_authid WHERE rolname = 'app'"
