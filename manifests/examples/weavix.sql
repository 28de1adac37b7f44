-- The application that weavix.yaml is about, as its migrations would leave it: run by psql as a superuser.
-- The tables stand for TimescaleDB hypertables, the function for a wrapper of drop_chunks().
CREATE ROLE weavix_admins;
CREATE DATABASE weavix OWNER weavix_admins;
\connect weavix
CREATE SCHEMA events AUTHORIZATION weavix_admins;
SET ROLE weavix_admins;

CREATE TABLE events.devices (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, place text);
CREATE TABLE events.readings (
  ts timestamptz NOT NULL,
  device_id integer NOT NULL REFERENCES events.devices,
  wind_speed double precision,
  PRIMARY KEY (device_id, ts));
CREATE TABLE events.alerts (id bigserial PRIMARY KEY, raised_at timestamptz NOT NULL DEFAULT now(), device_id integer, severity text);
CREATE TABLE events.api_keys (id integer PRIMARY KEY, device_id integer, key_hash text NOT NULL, created_at timestamptz DEFAULT now());
CREATE VIEW events.latest AS SELECT DISTINCT ON (device_id) device_id, ts, wind_speed FROM events.readings ORDER BY device_id, ts DESC;

INSERT INTO events.devices (name, place) SELECT 'buoy ' || n, 'bay ' || n % 7 FROM generate_series(1, 20) AS n;
INSERT INTO events.readings
  SELECT now() - n * interval '1 hour', d.id, 5 + n % 11 FROM events.devices AS d, generate_series(0, 99) AS n;
INSERT INTO events.alerts (device_id, severity) SELECT n, 'info' FROM generate_series(1, 5) AS n;
INSERT INTO events.api_keys (id, device_id, key_hash) SELECT n, n, md5(n::text) FROM generate_series(1, 20) AS n;

CREATE FUNCTION events.admin_drop_chunks(relation regclass, older_than interval) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF relation NOT IN ('events.readings'::regclass) THEN
    RAISE EXCEPTION 'not allowed: %', relation;
  END IF;
  DELETE FROM events.readings WHERE ts < now() - older_than;
END;
$$;
