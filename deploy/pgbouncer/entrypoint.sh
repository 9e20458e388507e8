#!/bin/sh
# Writes the password file, then runs PgBouncer.
set -eu
quoted() { printf '%s' "$1" | sed 's/"/""/g'; }
umask 077
printf '"turnout_service" "%s"\n"pgbouncer" "%s"\n' \
    "$(quoted "$POSTGRES_PASSWORD")" "$(quoted "$PGBOUNCER_ADMIN_PASSWORD")" >/tmp/userlist.txt
unset POSTGRES_PASSWORD PGBOUNCER_ADMIN_PASSWORD
exec pgbouncer /etc/pgbouncer/pgbouncer.ini
