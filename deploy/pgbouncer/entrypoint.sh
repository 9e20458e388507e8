#!/bin/sh
# Writes the password file and a copy of the configuration, then runs PgBouncer.
set -eu
quoted() { printf '%s' "$1" | sed 's/"/""/g'; }
umask 077
printf '"turnout_service" "%s"\n"pgbouncer" "%s"\n' \
    "$(quoted "$POSTGRES_PASSWORD")" "$(quoted "$PGBOUNCER_ADMIN_PASSWORD")" >/tmp/userlist.txt
unset POSTGRES_PASSWORD PGBOUNCER_ADMIN_PASSWORD
# A failover edits the copy: the original is read-only.
cp /etc/pgbouncer/pgbouncer.ini /tmp/pgbouncer.ini
exec pgbouncer /tmp/pgbouncer.ini
