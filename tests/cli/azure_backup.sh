#!/bin/bash
# The user of a backup: pg_dump runs as it on a database with many schemas of several owners, also for what is created after the apply; what
# no grant can give it is told. And the role that restores.
. "$(dirname "$0")/prelude.sh"
sql "CREATE ROLE azure_pg_admin" "CREATE ROLE migrator"
for n in 1 2 3 4 5 6 7 8; do
  sql "CREATE ROLE owner_$n" "CREATE SCHEMA s$n AUTHORIZATION owner_$n" "SET ROLE owner_$n" \
    "CREATE TABLE s$n.t (id bigserial PRIMARY KEY, note text)" "INSERT INTO s$n.t (note) VALUES ('row of s$n')" \
    "CREATE VIEW s$n.v AS SELECT * FROM s$n.t" "CREATE MATERIALIZED VIEW s$n.m AS SELECT * FROM s$n.t" \
    "CREATE FUNCTION s$n.f() RETURNS int LANGUAGE sql AS 'SELECT 1'"
done
sql "GRANT CREATE, USAGE ON SCHEMA s8 TO migrator" "SET ROLE migrator" "CREATE TABLE s8.by_migrator (id int)"

cat >backup.yaml <<'YAML'
charter: 1
name: backup
scope: { roles: [backup_operator, restore_operator] }
roles:
  azure_pg_admin: { external: true }
  backup_operator: { login: true, connection_limit: 2, settings: { default_transaction_read_only: "on" } }
  restore_operator: { login: true }
grants:
  - { to: backup_operator, profile: azure-backup, with: { database: app } }
  - { to: restore_operator, profile: azure-restore }
YAML
expect 0 validate backup.yaml --platform azure-flexible-server
# Who creates in a schema without being its owner is found, and listed in the charter.
expect 0 plan backup.yaml
contains "$err" '"migrator" owns s8.by_migrator, and is no creator of a schema' "creators: [migrator]"
cat >>backup.yaml <<'YAML'
schemas:
  s8: { creators: [owner_8, migrator] }
YAML
sed -i 's/^roles:/roles:\n  owner_8: { external: true }\n  migrator: { external: true }/' backup.yaml
expect 4 apply backup.yaml --auto-approve
contains "$err" privilege-escalation
expect 0 apply backup.yaml --auto-approve --allow privilege-escalation
lacks "$err" backup-creator "is no creator"
converged backup.yaml
is t "SELECT rolcreatedb AND pg_has_role('restore_operator', 'azure_pg_admin', 'member') FROM pg_roles WHERE rolname = 'restore_operator'"

dump() { pg_dump -U backup_operator -d app -f dump.sql "$@" 2>"$err"; }
dump || fail "pg_dump as backup_operator"
for n in 1 2 3 4 5 6 7 8; do contains dump.sql "row of s$n" "CREATE MATERIALIZED VIEW s$n.m"; done

# What is created later, in old schemas by every creator, and in a new schema by an owner that the charter knows.
for n in 1 2 3 4 5 6 7 8; do
  sql "SET ROLE owner_$n" "CREATE TABLE s$n.later (id bigserial, note text)" "INSERT INTO s$n.later (note) VALUES ('later in s$n')"
done
sql "SET ROLE migrator" "CREATE TABLE s8.later_by_migrator (note text)" "INSERT INTO s8.later_by_migrator VALUES ('later by migrator')"
sql "CREATE SCHEMA fresh AUTHORIZATION owner_1"
sql "SET ROLE owner_1" "CREATE TABLE fresh.t (note text)" "INSERT INTO fresh.t VALUES ('in a fresh schema')"
expect 0 drift backup.yaml
lacks "$err" "is no creator"
dump || fail "pg_dump of what was created later"
for n in 1 2 3 4 5 6 7 8; do contains dump.sql "later in s$n"; done
contains dump.sql "later by migrator" "in a fresh schema"

# What a backup misses although everything is granted.
sql "ALTER TABLE s1.t ENABLE ROW LEVEL SECURITY" "ALTER TABLE s2.t ENABLE ROW LEVEL SECURITY" "SELECT lo_create(4711)" >/dev/null
sql "ALTER DATABASE app OWNER TO azure_pg_admin"
expect 2 drift backup.yaml  # azure_pg_admin stands for the owner of the database now, who creates in public
contains "$err" "\"backup_operator\" can't back up what row security may hide: s1.t, s2.t; pg_dump stops there" "bypassrls: true" \
  "\"backup_operator\" can't read 1 large object; pg_dump stops there" \
  'database "app" belongs to azure_pg_admin: the vaulted backup' "owner: ROLE"
! dump || fail "pg_dump must stop at row security"
sed -i "s/backup_operator: { login: true,/backup_operator: { login: true, bypassrls: true,/" backup.yaml
sed -i "s/^grants:/grants:\n  - { to: backup_operator, privileges: [select], objects: { large_objects: \"*\" } }/" backup.yaml
sql "ALTER DATABASE app OWNER TO owner_1"
expect 0 apply backup.yaml --auto-approve --allow privilege-escalation
lacks "$err" "row security" "large object" "vaulted backup"
dump || fail "pg_dump with row security and large objects"
contains dump.sql 4711
converged backup.yaml
