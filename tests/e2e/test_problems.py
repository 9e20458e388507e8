"""Whatever is sent, the answer is a problem document and never a 500."""

import json
from uuid import uuid4

import pytest

from tests.e2e.client import PASSWORD, an_event_body

JSON = {"Content-Type": "application/json"}
MIB = 1024 * 1024


def is_problem(response, status, code):
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    assert (body["status"], body["code"]) == (status, code)
    return True


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/v1/",
        "/v1//events/",
        "/v1/events/7/",
        "/v1/events/01997a60-5a80-7000-8000-00000000000٢/",
        "/v1/events/%00/",
        "/v1/events/%ff/",
        "/v1/events/" + "x" * 3000,
        "/api/schema/swagger-ui/../../../etc/passwd",
        "/api/schema/swagger-ui/nothing.js",
    ],
)
def test_what_is_not_there_is_a_404(ada, path):
    assert is_problem(ada.get(path), 404, "not_found")


def test_an_unknown_event_is_a_404_of_its_own(ada):
    assert is_problem(ada.get(f"/v1/events/{uuid4()}/"), 404, "event_not_found")


def test_a_method_that_is_not_there_is_a_405_that_names_the_others(ada):
    response = ada.http.put("/v1/events/", json={})

    assert is_problem(response, 405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/v1/events"), ("GET", "/v1/profile/token"), ("POST", "/api/schema")],
)
def test_a_wrong_method_is_a_405_without_the_last_slash_too(ada, method, path):
    response = ada.http.request(method, path)

    assert is_problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"]


def test_paths_work_without_their_last_slash_and_without_redirect(visitor, ada):
    event = ada.published().rstrip("/")

    assert ada.get("/v1/profile").status_code == 200
    assert ada.get("/v1/events?limit=1").status_code == 200
    assert ada.post("/v1/events", an_event_body()).status_code == 201
    assert ada.get(event).status_code == 200
    assert ada.post(f"{event}/attend").status_code == 204
    assert ada.get(f"{event}/attendees").status_code == 200
    assert ada.post(f"{event}/cancel").status_code == 204
    assert ada.delete(event).status_code == 204
    assert visitor.log_in(ada.username).status_code == 200
    assert visitor.post("/v1/profile/token", {}).status_code == 422


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
def test_a_body_that_is_not_json_is_a_400(ada, method, body):
    path = "/v1/events/" if method == "POST" else f"/v1/events/{uuid4()}/"

    response = ada.http.request(method, path, content=body, headers=JSON)

    assert is_problem(response, 400, "bad_request")


@pytest.mark.parametrize("body", [b"null", b"7", b'"title"', b"[]", b"[{}]", b"true"])
def test_a_body_that_is_no_object_is_a_422(ada, body):
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
def test_another_media_type_is_a_415(ada, method, media_type):
    path = "/v1/events/" if method == "POST" else ada.published()
    headers = {"Content-Type": media_type} if media_type else {}

    response = ada.http.request(method, path, content=b'{"title": "x"}', headers=headers)

    assert is_problem(response, 415, "unsupported_media_type")


def test_a_body_that_says_it_is_compressed_is_a_415(ada):
    body = json.dumps(an_event_body()).encode()

    response = ada.http.post(
        "/v1/events/", content=body, headers=JSON | {"Content-Encoding": "gzip"}
    )

    assert is_problem(response, 415, "unsupported_media_type")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_may_be_named_in_other_words(ada, media_type):
    body = json.dumps(an_event_body()).encode()

    response = ada.http.post("/v1/events/", content=body, headers={"Content-Type": media_type})

    assert response.status_code == 201


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize(("excess", "status"), [(0, 422), (1, 413), (100_000, 413)])
def test_a_body_has_up_to_1_mib(ada, is_chunked, excess, status):
    body = b'{"title": "x"}'.ljust(MIB + excess)
    content = iter([body[:1000], body[1000:]]) if is_chunked else body

    response = ada.http.post("/v1/events/", content=content, headers=JSON)

    code = "body_too_large" if status == 413 else "validation_failed"
    assert is_problem(response, status, code)


