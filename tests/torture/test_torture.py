"""Every scenario at a small size; `make torture` runs them at full size."""

import pytest

from tests.sample_data import sample_database
from tests.service import APP_WITHOUT_LOCKS, a_service
from tests.torture import (
    contention,
    exhaustion,
    outages,
    process_failures,
    revocation,
    unresponsive_database,
    waitlists,
    webhooks,
)
from tests.torture.clusters import SERVICE_SETTINGS, a_cluster


@pytest.fixture(scope="module")
def cluster():
    with a_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def sample_data(cluster):
    with sample_database(cluster.host) as sample_data:
        yield sample_data


@pytest.fixture(scope="module")
def service(sample_data):
    """Shared: it has recovered at the end of each scenario."""
    with a_service(sample_data.database_url, **SERVICE_SETTINGS) as service:
        yield service


@pytest.fixture(scope="module")
def base_url(service):
    return service.base_url


def violations_of(report):
    """Without those about durations, which only `make torture` checks."""
    return [each for each in report.violations if " took " not in each]


def passes(report):
    assert violations_of(report) == []
    assert all(value != 0 for value in report.figures.values() if isinstance(value, int))
    return True


def test_concurrent_attends_take_each_seat_once(sample_data, base_url):
    assert passes(contention.attend_all(sample_data, base_url, people=60, seats=10))


def test_a_user_who_attends_repeatedly_has_one_seat(sample_data, base_url):
    assert passes(contention.attend_repeatedly(sample_data, base_url, attempts=30))


def test_the_attendee_count_stays_between_zero_and_capacity(sample_data, base_url):
    assert passes(
        contention.attend_and_cancel(
            sample_data, base_url, clients=24, seats=5, rounds=10, seconds=0
        )
    )


def test_a_freed_seat_goes_to_one_user(sample_data, base_url):
    assert passes(contention.last_seat(sample_data, base_url, contenders=30))


def test_capacity_is_never_below_the_attendee_count(sample_data, base_url):
    assert violations_of(contention.lower_capacity(sample_data, base_url, rounds=15)) == []


def test_a_deleted_event_leaves_no_seats(sample_data, base_url):
    assert violations_of(contention.delete_event(sample_data, base_url, rounds=15)) == []


def test_no_seat_is_granted_after_an_event_is_called_off(sample_data, base_url):
    assert passes(contention.call_off_event(sample_data, base_url, rounds=15))


def test_nobody_attends_or_calls_off_an_event_that_has_started(sample_data, base_url):
    assert violations_of(contention.start_event(sample_data, base_url, rounds=10)) == []


def test_a_crowd_gets_seats_in_the_order_of_the_waitlist_while_workers_are_killed(
    sample_data, service
):
    report = waitlists.change_places(
        sample_data,
        service.base_url,
        people=60,
        seats=8,
        seconds=3,
        clients=12,
        service=service,
    )

    assert violations_of(report) == []
    assert report.figures["promoted"]


def test_without_the_row_lock_the_waitlist_breaks(cluster):
    with (
        sample_database(cluster.host) as sample_data,
        a_service(sample_data.database_url, APP_WITHOUT_LOCKS) as unlocked,
    ):
        report = waitlists.change_places(
            sample_data, unlocked.base_url, people=60, seats=8, seconds=1, clients=12
        )

    assert any("waitlist count" in each for each in report.violations)


def test_nobody_joins_or_is_promoted_after_the_event_has_started(sample_data, base_url):
    assert violations_of(waitlists.start_event(sample_data, base_url, rounds=10)) == []


def test_concurrent_transitions_and_edits_are_made_once_and_in_order(sample_data, base_url):
    assert violations_of(contention.change_state(sample_data, base_url, rounds=10)) == []


def test_a_waiting_request_of_a_revoked_session_takes_no_seat(sample_data):
    assert passes(revocation.revoked_sessions(sample_data, rounds=5))


def test_killed_workers_lose_no_acknowledged_change(sample_data, service):
    report = process_failures.killed_workers(sample_data, service, kills=2, clients=12)

    assert violations_of(report) == []


def test_a_stopping_service_finishes_its_requests(sample_data):
    assert passes(process_failures.graceful_stop(sample_data, in_flight=4, clients=6))


def test_every_committed_change_and_no_other_reaches_a_webhook_while_workers_are_killed(
    sample_data, service
):
    report = webhooks.deliver_all(sample_data, service, changes=150, kills=4, clients=6)

    assert violations_of(report) == []
    assert report.figures["rejected"]


def test_a_database_restart_loses_no_acknowledged_change(cluster, sample_data, service):
    report = outages.restarts(cluster, sample_data, service, times=1, clients=12)

    assert violations_of(report) == []


def test_a_commit_without_the_synchronous_standby_is_not_acknowledged(sample_data, service):
    assert passes(outages.lost_standby(sample_data, service, attempts=1))


@pytest.mark.parametrize("fault", [unresponsive_database.stopped, unresponsive_database.frozen])
def test_every_operation_returns_503_quickly_without_a_database(
    cluster, sample_data, service, fault
):
    report = unresponsive_database.all_operations(cluster, sample_data, service, fault=fault)

    assert violations_of(report) == []


def test_an_exhausted_pool_rejects_requests_and_recovers(sample_data):
    assert passes(exhaustion.exhausted_pool(sample_data))


def test_waiting_for_a_lock_of_another_transaction_is_bounded(sample_data, base_url):
    assert passes(exhaustion.held_lock(sample_data, base_url, seconds=0, at_least=1))


def test_a_database_without_free_connections_returns_503(cluster, sample_data, service):
    assert violations_of(exhaustion.no_connections(cluster, sample_data, service)) == []
