"""A PostgreSQL for the tests, from the first source that has one."""

import gc
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from warnings import catch_warnings, simplefilter

import docker
from docker.errors import DockerException, ImageNotFound
from requests import RequestException
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL

from adapters.persistence.engine import make_engine
from adapters.persistence.migrate import migrate
from adapters.persistence.unit_of_work import PostgresUnitOfWork
from adapters.persistence.waits import MAINTENANCE
from entrypoints.local_services import embedded_postgres
from entrypoints.settings.environment import parse_database_url

IMAGE = "postgres:18"


@contextmanager
def a_server() -> Iterator[URL]:
    """TEST_DATABASE_URL if set, else a container where Docker can run one, else the embedded."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield parse_database_url(given, "TEST_DATABASE_URL")
    elif docker_has(IMAGE):
        with a_container() as url:
            yield url
    else:
        with (
            TemporaryDirectory(prefix="turnout-test-") as directory,
            embedded_postgres(Path(directory)) as url,
        ):
            yield parse_database_url(url, "the embedded server's URL")


def docker_has(image: str) -> bool:
    client = docker_client()
    if client is None:
        return False
    try:
        client.images.get(image)
    except ImageNotFound:
        try:
            client.images.pull(image)
        except (DockerException, RequestException):
            return False
    except (DockerException, RequestException):
        return False
    finally:
        client.close()
    return True


def docker_client() -> docker.DockerClient | None:
    """A client of the engine, if one answers."""
    with suppress(DockerException):
        return docker.from_env()
    with catch_warnings():
        simplefilter("ignore", ResourceWarning)
        gc.collect()  # the client that failed left its socket open
    return None


@contextmanager
def a_container() -> Iterator[URL]:
    from testcontainers.community.postgres import PostgresContainer
    from testcontainers.core.config import testcontainers_config

    # The reaper would be one more image to pull; the container is stopped here.
    testcontainers_config.ryuk_disabled = True
    with PostgresContainer(IMAGE) as container:
        yield parse_database_url(container.get_connection_url(), "the container's URL")


@contextmanager
def a_database(server: URL, *, migrated: bool = True) -> Iterator[URL]:
    """A new database on the server, dropped at the end: nothing else there is touched."""
    name = f"turnout_test_{secrets.token_hex(6)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = server.set(database=name)
        if migrated:
            engine = make_engine(url, pool_size=1, timeouts=MAINTENANCE)
            migrate(engine)
            engine.dispose()
        yield url
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        admin.dispose()


def run_in(work: PostgresUnitOfWork, statement: str) -> None:
    """Run SQL within the unit of work, at once."""
    work._transaction.write(statement, {})
    backend_of(work)


def backend_of(work: PostgresUnitOfWork) -> int:
    """The id of the server's process that serves the unit of work."""
    [[pid]] = work._transaction.rows("SELECT pg_backend_pid()", {})
    return pid


def cut_connections(engine: Engine) -> None:
    """End all sessions of the engine's database but the one that does so."""
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
