"""Rate limits, and the wait after wrong passwords."""

from contextlib import ExitStack
from ipaddress import ip_network

import pytest
import time_machine

from adapters.http.rate_limits import (
    DELIVER,
    FEED,
    LOG_IN,
    MAIL_TOKEN,
    REFRESH,
    RESET_PASSWORD,
    SIGN_UP,
    UPDATE_PROFILE,
)
from adapters.http.rate_limits import PASSWORD as PASSWORD_LIMIT
from domain.accounts.password_attempts import FREE_FAILURES
from tests.applications import an_app
from tests.e2e.client import PASSWORD, an_event_body
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
    assert response.status_code in (200, 201, 202, 204, 401, 403, 404, 409, 422, 429)
    if response.status_code != 429 or response.json["code"] == "too_many_wrong_passwords":
        return False
    assert response.content_type == "application/problem+json"
    assert response.json["code"] == "too_many_requests"
    assert 1 <= int(response.headers["Retry-After"]) <= 24 * 3600
    assert response.headers["RateLimit-Remaining"] == "0"
    return True


def number_of(limit):
    return int(limit.split()[0])


def count_allowed(attempt, maximum=400):
    """The number of attempts before the first that is limited."""
    return next(count for count in range(maximum) if is_limited(attempt(count)))


def test_logins_are_limited_by_account_and_address(client):
    attempts = number_of(LOG_IN.by_account)

    assert count_allowed(lambda n: log_in(client, "ADA " if n % 2 else "ada")) == attempts
    assert not is_limited(log_in(client, "grace"))


def test_others_cannot_use_up_the_logins_of_an_account(client):
    sign_up(client, "ada")
    log_in(client, password=PASSWORD)
    for number in range(number_of(LOG_IN.by_address)):
        log_in(client, address=f"192.0.2.{number % 3 + 2}")

    assert log_in(client, password=PASSWORD).status_code == 200


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


def token_of(client, name="ada"):
    sign_up(client, name)
    return log_in(client, name, password=PASSWORD).json["access_token"]


def test_changing_the_password_is_limited(client):
    token = token_of(client)
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


def test_the_port_of_a_forwarded_address_is_ignored(client):
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

    sign_up(client, "ada")

    attempts = range(number_of(LOG_IN.by_account) + 5)
    responses = [log_in(client, password=PASSWORD) for _ in attempts]

    assert {response.status_code for response in responses} == {200}
    assert not any("RateLimit-Limit" in response.headers for response in responses)


def test_a_worker_counts_by_itself_when_the_storage_is_down(client_with):
    client = client_with(ratelimit_storage_uri=UNREACHABLE)

    assert count_allowed(lambda _: log_in(client)) == number_of(LOG_IN.by_account)


@needs_redis
def test_workers_share_their_counts_in_redis(client_with):
    with a_redis(free_port()) as url:
        clients = [client_with(ratelimit_storage_uri=url) for _ in range(2)]

        assert count_allowed(lambda n: log_in(clients[n % 2])) == number_of(LOG_IN.by_account)


INVALID_BODIES = b"{", b"[]", b'{"username": 7}', b"\xff"


@pytest.mark.parametrize(
    ("path", "limit"), [("token/", LOG_IN), ("signup/", SIGN_UP), ("token/refresh/", REFRESH)]
)
@pytest.mark.parametrize("body", INVALID_BODIES, ids=repr)
def test_requests_with_an_invalid_body_count_by_address(client, path, limit, body):
    number = number_of(limit.by_address)
    for _ in range(number):
        response = client.post(
            f"/v1/profile/{path}",
            data=body,
            headers={"Content-Type": "application/json", "X-Forwarded-For": "192.0.2.1"},
        )
        assert response.status_code in (400, 422)

    assert is_limited(post(client, path, {}))
    assert not is_limited(post(client, path, {}, "192.0.2.2"))


def authorized(client, method, path, body=None, *, token, address="192.0.2.1"):
    headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": address}
    return client.open(path, method=method, json=body, headers=headers)


def test_renames_are_limited_like_sign_ups(client):
    sign_up(client, "grace")
    token = token_of(client)

    def rename(number):
        body = {"username": "grace"}
        address = f"192.0.2.{number}"
        return authorized(client, "PATCH", "/v1/profile/", body, token=token, address=address)

    assert UPDATE_PROFILE[1:] == SIGN_UP[1:]
    assert count_allowed(rename) == number_of(UPDATE_PROFILE.by_account)


