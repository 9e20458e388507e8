"""The pooler, or PostgreSQL behind it, dies while seats are taken at two instances."""

from contextlib import ExitStack, contextmanager

import pytest

from adapters.postgres.connection import DriverConnection
from application.errors import OutcomeUnknown, Unavailable
from tests.builders import a_user
from tests.integration.postgres.test_commits import AT_COMMIT
from tests.postgres import backend_of
from tests.scale.pooled import works_through
from tests.torture.clients import Load, wait_until
from tests.torture.ledger import Ledger
from tests.torture.outages import recovered

PROGRESS = 50


@contextmanager
def loaded(town, instances, ledger):
    """Each instance has people who attend and cancel without pause; all want the same seats."""
    crowd = town.people(12)
    events = [town.event(crowd[0]), town.event(crowd[0], 3)]
    with ExitStack() as stack:
        for number, instance in enumerate(instances):
            load = Load(instance.base_url, ledger, crowd[number::2], events)
            stack.enter_context(load)
        wait_until(lambda: ledger.acknowledged() > PROGRESS, "work goes on")
        yield
        goal = ledger.acknowledged() + PROGRESS
        wait_until(lambda: ledger.acknowledged() > goal, "work goes on afterwards")


def is_told(ledger):
    wait_until(lambda: ledger.told()[503, "try_again"] > 0, "it is told")


def test_a_pooler_that_is_killed_and_started_again_loses_nothing(town, instances, pooler):
    ledger = Ledger()
    with loaded(town, instances, ledger):
        pooler.kill()
        is_told(ledger)
        pooler.start()
        recovered(ledger)

    assert ledger.violations(town) == []


def test_a_database_that_is_killed_behind_it_loses_nothing(town, instances, cluster):
    ledger = Ledger()
    with loaded(town, instances, ledger):
        cluster.kill()
        is_told(ledger)
        cluster.start()
        recovered(ledger)

    town.engine.dispose()
    assert ledger.violations(town) == []


def end(town, backend):
    with town.engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({backend}, 5000)")


def test_a_server_that_goes_within_the_work_is_an_outage(town, pooler):
    with works_through(pooler, town) as new_work:
        with pytest.raises(Unavailable) as refusal, new_work() as work:
            end(town, backend_of(work))
            work.users.find_by_username("ada")
        assert type(refusal.value) is Unavailable

        with new_work() as work:
            work.users.find_by_username("ada")


@pytest.mark.parametrize("lost", ["server", "pooler"])
def test_a_commit_during_which_it_goes_is_unknown(town, pooler, monkeypatch, lost):
    execute = DriverConnection.execute

    with works_through(pooler, town) as new_work:
        with pytest.raises(OutcomeUnknown), new_work() as work:
            work.users.add(a_user(f"unknown-{lost}"))
            backend = backend_of(work)

            def lose_and_execute(connection, sql, values=None):
                if isinstance(sql, bytes) and sql.endswith(b"COMMIT"):
                    end(town, backend) if lost == "server" else pooler.kill()
                return execute(connection, sql, values)

            monkeypatch.setattr(DriverConnection, "execute", lose_and_execute)
            work.commit()
        monkeypatch.undo()
        if lost == "pooler":
            pooler.start()


def test_a_warning_at_a_commit_comes_through_and_is_no_success(town, pooler):
    """So PostgreSQL tells that the wait for a standby was cancelled."""
    warn = AT_COMMIT.format(act="RAISE WARNING 'no standby'; RETURN NULL")
    with town.engine.begin() as connection:
        connection.exec_driver_sql(warn)

    with (
        works_through(pooler, town) as new_work,
        pytest.raises(OutcomeUnknown),
        new_work() as work,
    ):
        work.users.add(a_user("warned"))
        work.commit()

    with town.engine.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION at_commit() CASCADE")
