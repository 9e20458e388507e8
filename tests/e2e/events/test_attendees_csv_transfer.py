"""A CSV export of 8 MB through gunicorn is complete or visibly aborted."""

import json
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import create_engine, text

from tests.concurrency import wait_until
from tests.e2e.client import PASSWORD, an_event_body
from tests.postgres import a_database
from tests.processes import running_cli

ATTENDEES = 40_000
ATTEND = """
    WITH people AS (
        INSERT INTO users (id, username, password_hash, created_at)
        SELECT gen_random_uuid(), 'guest-' || lpad(n::text, 140, '0'), 'x', now()
        FROM generate_series(1, :count) AS n
        RETURNING id
    ), seats AS (
        INSERT INTO attendances (event_id, user_id, registered_at)
        SELECT :event_id, id, now() FROM people
    )
    UPDATE events SET attendees_count = :count, capacity = :count WHERE id = :event_id
"""


@pytest.fixture(scope="module")
def database_url(postgres):
    with a_database(postgres, migrated=False) as url:
        yield url


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("broken") / "log"


@pytest.fixture(scope="module")
def base_url(database_url, root, log):
    settings = {
        "DATABASE_URL": database_url.render_as_string(hide_password=False),
        "JWT_SECRET_KEY": "k" * 32,
        "WEB_WORKERS": "1",
    }
    with (
        log.open("w") as stderr,
        running_cli(root, "serve", "--migrate", stderr=stderr, **settings) as (_, base_url),
    ):
        yield base_url


@pytest.fixture(scope="module")
def database(database_url, base_url):
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def ada(base_url):
    with httpx.Client(base_url=base_url, timeout=60) as client:
        account = {"username": "ada", "password": PASSWORD}
        client.post("/v1/profile/signup/", json=account)
        token = client.post("/v1/profile/token/", json=account).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@pytest.fixture(scope="module")
def event(ada, database):
    """The id of an event with all attendees."""
    event_id = ada.post("/v1/events/", json=an_event_body()).json()["id"]
    with database.begin() as connection:
        connection.execute(text(ATTEND), {"event_id": event_id, "count": ATTENDEES})
    return event_id


def request_table(ada, event, version):
    """Request the table on a connection with a small receive buffer."""
    address = urlsplit(str(ada.base_url))
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    connection.settimeout(60)
    connection.connect((address.hostname, address.port))
    head = (
        f"GET /v1/events/{event}/attendees/ HTTP/{version}\r\nHost: {address.netloc}\r\n"
        f"Accept: text/csv\r\nAuthorization: {ada.headers['Authorization']}\r\n"
        "Connection: close\r\n\r\n"
    )
    connection.sendall(head.encode())
    return connection


def read_all(connection):
    return b"".join(iter(lambda: connection.recv(1 << 20), b""))


@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_a_long_table_is_complete(ada, event, version):
    with request_table(ada, event, version) as connection:
        head, _, body = read_all(connection).partition(b"\r\n\r\n")

    if version == "1.1":
        assert b"Transfer-Encoding: chunked" in head.split(b"\r\n")
        assert body.endswith(b"\r\n0\r\n\r\n")
    else:
        assert b"Content-Length: %d" % len(body) in head.split(b"\r\n")
        assert body.count(b"\r\n") == 1 + ATTENDEES
    names = {part.split(b",")[1] for part in body.split(b"\r\n") if part.count(b",") == 2}
    assert len(names) == 1 + ATTENDEES


def test_a_table_that_fails_halfway_is_cut_off_and_logged_as_incomplete(ada, event, database, log):
    with request_table(ada, event, "1.1") as connection:
        start = connection.recv(4096)
        assert start.startswith(b"HTTP/1.1 200 OK\r\n")
        # The service has filled the socket buffers, and has not reached the end.
        with database.begin() as other:
            other.execute(text("ALTER TABLE attendances RENAME TO attendances_elsewhere"))
        try:
            body = start + read_all(connection)
        finally:
            with database.begin() as other:
                other.execute(text("ALTER TABLE attendances_elsewhere RENAME TO attendances"))

    assert 0 < body.count(b"\r\n") < ATTENDEES
    assert not body.endswith(b"\r\n0\r\n\r\n")
    wait_until(
        lambda: [record.get("is_complete") for record in table_records(log)][-1:] == [False],
        "the response is logged as incomplete",
    )


def table_records(log):
    lines = map(json.loads, log.read_text().splitlines())
    return [line for line in lines if str(line.get("route")).endswith("/attendees/")]


def test_http_1_0_responses_fail_before_they_start(ada, event, database):
    with database.begin() as other:
        # Python cannot represent this instant. It is on the last page; nothing is sent before it.
        other.execute(
            text("""
                UPDATE attendances SET registered_at = 'infinity'
                WHERE event_id = :event_id AND user_id = (
                    SELECT user_id FROM attendances WHERE event_id = :event_id
                    ORDER BY registered_at DESC, user_id DESC LIMIT 1)
            """),
            {"event_id": event},
        )

    with request_table(ada, event, "1.0") as connection:
        response = read_all(connection)

    assert response.startswith(b"HTTP/1.0 500 ")
    assert b"application/problem+json" in response
    assert b"guest-" not in response
