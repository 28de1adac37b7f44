#!/bin/bash
# A password is sent as a verifier and shown nowhere: not in a plan of any format, not on stderr, not in the server's log.
. "$(dirname "$0")/prelude.sh"
PGDATABASE=postgres sql "ALTER SYSTEM SET log_statement = 'all'" "SELECT pg_reload_conf()" >/dev/null
export APP_PASSWORD=correct-horse-battery
printf 'staple-from-a-file\n' > password
cat > c.yaml <<YAML
charter: 1
name: secrets
roles:
  app: { login: true, password: { env: APP_PASSWORD } }
  job: { login: true, password: { file: $work/password } }
YAML
no_secret() { lacks "$out" correct-horse staple-from SCRAM-SHA; lacks "$err" correct-horse staple-from SCRAM-SHA; }
for format in text json sql; do
  expect 0 plan --format "$format" c.yaml
  no_secret
done
expect 0 plan -v --out plan.json c.yaml
no_secret
lacks plan.json correct-horse staple-from SCRAM-SHA
expect 0 apply -v --auto-approve plan.json
no_secret
is 2 "SELECT count(*) FROM pg_authid WHERE rolname IN ('app', 'job') AND rolpassword LIKE 'SCRAM-SHA-256\$%'"
log=$(sql "SHOW data_directory")/../log
if [ -r "$log" ]; then lacks "$log" correct-horse staple-from 'SCRAM-SHA-256$4096'; fi

# A password is no drift; it changes when that is asked for.
converged c.yaml
before=$(sql "SELECT rolpassword FROM pg_authid WHERE rolname = 'app'")
expect 0 apply --auto-approve --set-passwords c.yaml
no_secret
is t "SELECT rolpassword <> '$before' FROM pg_authid WHERE rolname = 'app'"

# A source that is missing is named, and nothing is changed.
sed -i 's/  job:/  other: { login: true, password: { env: NOT_THERE } }\n  job:/' c.yaml
expect 1 apply --auto-approve c.yaml
contains "$err" NOT_THERE
no_secret
is 0 "SELECT count(*) FROM pg_roles WHERE rolname = 'other'"
