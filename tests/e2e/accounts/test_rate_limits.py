"""Guessing and flooding are slowed down."""

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

JUST_NOW = "2030-05-17T12:00:00Z"
UNREACHABLE = "redis://127.0.0.1:1"


@pytest.fixture
def client_with(database, empty_database):
    """Makes clients of applications that have the settings, each of one of its own."""
    with ExitStack() as apps:

        def make(**settings):
            values = {"trusted_proxies": (ip_network("127.0.0.0/8"),)} | settings
            return apps.enter_context(an_app(database, **values)).test_client()

        yield make


@pytest.fixture
def client(client_with):
    with time_machine.travel(JUST_NOW, tick=False):
        yield client_with()


def post(client, path, body, address="192.0.2.1", **headers):
    headers |= {"X-Forwarded-For": address}
    return client.post(f"/v1/profile/{path}", json=body, headers=headers)


def log_in(client, username="ada", address="192.0.2.1", password="wrong password"):
    return post(client, "token/", {"username": username, "password": password}, address)


def sign_up(client, username, address="192.0.2.1"):
    return post(client, "signup/", {"username": username, "password": PASSWORD}, address)


def is_refused(response):
    assert response.status_code in (200, 201, 204, 401, 403, 409, 429)
    if response.status_code != 429:
        return False
    assert response.content_type == "application/problem+json"
    assert response.json["code"] == "too_many_requests"
    assert 1 <= int(response.headers["Retry-After"]) <= 3600
    assert response.headers["RateLimit-Remaining"] == "0"
    return True


def amount(limit):
    return int(limit.split()[0])


def how_many_pass(attempt, most=400):
    """How many attempts are let through before the first that is refused."""
    return next(count for count in range(most) if is_refused(attempt(count)))


def test_an_account_is_limited_wherever_the_logins_come_from(client):
    attempts = amount(LOG_IN.by_account)

    assert how_many_pass(lambda n: log_in(client, "ADA" if n % 2 else "ada", f"192.0.2.{n}")) == (
        attempts
    )
    assert not is_refused(log_in(client, "grace"))


def test_an_address_is_limited_whatever_the_account(client):
    assert how_many_pass(lambda n: log_in(client, f"user-{n}")) == amount(LOG_IN.by_address)
    assert not is_refused(log_in(client, "ada", "192.0.2.2"))


def test_a_limit_tells_what_is_left_and_ends_with_its_window(client_with):
    client = client_with()
    with time_machine.travel(JUST_NOW, tick=False) as clock:
        first = log_in(client)
        assert first.headers["RateLimit-Limit"] == "10"
        assert first.headers["RateLimit-Remaining"] == "9"
        assert int(first.headers["RateLimit-Reset"]) == 60
        assert "Retry-After" not in first.headers
        how_many_pass(lambda _: log_in(client))
        clock.shift(30)
        assert is_refused(log_in(client))
        clock.shift(31)
        assert not is_refused(log_in(client))


def test_sign_ups_are_limited(client):
    assert how_many_pass(lambda n: sign_up(client, f"user-{n}")) == amount(SIGN_UP.by_address)
    same_name = how_many_pass(lambda n: sign_up(client, "ada", f"192.0.2.{n + 2}"))
    assert same_name == amount(SIGN_UP.by_account)


def test_refreshes_are_limited_by_account_and_by_address(client):
    sign_up(client, "ada")
    tokens = log_in(client, password=PASSWORD).json

    def refresh(number):
        body = {"refresh_token": tokens["refresh_token"]}
        return post(client, "token/refresh/", body, f"192.0.2.{number}")

    def refresh_nothing(number):
        return post(client, "token/refresh/", {"refresh_token": f"{number}"}, "192.0.2.250")

    assert how_many_pass(refresh) == amount(REFRESH.by_account)
    # Texts that are nobody's token share an account.
    assert how_many_pass(refresh_nothing) == amount(REFRESH.by_account)


def test_a_token_in_wrong_hands_does_not_let_the_password_be_guessed(client):
    sign_up(client, "ada")
    token = log_in(client, password=PASSWORD).json["access_token"]
    body = {"current_password": "wrong", "new_password": "seven teas with grace"}

    def guess(number):
        return post(client, "password/", body, f"192.0.2.{number}", Authorization=f"Bearer {token}")

    assert how_many_pass(guess) == amount(PASSWORD_LIMIT.by_account)


def test_an_ipv6_customer_is_one_address(client):
    assert how_many_pass(lambda n: log_in(client, f"user-{n}", f"2001:db8::{n:x}:1")) == amount(
        LOG_IN.by_address
    )
    assert not is_refused(log_in(client, "ada", "2001:db8:0:1::1"))


def test_addresses_of_ipv4_are_told_apart_on_a_socket_of_ipv6(client):
    how_many_pass(lambda n: log_in(client, f"user-{n}", "::ffff:192.0.2.1"))

    assert is_refused(log_in(client, "ada", "192.0.2.1"))
    assert not is_refused(log_in(client, "ada", "::ffff:192.0.2.2"))


def test_an_address_that_a_stranger_claims_does_not_count(client_with):
    client = client_with(trusted_proxies=())

    assert how_many_pass(lambda n: log_in(client, f"user-{n}", f"192.0.2.{n}")) == amount(
        LOG_IN.by_address
    )


def test_limits_can_be_turned_off(client_with):
    client = client_with(ratelimit_enabled=False)

    answers = [log_in(client) for _ in range(amount(LOG_IN.by_account) + 5)]

    assert {answer.status_code for answer in answers} == {401}
    assert not any("RateLimit-Limit" in answer.headers for answer in answers)


def test_without_its_storage_a_worker_counts_by_itself(client_with):
    client = client_with(ratelimit_storage_uri=UNREACHABLE)

    assert how_many_pass(lambda _: log_in(client)) == amount(LOG_IN.by_account)


@needs_redis
def test_workers_that_share_a_redis_count_together(client_with):
    with a_redis(free_port()) as url:
        clients = [client_with(ratelimit_storage_uri=url) for _ in range(2)]

        assert how_many_pass(lambda n: log_in(clients[n % 2])) == amount(LOG_IN.by_account)


def test_two_apps_count_apart(client_with, client):
    other = client_with()
    how_many_pass(lambda _: log_in(client))

    assert not is_refused(log_in(other))
