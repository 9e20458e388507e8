"""The pooler or PostgreSQL dies under load on two instances."""

from contextlib import ExitStack, contextmanager

import pytest

from adapters.postgres.connection import DriverConnection
from application.errors import OutcomeUnknown, Unavailable
from tests.builders import a_user
from tests.concurrency import wait_until
from tests.integration.postgres.test_commits import AT_COMMIT
from tests.postgres import backend_of
from tests.scale.pooled import pooled_work
from tests.torture.clients import Load
from tests.torture.ledger import Ledger
from tests.torture.outages import wait_for_recovery

PROGRESS = 50


@contextmanager
def load_on_both(sample_data, instances, ledger):
    """Users of each instance attend and cancel without pause; all compete for the same seats."""
    users = sample_data.create_users(12)
    events = [sample_data.create_event(users[0]), sample_data.create_event(users[0], 3)]
    with ExitStack() as stack:
        for number, instance in enumerate(instances):
            user_load = Load(instance.base_url, ledger, users[number::2], events)
            stack.enter_context(user_load)
        wait_until(lambda: ledger.acknowledged() > PROGRESS, "requests succeed")
        yield
        goal = ledger.acknowledged() + PROGRESS
        wait_until(lambda: ledger.acknowledged() > goal, "requests succeed afterwards")


def wait_for_failure(ledger):
    wait_until(lambda: ledger.response_counts()[503, "try_again"] > 0, "a request fails")


def test_a_pooler_restart_loses_no_acknowledged_change(sample_data, instances, pooler):
    ledger = Ledger()
    with load_on_both(sample_data, instances, ledger):
        pooler.kill()
        wait_for_failure(ledger)
        pooler.start()
        wait_for_recovery(ledger)

    assert ledger.violations(sample_data) == []


def test_a_database_crash_behind_the_pooler_loses_no_acknowledged_change(
    sample_data, instances, cluster
):
    ledger = Ledger()
    with load_on_both(sample_data, instances, ledger):
        cluster.kill()
        wait_for_failure(ledger)
        cluster.start()
        wait_for_recovery(ledger)

    sample_data.engine.dispose()
    assert ledger.violations(sample_data) == []


def terminate(sample_data, backend):
    with sample_data.engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({backend}, 5000)")


def test_losing_the_server_during_a_unit_of_work_raises_unavailable(sample_data, pooler):
    with pooled_work(pooler, sample_data) as new_work:
        with pytest.raises(Unavailable) as exc_info, new_work() as work:
            terminate(sample_data, backend_of(work))
            backend_of(work)
        assert type(exc_info.value) is Unavailable

        with new_work() as work:
            backend_of(work)


@pytest.mark.parametrize("lost", ["server", "pooler"])
def test_losing_the_connection_during_a_commit_raises_outcome_unknown(
    sample_data, pooler, monkeypatch, lost
):
    execute = DriverConnection.execute

    with pooled_work(pooler, sample_data) as new_work:
        with pytest.raises(OutcomeUnknown), new_work() as work:
            work.users.add(a_user(f"unknown-{lost}"))
            backend = backend_of(work)

            def lose_and_execute(connection, sql, values=None):
                if isinstance(sql, bytes) and sql.endswith(b"COMMIT"):
                    terminate(sample_data, backend) if lost == "server" else pooler.kill()
                return execute(connection, sql, values)

            monkeypatch.setattr(DriverConnection, "execute", lose_and_execute)
            work.commit()
        monkeypatch.undo()
        if lost == "pooler":
            pooler.start()


def test_a_warning_during_a_commit_raises_outcome_unknown(sample_data, pooler):
    """PostgreSQL sends a warning when the wait for a standby was cancelled."""
    warn = AT_COMMIT.format(action="RAISE WARNING 'no standby'; RETURN NULL")
    with sample_data.engine.begin() as connection:
        connection.exec_driver_sql(warn)

    with (
        pooled_work(pooler, sample_data) as new_work,
        pytest.raises(OutcomeUnknown),
        new_work() as work,
    ):
        work.users.add(a_user("warned"))
        work.commit()

    with sample_data.engine.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION at_commit() CASCADE")
