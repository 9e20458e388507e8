"""How many connections are lent, whatever becomes of them."""

import pytest

from adapters.postgres.connection import DriverConnection
from adapters.postgres.engine import make_engine
from adapters.telemetry.metrics.counters import CONNECTIONS_IN_USE, count_connections
from application.errors import Unavailable
from tests.postgres import cut_connections


@pytest.fixture
def gauge(engine_of_two):
    count_connections(engine_of_two)
    return lambda: sum(
        sample.value for metric in CONNECTIONS_IN_USE.collect() for sample in metric.samples
    )


@pytest.fixture
def engine_of_two(database):
    engine = make_engine(database, pool_size=2, is_autocommit=True)
    yield engine
    engine.dispose()


def test_what_is_lent_is_counted_until_it_is_returned(engine_of_two, gauge):
    with DriverConnection(engine_of_two):
        assert gauge() == 1
        with DriverConnection(engine_of_two):
            assert gauge() == 2
            with pytest.raises(Unavailable):
                DriverConnection(engine_of_two).__enter__()
    assert gauge() == 0


def test_connections_that_are_lost_are_lent_no_more(engine_of_two, gauge):
    with pytest.raises(Unavailable), DriverConnection(engine_of_two) as connection:
        cut_connections(engine_of_two)
        connection.execute("SELECT 1")
    assert gauge() == 0

    with DriverConnection(engine_of_two):
        engine_of_two.dispose()  # as after a failover
        with DriverConnection(engine_of_two):
            assert gauge() == 2
    assert gauge() == 0


def test_what_could_not_be_opened_was_not_lent(engine_of_two, gauge):
    with DriverConnection(engine_of_two):
        pass
    engine_of_two.dialect.connect = refuse
    cut_connections(engine_of_two)  # found out when it is to be lent again
    for _ in range(3):
        with pytest.raises(Unavailable):
            DriverConnection(engine_of_two).__enter__()

    assert gauge() == 0


def refuse(*_, **__):
    import psycopg2

    raise psycopg2.OperationalError("nobody listens")
