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
