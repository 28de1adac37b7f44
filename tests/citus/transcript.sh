#!/bin/bash
# transcript.sh [--add-node HOST:PORT] [--stop-node COMMAND --start-node COMMAND] [--seed N]
#
# Holds pgcharter's answers against the catalogs of a real Citus cluster, and writes what it found as Markdown to stdout. It connects to the
# coordinator by libpq's variables (PGHOST, PGPORT, PGUSER, PGDATABASE) as a superuser, on a cluster that is empty and may be thrown away.
#   --add-node     a running server that has the extension and is not in the cluster: it joins late
#   --stop-node    a shell command that stops a worker; the worker's HOST:PORT is its argument ("$1")
#   --start-node   a shell command that starts it again
#   --seed         of the pseudo-random choice of workers
# PGCHARTER is the program (default: pgcharter in the PATH), SOURCE_DATE_EPOCH the date that the transcript bears (without it: none).
# Exit code: 0 when every row is as it should be, 1 when one is not.
#
# What a node has is asked by SQL of this script's own, through run_command_on_all_nodes(), never by pgcharter.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
PGCHARTER=${PGCHARTER:-pgcharter}
examples=$(cd ../../manifests/examples && pwd)
added= stop_node= start_node= seed=20270101
while [ $# -gt 0 ]; do
  case $1 in
    --add-node) added=$2 ;;
    --stop-node) stop_node=$2 ;;
    --start-node) start_node=$2 ;;
    --seed) seed=$2 ;;
    *) sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2 && exit 1 ;;
  esac
  shift 2
done
export LC_ALL=C.UTF-8 NO_COLOR=1 PSQLRC=/dev/null PGOPTIONS='-c client_min_messages=error'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0 rows=0
RANDOM=$seed

# ---- SQL ----------------------------------------------------------------------------------------------------------------------------

