#!/bin/bash
# Registers the workers with the coordinator (PGHOST), then creates the roles on all nodes. It can
# be repeated.
set -euo pipefail
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
    --set=coordinator="$PGHOST" --set=workers="$WORKERS" >/dev/null <<'SQL'
SELECT citus_set_coordinator_host(:'coordinator');
SELECT citus_add_node(name, 5432) FROM unnest(string_to_array(:'workers', ' ')) AS name;
SQL
exec /etc/citus/roles.sh
