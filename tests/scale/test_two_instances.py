"""Two instances that share a database and Redis keep the rules that one instance keeps."""

from collections import Counter

import httpx

from adapters.http.rate_limits import REFRESH
from tests.concurrency import run_concurrently
from tests.processes import run_cli
from tests.torture import contention
from tests.torture.clients import Client


def passes(report):
    assert report.violations == []
    return True


def test_the_demo_passes_on_alternating_instances(root, balancer):
    journey = run_cli(root, "demo", "--base-url", balancer.base_url)

    assert journey.returncode == 0, journey.stdout + journey.stderr
    assert journey.stdout.endswith("The journey is complete.\n")


def test_concurrent_attends_on_both_take_each_seat_once(sample_data, balancer):
    assert passes(contention.attend_all(sample_data, balancer.base_url, people=40, seats=10))


def test_a_user_who_attends_repeatedly_on_both_has_one_seat(sample_data, balancer):
    assert passes(contention.attend_repeatedly(sample_data, balancer.base_url, attempts=20))


def test_the_attendee_count_stays_between_zero_and_capacity(sample_data, balancer):
    url = balancer.base_url
    assert passes(
        contention.attend_and_cancel(sample_data, url, clients=16, seats=5, rounds=6, seconds=0)
    )


def test_a_freed_seat_goes_to_one_user(sample_data, balancer):
    assert passes(contention.last_seat(sample_data, balancer.base_url, contenders=20))


def test_capacity_is_never_below_the_attendee_count(sample_data, balancer):
    assert passes(contention.lower_capacity(sample_data, balancer.base_url, rounds=8))


def test_a_deleted_event_leaves_no_seats(sample_data, balancer):
    assert passes(contention.delete_event(sample_data, balancer.base_url, rounds=8))


def test_a_refresh_token_works_once_across_instances(sample_data, instances):
    [user] = sample_data.create_users(1)
    clients = [Client(instances[n % 2].base_url) for n in range(8)]
    path, body = "/v1/profile/token/refresh/", {"refresh_token": user.refresh_token}

    responses = run_concurrently(
        *[lambda c=c: c.request(None, "POST", path, body) for c in clients]
    )

    statuses = Counter(response.status for response in responses)
    assert statuses == {200: 1, 401: 7}
    codes = {response.code for response in responses if response.status == 401}
    assert codes == {"refresh_token_superseded"}
    assert {client.request(user, "GET", "/v1/profile/").status for client in clients} == {200}
    for client in clients:
        client.close()


def test_rate_limits_are_shared_across_instances(instances):
    limit = int(REFRESH.by_account.split()[0])
    body = {"refresh_token": "all invalid tokens share a key"}

    statuses = [
        httpx.post(f"{instances[n % 2].base_url}/v1/profile/token/refresh/", json=body).status_code
        for n in range(limit + 2)
    ]

    assert statuses == [401] * limit + [429, 429]
