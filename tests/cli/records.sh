#!/bin/bash
# What an apply leaves behind: --rehearse nothing, --audit-log a line for everything, --out-inverse a script that undoes it.
. "$(dirname "$0")/prelude.sh"

psql -X -q -v ON_ERROR_STOP=1 <<'SQL'
CREATE SCHEMA records;
CREATE TABLE records.t (id int);
CREATE ROLE records_old;
CREATE ROLE records_writer;
GRANT USAGE ON SCHEMA records TO records_old;
GRANT INSERT ON records.t TO records_old WITH GRANT OPTION;
SET ROLE records_old;
GRANT INSERT ON records.t TO records_writer;
SQL
cat > c.yaml <<'YAML'
charter: 1
name: records
roles:
  records_old: {}
  records_writer: {}
  records_new: { login: true, password: { env: RECORDS_PASSWORD } }
schemas: { records: {} }
grants:
  - { to: records_new, privileges: [select], objects: { tables: records.* } }
YAML
export RECORDS_PASSWORD=never-to-be-seen
acl() { psql -X -At -c "SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM pg_class, unnest(relacl) x WHERE relname = 't'"; }
before=$(acl)

# A rehearsal needs no approval, tells what it did, and leaves nothing.
expect 0 apply c.yaml --rehearse --audit-log log.jsonl --out-inverse undo.sql
contains "$out" "Rehearsed: "
contains "$out" "Nothing was changed."
[ "$(acl)" = "$before" ] || fail "a rehearsal changed something"
is 0 "SELECT count(*) FROM pg_roles WHERE rolname = 'records_new'"
contains log.jsonl '"rehearsal":true'
contains log.jsonl '"reason":"it was a rehearsal"'
contains undo.sql 'DROP ROLE "records_new"'
# Also as JSON.
expect 0 apply c.yaml --rehearse --format json
contains "$out" '"rehearsed":true'

# A guard refuses the rehearsal of what it would refuse.
expect 4 apply c.yaml --rehearse --max-revokes 0

# For real. The log is appended to; each line is one JSON object; no secret in it; nobody else may read it.
lines=$(wc -l <log.jsonl)
expect 0 apply c.yaml --auto-approve --audit-log log.jsonl --out-inverse undo.sql
[ "$(wc -l <log.jsonl)" -gt "$lines" ] || fail "nothing was appended"
tail -n +$((lines + 1)) log.jsonl >new.jsonl
sql "CREATE TABLE log (n serial, j jsonb)"
psql -XAtq -v ON_ERROR_STOP=1 -c "\\copy log (j) FROM new.jsonl (FORMAT csv, QUOTE E'\\001', DELIMITER E'\\002')"
is "apply-begins transaction-begins statement committed apply-ends" \
  "SELECT string_agg(event, ' ' ORDER BY first) FROM (SELECT j ->> 'event' AS event, min(n) AS first FROM log GROUP BY 1) AS events"
is "records 64 false 1" "SELECT concat_ws(' ', j ->> 'charter', length(j ->> 'plan'), j ->> 'rehearsal', j #>> '{summary,create}') FROM log WHERE n = 1"
is t "SELECT j ->> 'os_user' <> '' AND j #>> '{target,user}' <> '' FROM log WHERE n = 1"
is "0 " "SELECT concat_ws(' ', j ->> 'exit_code', j ->> 'message') FROM log WHERE j ->> 'event' = 'apply-ends'"
is t "SELECT bool_and(j ->> 'outcome' = 'done' AND (j ->> 'milliseconds')::float >= 0) FROM log WHERE j ->> 'event' = 'statement'"
is t "SELECT bool_and((j ->> 'time')::timestamptz > now() - interval '1 hour') FROM log"
lacks log.jsonl never-to-be-seen
lacks undo.sql never-to-be-seen
[ "$(stat -c %a log.jsonl undo.sql | sort -u)" = 600 ] || fail "others may read the records"
[ "$(acl)" != "$before" ] || fail "nothing was changed"

# The inverse is run by psql as it is, and brings back who had granted what.
contains undo.sql "It was tried inside that transaction"
contains undo.sql 'SET LOCAL ROLE "records_old"'
psql -X -q -v ON_ERROR_STOP=1 -f undo.sql >/dev/null
[ "$(acl)" = "$before" ] || fail "the inverse restored $(acl) instead of $before"
is 0 "SELECT count(*) FROM pg_roles WHERE rolname = 'records_new'"

# A failure is a line too, and no inverse stands for what was rolled back.
psql -X -q -c "CREATE FUNCTION records.refuse() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''not today''; END'" \
  -c "CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('GRANT', 'REVOKE') EXECUTE FUNCTION records.refuse()"
expect 1 apply c.yaml --auto-approve --audit-log log.jsonl --out-inverse undo.sql
psql -X -q -c "DROP EVENT TRIGGER refuse"
contains log.jsonl '"outcome":"failed"'
contains log.jsonl 'not today'
contains log.jsonl '"event":"rolled-back"'
contains undo.sql "Nothing was changed."
[ "$(acl)" = "$before" ] || fail "a failed apply changed something"

# A log that can't be written: nothing begins.
expect 1 apply c.yaml --auto-approve --audit-log /nowhere/log.jsonl
contains "$err" "can't open the audit log"
expect 1 apply c.yaml --auto-approve --out-inverse /nowhere/undo.sql
[ "$(acl)" = "$before" ] || fail "it began without its records"

# Refused and declined applies are in the log.
expect 4 apply c.yaml --auto-approve --max-revokes 0 --audit-log log.jsonl
tail -n 1 log.jsonl | grep -q '"exit_code":4' || fail "a refusal is missing in the log"
