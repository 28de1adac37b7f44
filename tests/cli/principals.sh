#!/bin/bash
# Entra principals from the command line: refused where they can't be, created, found again after they were recreated, scripted, exported.
. "$(dirname "$0")/prelude.sh"
id=04a9fcc9-de20-4078-a327-cf935088b0bb
again=99999999-de20-4078-a327-cf935088b0bb
in_postgres() { psql -Xqt -v ON_ERROR_STOP=1 -d postgres "$@" >/dev/null; }
label() {
  in_postgres -c "SELECT pg_catalog.pgaadauth_emulated_label('weavix-export', 'aadauth', 'type=service,oid=$1,tenant_id=t')"
}
recreated() { is "type=service,oid=$1" "SELECT substring(label FROM 'type=[^,]*,oid=[^,]*') FROM pg_shseclabel WHERE provider = 'pgaadauth-int'"; }

sql "CREATE TABLE t (id int)"
cat >c.yaml <<YAML
charter: 1
name: principals
roles:
  reader: {}
  weavix-export:
    entra: { type: service, object_id: $id }
    connection_limit: 5
    member_of: [reader]
schemas: { public: {} }
grants:
  - { to: reader, privileges: [select], objects: { tables: public.t } }
YAML
expect 0 validate c.yaml
expect 0 validate c.yaml --platform azure-flexible-server
expect 1 validate c.yaml --platform aws-rds
contains "$err" "c.yaml:6:5" "knows no principals of Microsoft Entra"

# No Azure: the plan says so, and nothing runs.
expect 0 plan c.yaml
contains "$err" "this server has no pgaadauth_create_principal_with_oid()"
expect 4 apply c.yaml --auto-approve
contains "$err" "Entra principals need Azure Database for PostgreSQL" "leave \`entra\` out"
is 0 "SELECT count(*) FROM pg_roles WHERE rolname IN ('reader', 'weavix-export')"

in_postgres -f "$PGCHARTER_SOURCE_DIR/tests/support/emulated_pgaadauth.sql"

# As a script, as a saved plan, at once.
expect 0 plan c.yaml --format sql
contains "$out" "dbname=''postgres''" "dbname=''app''"
expect 0 plan c.yaml --format json
json '{statements,0,phase}' create-principal
json '{statements,0,database}' postgres
json '{changes,0,after,entra}' "type=service,oid=$id"
contains "$out" "several-transactions"
expect 0 plan c.yaml --format sql
psql -Xq -v ON_ERROR_STOP=1 -f "$out" >/dev/null
converged c.yaml
recreated $id
sql 'DROP OWNED BY reader; DROP ROLE "weavix-export", reader'
expect 0 plan c.yaml --out plan.json
expect 0 apply plan.json --auto-approve --audit-log audit.jsonl --out-inverse inverse.sql
contains audit.jsonl pgaadauth_create_principal_with_oid
converged c.yaml
psql -Xq -v ON_ERROR_STOP=1 -f inverse.sql >/dev/null
is 0 "SELECT count(*) FROM pg_roles WHERE rolname IN ('reader', 'weavix-export')"
expect 0 apply c.yaml --rehearse --auto-approve
is 0 "SELECT count(*) FROM pg_roles WHERE rolname IN ('reader', 'weavix-export')"
expect 0 apply c.yaml --auto-approve
converged c.yaml
expect 0 drift c.yaml

# Deleted in Entra and made anew: somebody else, and whoever it is has all grants.
label $again
expect 2 drift c.yaml
contains "$out" "entra: the database has type=service,oid=$again, the charter says type=service,oid=$id" "can't log in"
expect 4 apply c.yaml --auto-approve
contains "$err" "privilege-escalation"
expect 0 snapshot --out state.json
expect 2 plan c.yaml --against state.json --detailed-exitcode
contains "$out" "entra type=service,oid=$again -> type=service,oid=$id"
expect 0 apply c.yaml --auto-approve --allow privilege-escalation
converged c.yaml
is t "SELECT has_table_privilege('weavix-export', 't', 'SELECT')"

# An export says it too.
expect 0 export --out exported.yaml
contains exported.yaml "object_id: $id"
converged exported.yaml

# Only Entra administrators.
sql "CREATE ROLE plain LOGIN CREATEROLE" "GRANT CREATE ON DATABASE app TO plain" "ALTER TABLE t OWNER TO plain"
printf 'charter: 1\nname: more\nroles:\n  other: { entra: { type: user, object_id: %s } }\n' $again >more.yaml
expect 4 apply more.yaml -U plain --auto-approve
contains "$err" "plain is no Entra administrator" "--credential entra"
is 0 "SELECT count(*) FROM pg_roles WHERE rolname = 'other'"

# What is left of Single Server.
cat >old.yaml <<YAML
charter: 1
name: old
roles:
  backup: { login: true, settings: { aad_validate_oids_in_tenant: off }, member_of: [azure_ad_user] }
YAML
expect 1 validate old.yaml
contains "$err" "Single Server, which is retired" "entra: { type: service" "old.yaml:4:38" "old.yaml:4:86"
