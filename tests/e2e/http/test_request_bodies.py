"""Bodies that are not JSON, not an object, too large or of another media type."""

import json
from uuid import uuid4

import pytest

from tests.e2e.client import PASSWORD, an_event_body
from tests.e2e.problems import is_problem

JSON = {"Content-Type": "application/json"}
MERGE_PATCH = "application/merge-patch+json"

KIB = 1024


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'title': 1}",
        b"\xff\xfe",
        "{}".encode("utf-16"),
        b"\xef\xbb\xbf",
        b"{}\xef\xbb\xbf",
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
        b'{"title": "caf\xe9"}',
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


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_byte_order_mark_is_ignored(ada, method):
    path = "/v1/events/" if method == "POST" else ada.new_event()
    body = json.dumps(an_event_body(title="Coffee")).encode("utf-8-sig")

    response = ada.http.request(method, path, content=body, headers=JSON)

    assert response.json()["title"] == "Coffee"


@pytest.mark.parametrize("media_type", [MERGE_PATCH, "Application/Merge-Patch+JSON; charset=utf-8"])
def test_a_patch_can_be_a_json_merge_patch(ada, media_type):
    headers = {"Content-Type": media_type}

    event = ada.http.patch(ada.new_event(), content=b'{"title": "Coffee"}', headers=headers)
    profile = ada.http.patch("/v1/profile/", content=b'{"email": null}', headers=headers)

    assert event.json()["title"] == "Coffee"
    assert profile.json()["email"] is None


@pytest.mark.parametrize(
    "field",
    [
        *("title", "description", "location", "type", "capacity", "start_time"),
        *("timezone", "visibility", "attendees_visible_to", "waitlist_enabled"),
    ],
)
def test_a_patch_cannot_remove_a_field_of_an_event(ada, field):
    response = ada.patch(ada.new_event(), **{field: None})

    assert is_problem(response, 422, "validation_failed")
    assert response.json()["errors"].keys() == {field}


def test_only_patch_accepts_a_json_merge_patch(ada):
    event, headers = ada.new_event(), {"Content-Type": MERGE_PATCH}
    body = json.dumps(an_event_body()).encode()

    for method, path in (("POST", "/v1/events/"), ("PUT", event), ("POST", f"{event}attend/")):
        response = ada.http.request(method, path, content=body, headers=headers)
        assert is_problem(response, 415, "unsupported_media_type")
        assert "Accept-Patch" not in response.headers


def test_accept_patch_lists_the_media_types(ada):
    event = ada.new_event()
    types = f"application/json, {MERGE_PATCH}"

    for path in (event, "/v1/profile/"):
        rejected = ada.http.patch(path, content=b"x", headers={"Content-Type": "text/plain"})
        assert rejected.headers["Accept-Patch"] == types
        assert ada.http.options(path).headers["Accept-Patch"] == types
    assert "Accept-Patch" not in ada.http.options("/v1/events/").headers


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("excess", [0, 1, 800 * KIB, 2000 * KIB])
@pytest.mark.parametrize(("path", "limit"), [("/v1/events", 256), ("/v1/profile/signup/", 16)])
def test_the_length_of_a_body_is_limited(ada, path, limit, is_chunked, excess):
    body = b'{"title": 7}'.ljust(limit * KIB + excess)
    content = iter([body[:1000], body[1000:]]) if is_chunked else body

    response = ada.http.post(path, content=content, headers=JSON)

    if excess:
        assert is_problem(response, 413, "body_too_large")
        assert response.json()["detail"] == f"The body is larger than {limit} KiB."
    else:
        assert is_problem(response, 422, "validation_failed")


def test_the_longest_event_fits(ada):
    body = an_event_body(title="☕" * 200, description="🫖" * 10_000, location="☕" * 300)

    response = ada.http.post("/v1/events/", content=json.dumps(body), headers=JSON)

    assert response.status_code == 201