def test_events_published_by_an_account_are_limited(client_with):
    limits = {"ratelimit_publish_events": "3 per minute, 4 per day"}
    with time_machine.travel(NOW, tick=False) as clock:
        client = client_with(**limits)
        ada, grace = token_of(client), token_of(client, "grace")

        def publish(number=0, token=ada):
            address = f"192.0.2.{number}"
            body = an_event_body()
            return authorized(client, "POST", "/v1/events/", body, token=token, address=address)

        assert count_allowed(publish) == 3
        assert not is_limited(publish(token=grace))
        clock.shift(61)
        assert count_allowed(publish) == 1
        ada = log_in(client, password=PASSWORD).json["access_token"]
        assert int(publish(token=ada).headers["Retry-After"]) > 3600


def test_drafts_count_towards_the_limit_of_new_events(client_with):
    client = client_with(ratelimit_publish_events="3 per minute")
    token = token_of(client)

    def create(state):
        body = an_event_body(state=state)
        return authorized(client, "POST", "/v1/events/", body, token=token)

    for state in ("draft", "published", "draft"):
        assert create(state).status_code == 201
    assert is_limited(create("draft"))
    assert is_limited(create("published"))


def test_all_edits_by_an_account_share_a_limit(client_with):
    client = client_with(ratelimit_edit_events="5 per minute")
    ada, grace = token_of(client), token_of(client, "grace")
    event = authorized(client, "POST", "/v1/events/", an_event_body(), token=ada).headers[
        "Location"
    ]
    publish, call_off = f"{event}publish/", f"{event}call-off/"
    edits = (
        *(("PUT", event, an_event_body()), ("PATCH", event, {"capacity": 2})),
        *(("PATCH", event, {}), ("POST", publish, None), ("POST", call_off, None)),
    )

    for method, path, body in edits:
        assert authorized(client, method, path, body, token=ada).status_code == 200

    attendee = f"{event}attendees/01997a5e-7c00-7000-8000-000000000001/"
    for method, path, body in (*edits, ("DELETE", event, None), ("DELETE", attendee, None)):
        assert is_limited(authorized(client, method, path, body, token=ada))
    assert authorized(client, "DELETE", event, token=grace).status_code == 403
    assert authorized(client, "GET", event, token=ada).status_code == 200


@pytest.mark.parametrize("body", [an_event_body(), {}], ids=["valid", "invalid"])
def test_the_token_of_an_ended_session_does_not_use_up_the_limits_of_its_owner(client_with, body):
    client = client_with(ratelimit_publish_events="2 per day")
    ended = token_of(client)
    authorized(client, "POST", "/v1/profile/token/revoke-all/", token=ended)
    token = log_in(client, password=PASSWORD).json["access_token"]

    for _ in range(3):
        response = authorized(client, "POST", "/v1/events/", body, token=ended)
        assert response.status_code in (401, 422)

    response = authorized(client, "POST", "/v1/events/", an_event_body(), token=token)
    assert (response.status_code, response.headers["RateLimit-Remaining"]) == (201, "1")


def test_a_calendar_feed_is_limited_by_its_secret(client):
    tokens = token_of(client), token_of(client, "grace")
    first, second = (
        authorized(client, "POST", "/v1/profile/calendar/", token=token).json["url"]
        for token in tokens
    )

    def read(number, feed=first):
        return client.get(feed, headers={"X-Forwarded-For": f"192.0.2.{number}"})

    assert count_allowed(read) == number_of(FEED.by_account)
    # A calendar service reads the feeds of many users from one address.
    assert not is_limited(read(1, second))


def test_a_deleted_calendar_feed_that_is_still_read_does_not_block_others(client):
    tokens = token_of(client), token_of(client, "grace")
    deleted, feed = (
        authorized(client, "POST", "/v1/profile/calendar/", token=token).json["url"]
        for token in tokens
    )
    authorized(client, "DELETE", "/v1/profile/calendar/", token=tokens[0])

    assert count_allowed(lambda _: client.get(deleted)) == number_of(FEED.by_account)
    assert client.get(feed).status_code == 200


