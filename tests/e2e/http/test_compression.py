"""Long lists of events and attendees are compressed for clients that accept gzip."""

import gzip

import pytest

EVENTS = "/v1/events/"


@pytest.fixture
def ada_with_long_list(ada):
    for number in range(5):
        ada.new_event(title=str(number), description="Bring a problem. " * 30)
    return ada


def fetch(member, accept_encoding, path=EVENTS, method="GET"):
    return member.http.request(method, path, headers={"Accept-Encoding": accept_encoding})


def test_a_long_list_is_compressed_without_changing_its_content(ada_with_long_list):
    uncompressed, compressed = (
        fetch(ada_with_long_list, "identity"),
        fetch(ada_with_long_list, "gzip"),
    )

    assert compressed.headers["Content-Encoding"] == "gzip"
    assert int(compressed.headers["Content-Length"]) == compressed.num_bytes_downloaded
    assert compressed.num_bytes_downloaded < uncompressed.num_bytes_downloaded / 3
    assert compressed.content == uncompressed.content
    assert compressed.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("accept_encoding", "is_compressed"),
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
def test_gzip_is_used_if_accept_encoding_prefers_it(
    ada_with_long_list, accept_encoding, is_compressed
):
    response = fetch(ada_with_long_list, accept_encoding)

    assert response.status_code == 200
    assert ("Content-Encoding" in response.headers) == is_compressed
    assert response.headers["Vary"] == "Accept-Encoding"
    assert len(response.json()["results"]) == 5


def test_without_accept_encoding_nothing_is_compressed(ada_with_long_list):
    del ada_with_long_list.http.headers["Accept-Encoding"]

    assert "Content-Encoding" not in ada_with_long_list.get(EVENTS).headers


def test_a_short_list_is_not_compressed(ada):
    ada.new_event()

    response = fetch(ada, "gzip")

    assert "Content-Encoding" not in response.headers
    assert response.headers["Vary"] == "Accept-Encoding"


def test_attendees_are_compressed(visitor, ada, app):
    event = ada.new_event()
    for number in range(20):
        visitor.new_member(f"guest-{number}").attend(event)

    response = fetch(ada, "gzip", f"{event}attendees/")

    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.json()["results"]) == 20


def test_waitlists_are_compressed(visitor, ada):
    event = ada.new_event(capacity=1)
    ada.attend(event)
    for number in range(15):
        visitor.new_member(f"guest-{number}").join_waitlist(event)

    response = fetch(ada, "gzip", f"{event}waitlist/")

    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.json()["results"]) == 15


def test_compression_is_deterministic(app, ada_with_long_list):
    headers = {**ada_with_long_list.http.headers, "Accept-Encoding": "gzip"}

    compressed = app.test_client().get(EVENTS, headers=headers).data

    assert compressed[4:8] == bytes(4)  # no modification time (RFC 1952 section 2.3.1)
    assert gzip.decompress(compressed) == fetch(ada_with_long_list, "identity").content.replace(
        ada_with_long_list.http.base_url.netloc, b"localhost"
    )


def test_secret_and_personal_responses_are_not_compressed(visitor, ada):
    for _ in range(10):
        latest = visitor.log_in(ada.username)
    event = ada.new_event(description="Bring a problem. " * 100)

    sessions = ada.get("/v1/profile/sessions/")
    assert len(sessions.content) > 1400
    for response in (latest, sessions, ada.get("/v1/profile/"), ada.get(event)):
        assert response.request.headers["Accept-Encoding"].startswith("gzip")
        assert "Content-Encoding" not in response.headers


def test_errors_are_not_compressed(ada):
    response = fetch(ada, "gzip", f"{EVENTS}?{'x' * 2000}=1")

    assert response.status_code == 422
    assert "Content-Encoding" not in response.headers
