#!/bin/bash
# What a provider can't do is said before anything is deployed: offline by name, and on a server that shows what it is.
. "$(dirname "$0")/prelude.sh"

cat > c.yaml <<'YAML'
charter: 1
name: platforms
roles:
  boss: { superuser: true }
  reader: {}
extensions:
  citus: {}
  timescaledb: {}
  plpython3u: {}
schemas: { public: {} }
grants:
  - { to: reader, privileges: [create], objects: { tablespaces: fast } }
YAML

expect 1 validate c.yaml --platform azure-flexible-server
contains "$err" "c.yaml:4" "gives nobody SUPERUSER" "members of azure_pg_admin"
contains "$err" "c.yaml:7" "can't run Citus" "Use an Elastic Cluster"
contains "$err" "c.yaml:9" "no untrusted languages"
contains "$err" "c.yaml:12" "no tablespaces of your own"
lacks "$err" "TimescaleDB"

expect 1 validate c.yaml --platform azure-elastic-cluster
contains "$err" "c.yaml:8" "an Elastic Cluster can't run TimescaleDB"
lacks "$err" "can't run Citus"

expect 0 validate c.yaml --platform postgresql
expect 1 validate c.yaml --platform azure
contains "$err" "unknown platform" "azure-flexible-server"

# One database on an Elastic Cluster.
cat > two.yaml <<'YAML'
charter: 1
name: two
roles: { reader: {} }
databases:
  one: {}
  two: {}
YAML
expect 1 validate two.yaml --platform azure-elastic-cluster
contains "$err" "two.yaml:6" "has one database" "Use schemas"

# A server that looks like Azure's: the plan says the same, and what the server's own list of extensions allows.
expect 0 whoami
contains "$out" "platform:          postgresql"
sql "CREATE ROLE azure_pg_admin" "CREATE ROLE azuresu SUPERUSER" "ALTER DATABASE app SET azure.extensions = 'PGCRYPTO, hstore'"
expect 0 whoami
contains "$out" "platform:          azure-flexible-server"
cat > live.yaml <<'YAML'
charter: 1
name: live
roles: { boss: { superuser: true } }
extensions: { pgcrypto: {}, btree_gist: {} }
YAML
expect 1 plan live.yaml
contains "$err" "gives nobody SUPERUSER" "live.yaml:3" "azure.extensions" "Add BTREE_GIST"
lacks "$err" "PGCRYPTO"
expect 1 apply live.yaml --auto-approve
is 0 "SELECT count(*) FROM pg_roles WHERE rolname = 'boss'"
printf 'charter: 1\nname: fine\nroles: { reader: {} }\n' >fine.yaml
expect 0 plan fine.yaml --format json
json '{target,platform}' azure-flexible-server
