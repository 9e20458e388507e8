"""Unusual text in every field."""

import json
from base64 import urlsafe_b64encode

import pytest
from sqlalchemy import text

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
    "text", ["☕ Zoë 👩‍🚀", "'; DROP TABLE events; --", "%s %(x)s {0} \\", " \u202etea\u202c"]
)
def test_any_other_text_is_returned_unchanged(ada, text):
    event = ada.create_event(title=text, description=text).json()

    assert (event["title"], event["description"]) == (text.strip(), text)
    assert ada.get(f"/v1/events/{event['id']}/").json() == event


@pytest.mark.parametrize("text", ["\u200b", "\u202egnp.exe", "tea\x1b[31m", "tea\x07", "a\x85b"])
@pytest.mark.parametrize("field", ["title", "location"])
def test_misleading_lines_are_rejected(ada, field, text):
    event = ada.new_event()

    for response in (ada.create_event(**{field: text}), ada.patch(event, **{field: text})):
        assert is_problem(response, 422, "validation_failed")
        assert response.json()["errors"].keys() == {field}


def test_control_characters_in_a_description_or_an_email_address_are_rejected(ada):
    description = ada.create_event(description="tea\x1b[31m")
    email = ada.http.patch("/v1/profile/", json={"email": '"\x1b"@example.org'})

    assert description.json()["errors"].keys() == {"description"}
    assert email.json()["errors"].keys() == {"email"}


def test_control_characters_of_a_user_agent_are_not_stored(visitor, ada):
    body = {"username": ada.username, "password": PASSWORD}
    agent = "caf\xe9\x9b31m\t1.0".encode("latin-1")

    visitor.http.post("/v1/profile/token/", json=body, headers={"User-Agent": agent})

    assert ada.sessions()[0]["user_agent"] == "caf\xe931m1.0"


def test_an_event_created_before_a_rule_stays_usable(ada, grace, engine):
    event = ada.new_event()
    with engine.begin() as connection:
        connection.execute(text("UPDATE events SET title = :old"), {"old": "\u200b"})

    assert grace.attend(event).status_code == 204
    assert ada.patch(event, capacity=7).json()["title"] == "\u200b"
    assert ada.get(event).json()["title"] == "\u200b"
    assert ada.get(f"{event}calendar.ics").status_code == 200
    assert ada.patch(event, title="Tea").json()["title"] == "Tea"


@pytest.mark.parametrize(
    "token",
    ["", "x", "a.b.c", "....", "é.é.é", "W10.W10.W10", "A" * 15_000],
    ids=lambda token: token[:8],
)
def test_any_text_can_be_sent_as_a_token(visitor, token):
    for response in (visitor.verify(token), visitor.refresh(token)):
        assert is_problem(response, 401, "invalid_token")


def test_a_token_of_deep_or_huge_json_is_invalid(visitor):
    header = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    for payload in (
        b"[" * 10_000,
        b'{"a":' * 2_000,
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


@pytest.mark.parametrize("text", ["caf%E9", "%ED%A0%80", "%C3", "%80"])
def test_text_that_is_not_utf_8_is_malformed(visitor, ada, text):
    event = ada.new_event()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    login = f"username={text}&password={PASSWORD}", f"username=ada&password=x&{text}=1"
    responses = [
        ada.get(f"/v1/events/?search={text}"),
        ada.get(f"/v1/events/?creator={text}"),
        ada.get(f"/v1/events/?{text}=1"),
        ada.get(f"{event}?{text}"),
        ada.get(f"{event}attendees/?{text}", headers={"Accept": "text/csv"}),
        *(visitor.http.post("/v1/profile/token/", content=body, headers=form) for body in login),
    ]

    for response in responses:
        assert is_problem(response, 400, "bad_request"), response.request.url


@pytest.mark.parametrize(
    ("header", "status"),
    [("Idempotency-Key", 422), ("If-Match", 412), ("If-None-Match", 200), ("X-Request-ID", 200)],
)
def test_other_bytes_in_a_header_change_nothing(ada, header, status):
    event = ada.new_event()
    headers = {header: "caf\xe9".encode("latin-1")}
    is_key = header == "Idempotency-Key"

    response = (
        ada.post("/v1/events/", an_event_body(), headers=headers)
        if is_key
        else ada.get(event, headers=headers)
    )

    assert response.status_code == status
    assert ada.get("/v1/events/").json()["count"] == 1
