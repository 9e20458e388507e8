"""A PostgreSQL server for the tests, and databases on it."""

import gc
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any
from unittest.mock import patch
from warnings import catch_warnings, simplefilter

import docker
from docker.errors import DockerException
from requests import RequestException
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import testcontainers_config

from adapters.postgres.citus.tables import usernames
from adapters.postgres.connection import DriverConnection
from adapters.postgres.engine import make_engine
from adapters.postgres.schema.migrate import migrate
from adapters.postgres.schema.tables import metadata
from adapters.postgres.timeouts import MAINTENANCE
from adapters.postgres.unit_of_work import PostgresUnitOfWork, PostgresUnitOfWorkFactory
from application.caller import Caller
from entrypoints.embedded_postgres import embedded_postgres
from entrypoints.settings import CITUS, read_database_type
from entrypoints.settings.environment import parse_database_url
from tests.concurrency import TIMEOUT_S

IMAGE = "postgres:18"
# A migrated database; test databases are copies of it.
TEMPLATE = f"turnout_template_{os.getpid()}"


@contextmanager
def a_server(*, is_durable: bool = True) -> Iterator[URL]:
    """The server of TEST_DATABASE_URL, a Docker container, or the embedded server.

    `is_durable=False` turns off fsync on the embedded server.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        server = parse_database_url(url, "TEST_DATABASE_URL")
        yield server
        run_on(server, f"DROP DATABASE IF EXISTS {TEMPLATE}")
    elif has_docker():
        # The reaper would be another image to pull; the container is stopped here.
        testcontainers_config.ryuk_disabled = True
        with PostgresContainer(IMAGE) as container:
            yield parse_database_url(container.get_connection_url(), "the container's URL")
    else:
        with (
            TemporaryDirectory(prefix="turnout-test-") as directory,
            embedded_postgres(Path(directory)) as url,
        ):
            server = parse_database_url(url, "the embedded server's URL")
            if not is_durable:
                run_on(server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
            yield server


def has_docker() -> bool:
    """Whether Docker runs here and has the image or can pull it."""
    client = None
    with suppress(DockerException):
        client = docker.from_env()
    if client is None:
        with catch_warnings():
            simplefilter("ignore", ResourceWarning)
            gc.collect()  # the client does not close its socket
        return False
    with closing(client), suppress(DockerException, RequestException):
        return bool(client.images.list(IMAGE) or client.images.pull(IMAGE))
    return False


def run_on(server: URL, *statements: str) -> None:
    """Run SQL outside a transaction."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    admin.dispose()


@contextmanager
def a_database(server: URL, *, migrated: bool = True, encoding: str = "") -> Iterator[URL]:
    """A new database on the server, dropped at the end. It has no tables if `encoding` is given."""
    name = f"turnout_test_{secrets.token_hex(6)}"
    template = template_on(server) if migrated and not encoding else "template1"
    if encoding:
        template = f"template0 LOCALE 'C' ENCODING '{encoding}'"
    run_on(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.set(database=name)
    run_on(server, f"DROP DATABASE {name} WITH (FORCE)")


@cache
def template_on(server: URL) -> str:
    run_on(server, f"CREATE DATABASE {TEMPLATE}")
    engine = make_engine(server.set(database=TEMPLATE), pool_size=1, timeouts=MAINTENANCE)
    migrate(engine)
    engine.dispose()
    return TEMPLATE


def delete_rows(engine: Engine) -> None:
    """Delete all rows of a migrated database."""
    tables = [*reversed(metadata.sorted_tables)]
    if read_database_type() == CITUS:
        tables.append(usernames)
    # For few rows, DELETE takes a twentieth of the time of TRUNCATE.
    deletes = "; ".join(f"DELETE FROM {table.name}" for table in tables)
    with engine.begin() as connection:
        connection.exec_driver_sql(deletes)


@contextmanager
def recorded_messages() -> Iterator[list[bytes]]:
    """The messages that this process sends to the database, one per round trip."""
    sent: list[bytes] = []
    execute = DriverConnection.execute

    def record(
        connection: DriverConnection, sql: str | bytes, values: Mapping[str, Any] | None = None
    ) -> str:
        sent.append(sql if isinstance(sql, bytes) else sql.encode())
        return execute(connection, sql, values)

    with patch.object(DriverConnection, "execute", record):
        yield sent


def run_in(work: PostgresUnitOfWork, statement: str) -> None:
    """Run SQL immediately within the unit of work."""
    work._transaction.write(statement, {})
    backend_of(work)


def backend_of(work: PostgresUnitOfWork) -> int:
    """The process id of the server backend of the unit of work."""
    [[pid]] = work._transaction.rows("SELECT pg_backend_pid()", {})
    return pid


class HeldUnitOfWorkFactory(PostgresUnitOfWorkFactory):
    """Its units of work send their writes, then wait for `may_commit`."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.is_ready, self.may_commit = Event(), Event()

    def __call__(self, caller: Caller | None = None) -> PostgresUnitOfWork:
        factory = self

        class Held(PostgresUnitOfWork):
            def commit(self) -> None:
                backend_of(self)  # sends the writes
                factory.is_ready.set()
                assert factory.may_commit.wait(TIMEOUT_S)
                super().commit()

        return Held(self._engine, caller=caller)


def cut_connections(engine: Engine) -> None:
    """Terminate all other connections to the engine's database."""
    admin = create_engine(engine.url)
    with admin.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        )
    admin.dispose()
