#!/bin/bash
# Every example is valid, and after its apply its plan is empty. Principals of Microsoft Entra need a server of Azure: such an example is only
# validated here, and applied by tests/azure (principal_case_test.cpp), against an emulation of one.
. "$(dirname "$0")/prelude.sh"
for charter in "$PGCHARTER_SOURCE_DIR"/manifests/examples/*.yaml; do
  name=$(basename "$charter" .yaml)
  expect 0 validate "$charter"
  if grep -q '^ *entra:' "$charter"; then
    expect 0 validate "$charter" --platform azure-flexible-server
    expect 1 validate "$charter" --platform aws-rds
    continue
  fi
  setup=${charter%.yaml}.sql
  if [ -e "$setup" ]; then
    psql -Xq -v ON_ERROR_STOP=1 -d postgres -f "$setup"
  else
    PGDATABASE=postgres sql "CREATE DATABASE \"$name\""
  fi
  PGDATABASE=$name expect 0 apply --auto-approve "$charter"
  PGDATABASE=$name converged "$charter"
done
