#!/bin/bash
# Sourced by transcript.sh: one change of every kind that pgcharter makes, and what it leaves to others.

# What the changes are about. Citus passes on what it keeps on all nodes; the rest is made on each node by itself.
prepare() {
  sql 'CREATE ROLE t_owner LOGIN; CREATE ROLE t_reader; CREATE ROLE t_writer; CREATE ROLE t_group; CREATE SCHEMA t AUTHORIZATION t_owner;'
  sql "SET citus.shard_count = 4; SET ROLE t_owner;
       CREATE SEQUENCE t.numbers; CREATE SEQUENCE t.alone;
       CREATE TABLE t.spread (id bigint DEFAULT nextval('t.numbers') PRIMARY KEY, note text, secret text);
       CREATE TABLE t.everywhere (id int PRIMARY KEY); CREATE TABLE t.known (id int PRIMARY KEY); CREATE TABLE t.here (id int);
       CREATE TABLE t.parts (id bigint, at date) PARTITION BY RANGE (at);
       CREATE TABLE t.parts_1 PARTITION OF t.parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');"
  sql "SET citus.shard_count = 4; SELECT create_distributed_table('t.spread', 'id'); SELECT create_distributed_table('t.parts', 'id');
       SELECT create_reference_table('t.everywhere'); SELECT citus_add_local_table_to_metadata('t.known')" >/dev/null
  sql "SET ROLE t_owner;
       CREATE VIEW t.seen AS SELECT id, note FROM t.spread; CREATE VIEW t.seen_here AS SELECT id FROM t.here;
       CREATE MATERIALIZED VIEW t.kept AS SELECT id FROM t.spread;
       CREATE FUNCTION t.f(int) RETURNS int LANGUAGE sql AS 'SELECT \$1'; CREATE PROCEDURE t.p(int) LANGUAGE sql AS 'SELECT \$1';
       CREATE FUNCTION t.step(int, int) RETURNS int LANGUAGE sql AS 'SELECT \$1'; CREATE AGGREGATE t.agg(int) (SFUNC = t.step, STYPE = int);
       CREATE FUNCTION t.g(int) RETURNS int LANGUAGE sql AS 'SELECT \$1'; CREATE PROCEDURE t.q(int) LANGUAGE sql AS 'SELECT \$1';
       CREATE TYPE t.mood AS ENUM ('good', 'bad'); CREATE TYPE t.pair AS (a int, b int); CREATE DOMAIN t.positive AS int CHECK (VALUE > 0);"
  everywhere 'CREATE FOREIGN DATA WRAPPER t_wrapper'
  everywhere 'CREATE SERVER t_server FOREIGN DATA WRAPPER t_wrapper'
  everywhere 'SELECT lo_create(424242)' >/dev/null
  local node
  for node in $(all_nodes); do
    [ "$major" -ge 15 ] && psql -XAtq -v ON_ERROR_STOP=1 -d "host=${node%:*} port=${node##*:}" -c 'SET allow_in_place_tablespaces = on' \
      -c "CREATE TABLESPACE t_space LOCATION ''"
  done
}

