#!/bin/bash
# Without a terminal and without --auto-approve nothing is changed; on a terminal only "yes" is approval.
. "$(dirname "$0")/prelude.sh"
cat > c.yaml <<'YAML'
charter: 1
name: approval
roles: { approved: {} }
YAML
expect 1 apply c.yaml
contains "$err" --auto-approve
is 0 "SELECT count(*) FROM pg_roles WHERE rolname = 'approved'"

# answer TEXT CODE: on a pseudo-terminal.
answer() {
  local status=0
  printf '%s\n' "$1" | script -qec "'$PGCHARTER' apply c.yaml" /dev/null >"$out" 2>"$err" || status=$?
  [ "$status" = "$2" ] || fail "exit $status instead of $2 after the answer $1"
}
answer no 4
is 0 "SELECT count(*) FROM pg_roles WHERE rolname = 'approved'"
answer yes 0
is 1 "SELECT count(*) FROM pg_roles WHERE rolname = 'approved'"

# Nothing to do: no question.
expect 0 apply c.yaml

# What was approved is the plan that was shown: when the server changes before the answer, nothing is done.
cat > c.yaml <<'YAML'
charter: 1
name: approval
roles: { approved_late: {} }
YAML
: >"$out"
{
  for _ in $(seq 100); do
    if grep -q 'Carry this out' "$out"; then break; fi
    sleep 0.1
  done
  psql -X -q -c 'CREATE ROLE meanwhile' >/dev/null
  printf 'yes\n'
} | script -qefc "'$PGCHARTER' apply c.yaml" /dev/null >"$out" 2>"$err" && fail "a plan that was not shown was carried out" || status=$?
[ "$status" = 3 ] || fail "exit $status instead of 3"
contains "$out" "the plan is stale"
is 0 "SELECT count(*) FROM pg_roles WHERE rolname = 'approved_late'"
