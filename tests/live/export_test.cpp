// The contract of export on real servers: the plan of an exported charter is empty, and applied onto the same objects without any
// privilege, owner or role it brings all of them back. What is compared is PostgreSQL's own account (export_support.cpp).
//
// Random databases come from the property test's generator; PGCHARTER_EXPORT_COUNT says how many (8).
#include <cstdlib>

#include "live/export_support.h"
#include "property/generator.h"
#include "property/names.h"

namespace pgcharter::testing {
namespace {

TEST_F(ExportTest, BringsRandomDatabasesBack) {
  const char* count = std::getenv("PGCHARTER_EXPORT_COUNT");
  const std::uint64_t last = count == nullptr ? 8 : std::strtoull(count, nullptr, 10);
  property::use_server(major());
  for (std::uint64_t seed = 1; seed <= last; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const property::Case c = property::generate(seed);
    create(c);
    check({c.database}, seed % 2 == 0, seed % 3 != 0);
    if (HasFailure()) return;
    TearDown();
  }
}

TEST_F(ExportTest, BringsEveryKindBack) {
  const auto admin = open("postgres");
  const std::string strange = "a: b\nc";
  admin->execute("CREATE DATABASE kinds");
  admin->execute("CREATE ROLE \"null\"; CREATE ROLE " + ident(strange) +
                 " LOGIN CONNECTION LIMIT 3 VALID UNTIL '2031-05-06 01:02:03.5+02'; CREATE ROLE \"${x}\" NOINHERIT; CREATE ROLE app LOGIN;"
                 "CREATE ROLE reader; CREATE ROLE \"yes\"; CREATE ROLE \"1.2\"; COMMENT ON ROLE reader IS E'it''s \"x\"\\n${y} # no';"
                 "ALTER ROLE app SET search_path = \"$user\", public; ALTER ROLE app IN DATABASE kinds SET work_mem = '5MB';"
                 "ALTER DATABASE kinds SET timezone = 'UTC'; GRANT reader TO app WITH ADMIN OPTION; GRANT pg_monitor TO \"null\";"
                 "GRANT app TO \"${x}\"; ALTER DATABASE kinds OWNER TO app");
  const auto connection = open("kinds");
  connection->execute(R"sql(
CREATE SCHEMA s AUTHORIZATION app; CREATE SCHEMA "o.d*d";
CREATE TABLE s.a (id serial, x int); CREATE TABLE s.b (id int); CREATE VIEW s.v AS SELECT 1 AS one;
CREATE TABLE "o.d*d"."w.e""?" (id int) PARTITION BY LIST (id); ALTER TABLE s.a OWNER TO app;
CREATE TABLE "o.d*d".part PARTITION OF "o.d*d"."w.e""?" FOR VALUES IN (1); CREATE MATERIALIZED VIEW "o.d*d".m AS SELECT 1 AS one;
GRANT SELECT ON ALL TABLES IN SCHEMA s TO reader, "null"; GRANT INSERT ON s.b TO reader WITH GRANT OPTION;
GRANT SELECT (x) ON s.a TO PUBLIC; GRANT UPDATE (x), SELECT (id) ON s.a TO "1.2" WITH GRANT OPTION; GRANT ALL ON "o.d*d".m TO "yes";
REVOKE TRUNCATE ON s.a FROM app; REVOKE ALL ON s.b FROM postgres; GRANT SELECT (id) ON s.b TO postgres; GRANT USAGE ON SEQUENCE s.a_id_seq TO reader;
CREATE FUNCTION s.f(int, "o.d*d"."w.e""?") RETURNS int LANGUAGE sql AS 'select 1';
CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'select 1'; CREATE PROCEDURE s."p(x"() LANGUAGE sql AS 'select 1';
CREATE AGGREGATE s.total(int) (SFUNC = int4pl, STYPE = int);
REVOKE EXECUTE ON FUNCTION s.f() FROM PUBLIC; GRANT EXECUTE ON FUNCTION s.f() TO app;
CREATE TYPE s.t AS ENUM ('x'); CREATE DOMAIN s.d AS int; REVOKE USAGE ON TYPE s.d FROM PUBLIC; CREATE TYPE s.c AS (x int);
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC; GRANT USAGE ON LANGUAGE plpgsql TO app; REVOKE USAGE ON LANGUAGE sql FROM PUBLIC;
CREATE FOREIGN DATA WRAPPER w; CREATE SERVER srv FOREIGN DATA WRAPPER w; GRANT USAGE ON FOREIGN SERVER srv TO app WITH GRANT OPTION;
GRANT USAGE ON FOREIGN DATA WRAPPER w TO app WITH GRANT OPTION;
SELECT lo_create(4711); GRANT SELECT ON LARGE OBJECT 4711 TO reader; ALTER LARGE OBJECT 4711 OWNER TO app;
ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA s GRANT EXECUTE ON FUNCTIONS TO reader WITH GRANT OPTION;
REVOKE TEMP ON DATABASE kinds FROM PUBLIC; GRANT CREATE ON DATABASE kinds TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA s GRANT SELECT ON TABLES TO reader, "null";
ALTER DEFAULT PRIVILEGES FOR ROLE app REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE app REVOKE TRUNCATE ON TABLES FROM app;
ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT USAGE ON TYPES TO reader WITH GRANT OPTION;
SET ROLE app; GRANT SELECT ON s.a TO reader; GRANT USAGE ON FOREIGN SERVER srv TO "yes"; RESET ROLE;)sql");
  if (connection->server().major() >= 15) {
    connection->execute("GRANT SET ON PARAMETER work_mem TO reader; GRANT ALTER SYSTEM ON PARAMETER work_mem TO app WITH GRANT OPTION");
  }
  if (connection->server().major() >= 16) {
    // The second is what CREATE ROLE by app would leave, the third an edge of two grantors.
    connection->execute(
        "GRANT reader TO \"yes\" WITH INHERIT FALSE, SET FALSE; GRANT \"1.2\" TO app WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;"
        "GRANT reader TO \"null\" WITH INHERIT FALSE; GRANT reader TO \"null\" WITH INHERIT TRUE, SET FALSE GRANTED BY app");
  }
  check({"kinds"}, true, true);
}

}  // namespace
}  // namespace pgcharter::testing
