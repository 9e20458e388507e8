"""The roles of deploy/postgres/roles.sh: the owner, which migrates, and the service."""

import os
import subprocess
from contextlib import closing

import psycopg2
import pytest
from psycopg2.errors import CheckViolation, InsufficientPrivilege
from sqlalchemy import URL

from entrypoints.embedded_postgres import BIN_DIR
from tests.processes import run_cli, running_cli
from tests.torture.clusters import a_cluster

OWNER, SERVICE = "turnout_owner", "turnout_service"
PASSWORDS = {OWNER: """owner's "password" $HOME""", SERVICE: "another one", "postgres": "postgres"}
NEW_USER = "INSERT INTO users (id, created_at) VALUES (gen_random_uuid(), now())"


class Server:
    """A new server. roles.sh removes the superuser's password."""

    def __init__(self, cluster, root):
        self._cluster = cluster
        self._root = root

    def url(self, role, database):
        address = {"host": "127.0.0.1", "port": self._cluster.port, "database": database}
        url = URL.create("postgresql", role, PASSWORDS[role], **address)
        return url.render_as_string(hide_password=False)

    def settings(self, role, database):
        return {"DATABASE_URL": self.url(role, database)}

    def execute(self, role, database, statement):
        with closing(psycopg2.connect(self.url(role, database))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)

    def command(self, role, database, *arguments):
        result = run_cli(self._root, *map(str, arguments), **self.settings(role, database))
        assert result.returncode == 0, result.stderr
        return result.stdout

    def create_roles(self, database):
        subprocess.run(
            [self._root / "deploy" / "postgres" / "roles.sh"],
            env={
                "PATH": f"{BIN_DIR}:{os.environ['PATH']}",
                "PGHOST": "127.0.0.1",
                "PGPORT": str(self._cluster.port),
                "POSTGRES_USER": "postgres",
                "POSTGRES_DB": database,
                "OWNER_PASSWORD": PASSWORDS[OWNER],
                "SERVICE_PASSWORD": PASSWORDS[SERVICE],
            },
            check=True,
        )

    def log(self):
        return self._cluster.log.read_text()

    def require_passwords(self):
        """Require passwords, as the image does for all network connections."""
        self._cluster.stop()
        rule = "host all all 127.0.0.1/32 scram-sha-256\n"
        (self._cluster.data / "pg_hba.conf").write_text(rule)
        self._cluster.start()


@pytest.fixture(scope="module")
def root(pytestconfig):
    return pytestconfig.rootpath


@pytest.fixture(scope="module")
def server(root):
    """With three databases: a migrated one, an empty one, and one of the superuser."""
    with a_cluster() as cluster:
        server = Server(cluster, root)
        server.execute(
            "postgres", "postgres", f"ALTER ROLE postgres PASSWORD '{PASSWORDS['postgres']}'"
        )
        for database in ("turnout", "empty", "adopted"):
            server.execute("postgres", "postgres", f"CREATE DATABASE {database}")
        server.command("postgres", "adopted", "migrate")
        for database in ("turnout", "empty", "adopted", "adopted"):
            server.create_roles(database)
        server.require_passwords()
        server.command(OWNER, "turnout", "migrate")
        yield server


def test_the_service_serves_what_the_owner_migrated(server, root, tmp_path):
    settings = server.settings(SERVICE, "turnout") | {"DATA_DIR": str(tmp_path)}
    with running_cli(root, "run", **settings) as (_, base_url):
        demo = run_cli(root, "demo", "--base-url", base_url)

    assert demo.stdout.endswith("The journey is complete.\n"), demo.stdout + demo.stderr


def test_maintenance_needs_only_the_service_role_and_restoring_the_owner(server, tmp_path):
    file = tmp_path / "turnout.dump"
    server.command(SERVICE, "turnout", "seed-demo", "--people", 3, "--events", 2, "--seats", 1)

    assert "were deleted." in server.command(SERVICE, "turnout", "purge")
    verification = server.command(SERVICE, "turnout", "verify-data")
    assert " 0 differ." in verification
    server.command(SERVICE, "turnout", "backup", file)
    assert server.command(OWNER, "empty", "restore", file).endswith(verification)
    assert server.command(SERVICE, "empty", "verify-data") == verification


@pytest.mark.parametrize("database", ["turnout", "adopted"])
def test_the_service_changes_rows_of_present_and_later_tables(server, database):
    server.execute(SERVICE, database, NEW_USER)
    server.execute(OWNER, database, "ALTER TABLE users ADD COLUMN later integer")
    server.execute(OWNER, database, "CREATE TABLE later (id serial PRIMARY KEY)")

    server.execute(SERVICE, database, "INSERT INTO later DEFAULT VALUES")
    server.execute(SERVICE, database, "UPDATE later SET id = 2; DELETE FROM later")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE x (id integer)",
        "CREATE TEMPORARY TABLE x (id integer)",
        "CREATE SCHEMA x",
        "CREATE FUNCTION x() RETURNS integer LANGUAGE sql RETURN 1",
        "CREATE OR REPLACE FUNCTION require_live_session(uuid, uuid, timestamptz) RETURNS void"
        " LANGUAGE sql AS 'SELECT'",
        "ALTER TABLE events ADD COLUMN x integer",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "CREATE INDEX x ON events (title)",
        "DROP TABLE attendances",
        "TRUNCATE attendances",
        "CREATE ROLE x",
        "CREATE DATABASE x",
        "ALTER DATABASE turnout RENAME TO x",
        "SET ROLE turnout_owner",
        "SET session_replication_role = replica",
        "SET log_min_error_statement = error",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY users TO PROGRAM 'cat'",
    ],
)
@pytest.mark.parametrize("database", ["turnout", "adopted"])
def test_the_service_cannot_change_the_schema_or_leave_the_database(server, database, statement):
    with pytest.raises(InsufficientPrivilege):
        server.execute(SERVICE, database, statement)


def test_the_service_cannot_migrate(server, root):
    settings = server.settings(SERVICE, "turnout")
    assert server.command(SERVICE, "turnout", "migrate") == ""  # there is nothing to do

    server.execute("turnout_owner", "turnout", "DELETE FROM alembic_version")
    result = run_cli(root, "migrate", **settings)

    assert result.returncode == 1
    assert result.stderr.startswith("turnout: DATABASE_URL: permission denied ")


def test_the_superuser_cannot_log_in_over_the_network(server):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        server.execute("postgres", "turnout", "SELECT")


@pytest.mark.parametrize("role", [OWNER, SERVICE])
def test_failed_statements_are_not_logged_with_their_values(server, role):
    user = (
        f"INSERT INTO users (id, created_at, username) VALUES (gen_random_uuid(), now(), '{role}x')"
    )
    with pytest.raises(CheckViolation):  # an account has a password
        server.execute(role, "turnout", user)

    log = server.log()
    assert "violates check constraint" in log
    assert f"{role}x" not in log
