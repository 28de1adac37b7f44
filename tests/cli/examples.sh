#!/bin/bash
# Every example is valid, and after its apply its plan is empty.
. "$(dirname "$0")/prelude.sh"
for charter in "$PGCHARTER_SOURCE_DIR"/manifests/examples/*.yaml; do
  name=$(basename "$charter" .yaml)
  expect 0 validate "$charter"
  setup=${charter%.yaml}.sql
  if [ -e "$setup" ]; then
    psql -Xq -v ON_ERROR_STOP=1 -d postgres -f "$setup"
  else
    PGDATABASE=postgres sql "CREATE DATABASE \"$name\""
  fi
  PGDATABASE=$name expect 0 apply --auto-approve "$charter"
  PGDATABASE=$name converged "$charter"
done
