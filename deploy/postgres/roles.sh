#!/bin/bash
# Creates the roles turnout_owner, which migrates, and turnout_service, which only reads and writes
# rows. Runs when a server is initialized; run it yourself for other databases (docs/operations.md).
set -euo pipefail
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --single-transaction \
    --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv service_password SERVICE_PASSWORD
-- Keep failed statements and their values out of the log: they contain personal data. Only a
-- superuser can set this.
SET LOCAL log_min_error_statement = panic;
SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['turnout_owner', 'turnout_service']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('ALTER ROLE %I SET %s', name, setting)
FROM unnest(ARRAY['turnout_owner', 'turnout_service']) AS name,
    unnest(ARRAY['log_min_error_statement = panic', 'log_error_verbosity = terse']) AS setting \gexec
ALTER ROLE turnout_owner PASSWORD :'owner_password';
ALTER ROLE turnout_service PASSWORD :'service_password';

SELECT format('ALTER DATABASE %I OWNER TO turnout_owner', current_database()) \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO turnout_service', current_database()) \gexec
-- Tables and functions of an existing database.
SELECT format('ALTER TABLE %s OWNER TO turnout_owner', oid::regclass) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \gexec
SELECT format('ALTER FUNCTION %s OWNER TO turnout_owner', oid::regprocedure) FROM pg_proc
WHERE pronamespace = 'public'::regnamespace \gexec

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO turnout_service;
-- Tables of later migrations.
ALTER DEFAULT PRIVILEGES FOR ROLE turnout_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO turnout_service;
ALTER DEFAULT PRIVILEGES FOR ROLE turnout_owner IN SCHEMA public
    GRANT SELECT, USAGE ON SEQUENCES TO turnout_service;

-- Last, because the superuser can then only log in on the server itself. Nodes of a Citus cluster
-- need its password to log in to each other.
\getenv keep_password KEEP_SUPERUSER_PASSWORD
\if :{?keep_password}
\else
    ALTER ROLE CURRENT_USER PASSWORD NULL;
\endif
SQL
