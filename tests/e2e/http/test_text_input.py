"""Unusual text in every field."""

import json
from base64 import urlsafe_b64encode

import pytest

from tests.e2e.client import PASSWORD, an_event_body
from tests.e2e.problems import is_problem

JSON = {"Content-Type": "application/json"}


INVALID_TEXTS = ["\0", "a\0b", "\ud800", "x\udfff", "\udc00\ud800"]


@pytest.mark.parametrize("text", INVALID_TEXTS, ids=ascii)
def test_text_that_the_database_cannot_store_is_rejected(visitor, ada, text):
    event = ada.new_event()
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
        ("POST", "/v1/profile/token/revoke/", {"refresh_token": text}, "refresh_token"),
        ("PATCH", "/v1/profile/", {"username": text}, "username"),
        ("PATCH", "/v1/profile/", {"email": f"{text}@example.org"}, "email"),
        ("DELETE", "/v1/profile/", {"password": text}, "password"),
        (
            "POST",
            "/v1/profile/password/",
            {"current_password": text, "new_password": PASSWORD},
            "current_password",
        ),
        (
            "POST",
            "/v1/profile/password/",
            {"current_password": PASSWORD, "new_password": text * 8},
            "new_password",
        ),
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
def test_any_other_text_is_returned_unchanged(ada, text):
    event = ada.create_event(title=text, description=text).json()

    assert (event["title"], event["description"]) == (text.strip(), text)
    assert ada.get(f"/v1/events/{event['id']}/").json() == event


@pytest.mark.parametrize(
    "token",
    ["", "x", "a.b.c", "....", "é.é.é", "W10.W10.W10", "A" * 500_000],
    ids=lambda token: token[:8],
)
def test_any_text_can_be_sent_as_a_token(visitor, token):
    for response in (visitor.verify(token), visitor.refresh(token)):
        assert is_problem(response, 401, "invalid_token")


def test_a_token_of_deep_or_huge_json_is_invalid(visitor):
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
