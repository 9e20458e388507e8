"""Long lists of events and attendees are short on the way to those who read gzip."""

import gzip

import pytest

EVENTS = "/v1/events/"


@pytest.fixture
def long_list(ada):
    for number in range(5):
        ada.published(title=str(number), description="Bring a problem. " * 30)
    return ada


def answer(member, accept_encoding, path=EVENTS, method="GET"):
    return member.http.request(method, path, headers={"Accept-Encoding": accept_encoding})


def test_a_long_list_is_sent_in_gzip_and_reads_the_same(long_list):
    plain, short = answer(long_list, "identity"), answer(long_list, "gzip")

    assert short.headers["Content-Encoding"] == "gzip"
    assert int(short.headers["Content-Length"]) == short.num_bytes_downloaded
    assert short.num_bytes_downloaded < plain.num_bytes_downloaded / 3
    assert short.content == plain.content
    assert short.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("accept_encoding", "is_short"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, gzip;q=0.001", True),
        ("*", True),
        ("identity;q=0, *", True),
        ("identity;q=0.5, gzip", True),
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.0, *", False),
        ("*;q=0", False),
        ("identity;q=0", False),
        ("identity, gzip;q=0.5", False),
        ("gzip;q=high", False),
        ('"', False),
    ],
)
def test_gzip_is_for_those_who_like_it(long_list, accept_encoding, is_short):
    response = answer(long_list, accept_encoding)

    assert response.status_code == 200
    assert ("Content-Encoding" in response.headers) == is_short
    assert response.headers["Vary"] == "Accept-Encoding"
    assert len(response.json()["results"]) == 5


def test_nothing_said_is_no_wish(long_list):
    del long_list.http.headers["Accept-Encoding"]

    assert "Content-Encoding" not in long_list.get(EVENTS).headers


def test_a_short_list_is_sent_as_it_is(ada):
    ada.published()

    response = answer(ada, "gzip")

    assert "Content-Encoding" not in response.headers
    assert response.headers["Vary"] == "Accept-Encoding"


def test_attendees_are_a_list_too(visitor, ada, app):
    event = ada.published()
    for number in range(20):
        visitor.joins(f"guest-{number}").attend(event)

    response = answer(ada, "gzip", f"{event}attendees/")

    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.json()["results"]) == 20


def test_the_same_list_is_the_same_bytes_at_any_time(app, long_list):
    headers = {**long_list.http.headers, "Accept-Encoding": "gzip"}

    short = app.test_client().get(EVENTS, headers=headers).data

    assert short[4:8] == bytes(4)  # when it was made (RFC 1952 section 2.3.1): nothing of it
    assert gzip.decompress(short) == answer(long_list, "identity").content.replace(
        long_list.http.base_url.netloc, b"localhost"
    )


def test_what_is_secret_or_personal_is_never_compressed(visitor, ada):
    for _ in range(10):
        latest = visitor.log_in(ada.username)
    event = ada.published(description="Bring a problem. " * 100)

    sessions = ada.get("/v1/profile/sessions/")
    assert len(sessions.content) > 1400
    for response in (latest, sessions, ada.get("/v1/profile/"), ada.get(event)):
        assert response.request.headers["Accept-Encoding"].startswith("gzip")
        assert "Content-Encoding" not in response.headers


def test_errors_of_lists_are_not_compressed(ada):
    response = answer(ada, "gzip", f"{EVENTS}?{'x' * 2000}=1")

    assert response.status_code == 422
    assert "Content-Encoding" not in response.headers