@pytest.mark.parametrize("length", [43, 5])
def test_unknown_calendar_feeds_are_limited_by_address(client, length):
    feed = authorized(client, "POST", "/v1/profile/calendar/", token=token_of(client)).json["url"]

    def guess(number, address="192.0.2.1"):
        secret = f"{number:0{length}}"
        return client.get(f"/v1/calendars/{secret}.ics", headers={"X-Forwarded-For": address})

    assert count_allowed(guess, maximum=2000) == number_of(FEED.by_address)
    assert is_limited(client.get(feed, headers={"X-Forwarded-For": "192.0.2.1"}))
    assert not is_limited(guess(0, "192.0.2.2"))
    assert client.get(feed, headers={"X-Forwarded-For": "192.0.2.2"}).status_code == 200


def request_reset(client, email, address="192.0.2.1"):
    return post(client, "password/reset/", {"email": email}, address)


def test_resets_are_limited_by_client_address(client_with):
    with time_machine.travel(NOW, tick=False):
        client = client_with(is_mailing=True)

        allowed = count_allowed(lambda n: request_reset(client, f"user-{n}@example.org"))

        assert allowed == number_of(RESET_PASSWORD.by_address)
        assert request_reset(client, "ada@example.org", "192.0.2.2").status_code == 202


@pytest.mark.parametrize("has_account", [True, False])
def test_resets_are_limited_by_the_requested_address_regardless_of_case(client_with, has_account):
    with time_machine.travel(NOW, tick=False):
        client = client_with(is_mailing=True)
        if has_account:
            body = {"username": "ada", "password": PASSWORD, "email": "ada@example.org"}
            assert post(client, "signup/", body, "192.0.2.250").status_code == 201

        def request(number):
            email = "Ada@example.org" if number % 2 else "ada@EXAMPLE.org"
            return request_reset(client, email, f"192.0.2.{number + 1}")

        assert count_allowed(request) == number_of(RESET_PASSWORD.by_account)
        assert request_reset(client, "grace@example.org").status_code == 202


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("email/verify/", {"token": "x"}),
        ("password/reset/confirm/", {"token": "x", "new_password": "seven teas with grace"}),
    ],
)
def test_tokens_of_mails_are_limited_by_client_address(client, path, body):
    assert count_allowed(lambda _: post(client, path, body)) == number_of(MAIL_TOKEN.by_address)
    assert post(client, path, body, "192.0.2.2").status_code == 422


def test_test_messages_and_retries_of_an_account_share_a_limit(client):
    ada, grace = token_of(client), token_of(client, "grace")

    def send(path, token=ada, body=None):
        return authorized(client, "POST", f"/v1/webhooks/{path}", body, token=token)

    webhooks = [
        send("", token, {"url": "https://hooks.example.org/"}).json["id"] for token in (ada, grace)
    ]
    delivery = send(f"{webhooks[0]}/test/").json["id"]
    paths = (f"{webhooks[0]}/test/", f"{webhooks[0]}/deliveries/{delivery}/retry/")

    assert count_allowed(lambda n: send(paths[n % 2])) == number_of(DELIVER.by_account) - 1
    assert send(f"{webhooks[1]}/test/", grace).status_code == 202


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_workers_without_redis_count_wrong_passwords_together(client_with, name):
    settings = {"ratelimit_enabled": False}
    with time_machine.travel(NOW, tick=False) as clock:
        clients = [client_with(**settings) for _ in range(2)]
        sign_up(clients[0], "ada")
        responses = [
            log_in(clients[number % 2], name, f"192.0.2.{number}")
            for number in range(FREE_FAILURES + 3)
        ]

        statuses = [response.status_code for response in responses]
        assert statuses == [401] * (FREE_FAILURES + 1) + [429] * 2
        assert responses[-1].json["code"] == "too_many_wrong_passwords"
        assert responses[-1].headers["Retry-After"] == "30"
        assert responses[-1].json["error"] == "invalid_request"
        right = log_in(clients[0], name, password=PASSWORD)
        assert right.status_code == 429
        clock.shift(30)
        status = log_in(clients[0], name, password=PASSWORD).status_code
        assert status == (200 if name == "ada" else 401)


def test_two_applications_count_separately(client_with, client):
    other = client_with()
    count_allowed(lambda _: log_in(client))

    assert not is_limited(log_in(other))
