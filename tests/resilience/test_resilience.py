"""Every scenario, small; `make torture` runs them large."""

import pytest

from tests.resilience import contention, exhaustion, outages, processes_die, silence
from tests.resilience.clusters import a_cluster
from tests.resilience.service import WITHOUT_LOCKS, a_service
from tests.resilience.town import a_town


@pytest.fixture(scope="module")
def town():
    with a_cluster() as cluster, a_town(cluster.host) as town:
        yield town


@pytest.fixture(scope="module")
def base_url(town):
    with a_service(town) as service:
        yield service.base_url


def holds(report):
    assert report.violations == []
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
    report = contention.shrinking(town, base_url, rounds=15)

    assert report.violations == []


def test_a_deleted_event_leaves_no_seat(town, base_url):
    report = contention.deletion(town, base_url, rounds=15)

    assert report.violations == []


def test_killed_workers_lose_nothing(town):
    assert processes_die.killed_workers(town, kills=3, clients=12).violations == []


def test_a_service_that_is_told_to_stop_finishes_what_it_began(town):
    assert holds(processes_die.told_to_stop(town, in_flight=4, clients=6))


def test_restarts_of_the_database_lose_nothing():
    assert outages.restarts(times=1, clients=12).violations == []


def test_a_failover_loses_nothing():
    assert outages.failover(clients=12, progress=100).violations == []


def test_what_a_lost_standby_has_not_is_not_acknowledged():
    assert holds(outages.lost_standby(attempts=2))


@pytest.mark.parametrize("fault", [silence.gone, silence.frozen])
def test_without_a_database_every_operation_answers_503_soon(fault):
    report = silence.unanswering(fault)

    # How soon is for `make torture` to say: a time is no verdict on a busy machine.
    assert [each for each in report.violations if " took " not in each] == []


def test_an_exhausted_pool_turns_away_and_recovers(town):
    assert holds(exhaustion.exhausted_pool(town))


def test_a_lock_held_by_someone_else_is_not_waited_for_without_end(town):
    assert holds(exhaustion.held_lock(town, seconds=0, at_least=2))


def test_a_database_without_free_connections_is_an_outage():
    report = exhaustion.no_connections()

    assert report.violations == []


def test_the_kit_reports_overselling_when_the_lock_is_taken_out(town):
    with a_service(town, WITHOUT_LOCKS) as service:
        report = contention.rush(town, service.base_url, people=60, seats=10)

    assert any("rows" in each and "capacity 10" in each for each in report.violations)
