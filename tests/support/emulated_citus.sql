-- A stand-in for Citus on a server that has none: the catalogs, and run_command_on_all_nodes() over psql. Nothing is propagated, and
-- pg_dist_object is empty: that is a cluster whose nodes are all left to themselves. The columns are those of Citus 13.2.
SET allow_system_table_mods = on;

CREATE TYPE pg_catalog.noderole AS ENUM ('primary', 'secondary', 'unavailable');
CREATE TABLE pg_catalog.pg_dist_node (
  nodeid serial PRIMARY KEY, groupid int NOT NULL, nodename text NOT NULL, nodeport int NOT NULL, noderack text NOT NULL DEFAULT 'default',
  hasmetadata bool NOT NULL DEFAULT true, isactive bool NOT NULL DEFAULT true, noderole pg_catalog.noderole NOT NULL DEFAULT 'primary',
  nodecluster name NOT NULL DEFAULT 'default', metadatasynced bool NOT NULL DEFAULT true, shouldhaveshards bool NOT NULL DEFAULT true,
  nodeisclone bool NOT NULL DEFAULT false, nodeprimarynodeid int NOT NULL DEFAULT 0);
CREATE TABLE pg_catalog.pg_dist_local_group (groupid int PRIMARY KEY);
CREATE TABLE pg_catalog.pg_dist_object (
  classid oid, objid oid, objsubid int, type text, object_names text[], object_args text[], distribution_argument_index int,
  colocationid int, force_delegation bool);
CREATE TABLE pg_catalog.pg_dist_partition (
  logicalrelid regclass, partmethod "char", partkey text, colocationid int, repmodel "char", autoconverted bool);
CREATE TABLE pg_catalog.pg_dist_shard (
  logicalrelid regclass, shardid bigint, shardstorage "char", shardminvalue text, shardmaxvalue text);
CREATE TABLE pg_catalog.pg_dist_colocation (
  colocationid int, shardcount int, replicationfactor int, distributioncolumntype oid, distributioncolumncollation oid);
CREATE TABLE pg_catalog.pg_dist_schema (schemaid oid, colocationid int);
GRANT SELECT ON pg_catalog.pg_dist_node, pg_catalog.pg_dist_local_group, pg_catalog.pg_dist_object, pg_catalog.pg_dist_partition,
  pg_catalog.pg_dist_shard, pg_catalog.pg_dist_colocation, pg_catalog.pg_dist_schema TO PUBLIC;

CREATE FUNCTION pg_catalog.relation_is_a_known_shard(relation oid) RETURNS bool LANGUAGE sql STABLE AS
  'SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_shard s JOIN pg_catalog.pg_class c ON c.oid = relation
                  JOIN pg_catalog.pg_class t ON t.oid = s.logicalrelid WHERE c.relname = t.relname || ''_'' || s.shardid)';

CREATE FUNCTION pg_catalog.column_to_column_name(table_name regclass, column_var text) RETURNS text LANGUAGE sql STABLE AS
  'SELECT a.attname::text FROM pg_catalog.pg_attribute a
   WHERE a.attrelid = table_name AND a.attnum = (pg_catalog.regexp_match(column_var, '':varattno ([0-9]+)''))[1]::int';

-- The first statement's one value, as Citus answers; a node that can't be reached is a row, not an error.
CREATE FUNCTION pg_catalog.run_command_on_all_nodes(
  command text, parallel bool DEFAULT true, give_warning_for_connection_errors bool DEFAULT false,
  OUT nodeid int, OUT success bool, OUT result text)
RETURNS SETOF record LANGUAGE plpgsql AS $function$
DECLARE
  node record;
  shell text;
BEGIN
  SET LOCAL client_min_messages = error;
  CREATE TEMPORARY TABLE IF NOT EXISTS emulated_citus_answer (number serial, line text);
  FOR node IN SELECT n.nodeid AS id, n.groupid, n.nodename, n.nodeport FROM pg_catalog.pg_dist_node n WHERE n.isactive ORDER BY 1 LOOP
    nodeid := node.id;
    IF node.groupid <> (pg_catalog.regexp_match(command, 'pg_dist_local_group g\) = ([0-9]+)'))[1]::int THEN
      success := true;  -- the command asks for another node, and would answer nothing: that saves starting psql
      result := '';
      RETURN NEXT;
      CONTINUE;
    END IF;
    shell := pg_catalog.format('psql -X -q -A -t -v ON_ERROR_STOP=1 -h %s -p %s -U %s -d %s -c ''%s'' 2>&1; echo $?', node.nodename, node.nodeport,
                               current_user, pg_catalog.current_database(), pg_catalog.replace(command, '''', '''\'''''));
    TRUNCATE pg_temp.emulated_citus_answer;
    EXECUTE pg_catalog.format('COPY pg_temp.emulated_citus_answer (line) FROM PROGRAM %L (FORMAT csv, DELIMITER E''\x01'', QUOTE E''\x02'')', shell);
    SELECT a.line = '0' INTO success FROM pg_temp.emulated_citus_answer a ORDER BY a.number DESC LIMIT 1;
    SELECT pg_catalog.string_agg(coalesce(a.line, ''), pg_catalog.chr(10) ORDER BY a.number) INTO result FROM pg_temp.emulated_citus_answer a
      WHERE a.number < (SELECT pg_catalog.max(b.number) FROM pg_temp.emulated_citus_answer b);
    RETURN NEXT;
  END LOOP;
END
$function$;

INSERT INTO pg_catalog.pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
  VALUES (9999, 'citus', 10, 'pg_catalog'::regnamespace, false, '13.2-1');
RESET allow_system_table_mods;
