"""What holds for one instance holds for two that share all they have."""

from collections import Counter

import httpx

from adapters.http.rate_limits import LOG_IN
from tests.processes import finished
from tests.torture import contention
from tests.torture.clients import Client, at_once


def holds(report):
    assert report.violations == []
    return True


def test_the_journey_passes_when_requests_alternate(root, balancer):
    journey = finished(root, "demo", "--base-url", balancer.base_url)

    assert journey.returncode == 0, journey.stdout + journey.stderr
    assert journey.stdout.endswith("The journey is complete.\n")


def test_a_rush_on_both_sells_each_seat_once(town, balancer):
    assert holds(contention.rush(town, balancer.base_url, people=40, seats=10))


def test_one_who_insists_at_both_has_one_seat(town, balancer):
    assert holds(contention.insistence(town, balancer.base_url, attempts=20))


def test_the_count_never_leaves_its_bounds(town, balancer):
    url = balancer.base_url
    assert holds(contention.swinging(town, url, clients=16, seats=5, rounds=6, seconds=0))


def test_one_seat_that_is_given_back_goes_to_one(town, balancer):
    assert holds(contention.last_seat(town, balancer.base_url, contenders=20))


def test_capacity_is_not_lowered_below_the_seats(town, balancer):
    assert holds(contention.shrinking(town, balancer.base_url, rounds=8))


def test_a_deleted_event_leaves_no_seat(town, balancer):
    assert holds(contention.deletion(town, balancer.base_url, rounds=8))


def test_a_refresh_token_is_spent_once_wherever_it_is_sent(town, instances):
    [person] = town.people(1)
    clients = [Client(instances[n % 2].base_url) for n in range(8)]
    path, body = "/v1/profile/token/refresh/", {"refresh_token": person.refresh_token}

    answers = at_once([lambda c=c: c.ask(None, "POST", path, body) for c in clients])

    told = Counter(answer.status for answer in answers)
    assert told == {200: 1, 401: 7}
    # Reuse ended the session, and both know.
    assert {each.ask(person, "GET", "/v1/profile/").status for each in clients} == {401}
    for client in clients:
        client.close()


def test_attempts_are_counted_across_instances(instances):
    most = int(LOG_IN.by_account.split()[0])
    body = {"username": "nobody-here", "password": "wrong horse battery"}

    told = [
        httpx.post(f"{instances[n % 2].base_url}/v1/profile/token/", json=body).status_code
        for n in range(most + 2)
    ]

    assert told == [401] * most + [429, 429]
