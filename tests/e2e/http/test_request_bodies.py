"""Bodies that are not JSON, not an object, too large or of another media type."""

import json
from uuid import uuid4

import pytest

from tests.e2e.client import an_event_body
from tests.e2e.problems import is_problem

JSON = {"Content-Type": "application/json"}

MIB = 1024 * 1024


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'title': 1}",
        b"\xff\xfe",
        "{}".encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b'{"capacity": NaN}',
        b'{"capacity": -Infinity}',
        b'{"capacity": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"title": "\x01"}',
        b'{"title": 7, "title": "Tea"}',
    ],
    ids=lambda body: repr(body[:20]),
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_invalid_json_returns_400(ada, method, body):
    path = "/v1/events/" if method == "POST" else f"/v1/events/{uuid4()}/"

    response = ada.http.request(method, path, content=body, headers=JSON)

    assert is_problem(response, 400, "bad_request")


@pytest.mark.parametrize("body", [b"null", b"7", b'"title"', b"[]", b"[{}]", b"true"])
def test_json_that_is_not_an_object_returns_422(ada, body):
    response = ada.http.post("/v1/events/", content=body, headers=JSON)

    assert is_problem(response, 422, "validation_failed")
    assert response.json()["errors"].keys() == {"body"}


@pytest.mark.parametrize(
    "media_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "multipart/form-data",
        "x",
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_another_media_type_returns_415(ada, method, media_type):
    path = "/v1/events/" if method == "POST" else ada.new_event()
    headers = {"Content-Type": media_type} if media_type else {}

    response = ada.http.request(method, path, content=b'{"title": "x"}', headers=headers)

    assert is_problem(response, 415, "unsupported_media_type")


def test_a_compressed_body_returns_415(ada):
    body = json.dumps(an_event_body()).encode()

    response = ada.http.post(
        "/v1/events/", content=body, headers=JSON | {"Content-Encoding": "gzip"}
    )

    assert is_problem(response, 415, "unsupported_media_type")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_the_media_type_is_case_insensitive_and_may_have_parameters(ada, media_type):
    body = json.dumps(an_event_body()).encode()

    response = ada.http.post("/v1/events/", content=body, headers={"Content-Type": media_type})

    assert response.status_code == 201


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize(("excess", "status"), [(0, 422), (1, 413), (100_000, 413)])
def test_a_body_may_have_up_to_1_mib(ada, is_chunked, excess, status):
    body = b'{"title": "x"}'.ljust(MIB + excess)
    content = iter([body[:1000], body[1000:]]) if is_chunked else body

    response = ada.http.post("/v1/events/", content=content, headers=JSON)

    code = "body_too_large" if status == 413 else "validation_failed"
    assert is_problem(response, status, code)


@pytest.fixture(params=["attend", "cancel", "event", "calendar", "revoke-all"])
def without_body(request, ada):
    """A request of an operation that takes no body."""
    event = ada.new_event()
    return {
        "attend": ("POST", f"{event}attend/"),
        "cancel": ("POST", f"{event}cancel/"),
        "event": ("DELETE", event),
        "calendar": ("POST", "/v1/profile/calendar/"),
        "revoke-all": ("POST", "/v1/profile/token/revoke-all/"),
    }[request.param]


@pytest.mark.parametrize(("content", "headers"), [(b"", {}), (b"", JSON), (b"{}", JSON)])
def test_an_operation_without_a_body_takes_none_or_an_empty_object(
    ada, without_body, content, headers
):
    response = ada.http.request(*without_body, content=content, headers=headers)

    assert response.status_code in (201, 204)


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b'{"seat": 7}', "application/json", 422),
        (b"[1]", "application/json", 422),
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"seat=7", "application/x-www-form-urlencoded", 415),
        (b"seat", "", 415),
    ],
)
def test_an_operation_without_a_body_rejects_any_other(
    ada, without_body, content, media_type, status
):
    headers = {"Content-Type": media_type} if media_type else {}

    response = ada.http.request(*without_body, content=content, headers=headers)

    assert response.status_code == status
    if content.startswith(b'{"'):
        assert response.json()["errors"] == {"seat": ["Unknown field."]}
    [event] = ada.get("/v1/events/").json()["results"]
    assert event["attendees_count"] == 0


def test_an_ignored_body_may_have_up_to_1_mib(visitor, ada):
    event = ada.new_event()

    for request in (("POST", f"{event}attend/"), ("GET", event), ("DELETE", event)):
        for client in (ada, visitor):
            response = client.http.request(*request, content=b" " * (MIB + 1))
            assert is_problem(response, 413, "body_too_large")
    assert ada.get(event).json()["attendees_count"] == 0
