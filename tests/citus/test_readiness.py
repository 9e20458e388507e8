import socket

import pytest
from sqlalchemy import text

from adapters.postgres.citus.distribute import distribute
from adapters.postgres.citus.readiness import NO_RESPONSE, NOT_DISTRIBUTED, check_readiness
from adapters.postgres.engine import make_engine
from adapters.postgres.reader import Reader
from adapters.postgres.schema.version import NO_MIGRATIONS
from application.errors import NotReady
from tests.citus.nodes import worker_at
from tests.processes import free_port

HOST = "127.0.0.1"


class Interrupted(Exception):
    pass


@pytest.fixture
def reader(url):
    """As the service connects, with its timeouts."""
    engine = make_engine(url, pool_size=1, is_autocommit=True, is_citus=True)
    yield Reader(engine)
    engine.dispose()


def reason(reader):
    with pytest.raises(NotReady) as error:
        check_readiness(reader)
    return error.value.detail


def test_a_distributed_database_is_ready(distributed, reader, messages):
    check_readiness(reader)

    assert len(messages) == 1


def test_a_plain_database_is_not_ready(migrated, reader):
    assert reason(reader) == NOT_DISTRIBUTED


def test_a_database_without_tables_lacks_migrations(migrated, reader, engine):
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))

    assert reason(reader) == NO_MIGRATIONS


def test_a_distributed_database_can_lack_migrations(distributed, reader, engine):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    assert reason(reader) == NO_MIGRATIONS


def test_a_table_that_is_not_distributed_is_named(migrated, reader, engine):
    def interrupt(table, rows, seconds):
        if table == "events":
            raise Interrupted

    with pytest.raises(Interrupted):
        distribute(engine, interrupt)

    assert reason(reader) == (
        "The table attendances is not distributed: run python -m entrypoints.cli distribute."
    )


def test_a_stopped_worker_is_named(distributed, reader, engine):
    port = free_port()
    with worker_at(engine, HOST, port):
        assert reason(reader) == f"The worker {HOST}:{port} does not respond."

    check_readiness(reader)


def test_a_worker_that_hangs_is_named(distributed, reader, engine):
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        with worker_at(engine, HOST, port):
            assert reason(reader) == f"The worker {HOST}:{port} does not respond."

    check_readiness(reader)


def test_an_unreachable_database_is_not_ready(url):
    nowhere = make_engine(url.set(port=free_port()), pool_size=1, is_autocommit=True, is_citus=True)

    assert reason(Reader(nowhere)) == NO_RESPONSE
