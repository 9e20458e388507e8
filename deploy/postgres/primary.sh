#!/bin/bash
# Once, in a new primary's empty directory: who may copy it, and whom each commit waits for.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
    --set=password="$REPLICATION_PASSWORD" <<'SQL'
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'password';
-- What the standby has not fetched yet is kept for it, up to max_slot_wal_keep_size.
SELECT pg_create_physical_replication_slot('standby');
-- Last, and not as an option of the server: no commit before could end.
ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (standby)';
SQL
echo 'host replication replicator samenet scram-sha-256' >>"$PGDATA/pg_hba.conf"
