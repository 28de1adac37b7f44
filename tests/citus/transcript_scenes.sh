#!/bin/bash
# Sourced by transcript.sh: the example on an empty cluster, drift on one worker, tables that are moved, a node that joins, a node that is down.

example() {
  local files=("$examples/emergency-alerts.yaml" "$examples/emergency-alerts-local.yaml") one
  say '' '## 1. The example, on an empty cluster' '' '`emergency-alerts.yaml` with `emergency-alerts-local.yaml`.'
  table step result
  if apply "${files[@]}"; then
    row good '`apply`, one run' "exit code 0: $(tail -n 1 "$work/out")"
  else
    row bad '`apply`, one run' "FAILS: $problem"
  fi
  if run 0 plan --detailed-exitcode "${files[@]}"; then
    row good '`plan --detailed-exitcode`' "exit code 0: $(tail -n 1 "$work/out")"
  else
    row bad '`plan --detailed-exitcode`' "FAILS: $problem"
  fi
  where=
  for one in emergency_alerts.areas emergency_alerts.alerts emergency_alerts.deliveries dispatch.queue; do
    judge "$(relation "$one")"
    row "$([[ $verdict == same* ]] && echo good || echo bad)" \
      "$one, $(sql "SELECT citus_table_type || coalesce(' by ' || nullif(distribution_column, '<none>'), '') FROM citus_tables WHERE table_name = '$one'::regclass")" \
      "owner, grants: $verdict"
  done
  for one in alerts_owner dispatch_owner; do
    judge "$(defaults "$one")"
    row "$([[ $verdict == same* ]] && echo good || echo bad)" "default privileges of $one" "$verdict"
  done
  judge "$(routine 'emergency_alerts.withdraw(bigint)')"
  row "$([[ $verdict == same* ]] && echo good || echo bad)" 'emergency_alerts.withdraw(bigint)' "owner, grants: $verdict"
}

# ---- Drift --------------------------------------------------------------------------------------------------------------------------

drift_charter() {
  cat >"$work/drift.yaml" <<END
charter: 1
name: transcript-drift
scope: { roles: ["d_*"], schemas: [d] }
roles:
  d_owner: { login: true }
  d_group: {}
  d_reader: { login: true, connection_limit: 5, comment: "reads", settings: { statement_timeout: 30s }, member_of: [d_group] }
schemas: { d: { owner: d_owner } }
tables:
  d.spread: { owner: d_owner }
functions:
  "d.f(int)": { owner: d_owner }
ownership:
  - { owner: d_owner, of: { types: "d.*", functions: "d.*", tables: "d.*" } }
grants:
  - { to: d_reader, privileges: [connect], objects: { databases: $PGDATABASE } }
  - { to: d_reader, privileges: [usage], objects: { schemas: d, types: "d.*", languages: plpgsql } }
  - { to: d_reader, privileges: [select], objects: { tables: "d.*" }, future: true }
  - { to: d_reader, privileges: [update], objects: { tables: d.spread }, columns: [note] }
  - { to: d_reader, privileges: [execute], objects: { functions: "d.f(int)" } }
  - { to: public, privileges: [execute], objects: { functions: "d.f(int)" }, ensure: absent }
  - { to: public, privileges: [usage], objects: { types: "d.*" }, ensure: absent }
default_privileges:
  - { by: d_owner, to: public, privileges: [execute], objects: functions, ensure: absent }
END
  [ "$major" -lt 15 ] || sed -i '/^default_privileges/i\  - { to: d_reader, privileges: [set], objects: { parameters: log_statement } }' "$work/drift.yaml"
}

