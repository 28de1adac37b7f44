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

-- Placement: the functions' checks and what they leave in the catalogs; no row is moved.
CREATE SEQUENCE pg_catalog.pg_dist_colocationid_seq;
CREATE SEQUENCE pg_catalog.pg_dist_shardid_seq START 102008;

CREATE FUNCTION pg_catalog.emulated_place(
  relation regclass, method "char", model "char", distribution_column text, with_table text, shards int, replicas int)
RETURNS void LANGUAGE plpgsql AS $function$
DECLARE
  attribute pg_catalog.pg_attribute;
  colocation int;
  key record;
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_dist_partition p WHERE p.logicalrelid = relation) THEN
    RAISE EXCEPTION 'table "%" is already distributed', relation USING ERRCODE = '42P16';
  END IF;
  IF EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = relation AND NOT t.tgisinternal) THEN
    RAISE EXCEPTION 'cannot distribute relation "%" because it has triggers', relation;
  END IF;
  IF distribution_column IS NOT NULL THEN
    SELECT * INTO attribute FROM pg_catalog.pg_attribute a WHERE a.attrelid = relation AND a.attname = distribution_column AND a.attnum > 0;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'column "%" of relation "%" does not exist', distribution_column, relation USING ERRCODE = '42703';
    END IF;
    FOR key IN SELECT i.indkey::int[] AS columns FROM pg_catalog.pg_index i WHERE i.indrelid = relation AND i.indisunique LOOP
      IF attribute.attnum <> ALL (key.columns) THEN
        RAISE EXCEPTION 'cannot create constraint on "%"', relation USING ERRCODE = '0A000';
      END IF;
    END LOOP;
  END IF;
  IF with_table NOT IN ('none', 'default') THEN
    SELECT p.colocationid INTO colocation FROM pg_catalog.pg_dist_partition p WHERE p.logicalrelid = with_table::regclass;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'relation % is not distributed', with_table;
    END IF;
    IF attribute.atttypid IS NOT NULL AND attribute.atttypid <> (
        SELECT g.distributioncolumntype FROM pg_catalog.pg_dist_colocation g WHERE g.colocationid = colocation) THEN
      RAISE EXCEPTION 'cannot colocate tables % and %', with_table, relation;
    END IF;
    SELECT g.shardcount INTO shards FROM pg_catalog.pg_dist_colocation g WHERE g.colocationid = colocation;
  ELSIF replicas IS NOT NULL THEN
    colocation := pg_catalog.nextval('pg_catalog.pg_dist_colocationid_seq');
    INSERT INTO pg_catalog.pg_dist_colocation VALUES (colocation, shards, replicas, coalesce(attribute.atttypid, 0), 0);
  ELSE
    colocation := 0;
  END IF;
  INSERT INTO pg_catalog.pg_dist_partition VALUES (
    relation, method, CASE WHEN distribution_column IS NOT NULL THEN pg_catalog.format('{VAR :varno 1 :varattno %s}', attribute.attnum) END,
    colocation, model, false);
  INSERT INTO pg_catalog.pg_dist_shard
    SELECT relation, pg_catalog.nextval('pg_catalog.pg_dist_shardid_seq'), 't', NULL, NULL FROM pg_catalog.generate_series(1, shards);
END
$function$;