def test_a_body_that_nobody_asked_for_has_up_to_1_mib_too(visitor, ada):
    event = ada.published()

    for request in (("POST", f"{event}attend/"), ("GET", event), ("DELETE", event)):
        for client in (ada, visitor):
            response = client.http.request(*request, content=b" " * (MIB + 1))
            assert is_problem(response, 413, "body_too_large")
    assert ada.get(event).json()["attendees_count"] == 0


@pytest.mark.parametrize("host", ["", "a b", "x/y", "example.org:port", "[::1", "user@host", ".."])
def test_a_malformed_host_is_a_400(ada, host):
    for path in ("/v1/events/", "/v1/profile/"):
        response = ada.get(path, headers={"Host": host})

        assert is_problem(response, 400, "bad_request")


NASTY = ["\0", "a\0b", "\ud800", "x\udfff", "\udc00\ud800"]


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_text_that_no_database_holds_is_refused(visitor, ada, text):
    event = ada.published()
    requests = [
        ("POST", "/v1/profile/signup/", {"username": text, "password": PASSWORD}, "username"),
        ("POST", "/v1/profile/signup/", {"username": "b", "password": text * 8}, "password"),
        (
            "POST",
            "/v1/profile/signup/",
            {"username": "b", "password": PASSWORD, "email": f"{text}@example.org"},
            "email",
        ),
        ("POST", "/v1/profile/token/", {"username": text, "password": "b"}, "username"),
        ("POST", "/v1/profile/token/", {"username": "b", "password": text}, "password"),
        ("POST", "/v1/profile/token/refresh/", {"refresh_token": text}, "refresh_token"),
        ("POST", "/v1/profile/token/verify/", {"token": text}, "token"),
        ("POST", "/v1/events/", an_event_body(title=text), "title"),
        ("POST", "/v1/events/", an_event_body(description=text), "description"),
        ("PATCH", event, {"title": text}, "title"),
        ("PATCH", event, {"start_time": text}, "start_time"),
        ("PATCH", event, {text: 1}, text),
    ]
    for method, path, body, field in requests:
        response = ada.http.request(method, path, content=json.dumps(body).encode(), headers=JSON)
        assert is_problem(response, 422, "validation_failed"), (path, field)
        assert response.json()["errors"].keys() == {field}


@pytest.mark.parametrize(
    "text", ["☕ Zoë 👩‍🚀", "'; DROP TABLE events; --", "%s %(x)s {0} \\", "\x01\x7f"]
)
def test_any_other_text_comes_back_as_it_went(ada, text):
    event = ada.publish(title=text, description=text).json()

    assert (event["title"], event["description"]) == (text.strip(), text)
    assert ada.get(f"/v1/events/{event['id']}/").json() == event


@pytest.mark.parametrize(
    "token",
    ["", "x", "a.b.c", "....", "é.é.é", "W10.W10.W10", "A" * 500_000],
    ids=lambda token: token[:8],
)
def test_any_text_can_be_asked_whether_it_is_a_token(visitor, token):
    for response in (visitor.verify(token), visitor.refresh(token)):
        assert is_problem(response, 401, "invalid_token")


def test_a_token_of_deep_or_huge_json_is_only_a_bad_token(visitor):
    from base64 import urlsafe_b64encode

    header = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    for payload in (
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"exp":' + b"9" * 5000 + b"}",
        b'{"exp":1e999}',
        b'{"exp":NaN}',
        b'{"sub":"\xff"}',
        b'{"iss":"\\ud800"}',
    ):
        for token in (
            f"{header}.{urlsafe_b64encode(payload).decode().rstrip('=')}.c2ln",
            f"{urlsafe_b64encode(payload).decode().rstrip('=')}.e30.c2ln",
        ):
            assert is_problem(visitor.verify(token), 401, "invalid_token")
