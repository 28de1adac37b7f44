#!/bin/bash
# A plan that is saved is applied as it was shown; a stale or altered one, and one of another server, is exit 3.
. "$(dirname "$0")/prelude.sh"
sql "CREATE SCHEMA s" "CREATE TABLE s.t (id int)"
cat > c.yaml <<'YAML'
charter: 1
name: saved
roles: { reader: {} }
grants:
  - { to: reader, privileges: [usage], objects: { schemas: s } }
  - { to: reader, privileges: [select], objects: { tables: "s.*" } }
YAML
expect 0 plan --out plan.json c.yaml
[ "$(stat -c %a plan.json)" = 600 ] || fail "the saved plan is readable by others"
cp plan.json first.json
expect 0 show plan.json
contains "$out" reader s.t
expect 0 show --format json plan.json
json '{charter,name}' saved
json '{format_version}' 1.0
expect 0 show --format sql plan.json
contains "$out" 'GRANT SELECT ON TABLE "s"."t" TO "reader"'

# The charter's file is not needed any more.
mv c.yaml away.yaml
expect 0 apply --auto-approve plan.json
is t "SELECT has_table_privilege('reader', 's.t', 'SELECT')"
mv away.yaml c.yaml
converged c.yaml

# Applied once more, the state is no longer the one that it was made from.
expect 3 apply --auto-approve plan.json

sql "REVOKE SELECT ON s.t FROM reader"
expect 0 plan --out plan.json c.yaml
sql "GRANT INSERT ON s.t TO reader"
expect 3 apply --auto-approve plan.json
is f "SELECT has_table_privilege('reader', 's.t', 'SELECT')"

expect 0 plan --out plan.json c.yaml
sed -i 's/SELECT/DELETE/' plan.json
expect 3 apply --auto-approve plan.json
is f "SELECT has_table_privilege('reader', 's.t', 'DELETE')"
expect 3 show plan.json

expect 0 plan --out plan.json --valid-for 1s c.yaml
sleep 2
expect 3 apply --auto-approve plan.json
contains "$err" expired

# Another server, whether or not the charter would make sense there.
expect 0 plan --out plan.json c.yaml
for setup in "SELECT 1" "CREATE SCHEMA s; CREATE TABLE s.t (id int)"; do
  status=0
  "$PGCHARTER" sandbox -- bash -c "psql -XAtq -c 'CREATE DATABASE app' && psql -XAtq -d app -c '$setup' >/dev/null &&
    exec \"$PGCHARTER\" apply -d app --auto-approve plan.json" >"$out" 2>"$err" </dev/null || status=$?
  [ "$status" = 3 ] || fail "exit $status instead of 3 on another server after: $setup"
done