roles() {
  say '' '### Roles and memberships'
  table change 'what the catalogs of all nodes say'
  local attribute r
  r=$(role t_role)
  change 'CREATE ROLE, COMMENT ON ROLE' "$r" <<<'roles: { t_role: { comment: "made by a charter" } }'
  change 'ALTER ROLE … comment changed' "$r" <<<"roles: { t_role: { comment: \"it's another\" } }"
  for attribute in login superuser createdb createrole replication bypassrls; do
    sql "CREATE ROLE t_has_$attribute ${attribute^^}; CREATE ROLE t_gets_$attribute"
    later "ALTER ROLE … ${attribute^^}" "$(role t_gets_$attribute)" <<<"roles: { t_gets_$attribute: { $attribute: true } }"
    later "ALTER ROLE … NO${attribute^^}" "$(role t_has_$attribute)" <<<"roles: { t_has_$attribute: {} }"
  done
  sql 'CREATE ROLE t_apart; CREATE ROLE t_heir NOINHERIT; CREATE ROLE t_few; CREATE ROLE t_until; CREATE ROLE t_always VALID UNTIL $$2028-01-01$$'
  later 'ALTER ROLE … NOINHERIT' "$(role t_apart)" <<<'roles: { t_apart: { inherit: false } }'
  later 'ALTER ROLE … INHERIT' "$(role t_heir)" <<<'roles: { t_heir: {} }'
  later 'ALTER ROLE … CONNECTION LIMIT' "$(role t_few)" <<<'roles: { t_few: { connection_limit: 7 } }'
  later 'ALTER ROLE … VALID UNTIL' "$(role t_until)" <<<'roles: { t_until: { valid_until: 2030-06-30 } }'
  later 'ALTER ROLE … VALID UNTIL infinity' "$(role t_always)" <<<'roles: { t_always: { valid_until: infinity } }'
  later 'CREATE ROLE with every attribute' "$(role t_all)" <<<'roles: { t_all: { login: true, superuser: true, createdb: true, createrole: true, inherit: false, replication: true, bypassrls: true, connection_limit: 3, valid_until: 2031-01-01, comment: "all" } }'
  export T_PASSWORD="only for this transcript $RANDOM$RANDOM"
  later 'CREATE ROLE … PASSWORD (the verifier is compared)' "$(password t_login)" \
    <<<'roles: { t_login: { login: true, password: { env: T_PASSWORD } } }'
  later 'ALTER ROLE … SET' "$(settings t_role)" <<<'roles: { t_role: { settings: { statement_timeout: 30s, search_path: "t, public", work_mem: 7MB } } }'
  carry_out
  change 'ALTER ROLE … SET changed, RESET' "$(settings t_role)" <<<'roles: { t_role: { settings: { statement_timeout: 1min, work_mem: null } } }'
  change 'ALTER ROLE … IN DATABASE … SET' "$(settings t_role)" <<<"roles: { t_role: { settings_in: { $PGDATABASE: { lock_timeout: 3s } } } }"
  change 'ALTER ROLE … IN DATABASE … RESET' "$(settings t_role)" <<<"roles: { t_role: { settings_in: { $PGDATABASE: { lock_timeout: null } } } }"
  change 'ALTER DATABASE … SET' "SELECT 'settings ' || coalesce(array_to_string(setconfig, ' '), '') FROM (SELECT) x LEFT JOIN pg_db_role_setting
    ON setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname = '$PGDATABASE')" <<END
databases: { $PGDATABASE: { settings: { default_statistics_target: "120" } } }
END
  change 'ALTER ROLE … RENAME' "$(role t_renamed)" <<<'roles: { t_renamed: { renamed_from: t_all, login: true, superuser: true } }'

  change 'GRANT role' "$(memberships t_role)" <<<'roles: { t_group: {}, t_role: { member_of: [t_group] } }'
  change 'GRANT role … ADMIN' "$(memberships t_role)" <<<'roles: { t_group: {}, t_role: { member_of: [{ role: t_group, admin: true }] } }'
  change 'REVOKE ADMIN OPTION FOR role' "$(memberships t_role)" <<<'roles: { t_group: {}, t_role: { member_of: [t_group] } }'
  if [ "$major" -ge 16 ]; then
    local options
    for options in 'inherit: false' 'inherit: true' 'set: false' 'set: true' 'admin: true, inherit: false, set: false' 'admin: false, inherit: true, set: true'; do
      change "GRANT role … $options" "$(memberships t_role)" <<<"roles: { t_group: {}, t_role: { member_of: [{ role: t_group, $options }] } }"
    done
    change 'GRANT role, new, inherit: false, set: false' "$(memberships t_role)" \
      <<<'roles: { t_writer: {}, t_role: { member_of: [{ role: t_writer, inherit: false, set: false }] } }'
    change 'GRANT role, new, admin: true, inherit: false' "$(memberships t_role)" \
      <<<'roles: { t_reader: {}, t_role: { member_of: [{ role: t_reader, admin: true, inherit: false }] } }'
  fi
  change 'GRANT of a predefined role' "$(memberships t_role)" <<<'roles: { t_role: { member_of: [pg_monitor] } }'
  change 'REVOKE role (not declared)' "$(memberships t_role)" <<<'{ scope: { roles: [t_role] }, roles: { t_role: {} } }'
  change 'membership by `members:` of the group' "$(memberships t_group)" <<<'roles: { t_group: { members: [t_role] }, t_role: {} }'

  sql "SET citus.enable_create_role_propagation = off; CREATE ROLE t_lonely; ALTER ROLE t_lonely CONNECTION LIMIT 4"
  change 'grant to a role that the coordinator alone has' "$(schema t)" \
    <<<'{ roles: { t_lonely: { connection_limit: 4 } }, grants: [{ to: t_lonely, privileges: [usage], objects: { schemas: t } }] }'
  where=
  judge "$(role t_lonely)"
  row "$([[ $verdict == same* ]] && echo good || echo bad)" '… and that role itself' "$verdict"
  pick_worker
  sql_at "$picked" "SET citus.enable_create_role_propagation = off; CREATE ROLE t_stale SUPERUSER LOGIN; COMMENT ON ROLE t_stale IS 'stale'" 2>/dev/null ||
    local_at "$picked" 'CREATE ROLE t_stale SUPERUSER LOGIN'
  change 'CREATE ROLE where a worker has one of that name already, as a superuser' "$(role t_stale)" <<<'roles: { t_stale: { comment: "" } }'
  change 'DROP ROLE' "$(role t_stale)" gone <<<'roles: { t_stale: { ensure: absent } }'
  sql "CREATE SCHEMA t_left AUTHORIZATION t_renamed; CREATE TYPE t_left.left AS ENUM ('a'); ALTER TYPE t_left.left OWNER TO t_renamed"
  change 'DROP ROLE, REASSIGN OWNED' "$(schema t_left)" <<<'roles: { t_owner: { login: true }, t_renamed: { ensure: absent, reassign_owned_to: t_owner } }'
}

