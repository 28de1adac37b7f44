-- What Azure Database for PostgreSQL has in its database postgres for Microsoft Entra principals, as far as a client can tell: to be run there by
-- a superuser. Other databases do not have it, as on Azure. Differences that nobody sees: the functions belong to a superuser and write the
-- shared catalog of security labels themselves, because no label provider is loaded; so the statement SECURITY LABEL FOR "pgaadauth" does not
-- work here. A principal that is made by name gets a made-up object id.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'azure_pg_admin') THEN
    CREATE ROLE azure_pg_admin;
  END IF;
END $$;

-- Only Entra administrators: a role whose label says so. Superusers too, to prepare a test.
CREATE OR REPLACE FUNCTION pg_catalog.pgaadauth_emulated_check() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles r LEFT JOIN pg_shseclabel l ON l.objoid = r.oid AND l.classoid = 'pg_authid'::regclass
                 WHERE r.rolname = session_user AND (r.rolsuper OR 'admin' = ANY (string_to_array(l.label, ',')))) THEN
    RAISE EXCEPTION 'permission denied: % is no Entra administrator', session_user USING ERRCODE = '42501';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION pg_catalog.pgaadauth_emulated_label(role name, written text, resolved text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  id oid := (SELECT r.oid FROM pg_roles r WHERE r.rolname = role);
BEGIN
  IF id IS NULL THEN
    RAISE EXCEPTION 'role "%" does not exist', role USING ERRCODE = '42704';
  END IF;
  DELETE FROM pg_shseclabel WHERE objoid = id AND classoid = 'pg_authid'::regclass AND provider LIKE 'pgaadauth%';
  INSERT INTO pg_shseclabel (objoid, classoid, provider, label)
  SELECT id, 'pg_authid'::regclass, l.provider, l.label
  FROM (VALUES ('pgaadauth', written), ('pgaadauth-int', resolved)) l (provider, label) WHERE l.label IS NOT NULL;
END $$;

CREATE OR REPLACE FUNCTION pg_catalog.pgaadauth_emulated_create(role text, is_admin boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pgaadauth_emulated_check();
  EXECUTE format('CREATE ROLE %I LOGIN', role) || CASE WHEN is_admin THEN ' CREATEROLE CREATEDB IN ROLE azure_pg_admin' ELSE '' END;
  -- Azure's functions run as the caller, who administers what it creates.
  IF current_setting('server_version_num')::int >= 160000
     AND NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = session_user) THEN
    EXECUTE format('GRANT %I TO %I WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', role, session_user);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION pg_catalog.pgaadauth_create_principal(rolename text, isadmin boolean, ismfa boolean) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  flags text := CASE WHEN isadmin THEN ',admin' ELSE '' END;
BEGIN
  PERFORM pgaadauth_emulated_create(rolename, isadmin);
  PERFORM pgaadauth_emulated_label(rolename::name, 'aadauth' || flags || CASE WHEN ismfa THEN ',mfa' ELSE '' END,
    'type=' || CASE WHEN rolename LIKE '%@%' THEN 'user' WHEN rolename LIKE '%group%' THEN 'group' ELSE 'service' END
    || ',oid=' || md5(rolename)::uuid || ',tenant_id=11111111-2222-3333-4444-555555555555' || flags);
  RETURN format('Created role for %I', rolename);
END $$;

CREATE OR REPLACE FUNCTION pg_catalog.pgaadauth_emulated_identity(rolename text, objectid text, objecttype text, isadmin boolean, ismfa boolean)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  flags text := CASE WHEN isadmin THEN ',admin' ELSE '' END;
BEGIN
  IF objecttype NOT IN ('user', 'group', 'service') THEN
    RAISE EXCEPTION 'unknown object type "%"', objecttype USING ERRCODE = '22023';
  END IF;
  PERFORM pgaadauth_emulated_label(rolename::name,
    'aadauth,oid=' || objectid || ',type=' || objecttype || flags || CASE WHEN ismfa THEN ',mfa' ELSE '' END,
    'type=' || objecttype || ',oid=' || objectid || ',tenant_id=11111111-2222-3333-4444-555555555555' || flags);
END $$;

CREATE OR REPLACE FUNCTION pg_catalog.pgaadauth_create_principal_with_oid(rolename text, objectid text, objecttype text, isadmin boolean,
                                                                          ismfa boolean)
RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pgaadauth_emulated_create(rolename, isadmin);
  PERFORM pgaadauth_emulated_identity(rolename, objectid, objecttype, isadmin, ismfa);
  RETURN format('Created role for %I', rolename);
END $$;

CREATE OR REPLACE FUNCTION pg_catalog.pgaadauth_update_principal_with_oid(rolename text, objectid text, objecttype text, isadmin boolean,
                                                                          ismfa boolean)
RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pgaadauth_emulated_check();
  PERFORM pgaadauth_emulated_identity(rolename, objectid, objecttype, isadmin, ismfa);
  RETURN format('Updated role for %I', rolename);
END $$;

CREATE OR REPLACE FUNCTION pg_catalog.pgaadauth_list_principals(isadminvalue boolean)
RETURNS TABLE (rolname name, principaltype text, objectid text, tenantid text, ismfa int, isadmin int)
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT p.* FROM (
    SELECT r.rolname, substring(l.label FROM 'type=([^,]*)'), substring(l.label FROM 'oid=([^,]*)'), substring(l.label FROM 'tenant_id=([^,]*)'),
           coalesce('mfa' = ANY (string_to_array(w.label, ',')), false)::int, ('admin' = ANY (string_to_array(l.label, ',')))::int
    FROM pg_roles r
    JOIN pg_shseclabel l ON l.objoid = r.oid AND l.classoid = 'pg_authid'::regclass AND l.provider = 'pgaadauth-int'
    LEFT JOIN pg_shseclabel w ON w.objoid = r.oid AND w.classoid = 'pg_authid'::regclass AND w.provider = 'pgaadauth') p (a, b, c, d, e, f)
  WHERE p.f = 1 OR NOT isadminvalue
$$;
