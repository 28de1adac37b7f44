-- Azure's functions for Entra principals, which only its database postgres has.
select pg_catalog.to_regprocedure('pg_catalog.pgaadauth_create_principal(text, boolean, boolean)') is not null,
       pg_catalog.to_regprocedure('pg_catalog.pgaadauth_create_principal_with_oid(text, text, text, boolean, boolean)') is not null,
       pg_catalog.to_regprocedure('pg_catalog.pgaadauth_update_principal_with_oid(text, text, text, boolean, boolean)') is not null
