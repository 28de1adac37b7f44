#!/bin/bash
# Every example is valid, and after its apply its plan is empty. A file without `charter:` is the second one of a charter: NAME-PART.yaml
# belongs to NAME.yaml. Some can't be applied to a plain server, and are only validated here: principals of Microsoft Entra need a server of
# Azure (applied by tests/azure, principal_case_test.cpp, against an emulation of one), distributed tables need Citus, hypertables TimescaleDB
# (timescaledb.sh applies those).
. "$(dirname "$0")/prelude.sh"
for file in "$PGCHARTER_SOURCE_DIR"/manifests/examples/*.yaml; do
  name=$(basename "$file" .yaml)
  charter=("$file")
  if ! grep -q '^charter:' "$file"; then
    charter=("${file%-*}.yaml" "$file")
    expect 1 validate "$file"
    contains "$err" '"charter: 1" is missing'
  fi
  expect 0 validate "${charter[@]}"
  case $name in
    emergency-alerts-entra)
      expect 0 validate "${charter[@]}" --platform azure-elastic-cluster
      expect 1 validate "${charter[@]}" --platform aws-rds
      ;;&
    emergency-alerts*)
      expect 1 validate "${charter[@]}" --platform azure-flexible-server
      contains "$err" 'emergency-alerts.yaml:' "can't be distributed"
      ;;
    weavix-timescale)
      expect 0 validate "${charter[@]}" --platform azure-flexible-server
      expect 1 validate "${charter[@]}" --platform azure-elastic-cluster
      contains "$err" 'weavix-timescale.yaml:5:' "an Elastic Cluster can't run TimescaleDB"
      ;;
    weavix-azure)
      expect 0 validate "${charter[@]}" --platform azure-flexible-server
      expect 1 validate "${charter[@]}" --platform aws-rds
      ;;
    *)
      setup=${file%.yaml}.sql
      if [ -e "$setup" ]; then
        psql -Xq -v ON_ERROR_STOP=1 -d postgres -f "$setup"
      else
        PGDATABASE=postgres sql "CREATE DATABASE \"$name\""
      fi
      PGDATABASE=$name expect 0 apply --auto-approve "$file"
      PGDATABASE=$name converged "$file"
      ;;
  esac
done