entries() {  # COLUMN CATALOG NAME-COLUMN NAME
  printf "SELECT 'd_reader: ' || coalesce(string_agg(privilege_type || is_grantable, ', ' ORDER BY privilege_type), '')
    FROM %s CROSS JOIN aclexplode(%s) WHERE %s = '%s' AND grantee = 'd_reader'::regrole" "$2" "$1" "$3" "$4"
}
# aspects: NAME|QUERY of everything that drift.yaml speaks of
aspects() {
  local name
  for name in d_owner d_group d_reader; do printf 'role %s|%s\n' "$name" "$(role "$name" | tr '\n' ' ')"; done
  # Citus writes 30s as 30000 on a node that joins.
  printf 'settings of d_reader|%s\n' "$(settings d_reader | tr '\n' ' ' | sed "s#array_to_string(s.setconfig, ' ')#replace(&, '=30000', '=30s')#")"
  {
    printf 'memberships of d_reader\t%s\0' "$(memberships d_reader)"
    printf 'default privileges of d_owner\t%s\0' "$(defaults d_owner)"
    # Of what section 2 has changed too, only the part that this charter is about.
    printf 'database: grants to d_reader\t%s\0' "$(entries datacl pg_database datname "$PGDATABASE")"
    printf 'schema d: owner, grants\t%s\0' "$(schema d)"
    printf 'd.spread: owner, grants, columns\t%s\0' "$(relation d.spread)"
    printf 'view d.seen: owner, grants\t%s\0' "$(relation d.seen)"
    printf 'd.f(int): owner, grants, not PUBLIC\t%s\0' "$(routine 'd.f(int)')"
    printf 'type d.mood: owner, grants, not PUBLIC\t%s\0' "$(type d.mood)"
    printf 'language plpgsql: grants to d_reader\t%s\0' "$(entries lanacl pg_language lanname plpgsql)"
    [ "$major" -lt 15 ] || printf 'parameter log_statement: grants\t%s\0' "$(parameter log_statement)"
  } | while IFS=$'\t' read -r -d '' name query; do printf '%s|%s\n' "$name" "$(tr '\n' ' ' <<<"$query")"; done
}

drifted() {  # WHAT QUERY SQL: changed on one worker
  local what=$1 query=$2 told good=good
  pick_worker
  where=
  local_at "$picked" "$3"
  judge "$query"
  if [[ $verdict != DIFFERS* ]]; then
    row bad "$what" "$picked" 'DIFFERS: the worker was not changed' '' ''
    return
  fi
  if ! run 2 drift "$work/drift.yaml"; then
    row bad "$what" "$picked" "FAILS: $problem" '' ''
    run 0 apply "$work/drift.yaml" --auto-approve --allow "$hazards" || :
    return
  fi
  told=$(grep -E '^    [-+~]' "$work/out" | sed 's/^ *//' | head -n 3)
  if [ "$(grep -o 'On node [^ ]*:$' "$work/out" | sort -u)" != "On node $picked:" ]; then
    row bad "$what" "$picked" "DIFFERS: $(grep 'On node' "$work/out" || echo 'names no node'), $told" '' ''
    apply "$work/drift.yaml" || :
    return
  fi
  told="exit code 2, names the node: $told"
  if ! apply "$work/drift.yaml" || ! run 0 drift "$work/drift.yaml"; then
    row bad "$what" "$picked" "$told" "FAILS: $problem" ''
    return
  fi
  judge "$query"
  [[ $verdict == same* ]] || good=bad
  row "$good" "$what" "$picked" "$told" 'exit code 0' "$verdict"
}