CREATE FUNCTION pg_catalog.create_distributed_table(
  table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash', colocate_with text DEFAULT 'default',
  shard_count int DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $function$
BEGIN
  IF shard_count IS NOT NULL AND colocate_with NOT IN ('none', 'default') THEN
    RAISE EXCEPTION 'Cannot use colocate_with with a table and shard_count at the same time';
  END IF;
  IF distribution_column IS NULL THEN
    PERFORM pg_catalog.emulated_place(table_name, 'n', 's', NULL, colocate_with, 1, 1);
  ELSE
    PERFORM pg_catalog.emulated_place(table_name, 'h', 's', distribution_column, colocate_with, coalesce(shard_count, 32), 1);
  END IF;
END
$function$;
CREATE FUNCTION pg_catalog.create_distributed_table_concurrently(
  table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash', colocate_with text DEFAULT 'default',
  shard_count int DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $function$
BEGIN
  -- A transaction block is older than its statement.
  IF pg_catalog.now() <> pg_catalog.statement_timestamp() THEN
    RAISE EXCEPTION 'create_distributed_table_concurrently cannot run inside a transaction block' USING ERRCODE = '25001';
  END IF;
  PERFORM pg_catalog.create_distributed_table(table_name, distribution_column, distribution_type, colocate_with, shard_count);
END
$function$;
CREATE FUNCTION pg_catalog.create_reference_table(table_name regclass) RETURNS void LANGUAGE sql AS
  $$SELECT pg_catalog.emulated_place(table_name, 'n', 't', NULL, 'none', 1, -1)$$;
CREATE FUNCTION pg_catalog.citus_add_local_table_to_metadata(table_name regclass, cascade_via_foreign_keys bool DEFAULT false)
  RETURNS void LANGUAGE sql AS $$SELECT pg_catalog.emulated_place(table_name, 'n', 's', NULL, 'none', 1, NULL)$$;

-- A rewrite: comments go, its own and those of views, and the grants on views.
CREATE FUNCTION pg_catalog.emulated_rewrite(relation regclass) RETURNS void LANGUAGE plpgsql AS $function$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = relation AND a.attidentity <> '') THEN
    RAISE EXCEPTION 'cannot complete operation on a table with identity column' USING ERRCODE = '0A000';
  END IF;
  IF EXISTS (SELECT FROM pg_catalog.pg_constraint c WHERE c.contype = 'f' AND relation IN (c.conrelid, c.confrelid)) THEN
    RAISE EXCEPTION 'cannot complete operation because table % has a foreign key', relation;
  END IF;
  CREATE TEMP TABLE remade ON COMMIT DROP AS
    WITH RECURSIVE tables (oid) AS (
      SELECT relation::oid
      UNION
      SELECT h.inhrelid FROM tables t JOIN pg_catalog.pg_inherits h ON h.inhparent = t.oid
    ), relations (oid) AS (
      SELECT t.oid FROM tables t
      UNION
      SELECT r.ev_class FROM relations m
      JOIN pg_catalog.pg_depend p ON p.refobjid = m.oid AND p.classid = 'pg_catalog.pg_rewrite'::regclass
      JOIN pg_catalog.pg_rewrite r ON r.oid = p.objid
    )
    SELECT DISTINCT r.oid FROM relations r;
  DELETE FROM pg_catalog.pg_description d USING remade m WHERE d.objoid = m.oid;
  UPDATE pg_catalog.pg_class c SET relacl = NULL FROM remade m WHERE c.oid = m.oid AND c.relkind IN ('v', 'm');
  UPDATE pg_catalog.pg_attribute a SET attacl = NULL
  FROM remade m JOIN pg_catalog.pg_class c USING (oid) WHERE a.attrelid = m.oid AND c.relkind IN ('v', 'm');
  DROP TABLE remade;
END
$function$;
CREATE FUNCTION pg_catalog.undistribute_table(table_name regclass, cascade_via_foreign_keys bool DEFAULT false)
RETURNS void LANGUAGE plpgsql AS $function$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_dist_partition p WHERE p.logicalrelid = table_name) THEN
    RAISE EXCEPTION 'cannot undistribute table because the table is not distributed';
  END IF;
  PERFORM pg_catalog.emulated_rewrite(table_name);
  DELETE FROM pg_catalog.pg_dist_partition p WHERE p.logicalrelid = table_name;
  DELETE FROM pg_catalog.pg_dist_shard s WHERE s.logicalrelid = table_name;