# given KIND-AND-NAMES PRIVILEGES WHAT QUERY [local]: GRANT and GRANT … WITH GRANT OPTION in the first round, REVOKE in the second
given() {
  local objects=$1 privileges=$2 what=$3 query=$4 place=${5:-}
  if [ "$round" = REVOKE ]; then
    later "REVOKE $what" "$query" "$place" <<<"{ roles: { t_reader: {} }, grants: [{ to: t_reader, privileges: [$privileges], objects: { $objects }, ensure: absent }] }"
    return
  fi
  later "GRANT $what, to another role WITH GRANT OPTION" "$query" "$place" <<END
roles: { t_reader: {}, t_writer: {} }
grants:
  - { to: t_reader, privileges: [$privileges], objects: { $objects } }
  - { to: t_writer, privileges: [$privileges], objects: { $objects }, grantable: true }
END
}
not_public() {  # OBJECTS PRIVILEGES WHAT QUERY
  [ "$round" = REVOKE ] || return 0
  later "REVOKE $3 FROM PUBLIC" "$4" <<<"grants: [{ to: public, privileges: [$2], objects: { $1 }, ensure: absent }]"
}

grants() {
  local round
  say '' '### Grants'
  table change 'what the catalogs of all nodes say'
  for round in GRANT REVOKE; do
    every_kind
    carry_out
  done
  columns
  shards 'the list of privileges on every shard of the distributed table is that of the table' relacl
}

