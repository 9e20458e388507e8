#!/bin/bash
# Creates the database and its roles. Runs once, after the first node has created the cluster.
set -euo pipefail
export POSTGRES_USER=postgres POSTGRES_DB=turnout PGHOST=/run/postgresql
createdb --username=postgres "$POSTGRES_DB"
exec /etc/patroni/roles.sh
