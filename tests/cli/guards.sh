#!/bin/bash
# Hazards need --allow, the blast radius is bounded, and the other apply is waited for and named.
. "$(dirname "$0")/prelude.sh"
sql "CREATE ROLE gone" "CREATE ROLE app LOGIN"
printf 'charter: 1\nname: guards\nroles: { boss: { superuser: true } }\n' > c.yaml
expect 4 apply --auto-approve c.yaml
contains "$err" privilege-escalation
is 0 "SELECT count(*) FROM pg_roles WHERE rolname = 'boss'"
expect 0 apply --auto-approve --allow privilege-escalation c.yaml
is t "SELECT rolsuper FROM pg_roles WHERE rolname = 'boss'"

printf 'charter: 1\nname: guards\nroles: { gone: { ensure: absent } }\n' > c.yaml
expect 4 apply --auto-approve c.yaml
contains "$err" drop-role
expect 4 apply --auto-approve --allow drop-role --max-drops 0 c.yaml
expect 0 apply --auto-approve --allow drop-role c.yaml
is 0 "SELECT count(*) FROM pg_roles WHERE rolname = 'gone'"

printf 'charter: 1\nname: guards\nroles: { app: {} }\n' > c.yaml
expect 4 apply --auto-approve c.yaml
contains "$err" login-loss
expect 1 apply --auto-approve --allow no-such-hazard c.yaml

# Another apply holds the lock.
printf 'charter: 1\nname: guards\nroles: { late: {} }\n' > c.yaml
PGAPPNAME="the other one" psql -XAtq -d postgres -c "BEGIN; SELECT pg_advisory_xact_lock(7236837471893582); SELECT pg_sleep(60)" >/dev/null 2>&1 &
holder=$!
for _ in $(seq 100); do
  [ "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")" = 1 ] && break
  sleep 0.1
done
expect 1 apply --auto-approve --wait 1s c.yaml
contains "$err" "the other one" pid
is 0 "SELECT count(*) FROM pg_roles WHERE rolname = 'late'"

# Ctrl-C while waiting: nothing changed, exit 130; SIGTERM: 143.
for signal in INT:130 TERM:143; do
  status=0
  "$PGCHARTER" apply --auto-approve --wait 60s c.yaml >"$out" 2>"$err" </dev/null &
  waiting=$!
  for _ in $(seq 100); do
    [ "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")" = 1 ] && break
    sleep 0.1
  done
  kill "-${signal%:*}" "$waiting"
  wait "$waiting" || status=$?
  [ "$status" = "${signal#*:}" ] || fail "exit $status instead of ${signal#*:} after SIG${signal%:*}"
done
kill "$holder"
sql "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'" >/dev/null
wait "$holder" || true
expect 0 apply --auto-approve c.yaml
converged c.yaml