def names(count):
    return {f"n{number}": 1 for number in range(count)}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (names(100), 422),
        (names(101), 413),
        (names(20_000), 413),
        ({"title": names(99)}, 422),
        ({"title": names(100)}, 413),
        ([names(50), names(50)], 422),
        ([names(50), names(51)], 413),
        ([{}] * 1000, 422),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_body_has_up_to_100_names(ada, body, status):
    response = ada.post("/v1/events/", body)

    assert response.status_code == status
    if status == 413:
        assert response.json()["detail"] == "The body has more than 100 names."
    assert len(response.content) < 4000


def test_a_form_has_up_to_100_names(visitor, ada):
    login = {"username": ada.username, "password": PASSWORD}

    assert visitor.http.post("/v1/profile/token/", data=login | names(98)).status_code == 200
    response = visitor.http.post("/v1/profile/token/", data=login | names(99))
    assert is_problem(response, 413, "body_too_large")


def test_up_to_20_errors_with_truncated_names_are_reported(ada):
    for body in (names(100), {f"{'é' * 1000}{number}": 1 for number in range(100)}):
        response = ada.post("/v1/events/", body)

        assert is_problem(response, 422, "validation_failed")
        assert len(response.json()["errors"]) <= 20
        assert max(map(len, response.json()["errors"])) <= 100


@pytest.fixture(params=["attend", "cancel", "leave", "publish", "event", "calendar", "revoke-all"])
def without_body(request, ada):
    """A request of an operation that takes no body."""
    event = ada.new_event()
    return {
        "attend": ("POST", f"{event}attend/"),
        "cancel": ("POST", f"{event}cancel/"),
        "leave": ("DELETE", f"{event}waitlist/"),
        "publish": ("POST", f"{event}publish/"),
        "event": ("DELETE", event),
        "calendar": ("POST", "/v1/profile/calendar/"),
        "revoke-all": ("POST", "/v1/profile/token/revoke-all/"),
    }[request.param]


@pytest.mark.parametrize(("content", "headers"), [(b"", {}), (b"", JSON), (b"{}", JSON)])
def test_an_operation_without_a_body_takes_none_or_an_empty_object(
    ada, without_body, content, headers
):
    response = ada.http.request(*without_body, content=content, headers=headers)

    assert response.is_success


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


@pytest.mark.parametrize(
    ("content", "headers", "reason"),
    [
        (b"", {}, ""),
        (b"", JSON, ""),
        (b"{}", JSON, ""),
        (b'{"reason": ""}', JSON, ""),
        (b'{"reason": " \\t\\u0085 "}', JSON, ""),
        (b'{"reason": " Rain.\\n\\tAgain. "}', JSON, "Rain.\n\tAgain."),
    ],
)
def test_an_optional_body_may_be_empty(ada, content, headers, reason):
    event = ada.new_event()

    response = ada.http.post(f"{event}call-off/", content=content, headers=headers)

    assert response.status_code == 200
    assert response.json()["cancellation_reason"] == reason


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b'{"reason": null}', "application/json", 422),
        (b'{"reason": 7}', "application/json", 422),
        (b'{"reasons": "Rain"}', "application/json", 422),
        (b'"Rain"', "application/json", 422),
        (b"null", "application/json", 422),
        (b" ", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"reason": "Rain"}', "text/plain", 415),
        (b"reason=Rain", "application/x-www-form-urlencoded", 415),
    ],
)
def test_an_optional_body_is_checked_like_any_other(ada, content, media_type, status):
    event = ada.new_event()

    response = ada.http.post(
        f"{event}call-off/", content=content, headers={"Content-Type": media_type}
    )

    assert response.status_code == status
    assert ada.get(event).json()["state"] == "published"


def test_an_ignored_body_is_limited_too(visitor, ada):
    event = ada.new_event()

    for request in (("POST", f"{event}attend/"), ("GET", event), ("DELETE", event)):
        for client in (ada, visitor):
            response = client.http.request(*request, content=b" " * (256 * KIB + 1))
            assert is_problem(response, 413, "body_too_large")
    assert ada.get(event).json()["attendees_count"] == 0
