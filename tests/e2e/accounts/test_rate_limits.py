"""Rate limits for logging in, signing up, refreshing and changing the password."""

from contextlib import ExitStack
from ipaddress import ip_network

import pytest
import time_machine

from adapters.http.rate_limits import LOG_IN, REFRESH, SIGN_UP
from adapters.http.rate_limits import PASSWORD as PASSWORD_LIMIT
from tests.applications import an_app
from tests.e2e.client import PASSWORD
from tests.processes import free_port
from tests.redis_server import a_redis, needs_redis

NOW = "2030-05-17T12:00:00Z"
UNREACHABLE = "redis://127.0.0.1:1"


@pytest.fixture
def client_with(database, empty_database):
    """Makes test clients, each of a new application with these settings."""
    with ExitStack() as apps:

        def make(**settings):
            values = {"trusted_proxies": (ip_network("127.0.0.0/8"),)} | settings
            return apps.enter_context(an_app(database, **values)).test_client()

        yield make


@pytest.fixture
def client(client_with):
    with time_machine.travel(NOW, tick=False):
        yield client_with()


def post(client, path, body, address="192.0.2.1", **headers):
    headers |= {"X-Forwarded-For": address}
    return client.post(f"/v1/profile/{path}", json=body, headers=headers)


def log_in(client, username="ada", address="192.0.2.1", password="wrong password"):
    return post(client, "token/", {"username": username, "password": password}, address)


def sign_up(client, username, address="192.0.2.1"):
    return post(client, "signup/", {"username": username, "password": PASSWORD}, address)


def is_limited(response):
    assert response.status_code in (200, 201, 204, 401, 403, 409, 429)
    if response.status_code != 429:
        return False
    assert response.content_type == "application/problem+json"
    assert response.json["code"] == "too_many_requests"
    assert 1 <= int(response.headers["Retry-After"]) <= 3600
    assert response.headers["RateLimit-Remaining"] == "0"
    return True


def number_of(limit):
    return int(limit.split()[0])


def count_allowed(attempt, maximum=400):
    """The number of attempts before the first that is limited."""
    return next(count for count in range(maximum) if is_limited(attempt(count)))


def test_logins_are_limited_by_account_across_addresses(client):
    attempts = number_of(LOG_IN.by_account)

    assert count_allowed(lambda n: log_in(client, "ADA" if n % 2 else "ada", f"192.0.2.{n}")) == (
        attempts
    )
    assert not is_limited(log_in(client, "grace"))


def test_logins_are_limited_by_address_across_accounts(client):
    assert count_allowed(lambda n: log_in(client, f"user-{n}")) == number_of(LOG_IN.by_address)
    assert not is_limited(log_in(client, "ada", "192.0.2.2"))


def test_a_limit_reports_what_remains_and_resets_with_its_window(client_with):
    client = client_with()
    with time_machine.travel(NOW, tick=False) as clock:
        first = log_in(client)
        assert first.headers["RateLimit-Limit"] == "10"
        assert first.headers["RateLimit-Remaining"] == "9"
        assert int(first.headers["RateLimit-Reset"]) == 60
        assert "Retry-After" not in first.headers
        count_allowed(lambda _: log_in(client))
        clock.shift(30)
        assert is_limited(log_in(client))
        clock.shift(31)
        assert not is_limited(log_in(client))


def test_sign_ups_are_limited_by_address_and_by_account(client):
    assert count_allowed(lambda n: sign_up(client, f"user-{n}")) == number_of(SIGN_UP.by_address)
    same_name = count_allowed(lambda n: sign_up(client, "ada", f"192.0.2.{n + 2}"))
    assert same_name == number_of(SIGN_UP.by_account)


def test_refreshes_are_limited(client):
    sign_up(client, "ada")
    tokens = log_in(client, password=PASSWORD).json

    def refresh(number):
        body = {"refresh_token": tokens["refresh_token"]}
        return post(client, "token/refresh/", body, f"192.0.2.{number}")

    def refresh_invalid_token(number):
        return post(client, "token/refresh/", {"refresh_token": f"{number}"}, "192.0.2.250")

    assert count_allowed(refresh) == number_of(REFRESH.by_account)
    # Invalid tokens share one key.
    assert count_allowed(refresh_invalid_token) == number_of(REFRESH.by_account)


def test_changing_the_password_is_limited(client):
    sign_up(client, "ada")
    token = log_in(client, password=PASSWORD).json["access_token"]
    body = {"current_password": "wrong", "new_password": "seven teas with grace"}

    def change_password(number):
        return post(client, "password/", body, f"192.0.2.{number}", Authorization=f"Bearer {token}")

    assert count_allowed(change_password) == number_of(PASSWORD_LIMIT.by_account)


def test_an_ipv6_64_prefix_counts_as_one_address(client):
    assert count_allowed(lambda n: log_in(client, f"user-{n}", f"2001:db8::{n:x}:1")) == number_of(
        LOG_IN.by_address
    )
    assert not is_limited(log_in(client, "ada", "2001:db8:0:1::1"))


def test_ipv4_mapped_addresses_count_as_ipv4(client):
    count_allowed(lambda n: log_in(client, f"user-{n}", "::ffff:192.0.2.1"))

    assert is_limited(log_in(client, "ada", "192.0.2.1"))
    assert not is_limited(log_in(client, "ada", "::ffff:192.0.2.2"))


def test_the_port_of_a_forwarded_address_does_not_count(client):
    count_allowed(lambda n: log_in(client, f"user-{n}", f"192.0.2.1:{50_000 + n}"))

    assert is_limited(log_in(client, "ada", "192.0.2.1"))
    assert not is_limited(log_in(client, "ada", "192.0.2.2:50000"))


def test_forwarded_addresses_of_untrusted_peers_are_ignored(client_with):
    client = client_with(trusted_proxies=())

    assert count_allowed(lambda n: log_in(client, f"user-{n}", f"192.0.2.{n}")) == number_of(
        LOG_IN.by_address
    )


def test_limits_can_be_disabled(client_with):
    client = client_with(ratelimit_enabled=False)

    responses = [log_in(client) for _ in range(number_of(LOG_IN.by_account) + 5)]

    assert {response.status_code for response in responses} == {401}
    assert not any("RateLimit-Limit" in response.headers for response in responses)


def test_a_worker_counts_by_itself_when_the_storage_is_down(client_with):
    client = client_with(ratelimit_storage_uri=UNREACHABLE)

    assert count_allowed(lambda _: log_in(client)) == number_of(LOG_IN.by_account)


@needs_redis
def test_workers_share_their_counts_in_redis(client_with):
    with a_redis(free_port()) as url:
        clients = [client_with(ratelimit_storage_uri=url) for _ in range(2)]

        assert count_allowed(lambda n: log_in(clients[n % 2])) == number_of(LOG_IN.by_account)


def test_two_applications_count_separately(client_with, client):
    other = client_with()
    count_allowed(lambda _: log_in(client))

    assert not is_limited(log_in(other))
