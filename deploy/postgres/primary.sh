#!/bin/bash
# Runs once, when a new primary is initialized: sets up synchronous replication.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
    --set=password="$REPLICATION_PASSWORD" <<'SQL'
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'password';
-- Retains WAL that the standby has not fetched, up to max_slot_wal_keep_size.
SELECT pg_create_physical_replication_slot('standby');
-- Last, and not as a server option: commits block until the standby is connected.
ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (standby)';
SQL
echo 'host replication replicator samenet scram-sha-256' >>"$PGDATA/pg_hba.conf"