sql() { psql -XAtq -v ON_ERROR_STOP=1 -f - <<<"$1"; }  # each statement a transaction of its own
sql_at() { psql -XAtq -v ON_ERROR_STOP=1 -d "host=${1%:*} port=${1##*:}" -c "$2"; }  # HOST:PORT SQL
local_at() { psql -XAtq -v ON_ERROR_STOP=1 -d "host=${1%:*} port=${1##*:}" -c 'SET citus.enable_ddl_propagation = off' -c "$2"; }
all_nodes() { sql "SELECT nodename || ':' || nodeport FROM pg_dist_node WHERE isactive ORDER BY groupid"; }
workers() { sql "SELECT nodename || ':' || nodeport FROM pg_dist_node WHERE isactive AND groupid <> 0 ORDER BY groupid"; }
everywhere() {  # statements that Citus does not pass on, on each node by itself
  local node
  for node in $(all_nodes); do local_at "$node" "$1"; done
}
pick_worker() {
  local list
  mapfile -t list < <(workers)
  picked=${list[RANDOM % ${#list[@]}]}
}

# values QUERY: "HOST:PORT value" of every node, the coordinator first. A query gives one text, or no row where the object is not there.
values() {
  sql "SELECT nodename || ':' || nodeport || ' ' || CASE WHEN success THEN coalesce(nullif(result, ''), '(not there)') ELSE 'ERROR ' || result END
       FROM run_command_on_all_nodes(\$asked\$$1\$asked\$) JOIN pg_dist_node USING (nodeid) ORDER BY groupid"
}
on_coordinator() { sql "$1"; }

# acl EXPRESSION KIND OWNER: the entries of an ACL, the built-in ones included, in order
acl() {
  printf "'; ' || array_to_string(ARRAY(SELECT coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC') || '=' || a.privilege_type ||
    CASE WHEN a.is_grantable THEN '*' ELSE '' END || '/' || a.grantor::regrole FROM aclexplode(coalesce(%s, acldefault('%s', %s))) a ORDER BY 1), ', ')" "$@"
}
role() {
  printf "SELECT concat_ws(' ', r.rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit,
    coalesce(rolvaliduntil, 'infinity'), shobj_description(r.oid, 'pg_authid')) FROM pg_roles r WHERE rolname = '%s'" "$1"
}
password() { printf "SELECT md5(rolpassword) FROM pg_authid WHERE rolname = '%s'" "$1"; }
settings() {
  printf "SELECT 'settings ' || coalesce(string_agg(coalesce(d.datname, 'everywhere') || ' ' || array_to_string(s.setconfig, ' '), '; ' ORDER BY d.datname), '')
    FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase WHERE setrole = (SELECT oid FROM pg_roles WHERE rolname = '%s')" "$1"
}
memberships() {
  local options=
  [ "$major" -lt 16 ] || options=", ' inherit ', inherit_option, ' set ', set_option"
  printf "SELECT 'members ' || coalesce(string_agg(concat(roleid::regrole, ' <- ', member::regrole, ' admin ', admin_option, ' by ', grantor::regrole%s), '; '
    ORDER BY roleid::regrole::text, member::regrole::text, grantor::regrole::text), '') FROM pg_auth_members WHERE '%s'::regrole IN (roleid, member)" "$options" "$1"
}
relation() {
  printf "SELECT relowner::regrole || %s || array_to_string(ARRAY(SELECT attname || '=' || attacl::text FROM pg_attribute
    WHERE attrelid = c.oid AND attacl IS NOT NULL ORDER BY attnum), ' ') FROM pg_class c WHERE c.oid = to_regclass('%s')" \
    "$(acl relacl "${2:-r}" relowner)" "$1"
}
routine() { printf "SELECT proowner::regrole || %s FROM pg_proc WHERE oid = to_regprocedure('%s')" "$(acl proacl f proowner)" "$1"; }
routines() {
  printf "SELECT string_agg(oid::regprocedure || ' ' || proowner::regrole || %s, ' | ' ORDER BY oid::regprocedure::text) FROM pg_proc
    WHERE pronamespace = to_regnamespace('%s')" "$(acl proacl f proowner)" "$1"
}
type() { printf "SELECT typowner::regrole || %s FROM pg_type WHERE oid = to_regtype('%s')" "$(acl typacl T typowner)" "$1"; }
named() {  # CATALOG PREFIX KIND NAME
  printf "SELECT %sowner::regrole || %s FROM %s WHERE %sname = '%s'" "$2" "$(acl "$2acl" "$3" "$2owner")" "$1" "$2" "$4"
}
schema() { named pg_namespace nsp n "$1"; }
database() { printf "SELECT datdba::regrole || %s FROM pg_database WHERE datname = '%s'" "$(acl datacl d datdba)" "$1"; }
language() { named pg_language lan l "$1"; }
wrapper() { named pg_foreign_data_wrapper fdw F "$1"; }
server() { named pg_foreign_server srv S "$1"; }
tablespace() { named pg_tablespace spc t "$1"; }
large_object() { printf "SELECT lomowner::regrole || %s FROM pg_largeobject_metadata WHERE oid = %s" "$(acl lomacl L lomowner)" "$1"; }
parameter() { printf "SELECT 'parameter' || coalesce((SELECT %s FROM pg_parameter_acl WHERE parname = '%s'), '')" "$(acl paracl p "'postgres'::regrole")" "$1"; }
defaults() {  # ROLE
  printf "SELECT 'defaults ' || coalesce(string_agg(concat(defaclrole::regrole, ' ', nullif(defaclnamespace, 0)::regnamespace, ' ', defaclobjtype, %s), ' | '
    ORDER BY defaclnamespace::regnamespace::text, defaclobjtype), '') FROM pg_default_acl WHERE defaclrole = '%s'::regrole" \
    "$(acl defaclacl r defaclrole)" "$1"
}

# ---- Markdown -----------------------------------------------------------------------------------------------------------------------

cell() { tr '\n' ' ' <<<"$1" | sed -e 's/ *$//' -e 's/  */ /g' -e 's/|/\\|/g' -e 's/[<>]/\\&/g' -e "s#$work/##g"; }
say() { printf '%s\n' "$@"; }
row() {  # good|bad FIRST REST…
  local good=$1 text
  shift
  rows=$((rows + 1))
  [ "$good" = good ] || { bad=$((bad + 1)) && printf 'transcript: %s\n' "$*" >&2; }
  for text in "$@"; do printf '| %s ' "$(cell "$text")"; done
  say '|'
}
table() {  # HEADS…
  say ''
  printf '| %s ' "$@" && say '|'
  printf '|---%.0s' "$@" && say '|'
}

# ---- pgcharter ----------------------------------------------------------------------------------------------------------------------

hazards=drop-role,drop-object,data-movement,long-lock,login-loss,lock-out,privilege-escalation,self-membership
# run CODE VERB ARGUMENT…: true when it ends with that code; what it says stays in $work/out and $work/err.
run() {
  local wanted=$1 status=0
  shift
  timeout 300 "$PGCHARTER" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  [ "$status" = "$wanted" ] && return
  problem="exit code $status of ${1} instead of $wanted: $(grep -v '^ *$' "$work/err" | tail -n 6)"
  [ "$status" = 1 ] || problem+=" $(grep -E '^    [-+~]' "$work/out" | head -n 4 || :)"
  return 1
}
apply() { run 0 apply "$@" --auto-approve --allow "$hazards"; }
# accord CHARTER…: applied, and then nothing is left to do
accord() { apply "$@" && run 0 plan --detailed-exitcode "$@"; }
charter() {  # reads the body of a charter, in block or flow style, writes $work/charter.yaml; additive unless it has a scope
  local body head="charter: 1, name: transcript"
  body=$(cat)
  [[ $body == *scope:* ]] || head+=", scope: { mode: additive }"
  if [[ $body == "{ "* ]]; then
    say "{ $head, ${body#\{ }"
  else
    say "${head//, /$'\n'}" "$body"
  fi >"$work/charter.yaml"
}