every_kind() {
  given "databases: $PGDATABASE" 'connect, create, temporary' 'CONNECT, CREATE, TEMPORARY ON DATABASE' "$(database "$PGDATABASE")"
  not_public "databases: $PGDATABASE" temporary 'TEMPORARY ON DATABASE' "$(database "$PGDATABASE")"
  given 'schemas: t' 'usage, create' 'USAGE, CREATE ON SCHEMA' "$(schema t)"
  given 'schemas: public' create 'CREATE ON SCHEMA public' "$(schema public)"
  not_public 'schemas: public' usage 'USAGE ON SCHEMA public' "$(schema public)"
  given 'tables: t.spread' all 'ALL ON a distributed table' "$(relation t.spread)"
  given 'tables: t.everywhere' 'select, insert' 'SELECT, INSERT ON a reference table' "$(relation t.everywhere)"
  given 'tables: t.known' 'select' 'SELECT ON a table that Citus knows as local' "$(relation t.known)"
  given 'tables: t.here' select 'SELECT ON an ordinary table' "$(relation t.here)" local
  given 'tables: "t.parts*"' 'select, update' 'SELECT, UPDATE ON a partitioned table and its partition' "$(relation t.parts)"
  given 'tables: t.seen' select 'SELECT ON a view of a distributed table' "$(relation t.seen)"
  given 'tables: t.seen_here' select 'SELECT ON a view of an ordinary table' "$(relation t.seen_here)" local
  given 'tables: t.kept' select 'SELECT ON a materialized view' "$(relation t.kept)" local
  given 'sequences: t.numbers' 'usage, select, update' 'ALL ON a sequence of a distributed table' "$(relation t.numbers s)"
  given 'sequences: t.alone' 'usage' 'USAGE ON a sequence of its own' "$(relation t.alone s)" local
  given 'functions: "t.f(int)"' execute 'EXECUTE ON FUNCTION' "$(routine 't.f(int)')"
  given 'functions: "t.p(int)"' execute 'EXECUTE ON PROCEDURE' "$(routine 't.p(int)')"
  given 'functions: "t.agg(int)"' execute 'EXECUTE ON an aggregate' "$(routine 't.agg(int)')"
  given 'functions: "t.*"' execute 'EXECUTE ON every routine of a schema' "$(routines t)"
  not_public 'functions: "t.f(int)"' execute 'EXECUTE ON FUNCTION' "$(routine 't.f(int)')"
  not_public 'functions: "t.*"' execute 'EXECUTE ON every routine of a schema' "$(routines t)"
  given 'types: t.mood' usage 'USAGE ON TYPE (enum)' "$(type t.mood)"
  given 'types: t.pair' usage 'USAGE ON TYPE (composite)' "$(type t.pair)"
  given 'types: t.positive' usage 'USAGE ON DOMAIN' "$(type t.positive)"
  not_public 'types: "t.*"' usage 'USAGE ON types' "$(type t.mood)"
  given 'languages: plpgsql' usage 'USAGE ON LANGUAGE' "$(language plpgsql)"
  not_public 'languages: plpgsql' usage 'USAGE ON LANGUAGE' "$(language plpgsql)"
  given 'foreign_data_wrappers: t_wrapper' usage 'USAGE ON FOREIGN DATA WRAPPER' "$(wrapper t_wrapper)"
  given 'foreign_servers: t_server' usage 'USAGE ON FOREIGN SERVER' "$(server t_server)"
  given 'large_objects: "424242"' 'select, update' 'SELECT, UPDATE ON LARGE OBJECT' "$(large_object 424242)"
  if [ "$major" -ge 15 ]; then
    given 'parameters: log_duration' 'set, alter_system' 'SET, ALTER SYSTEM ON PARAMETER' "$(parameter log_duration)"
    given 'tablespaces: t_space' create 'CREATE ON TABLESPACE' "$(tablespace t_space)"
  fi
}

columns() {
  change 'GRANT SELECT (columns)' "$(relation t.spread)" \
    <<<'{ roles: { t_reader: {} }, grants: [{ to: t_reader, privileges: [select, update], objects: { tables: t.spread }, columns: [id, note] }] }'
  change 'REVOKE SELECT (column)' "$(relation t.spread)" \
    <<<'{ scope: { roles: [t_reader], schemas: [t] }, roles: { t_reader: {} }, grants: [{ to: t_reader, privileges: [select], objects: { tables: t.spread }, columns: [id] }] }'
  change 'GRANT SELECT ON a table to PUBLIC' "$(relation t.everywhere)" <<<'grants: [{ to: public, privileges: [select], objects: { tables: t.everywhere } }]'
  change 'one grant for a pattern, t.*: tables, views, partitions' "$(relation t.seen)" \
    <<<'{ roles: { t_group: {} }, grants: [{ to: t_group, privileges: [select], objects: { tables: "t.*" } }] }'
}

