"""The scenarios of tests/torture that need no triggers, and workers that crash."""

from itertools import cycle, islice

import pytest

from tests.citus.crashes import crash, wait_for_worker, workers_of
from tests.citus_database import citus_url, distributed_database
from tests.concurrency import wait_until
from tests.sample_data import SampleData
from tests.service import a_service
from tests.torture import contention
from tests.torture.clients import Load
from tests.torture.clusters import SERVICE_SETTINGS
from tests.torture.ledger import Ledger
from tests.torture.outages import PROGRESS, wait_for_recovery
from tests.torture.report import Report
from tests.torture.test_torture import (  # noqa: F401  # tests that run here, too
    passes,
    test_a_deleted_event_leaves_no_seats,
    test_a_freed_seat_goes_to_one_user,
    test_a_user_who_attends_repeatedly_has_one_seat,
    test_a_waiting_request_of_a_revoked_session_takes_no_seat,
    test_capacity_is_never_below_the_attendee_count,
    test_concurrent_transitions_and_edits_are_made_once_and_in_order,
    test_killed_workers_lose_no_acknowledged_change,
    test_no_seat_is_granted_after_an_event_is_called_off,
    test_nobody_attends_or_calls_off_an_event_that_has_started,
    test_the_attendee_count_stays_between_zero_and_capacity,
    test_waiting_for_a_lock_of_another_transaction_is_bounded,
    violations_of,
)


@pytest.fixture(scope="module")
def sample_data():
    with distributed_database(citus_url()) as url:
        sample_data = SampleData(url.render_as_string(hide_password=False))
        yield sample_data
        sample_data.close()


@pytest.fixture(scope="module")
def service(sample_data):
    with a_service(sample_data.database_url, **SERVICE_SETTINGS) as service:
        yield service


@pytest.fixture(scope="module")
def base_url(service):
    return service.base_url


def test_500_people_take_50_seats(sample_data, base_url):
    assert passes(contention.attend_all(sample_data, base_url, people=500, seats=50))


def test_workers_that_crash_lose_no_acknowledged_change(sample_data, service):
    report = crashed_workers(sample_data, service, times=3, clients=12)

    assert violations_of(report) == []
    assert report.figures["acknowledged"]


def crashed_workers(sample_data, service, *, times: int, clients: int) -> Report:
    """The PostgreSQL of a worker crashes and recovers, each worker in turn."""
    report, ledger = Report(f"PostgreSQL of a worker crashes {times} times under load"), Ledger()
    users = sample_data.create_users(clients)
    # On several workers.
    events = [sample_data.create_event(users[0], seats) for seats in (5, 5, *[clients] * 6)]
    with Load(service.base_url, ledger, users, events):
        for worker in islice(cycle(workers_of(sample_data.engine)), times):
            goal = ledger.acknowledged() + PROGRESS
            wait_until(lambda goal=goal: ledger.acknowledged() > goal, "requests succeed")
            crash(sample_data.engine, worker)
            wait_for_worker(sample_data.engine, worker)
            wait_for_recovery(ledger)
    report.violations += ledger.violations(sample_data)
    report.figures = dict(ledger.outcome_counts()) | {"slowest s": round(ledger.slowest_s(), 2)}
    return report
