#!/bin/bash
# export writes a charter of what is there: its plan is empty, any change shows as drift, and an empty server gets the same access from it.
. "$(dirname "$0")/prelude.sh"
sql "CREATE ROLE owner" "CREATE ROLE reader" "CREATE ROLE \"null\" LOGIN" "CREATE ROLE other" "GRANT reader TO \"null\"" \
  "CREATE SCHEMA s AUTHORIZATION owner" "CREATE TABLE s.t (id int)" "CREATE TABLE s.\"a.b\" (id int)" "CREATE SCHEMA unused" \
  "GRANT USAGE ON SCHEMA s TO reader" "GRANT SELECT ON ALL TABLES IN SCHEMA s TO reader" "GRANT INSERT ON s.t TO \"null\"" \
  "REVOKE ALL ON DATABASE app FROM PUBLIC" "CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'"
expect 0 export
[ ! -s "$err" ] || fail "messages although all is well"
cp "$out" piped.yaml
expect 0 export --out app.yaml
cmp piped.yaml app.yaml || fail "--out and standard output differ"
contains app.yaml 'public: true' 'tables: "s.*"' '"null": { login: true, member_of: [reader] }' 'functions: "s.f()"'
converged app.yaml
expect 0 drift app.yaml

sql "GRANT DELETE ON s.t TO reader"
expect 2 drift app.yaml
sql "GRANT EXECUTE ON FUNCTION s.f() TO other" "REVOKE SELECT ON s.t FROM reader" "GRANT CONNECT ON DATABASE app TO PUBLIC"
expect 0 apply --auto-approve app.yaml
is f "SELECT has_table_privilege('reader', 's.t', 'DELETE')"
is t "SELECT has_table_privilege('reader', 's.t', 'SELECT')"
is f "SELECT has_database_privilege('other', 'app', 'CONNECT')"
expect 0 export
cmp "$out" app.yaml || fail "the same access gives another charter"

# Parts of a server.
expect 0 export --schemas s --roles reader
contains "$out" 'roles: [reader]' 'schemas: [s]' 'owner: { external: true }'
lacks "$out" unused '"null"'
cp "$out" part.yaml
converged part.yaml

# Several databases.
sql "CREATE DATABASE \"other one\" OWNER owner" "ALTER DATABASE \"other one\" SET work_mem = '5MB'"
expect 0 export --databases 'app,other*'
contains "$out" 'databases:' '"other one":' 'owner: owner' 'settings: { work_mem: "5MB" }'
cp "$out" both.yaml
converged both.yaml
expect 1 export --databases nothing
contains "$err" 'no database of this server matches'
expect 1 export --out /nowhere/charter.yaml
