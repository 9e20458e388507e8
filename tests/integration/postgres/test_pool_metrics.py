"""The gauge of connections in use."""

import pytest

from adapters.postgres.connection import DriverConnection
from adapters.postgres.engine import make_engine
from adapters.telemetry.metrics.counters import CONNECTIONS_IN_USE, count_connections
from application.errors import Unavailable
from tests.postgres import cut_connections


@pytest.fixture
def in_use(engine_with_two_connections):
    count_connections(engine_with_two_connections)
    return lambda: sum(
        sample.value for metric in CONNECTIONS_IN_USE.collect() for sample in metric.samples
    )


@pytest.fixture
def engine_with_two_connections(database):
    engine = make_engine(database, pool_size=2, is_autocommit=True)
    yield engine
    engine.dispose()


def test_a_connection_is_counted_until_it_is_returned(engine_with_two_connections, in_use):
    with DriverConnection(engine_with_two_connections):
        assert in_use() == 1
        with DriverConnection(engine_with_two_connections):
            assert in_use() == 2
            with pytest.raises(Unavailable):
                DriverConnection(engine_with_two_connections).__enter__()
    assert in_use() == 0


def test_lost_connections_are_not_counted(engine_with_two_connections, in_use):
    with pytest.raises(Unavailable), DriverConnection(engine_with_two_connections) as connection:
        cut_connections(engine_with_two_connections)
        connection.execute("SELECT 1")
    assert in_use() == 0

    with DriverConnection(engine_with_two_connections):
        engine_with_two_connections.dispose()  # as after a failover
        with DriverConnection(engine_with_two_connections):
            assert in_use() == 2
    assert in_use() == 0


def test_connections_that_cannot_be_opened_are_not_counted(engine_with_two_connections, in_use):
    with DriverConnection(engine_with_two_connections):
        pass
    engine_with_two_connections.dialect.connect = raise_operational_error
    cut_connections(engine_with_two_connections)  # noticed when it is checked out again
    for _ in range(3):
        with pytest.raises(Unavailable):
            DriverConnection(engine_with_two_connections).__enter__()

    assert in_use() == 0


def raise_operational_error(*_, **__):
    import psycopg2

    raise psycopg2.OperationalError("nobody listens")
