from datetime import UTC, datetime, timedelta

import jwt
import pytest
import time_machine

from tests.applications import KEY
from tests.e2e.openapi.test_document import EVENT, PROTECTED
from tests.e2e.problems import is_problem


def claims_for(member, **changes):
    now = datetime.now(UTC)
    claims = jwt.decode(member.tokens["access_token"], options={"verify_signature": False})
    values = claims | {"iat": now, "exp": now + timedelta(hours=1)} | changes
    return {name: value for name, value in values.items() if value is not ...}


def test_a_refresh_token_works_once(visitor, ada):
    first = ada.tokens["refresh_token"]

    response = visitor.refresh(first)

    assert response.status_code == 200
    assert response.json().keys() == ada.tokens.keys()
    assert visitor.refresh(first).json()["code"] == "refresh_token_superseded"
    assert visitor.refresh(response.json()["refresh_token"]).status_code == 200
    assert visitor.refresh(first).json()["code"] == "refresh_token_reused"


def test_reusing_a_refresh_token_within_10_seconds_does_not_end_the_session(visitor, ada):
    first, replaced_at = ada.tokens["refresh_token"], datetime.now(UTC)
    with time_machine.travel(replaced_at, tick=False):
        newest = visitor.with_token(visitor.refresh(first).json()["access_token"])

    with time_machine.travel(replaced_at + timedelta(seconds=9.999), tick=False):
        assert is_problem(visitor.refresh(first), 401, "refresh_token_superseded")
        assert newest.is_logged_in()
    with time_machine.travel(replaced_at + timedelta(seconds=10), tick=False):
        assert is_problem(visitor.refresh(first), 401, "refresh_token_reused")
        assert not newest.is_logged_in()


def test_a_replaced_refresh_token_can_log_out(visitor, ada):
    first = ada.tokens["refresh_token"]
    newest = visitor.refresh(first).json()

    assert visitor.verify(first).status_code == 401
    assert visitor.revoke(first).status_code == 204

    assert not visitor.with_token(newest["access_token"]).is_logged_in()


def test_reusing_a_refresh_token_ends_only_its_session(visitor, ada):
    other = visitor.log_in(ada.username).json()
    latest = visitor.refresh(ada.tokens["refresh_token"]).json()
    latest = visitor.refresh(latest["refresh_token"]).json()

    assert is_problem(visitor.refresh(ada.tokens["refresh_token"]), 401, "refresh_token_reused")

    assert visitor.refresh(latest["refresh_token"]).status_code == 401
    assert visitor.with_token(latest["access_token"]).get("/v1/profile/").status_code == 401
    assert visitor.with_token(other["access_token"]).get("/v1/profile/").status_code == 200
    assert visitor.refresh(other["refresh_token"]).status_code == 200


