"""Every scenario, small; `make torture` runs them large."""

import pytest

from tests.sample_data import sample_data
from tests.service import a_service
from tests.torture import contention, exhaustion, outages, process_failures, unresponsive_database
from tests.torture.clusters import a_cluster


@pytest.fixture(scope="module")
def cluster():
    with a_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def town(cluster):
    with sample_data(cluster.host) as town:
        yield town


@pytest.fixture(scope="module")
def service(town):
    """It is whole again after each scenario."""
    with a_service(town) as service:
        yield service


@pytest.fixture(scope="module")
def base_url(service):
    return service.base_url


def violations_of(report):
    """How soon is for `make torture` to say: a time is no verdict on a busy machine."""
    return [each for each in report.violations if " took " not in each]


def holds(report):
    assert violations_of(report) == []
    assert all(value != 0 for value in report.figures.values() if isinstance(value, int))
    return True


def test_a_rush_sells_each_seat_once(town, base_url):
    assert holds(contention.rush(town, base_url, people=60, seats=10))


def test_one_who_insists_has_one_seat(town, base_url):
    assert holds(contention.insistence(town, base_url, attempts=30))


def test_the_count_never_leaves_its_bounds(town, base_url):
    assert holds(contention.swinging(town, base_url, clients=24, seats=5, rounds=10, seconds=0))


def test_one_seat_that_is_given_back_goes_to_one(town, base_url):
    assert holds(contention.last_seat(town, base_url, contenders=30))


def test_capacity_is_not_lowered_below_the_seats(town, base_url):
    assert violations_of(contention.shrinking(town, base_url, rounds=15)) == []


def test_a_deleted_event_leaves_no_seat(town, base_url):
    assert violations_of(contention.deletion(town, base_url, rounds=15)) == []


def test_killed_workers_lose_nothing(town, service):
    report = process_failures.killed_workers(town, service, kills=2, clients=12)

    assert violations_of(report) == []


def test_a_service_that_is_told_to_stop_finishes_what_it_began(town):
    assert holds(process_failures.told_to_stop(town, in_flight=4, clients=6))


def test_restarts_of_the_database_lose_nothing(cluster, town, service):
    report = outages.restarts(cluster, town, service, times=1, clients=12)

    assert violations_of(report) == []


def test_a_failover_loses_nothing():
    assert violations_of(outages.failover(clients=12, progress=100)) == []


def test_what_a_lost_standby_has_not_is_not_acknowledged(town, service):
    assert holds(outages.lost_standby(town, service, attempts=1))


@pytest.mark.parametrize("fault", [unresponsive_database.gone, unresponsive_database.frozen])
def test_without_a_database_every_operation_answers_503_soon(cluster, town, service, fault):
    report = unresponsive_database.unanswering(cluster, town, service, fault=fault)

    assert violations_of(report) == []


def test_an_exhausted_pool_turns_away_and_recovers(town):
    assert holds(exhaustion.exhausted_pool(town))


def test_a_lock_held_by_someone_else_is_not_waited_for_without_end(town, base_url):
    assert holds(exhaustion.held_lock(town, base_url, seconds=0, at_least=1))


def test_a_database_without_free_connections_is_an_outage(cluster, town, service):
    assert violations_of(exhaustion.no_connections(cluster, town, service)) == []
