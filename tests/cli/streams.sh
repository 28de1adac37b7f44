#!/bin/bash
# Data on stdout, messages on stderr; no colours and no progress where nobody looks; JSON that is JSON.
. "$(dirname "$0")/prelude.sh"
cat > c.yaml <<'YAML'
charter: 1
name: streams
roles: { reader: {} }
YAML
expect 0 plan --format json c.yaml
json '{format_version}' 1.0
json '{summary,create}' 1
json '{changes,0,object,name}' reader
json '{changes,0,action}' create
json '{changes,0,source,line}' 3
lacks "$out" $'\e' && lacks "$err" $'\e' $'\r'
expect 0 plan --color always c.yaml
contains "$out" $'\e'
expect 0 plan --format sql c.yaml
contains "$out" 'CREATE ROLE "reader"'
expect 0 plan -q c.yaml
[ ! -s "$err" ] || fail "-q and still something on stderr"
expect 0 --version
contains "$out" pgcharter
expect 0 --help
contains "$out" plan apply drift
expect 1 plan
[ ! -s "$out" ] && [ -s "$err" ] || fail "a usage error belongs to stderr"
expect 1 no-such-verb
expect 1 plan --no-such-option c.yaml
expect 1 plan missing.yaml
contains "$err" missing.yaml
expect 1 plan --format no-such-format c.yaml
expect 1 plan -h "$work/no-socket" c.yaml
[ ! -s "$out" ] || fail "an error on stdout"
expect 0 whoami
contains "$out" postgres

# From stdin, from a folder, with variables from everywhere.
printf 'charter: 1\nname: in\nroles: { "${who}": {} }\n' > in.yaml
status=0
"$PGCHARTER" plan --format json --var who=me - < in.yaml >"$out" 2>"$err" || status=$?
[ "$status" = 0 ] || fail "exit $status with a charter on stdin"
json '{changes,0,object,name}' me
PGCHARTER_VAR_who=you expect 0 plan --format json in.yaml
json '{changes,0,object,name}' you
mkdir folder
printf 'charter: 1\nname: both\nroles: { one: {} }\n' > folder/a.yaml
printf 'roles: { two: {} }\n' > folder/b.yaml
expect 0 plan --format json folder
json '{summary,create}' 2

# An option that can be repeated takes one value each time, whatever stands behind it.
printf 'charter: 1\nname: in\nroles: { "${who}": {}, "${other}": {} }\n' > two.yaml
expect 0 plan --report text=report.txt --var who=a --var other=b two.yaml --format json -d app
json '{changes,0,object,name}' a
json '{changes,1,object,name}' b
expect 0 apply --auto-approve --allow drop-role --var who=a --var other=b two.yaml -d app