def test_access_and_refresh_tokens_are_not_interchangeable(visitor, ada):
    with_refresh_token = visitor.with_token(ada.tokens["refresh_token"]).get("/v1/profile/")
    with_access_token = visitor.refresh(ada.tokens["access_token"])

    for response in (with_refresh_token, with_access_token):
        assert response.status_code == 401
        assert response.json()["code"] == "invalid_token"
    assert visitor.refresh(ada.tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("token_type", ["access", "refresh"])
def test_verifying_returns_the_owner_and_expiry_of_a_token(visitor, ada, token_type):
    response = visitor.verify(ada.tokens[f"{token_type}_token"])

    assert response.status_code == 200
    body = response.json()
    assert body.keys() == {"token_type", "user_id", "expires_at"}
    assert (body["token_type"], body["user_id"]) == (token_type, ada.id)


def test_a_used_refresh_token_is_not_verified(visitor, ada):
    visitor.refresh(ada.tokens["refresh_token"])

    assert visitor.verify(ada.tokens["refresh_token"]).status_code == 401
    assert visitor.verify(ada.tokens["access_token"]).status_code == 200


def test_tokens_expire(visitor, ada):
    access, refresh = ada.tokens["access_token"], ada.tokens["refresh_token"]
    now = datetime.now(UTC)

    with time_machine.travel(now + timedelta(minutes=59)):
        assert visitor.verify(access).status_code == 200
    with time_machine.travel(now + timedelta(minutes=61)):
        assert visitor.verify(access).status_code == 401
        assert ada.get("/v1/profile/").status_code == 401
        assert visitor.verify(refresh).status_code == 200
    with time_machine.travel(now + timedelta(hours=24, minutes=1)):
        assert visitor.refresh(refresh).status_code == 401
    with time_machine.travel(now + timedelta(hours=23)):
        assert visitor.refresh(refresh).status_code == 200


@pytest.mark.parametrize(("method", "path"), PROTECTED)
@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer x", "Basic YWRhOnBhc3M=", "Bearer a.b.c", "ü"],
)
def test_protected_operations_require_a_valid_token(visitor, method, path, authorization):
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}

    response = visitor.http.request(
        method, path, headers=headers, params={"limit": "wrong"}, content=b"not json"
    )

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_a_token_of_an_ended_session_is_rejected_everywhere(visitor, ada, document, method, path):
    event = ada.new_event()
    path = path.replace(EVENT, event)
    operation = document.spec["paths"][document.path_of(path)][method.lower()]
    content = operation.get("requestBody", {}).get("content", {})
    body = content["application/json"]["example"] if content else None
    again = visitor.log_in_again(ada)
    before = again.get(event).json(), again.get("/v1/profile/").json()
    visitor.revoke(ada.tokens["refresh_token"])

    response = ada.http.request(method, path, json=body)

    assert (response.status_code, response.json()["code"]) == (401, "invalid_token")
    assert (again.get(event).json(), again.get("/v1/profile/").json()) == before


def test_the_bearer_scheme_is_case_insensitive(visitor, ada):
    for scheme in ("bearer", "BEARER"):
        headers = {"Authorization": f"{scheme} {ada.tokens['access_token']}"}
        assert visitor.get("/v1/profile/", headers=headers).status_code == 200


def test_the_challenge_names_an_error_only_if_a_token_was_sent(visitor):
    assert "error" not in visitor.get("/v1/profile/").headers["WWW-Authenticate"]
    with_token = visitor.with_token("x").get("/v1/profile/")
    assert 'error="invalid_token"' in with_token.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "changes",
    [{name: ...} for name in ("iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "type")]
    + [
        {"iss": "someone else"},
        {"aud": "someone else"},
        {"type": "refresh"},
        {"type": "other"},
        {"type": ["access"]},
        {"sub": "ada"},
        {"sub": 7},
        {"sid": "abb0b87b-990f-4808-9f9f-63eb8f23f9ce"},
        {"sid": {}},
        {"jti": 7},
        {"exp": 0},
        {"exp": "tomorrow"},
        {"exp": 10**30},
        {"exp": 2**62},
        {"exp": "4102444800"},
        {"nbf": 2**40},
        {"iat": 2**40},
    ],
    ids=str,
)
def test_a_signed_token_with_an_invalid_claim_is_rejected(visitor, ada, changes):
    good, bad = (jwt.encode(claims_for(ada, **c), KEY, "HS256") for c in ({}, changes))

    assert visitor.with_token(good).get("/v1/profile/").status_code == 200
    assert visitor.with_token(bad).get("/v1/profile/").status_code == 401


def test_a_token_with_another_users_session_is_rejected(visitor, ada, grace):
    token = jwt.encode(claims_for(ada, sub=grace.id), KEY, "HS256")

    assert visitor.with_token(token).get("/v1/profile/").status_code == 401


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [("another key of more than 32 bytes", "HS256"), (KEY * 2, "HS512"), ("", "none")],
)
def test_a_token_with_another_signature_is_rejected(visitor, ada, key, algorithm):
    token = jwt.encode(claims_for(ada), key, algorithm)

    assert visitor.with_token(token).get("/v1/profile/").status_code == 401
    assert visitor.verify(token).status_code == 401