shards() {  # WHAT COLUMN: the shards of t.spread have what the table has
  local found
  found=$(sql "SELECT count(*) FILTER (WHERE result IS DISTINCT FROM (SELECT $2::text FROM pg_class WHERE oid = 't.spread'::regclass)) || ' of ' || count(*)
    FROM run_command_on_shards('t.spread', \$\$SELECT $2::text FROM pg_class WHERE oid = '%s'::regclass\$\$)")
  if [[ $found == "0 of "* ]]; then row good "$1" "so on all ${found#0 of }"; else row bad "$1" "DIFFERS: $found"; fi
}

default_privileges() {
  say '' '### Default privileges'
  table change 'what the catalogs of all nodes say'
  local objects privilege d
  d=$(defaults t_owner)
  for objects in tables:select sequences:usage functions:execute types:usage; do
    privilege=${objects#*:} objects=${objects%:*}
    later "ALTER DEFAULT PRIVILEGES GRANT ${privilege^^} ON ${objects^^}" "$d" \
      <<<"{ roles: { t_owner: { login: true }, t_reader: {} }, default_privileges: [{ by: t_owner, to: t_reader, privileges: [$privilege], objects: $objects }] }"
    later "ALTER DEFAULT PRIVILEGES IN SCHEMA … GRANT ${privilege^^} ON ${objects^^}" "$d" \
      <<<"{ roles: { t_owner: { login: true }, t_writer: {} }, default_privileges: [{ by: t_owner, in: t, to: t_writer, privileges: [$privilege], objects: $objects, grantable: true }] }"
  done
  carry_out
  change 'ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS' "$d" \
    <<<'{ roles: { t_owner: { login: true }, t_reader: {} }, default_privileges: [{ by: t_owner, to: t_reader, privileges: [usage], objects: schemas }] }'
  change 'ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS, USAGE ON TYPES FROM PUBLIC' "$d" <<'END'
roles: { t_owner: { login: true } }
default_privileges:
  - { by: t_owner, to: public, privileges: [execute], objects: functions, ensure: absent }
  - { by: t_owner, to: public, privileges: [usage], objects: types, ensure: absent }
END
  change 'ALTER DEFAULT PRIVILEGES … REVOKE' "$d" \
    <<<'{ roles: { t_owner: { login: true }, t_reader: {} }, default_privileges: [{ by: t_owner, to: t_reader, privileges: [select], objects: tables, ensure: absent }] }'
  change '`future: true`, for the owner of a schema' "$d" \
    <<<'{ roles: { t_owner: { login: true }, t_group: {} }, schemas: { t: { owner: t_owner } }, grants: [{ to: t_group, privileges: [insert], objects: { tables: "t.*" }, future: true }] }'
  sql "SET ROLE t_owner; CREATE FUNCTION t.later() RETURNS int LANGUAGE sql AS 'SELECT 1'"
  change 'a function that was made under them since' "$(routine 't.later()')" \
    <<<'{ roles: { t_group: {} }, grants: [{ to: public, privileges: [execute], objects: { functions: "t.later()" }, ensure: absent }, { to: t_group, privileges: [execute], objects: { functions: "t.later()" } }] }'
}

owned() { later "owner of $1" "$3" "${4:-}" <<<"{ roles: { t_new: { login: true } }, ownership: [{ owner: t_new, of: { $2 } }] }"; }
owners() {
  say '' '### Owners, and what a charter makes'
  table change 'what the catalogs of all nodes say'
  sql 'CREATE ROLE t_new LOGIN; CREATE ROLE t_super SUPERUSER LOGIN'
  owned 'a distributed table' 'tables: t.spread' "$(relation t.spread)"
  owned 'a reference table' 'tables: t.everywhere' "$(relation t.everywhere)"
  owned 'a partitioned table' 'tables: t.parts' "$(relation t.parts)"
  owned 'a table that Citus knows as local' 'tables: t.known' "$(relation t.known)"
  owned 'an ordinary table' 'tables: t.here' "$(relation t.here)" local
  owned 'a view' 'tables: t.seen' "$(relation t.seen)"
  owned 'a materialized view' 'tables: t.kept' "$(relation t.kept)" local
  owned 'a sequence of a distributed table' 'sequences: t.numbers' "$(relation t.numbers s)"
  owned 'a sequence of its own' 'sequences: t.alone' "$(relation t.alone s)" local
  owned 'a function' 'functions: "t.f(int)"' "$(routine 't.f(int)')"
  owned 'a procedure' 'functions: "t.p(int)"' "$(routine 't.p(int)')"
  owned 'an aggregate' 'functions: "t.agg(int)"' "$(routine 't.agg(int)')"
  owned 'a type' 'types: t.mood' "$(type t.mood)"
  owned 'a domain' 'types: t.positive' "$(type t.positive)"
  owned 'a language' 'languages: plpgsql' "$(language plpgsql)"
  owned 'a foreign server' 'foreign_servers: t_server' "$(server t_server)"
  later 'owner of a foreign data wrapper' "$(wrapper t_wrapper)" \
    <<<'{ roles: { t_super: { login: true, superuser: true } }, ownership: [{ owner: t_super, of: { foreign_data_wrappers: t_wrapper } }] }'
  owned 'a large object' 'large_objects: "424242"' "$(large_object 424242)"
  [ "$major" -lt 15 ] || owned 'a tablespace' 'tablespaces: t_space' "$(tablespace t_space)"
  owned 'a schema' 'schemas: t' "$(schema t)"
  owned 'the database' "databases: $PGDATABASE" "$(database "$PGDATABASE")"
  carry_out
  shards 'the owner of every shard of the distributed table is that of the table' 'relowner::regrole'
  change 'CREATE SCHEMA with an owner and grants' "$(schema t_made)" \
    <<<'{ roles: { t_new: { login: true }, t_reader: {} }, schemas: { t_made: { owner: t_new } }, grants: [{ to: t_reader, privileges: [usage], objects: { schemas: t_made } }] }'
  change 'CREATE SCHEMA, distributed' "$(schema t_tenant)" <<<'{ roles: { t_new: { login: true } }, schemas: { t_tenant: { owner: t_new, distribute: true } } }'
  change 'CREATE TABLE, distributed, with an owner and grants' "$(relation t_made.orders)" <<'END'
roles: { t_new: { login: true }, t_reader: {} }
tables:
  t_made.orders: { owner: t_new, columns: { id: bigint, note: text }, primary_key: [id], distribute: { by: id, shards: 4 } }
grants:
  - { to: t_reader, privileges: [select], objects: { tables: t_made.orders } }
END
  change 'CREATE FUNCTION, security definer, without PUBLIC' "$(routine 't_made.h(int)')" <<'END'
roles: { t_new: { login: true }, t_reader: {} }
functions:
  "t_made.h(integer)": { owner: t_new, returns: integer, language: sql, security: definer, settings: { search_path: "pg_catalog, pg_temp" }, body: "SELECT $1" }
grants:
  - { to: t_reader, privileges: [execute], objects: { functions: "t_made.h(int)" } }
END
  change 'DROP FUNCTION' "$(routine 't_made.h(int)')" gone <<<'functions: { "t_made.h(int)": { ensure: absent } }'
  change 'DROP TABLE' "$(relation t_made.orders)" gone <<<'tables: { t_made.orders: { ensure: absent } }'
  change 'DROP SCHEMA' "$(schema t_made)" gone <<<'schemas: { t_made: { ensure: absent } }'
}

unmanaged() {
  say '' '### Not managed' '' 'A charter has no words for these, and pgcharter never touches them.'
  table statement result 'what Citus does with it'
  local one
  while IFS='|' read -r one citus; do row good "$one" 'not managed' "$citus"; done <<'END'
CREATE POLICY, ENABLE and FORCE ROW LEVEL SECURITY|passes it on, shards too
SECURITY LABEL|passes it on for roles, distributed tables and their columns
COMMENT ON DATABASE|passes it on
COMMENT ON TABLE, SCHEMA, FUNCTION|keeps it on the coordinator
CREATE DATABASE, DROP DATABASE|keeps it on the coordinator, unless citus.enable_create_database_propagation
ALTER DATABASE … CONNECTION LIMIT|passes it on
ALTER SYSTEM|keeps it on the coordinator
CREATE TABLESPACE|keeps it on the coordinator
GRANT and REVOKE on what is in pg_catalog|keeps it on the coordinator
CREATE USER MAPPING, FOREIGN TABLE, RULE, EVENT TRIGGER|keeps it on the coordinator
CREATE TRIGGER|refuses it on distributed tables
CREATE PUBLICATION, COLLATION, TEXT SEARCH|passes it on
CREATE TYPE, DOMAIN, VIEW, SEQUENCE|passes it on as far as distributed tables need it
identities of Microsoft Entra ID (`entra:`)|nothing; they need Azure, and are not part of this transcript
END
}

changes() {
  say '' '## 2. One change of every kind' '' \
    'Charters, or parts of one, that are applied; then the catalogs of all nodes are compared.'
  prepare
  roles
  grants
  default_privileges
  owners
  unmanaged
}
