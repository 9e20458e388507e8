#!/bin/bash
# Copies the primary into an empty directory, then starts PostgreSQL as its standby.
set -euo pipefail
primary="host=${PRIMARY_HOST:-primary} port=${PRIMARY_PORT:-5432} user=replicator"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    # --write-recovery-conf stores the connection string with the password, readable by postgres only.
    PGPASSWORD="$REPLICATION_PASSWORD" pg_basebackup --pgdata="$PGDATA" --wal-method=stream \
        --checkpoint=fast --slot=standby --write-recovery-conf \
        --dbname="$primary application_name=standby"
fi
unset REPLICATION_PASSWORD
exec docker-entrypoint.sh "$@"
