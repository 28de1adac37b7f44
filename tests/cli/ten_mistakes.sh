#!/bin/bash
# Ten different mistakes in one manifest: ten findings with their positions in one run, exit 1, nothing touched.
. "$(dirname "$0")/prelude.sh"
cat > bad.yaml <<'YAML'
charter: 1
name: bad
roles:
  reader: { logn: true }
  writer: { login: maybe }
  reader2: { connection_limit: many }
  twice: { login: true, login: false }
grants:
  - { to: reader, privileges: [selct], objects: { tables: "app.*" } }
  - { to: reader, privileges: [usage], objects: { tabels: "app.*" } }
  - { to: nobody_declared, privileges: [select], objects: { tables: "app.*" } }
  - { to: reader, privileges: [execute], objects: { tables: "app.*" } }
  - { to: reader, privileges: [select], objects: { tables: "${undefined_variable}.*" } }
  - { to: reader, profile: no-such-profile }
YAML
for verb in validate plan apply; do
  options=()
  if [ "$verb" = apply ]; then options=(--auto-approve); fi
  expect 1 "$verb" "${options[@]}" bad.yaml
  for position in 4:13 5:20 6:32 7:25 9:32 10:51 11:11 12:32 13:60 14:28; do
    contains "$err" "bad.yaml:$position: error:"
  done
  [ "$(grep -c ': error: ' "$err")" = 10 ] || fail "not ten findings"
  contains "$err" login select tables undefined_variable nobody_declared '^'
  [ ! -s "$out" ] || fail "stdout holds something"
done
is 0 "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'reader%'"