drift_of_one_worker() {
  say '' '## 3. Drift on one worker' '' \
    'Changed on one worker with `citus.enable_ddl_propagation` off. `drift` must end with 2 and name that worker alone, `apply` must heal it,' \
    'and `drift` must then end with 0.'
  drift_charter
  sql 'CREATE ROLE d_owner LOGIN; CREATE ROLE d_group; CREATE ROLE d_reader; CREATE ROLE d_other; CREATE SCHEMA d AUTHORIZATION d_owner'
  sql 'SET ROLE d_owner; CREATE TABLE d.spread (id bigint PRIMARY KEY, note text)'
  sql "SET citus.shard_count = 4; SELECT create_distributed_table('d.spread', 'id')" >/dev/null
  sql "SET ROLE d_owner; CREATE VIEW d.seen AS SELECT id FROM d.spread; CREATE TYPE d.mood AS ENUM ('good');
       CREATE FUNCTION d.f(int) RETURNS int LANGUAGE sql AS 'SELECT \$1'"
  table 'changed on the worker' worker '`drift`, before' '`apply`, `drift`' 'the catalogs of all nodes'
  if ! accord "$work/drift.yaml"; then
    row bad 'the charter' '' "FAILS: $problem" '' ''
    return
  fi
  local r d f t
  r=$(role d_reader) d=$(defaults d_owner) f=$(routine 'd.f(int)') t=$(relation d.spread)
  drifted 'ALTER ROLE … CREATEDB' "$r" 'ALTER ROLE d_reader CREATEDB'
  drifted 'ALTER ROLE … NOLOGIN' "$r" 'ALTER ROLE d_reader NOLOGIN'
  drifted 'ALTER ROLE … SUPERUSER' "$r" 'ALTER ROLE d_reader SUPERUSER'
  drifted 'ALTER ROLE … CONNECTION LIMIT' "$r" 'ALTER ROLE d_reader CONNECTION LIMIT 50'
  drifted 'COMMENT ON ROLE' "$r" "COMMENT ON ROLE d_reader IS 'another'"
  drifted 'ALTER ROLE … SET' "$(settings d_reader)" "ALTER ROLE d_reader SET statement_timeout = '5min'"
  drifted 'ALTER ROLE … RESET' "$(settings d_reader)" 'ALTER ROLE d_reader RESET statement_timeout'
  drifted 'REVOKE role' "$(memberships d_reader)" 'REVOKE d_group FROM d_reader'
  drifted 'GRANT role' "$(memberships d_reader)" 'GRANT d_other TO d_reader'
  drifted 'GRANT role … ADMIN' "$(memberships d_reader)" 'GRANT d_group TO d_reader WITH ADMIN OPTION'
  if [ "$major" -ge 16 ]; then
    drifted 'GRANT role … SET FALSE' "$(memberships d_reader)" 'GRANT d_group TO d_reader WITH SET FALSE'
    drifted 'GRANT role … INHERIT FALSE' "$(memberships d_reader)" 'GRANT d_group TO d_reader WITH INHERIT FALSE'
  fi
  drifted 'REVOKE SELECT ON a distributed table' "$t" 'REVOKE SELECT ON d.spread FROM d_reader'
  drifted 'GRANT DELETE ON a distributed table' "$t" 'GRANT DELETE ON d.spread TO d_reader'
  drifted 'GRANT … WITH GRANT OPTION' "$t" 'GRANT SELECT ON d.spread TO d_reader WITH GRANT OPTION'
  drifted 'REVOKE UPDATE (column)' "$t" 'REVOKE UPDATE (note) ON d.spread FROM d_reader'
  drifted 'REVOKE SELECT ON a view' "$(relation d.seen)" 'REVOKE SELECT ON d.seen FROM d_reader'
  drifted 'REVOKE USAGE ON SCHEMA' "$(schema d)" 'REVOKE USAGE ON SCHEMA d FROM d_reader'
  drifted 'GRANT CREATE ON DATABASE' "$(database "$PGDATABASE")" "GRANT CREATE ON DATABASE $PGDATABASE TO d_reader"
  drifted 'GRANT EXECUTE … TO PUBLIC' "$f" 'GRANT EXECUTE ON FUNCTION d.f(int) TO PUBLIC'
  drifted 'GRANT USAGE ON TYPE … TO PUBLIC' "$(type d.mood)" 'GRANT USAGE ON TYPE d.mood TO PUBLIC'
  drifted 'ALTER DEFAULT PRIVILEGES … GRANT' "$d" 'ALTER DEFAULT PRIVILEGES FOR ROLE d_owner IN SCHEMA d GRANT INSERT ON TABLES TO d_reader'
  drifted 'ALTER DEFAULT PRIVILEGES … REVOKE' "$d" 'ALTER DEFAULT PRIVILEGES FOR ROLE d_owner IN SCHEMA d REVOKE SELECT ON TABLES FROM d_reader'
  drifted 'ALTER DEFAULT PRIVILEGES … TO PUBLIC' "$d" 'ALTER DEFAULT PRIVILEGES FOR ROLE d_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC'
  drifted 'owner of a function' "$f" 'ALTER FUNCTION d.f(int) OWNER TO d_other'
  drifted 'owner of a table' "$t" 'ALTER TABLE d.spread OWNER TO d_other'
  drifted 'owner of a schema' "$(schema d)" 'ALTER SCHEMA d OWNER TO d_other'
  drifted 'owner of a type' "$(type d.mood)" 'ALTER TYPE d.mood OWNER TO d_other'
}

# ---- Placement ----------------------------------------------------------------------------------------------------------------------

