# Sourced by every scenario that needs a server: runs it again inside `pgcharter sandbox`, in a work folder of its own, with a
# database `app`. A scenario fails at the first command that does not do what it should.
set -euo pipefail
if [ -z "${PGCHARTER_SCENARIO_IN_SANDBOX:-}" ]; then
  PGCHARTER_SCENARIO_IN_SANDBOX=1 exec "$PGCHARTER" sandbox -- bash "$0" "$@"
fi
export LC_ALL=C.UTF-8 NO_COLOR=1 PSQLRC=/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
out=$work/out
err=$work/err
: >"$out" >"$err"

fail() {
  printf '%s:%s: %s\n' "$(basename "$0")" "${BASH_LINENO[-2]}" "$*" >&2
  printf -- '--- stdout\n' >&2 && cat "$out" >&2
  printf -- '--- stderr\n' >&2 && cat "$err" >&2
  exit 1
}

# expect CODE ARGUMENT… runs pgcharter; its stdout and stderr stay in $out and $err.
expect() {
  local wanted=$1 status=0
  shift
  "$PGCHARTER" "$@" >"$out" 2>"$err" </dev/null || status=$?
  [ "$status" = "$wanted" ] || fail "exit $status instead of $wanted: pgcharter $*"
}

# contains FILE TEXT…; lacks FILE TEXT…
contains() {
  local file=$1 text
  shift
  for text in "$@"; do grep -qF -- "$text" "$file" || fail "$(basename "$file") does not contain: $text"; done
}
lacks() {
  local file=$1 text
  shift
  for text in "$@"; do ! grep -qF -- "$text" "$file" || fail "$(basename "$file") contains: $text"; done
}

# sql STATEMENT… runs them with psql in one session, prints bare values.
sql() {
  local arguments=() statement
  for statement in "$@"; do arguments+=(-c "$statement"); done
  psql -XAtq -v ON_ERROR_STOP=1 "${arguments[@]}"
}

# is VALUE QUERY
is() {
  local value
  value=$(sql "$2")
  [ "$value" = "$1" ] || fail "$2: $value instead of $1"
}

# json PATH VALUE: the JSON document in $out, asked by the server.
json() {
  local value
  value=$(printf '\\set document `cat %s`\nSELECT :%sdocument%s::jsonb #>> %s%s%s;\n' "$out" "'" "'" "'" "$1" "'" | psql -XAtq -v ON_ERROR_STOP=1)
  [ "$value" = "$2" ] || fail "JSON $1 is $value instead of $2"
}

# converged CHARTER…: the plan is empty.
converged() {
  expect 0 plan --detailed-exitcode --format json "$@"
  json '{summary,statements}' 0
}

export PGDATABASE=postgres
sql "CREATE DATABASE app"
export PGDATABASE=app
