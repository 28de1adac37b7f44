-- Takes away what emulated_pgaadauth.sql made, but for azure_pg_admin.
DROP FUNCTION IF EXISTS pg_catalog.pgaadauth_create_principal(text, boolean, boolean),
  pg_catalog.pgaadauth_create_principal_with_oid(text, text, text, boolean, boolean),
  pg_catalog.pgaadauth_update_principal_with_oid(text, text, text, boolean, boolean),
  pg_catalog.pgaadauth_list_principals(boolean), pg_catalog.pgaadauth_emulated_check(), pg_catalog.pgaadauth_emulated_label(name, text, text),
  pg_catalog.pgaadauth_emulated_create(text, boolean),
  pg_catalog.pgaadauth_emulated_identity(text, text, text, boolean, boolean);
