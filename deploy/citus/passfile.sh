#!/bin/bash
# Writes the passwords with which the nodes log in to each other, as the role of the query that they
# run. Runs when a node is initialized.
set -euo pipefail
umask 077
escaped() { sed 's/[\\:]/\\&/g' <<<"$1"; }
cat >"$PGPASSFILE" <<EOF
*:*:*:postgres:$(escaped "$POSTGRES_PASSWORD")
*:*:*:turnout_owner:$(escaped "$OWNER_PASSWORD")
*:*:*:turnout_service:$(escaped "$SERVICE_PASSWORD")
EOF
