"""The form of OAuth 2's password grant, which Swagger UI's Authorize dialog sends."""

import pytest

from tests.e2e.client import PASSWORD

TOKEN = "/v1/profile/token/"


def test_a_form_logs_in_like_json(visitor, ada):
    form = {"grant_type": "password", "username": ada.username, "password": PASSWORD}

    response = visitor.http.post(TOKEN, data=form)

    assert response.status_code == 200
    assert response.json()["token_type"] == "Bearer"
    assert visitor.with_token(response.json()["access_token"]).is_logged_in()


def test_unknown_form_parameters_are_ignored(visitor, ada):
    form = {"username": ada.username, "password": PASSWORD, "scope": "", "client_id": "swagger"}

    # Swagger UI sends empty client credentials with HTTP Basic authentication.
    assert visitor.http.post(TOKEN, data=form, auth=("", "")).status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"username": "ada", "password": "wrong"}, 401, "invalid_credentials"),
        ({"username": "ada"}, 422, "validation_failed"),
        ({}, 422, "validation_failed"),
        ({"username": ["ada", "eve"], "password": "x"}, 400, "bad_request"),
        ({"username": "\0", "password": "x"}, 422, "validation_failed"),
        (
            {"grant_type": "client_credentials", "username": "a", "password": "x"},
            422,
            "validation_failed",
        ),
    ],
)
def test_an_invalid_form_returns_an_error(visitor, form, status, code):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    response = visitor.http.post(TOKEN, data=form, headers=headers)

    assert response.status_code == status
    assert response.json()["code"] == code


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"username": "ada", "password": "wrong"}, "invalid_grant"),
        ({"username": "ada"}, "invalid_request"),
        ({"grant_type": "code", "username": "a", "password": "x"}, "unsupported_grant_type"),
    ],
)
@pytest.mark.parametrize("kind", ["data", "json"])
def test_an_error_has_the_members_of_oauth_2(visitor, kind, body, error):
    problem = visitor.http.post(TOKEN, **{kind: body}).json()

    assert problem["error"] == error
    assert problem["error_description"] == problem["detail"]


def test_a_form_that_says_it_is_compressed_is_a_415(visitor):
    form = {"username": "ada", "password": PASSWORD}

    response = visitor.http.post(TOKEN, data=form, headers={"Content-Encoding": "gzip"})

    assert response.status_code == 415


@pytest.mark.parametrize("path", ["/v1/profile/signup/", "/v1/profile/token/refresh/"])
def test_other_operations_reject_forms(visitor, path):
    assert visitor.http.post(path, data={"username": "ada"}).status_code == 415


def test_the_document_describes_the_login_form(document):
    login = document.spec["components"]["securitySchemes"]["login"]

    assert login["flows"] == {"password": {"tokenUrl": TOKEN, "scopes": {}}}
    body = document.spec["paths"][TOKEN]["post"]["requestBody"]
    assert set(body["content"]) == {"application/json", "application/x-www-form-urlencoded"}


def test_account_responses_are_not_stored(visitor, ada):
    responses = [
        visitor.log_in(ada.username),
        visitor.log_in("nobody"),
        visitor.refresh(ada.tokens["refresh_token"]),
        visitor.refresh("x"),
        visitor.new_member("ada").get("/v1/profile/"),
        visitor.new_member("ada").get("/v1/profile/sessions/"),
        visitor.get("/v1/profile/"),
        visitor.post(TOKEN, {}),
    ]

    assert {response.headers.get("Cache-Control") for response in responses} == {"no-store"}