placed() {  # WHAT DISTRIBUTE EXPECTED
  local is access
  charter <<END
scope: { roles: ["s_*"], schemas: [s] }
roles: { s_owner: { login: true }, s_reader: {} }
schemas: { s: { owner: s_owner } }
tables: { s.scratch: { owner: s_owner, distribute: $2 }, s.other: { distribute: { by: tenant, colocate_with: none } } }
grants:
  - { to: s_reader, privileges: [select], objects: { tables: [s.scratch, s.view] } }
  - { to: s_reader, privileges: [update], objects: { tables: s.scratch }, columns: [note] }
END
  if ! accord "$work/charter.yaml"; then
    row bad "$1" "FAILS: $problem" '' ''
    return
  fi
  is=$(sql "SELECT concat_ws(', ', citus_table_type, 'by ' || nullif(distribution_column, '<none>'), shard_count || ' shards',
    CASE WHEN colocation_id = (SELECT colocation_id FROM citus_tables WHERE table_name = 's.other'::regclass) THEN 'with s.other' END)
    FROM citus_tables WHERE table_name = 's.scratch'::regclass")
  is=${is:-ordinary}
  where=local
  judge "$(relation s.view)"
  access=$(sql "$kept")
  if [ "$is" != "$3" ]; then
    row bad "$1" "DIFFERS: $is" '' ''
  elif [ "$access" != "$before" ]; then
    row bad "$1" "$is" "DIFFERS: $access; before: $before" "$verdict"
  else
    row "$([[ $verdict == same* ]] && echo good || echo bad)" "$1" "$is" 'as before' "$verdict"
  fi
}
refused() {  # WHAT TABLE DISTRIBUTE
  charter <<<"tables: { $2: { distribute: $3 } }"
  if run 1 plan "$work/charter.yaml"; then
    row good "$1" "$(sed -n 's/^.*error: *//p' "$work/err" | head -n 2)"
  else
    row bad "$1" "DIFFERS: not refused; $problem"
  fi
}
placement() {
  say '' '## 4. Where tables are' '' \
    'One table with rows, privileges, comments, and a view with the same. Each row: `apply`, `plan --detailed-exitcode` = 0, the rows are counted.'
  sql 'CREATE ROLE s_owner LOGIN; CREATE ROLE s_reader; CREATE SCHEMA s AUTHORIZATION s_owner'
  sql "SET ROLE s_owner; CREATE TABLE s.scratch (id bigint, tenant bigint, note text, PRIMARY KEY (id, tenant)); CREATE TABLE s.other (tenant bigint PRIMARY KEY);
    INSERT INTO s.scratch SELECT i, i % 7, 'row' FROM generate_series(1, 1000) i;
    CREATE VIEW s.view AS SELECT id, note FROM s.scratch; COMMENT ON TABLE s.scratch IS 'rows'; COMMENT ON COLUMN s.scratch.note IS 'a note';
    COMMENT ON VIEW s.view IS 'seen'; COMMENT ON COLUMN s.view.note IS 'a note, seen';
    GRANT SELECT ON s.scratch, s.view TO s_reader; GRANT UPDATE (note) ON s.scratch TO s_reader"
  sql "SET citus.shard_count = 6; SELECT create_distributed_table('s.other', 'tenant', colocate_with => 'none')" >/dev/null
  local kept before is
  kept="SELECT concat_ws('; ', ($(relation s.scratch)), ($(relation s.view)), obj_description('s.scratch'::regclass, 'pg_class'), col_description('s.scratch'::regclass, 3),
    (SELECT count(*) || ' rows' FROM s.scratch))"
  before=$(sql "$kept")
  table change 'citus_tables says' "rows, owner, privileges, comments; the view's privileges" "the view's privileges on all nodes"
  placed 'none → distributed by id' '{ by: id, shards: 4 }' 'distributed, by id, 4 shards'
  placed 'other number of shards' '{ by: id, shards: 8 }' 'distributed, by id, 8 shards'
  placed 'other column' '{ by: tenant, shards: 8 }' 'distributed, by tenant, 8 shards'
  placed 'beside another table' '{ by: tenant, colocate_with: s.other }' 'distributed, by tenant, 6 shards, with s.other'
  placed 'apart from it' '{ by: tenant, shards: 6, colocate_with: none }' 'distributed, by tenant, 6 shards'
  placed '→ reference' reference 'reference, 1 shards'
  placed '→ single-shard' single-shard 'distributed, 1 shards'
  placed '→ local' local 'local, 1 shards'
  placed '→ none' none ordinary
  placed 'none → reference' reference 'reference, 1 shards'
  placed '→ distributed' '{ by: id, shards: 4, colocate_with: none }' 'distributed, by id, 4 shards'
  placed '→ none' none ordinary

  is=$(sql "SELECT concat_ws('; ', obj_description('s.view'::regclass, 'pg_class'), col_description('s.view'::regclass, 2))")
  if [ "$is" = 'seen; a note, seen' ]; then
    row good 'all of these' '' 'comments on the view and its column: as before' ''
  else
    row bad 'all of these' '' "DIFFERS: comments on the view and its column are lost${is:+ ($is)}" ''
  fi
  refusals
}