# judge QUERY: `verdict`, from the values of all nodes; the objects of `where` = local need not be on all of them
judge() {
  local all there distinct
  all=$(values "$1")
  there=$(grep -v ' (not there)$' <<<"$all" || :)
  distinct=$(cut -d' ' -f2- <<<"$there" | sort -u | wc -l)
  if [ "$distinct" != 1 ] || grep -q ' ERROR ' <<<"$all"; then
    verdict="DIFFERS: $all"
  elif [ "$(wc -l <<<"$there")" = "$(wc -l <<<"$all")" ]; then
    verdict='same on all nodes'
  elif [ "$where" = local ] && [ -n "$there" ]; then
    verdict="same on the nodes that have it ($(wc -l <<<"$there") of $(wc -l <<<"$all"))"
  else
    verdict="DIFFERS: $all"
  fi
}
# later WHAT QUERY [local|gone] <<a part of a charter: a row of the batch that carry_out applies as one charter, in which every part is a file.
later() {
  local part=$work/batch/${#whats[@]}.yaml
  mkdir -p "$work/batch"
  cat >"$part"
  whats+=("$1") queries+=("$2") wheres+=("${3:-}") befores+=("$(on_coordinator "$2")")
}
carry_out() {
  local i what query before after told good alone=
  say 'charter: 1' 'name: transcript' >"$work/batch/head.yaml"
  cat "$work"/batch/[0-9]*.yaml | grep -q 'scope:' || say 'scope: { mode: additive }' >>"$work/batch/head.yaml"
  apply "$work/batch" || alone=yes
  told=$(sed -n 's/^.*warning: *//p' "$work/err" | sort -u)
  for i in "${!whats[@]}"; do
    what=${whats[i]} query=${queries[i]} where=${wheres[i]} before=${befores[i]} good=good
    # What one part makes fail says nothing about the others.
    if [ -n "$alone" ] && { [ "${#whats[@]}" = 1 ] || ! apply "$work/batch/head.yaml" "$work/batch/$i.yaml"; }; then
      row bad "$what" "FAILS: $problem"
      continue
    fi
    after=$(on_coordinator "$query")
    if [ "$where" = gone ]; then
      verdict='gone on all nodes'
      [ -z "$(values "$query" | grep -v ' (not there)$' || :)" ] || verdict="DIFFERS: $(values "$query")"
    else
      judge "$query"
    fi
    [ "$before" != "$after" ] || verdict="DIFFERS: nothing was changed on the coordinator: $after"
    [ -z "$told" ] || [ "${#whats[@]}" != 1 ] || verdict+="; reported: $told"
    [[ $verdict != DIFFERS* ]] || good=bad
    row "$good" "$what" "$verdict"
  done
  [ -z "$told" ] || [ "${#whats[@]}" = 1 ] || row good "(reported with the rows above)" "$told"
  whats=() queries=() wheres=() befores=()
  rm -rf "$work/batch"
}
whats=() queries=() wheres=() befores=()
# change: a row that is a charter of its own
change() {
  later "$@"
  carry_out
}

source ./transcript_changes.sh
source ./transcript_scenes.sh

# ---- The transcript -----------------------------------------------------------------------------------------------------------------

major=$(($(sql 'SHOW server_version_num') / 10000))
say "# Transcript: Citus on PostgreSQL $major" '' \
  "Written by [tests/citus/transcript.sh](../tests/citus/transcript.sh) on a cluster of its own; not edited." ''
say "- $(sql 'SELECT citus_version()' | cut -d' ' -f1,2), PostgreSQL $(sql 'SHOW server_version' | cut -d' ' -f1), $("$PGCHARTER" --version)"
[ -z "${SOURCE_DATE_EPOCH:-}" ] || say "- $(date -u -d "@$SOURCE_DATE_EPOCH" +%F)"
say "- nodes, the coordinator first: $(all_nodes | paste -sd, | sed 's/,/, /g'); connected as a superuser" "- seed $seed"

example
changes
drift_of_one_worker
placement
late_node
node_down
say '' "$rows rows, $bad of them not as they should be."
[ "$bad" = 0 ]