END
$function$;
CREATE FUNCTION pg_catalog.alter_distributed_table(
  table_name regclass, distribution_column text DEFAULT NULL, shard_count int DEFAULT NULL, colocate_with text DEFAULT NULL,
  cascade_to_colocated bool DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $function$
DECLARE
  was record;
  mate regclass;
  first regclass;
BEGIN
  SELECT p.*, g.shardcount, pg_catalog.column_to_column_name(p.logicalrelid, p.partkey) AS dist_column INTO was
  FROM pg_catalog.pg_dist_partition p JOIN pg_catalog.pg_dist_colocation g USING (colocationid) WHERE p.logicalrelid = table_name;
  IF distribution_column IS NULL AND shard_count IS NULL AND colocate_with IS NULL THEN
    RAISE EXCEPTION 'this call doesn''t change any properties of the table';
  END IF;
  IF shard_count IS NOT NULL AND cascade_to_colocated IS NULL THEN
    RAISE EXCEPTION 'cascade_to_colocated parameter is necessary';
  END IF;
  FOR mate IN SELECT p.logicalrelid FROM pg_catalog.pg_dist_partition p
              WHERE p.logicalrelid = table_name OR (cascade_to_colocated AND p.colocationid = was.colocationid)
              ORDER BY p.logicalrelid <> table_name LOOP
    PERFORM pg_catalog.undistribute_table(mate);
    PERFORM pg_catalog.create_distributed_table(
      mate, coalesce(distribution_column, was.dist_column),
      colocate_with => CASE WHEN first IS NOT NULL THEN first::text ELSE coalesce(colocate_with, 'none') END,
      shard_count => CASE WHEN first IS NULL AND coalesce(colocate_with, 'none') = 'none' THEN coalesce(shard_count, was.shardcount) END);
    first := coalesce(first, mate);
  END LOOP;
END
$function$;
CREATE FUNCTION pg_catalog.update_distributed_table_colocation(table_name regclass, colocate_with text) RETURNS void LANGUAGE plpgsql AS $function$
DECLARE
  colocation int := pg_catalog.nextval('pg_catalog.pg_dist_colocationid_seq');
BEGIN
  INSERT INTO pg_catalog.pg_dist_colocation
    SELECT colocation, g.shardcount, g.replicationfactor, g.distributioncolumntype, g.distributioncolumncollation
    FROM pg_catalog.pg_dist_partition p JOIN pg_catalog.pg_dist_colocation g USING (colocationid) WHERE p.logicalrelid = table_name;
  UPDATE pg_catalog.pg_dist_partition p SET colocationid = colocation WHERE p.logicalrelid = table_name;
END
$function$;
CREATE FUNCTION pg_catalog.citus_total_relation_size(logicalrelid regclass, fail_on_error bool DEFAULT true) RETURNS bigint LANGUAGE sql AS
  'SELECT pg_catalog.pg_total_relation_size(logicalrelid)';
CREATE FUNCTION pg_catalog.citus_schema_distribute(schemaname regnamespace) RETURNS void LANGUAGE plpgsql AS $function$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_dist_partition p JOIN pg_catalog.pg_class c ON c.oid = p.logicalrelid WHERE c.relnamespace = schemaname) THEN
    RAISE EXCEPTION 'distributed schema cannot have distributed tables';
  END IF;
  INSERT INTO pg_catalog.pg_dist_schema VALUES (schemaname, pg_catalog.nextval('pg_catalog.pg_dist_colocationid_seq'));
END
$function$;
CREATE FUNCTION pg_catalog.citus_schema_undistribute(schemaname regnamespace) RETURNS void LANGUAGE sql AS
  'DELETE FROM pg_catalog.pg_dist_schema s WHERE s.schemaid = schemaname';

INSERT INTO pg_catalog.pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
  VALUES (9999, 'citus', 10, 'pg_catalog'::regnamespace, false, '13.2-1');
RESET allow_system_table_mods;