refusals() {
  say '' 'What Citus would refuse is refused before anything runs:'
  sql "SET ROLE s_owner; CREATE TABLE s.keyed (id bigint PRIMARY KEY, tenant bigint); CREATE TABLE s.uniq (id bigint, tenant bigint UNIQUE);
    CREATE TABLE s.target (id bigint PRIMARY KEY); CREATE TABLE s.refers (id bigint PRIMARY KEY REFERENCES s.target);
    RESET ROLE; CREATE FUNCTION s.fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TABLE s.triggered (id bigint PRIMARY KEY); CREATE TRIGGER on_insert BEFORE INSERT ON s.triggered FOR EACH ROW EXECUTE FUNCTION s.fires();
    SET ROLE s_owner; CREATE TABLE s.counted (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
    CREATE TABLE s.made (id bigint, twice bigint GENERATED ALWAYS AS (id * 2) STORED)"
  sql "SET citus.shard_count = 4; SELECT create_distributed_table('s.counted', 'id')" >/dev/null
  table 'refused' 'error'
  refused 'a primary key without the column' s.keyed '{ by: tenant }'
  refused 'a unique key without the column' s.uniq '{ by: id }'
  refused 'a foreign key to an ordinary table' s.refers '{ by: id }'
  refused 'a table that an ordinary one refers to' s.target '{ by: id }'
  refused 'a trigger' s.triggered '{ by: id }'
  refused 'an identity column, of a table that is distributed already' s.counted reference
  refused 'a generated column' s.made '{ by: twice }'
  refused 'a column that is not there' s.keyed '{ by: nothing }'
  refused 'a view' s.view reference
}

# ---- Nodes that come and go ---------------------------------------------------------------------------------------------------------

late_node() {
  [ -n "$added" ] || return 0
  say '' '## 5. A node that joins late' '' \
    "$added joins by \`citus_add_node()\`, with the charter of section 3. What it has then, and after one \`apply\`:"
  # Citus can't take along what section 2 leaves: routines whose owner has lost USAGE on their schema, a wrapper without an extension.
  sql 'DROP SCHEMA t CASCADE'
  everywhere 'DROP FOREIGN DATA WRAPPER IF EXISTS t_wrapper CASCADE'
  table aspect 'when it has joined' 'after `apply`'
  if ! sql "SELECT citus_add_node('${added%:*}', ${added##*:})" >/dev/null 2>"$work/err"; then
    row bad citus_add_node "FAILS: $(cat "$work/err")" ''
    return
  fi
  local name query joined=() i=0 list
  where=
  aspects >"$work/aspects"
  while IFS='|' read -r -u 7 name query; do
    judge "$query"
    [[ $verdict == same* ]] && joined+=("$verdict") || joined+=("not the same")
  done 7<"$work/aspects"
  if run 2 drift "$work/drift.yaml"; then
    list=$(grep -o 'On node [^ ]*:$' "$work/out" | sort -u | tr -d '\n')
    row "$([ "$list" = "On node $added:" ] && echo good || echo bad)" '`drift`' "exit code 2: $list" ''
  else
    row bad '`drift`' "FAILS: $problem" ''
  fi
  if accord "$work/drift.yaml" && run 0 drift "$work/drift.yaml"; then
    row good '`apply`, `plan`, `drift`' '' 'exit code 0'
  else
    row bad '`apply`, `plan`, `drift`' '' "FAILS: $problem"
  fi
  while IFS='|' read -r -u 7 name query; do
    judge "$query"
    row "$([[ $verdict == same* ]] && echo good || echo bad)" "$name" "${joined[i]}" "$verdict"
    i=$((i + 1))
  done 7<"$work/aspects"
  if accord "$examples/emergency-alerts.yaml" "$examples/emergency-alerts-local.yaml"; then
    row good 'the example of section 1, `apply`, `plan`' '' 'exit code 0'
  else
    row bad 'the example of section 1, `apply`, `plan`' '' "FAILS: $problem"
  fi
}

node_down() {
  [ -n "$stop_node" ] && [ -n "$start_node" ] || return 0
  pick_worker
  say '' '## 6. A node that is down'
  table step result
  bash -c "$stop_node" stop "$picked" >&2
  local verb
  for verb in drift 'plan --detailed-exitcode' 'apply --auto-approve'; do
    # shellcheck disable=SC2086
    if run 1 $verb "$work/drift.yaml" && grep -qF "$picked" "$work/out" "$work/err"; then
      row good "$picked is down: \`$verb\`" "exit code 1: $(cat "$work/out" "$work/err" | grep -F "$picked" | head -n 1)"
    else
      row bad "$picked is down: \`$verb\`" "DIFFERS: ${problem:-}; $(tail -n 3 "$work/out" "$work/err")"
    fi
  done
  bash -c "$start_node" start "$picked" >&2
  if run 0 drift "$work/drift.yaml"; then
    row good 'it is up again: `drift`' 'exit code 0'
  else
    row bad 'it is up again: `drift`' "FAILS: $problem"
  fi
}
