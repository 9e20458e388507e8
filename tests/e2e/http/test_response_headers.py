"""Security headers and Cache-Control."""

import pytest
from dependency_injector import providers

from tests.applications import a_container
from tests.e2e.client import an_event_body

PUBLIC = ["/", "/api/schema/", "/api/schema/swagger-ui/", "/api/schema/swagger-ui/swagger-ui.css"]
PRIVATE = "private, no-cache"
# Allows no loading, running, submitting or embedding.
EMPTY_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def has_security_headers(headers, policy=EMPTY_POLICY):
    """The security headers, each exactly once. Works with Werkzeug's and httpx's headers."""
    all_of = headers.getlist if hasattr(headers, "getlist") else headers.get_list
    return (
        all_of("X-Content-Type-Options") == ["nosniff"]
        and all_of("Content-Security-Policy") == [policy]
        and all_of("Referrer-Policy") == ["no-referrer"]
        and all_of("Cross-Origin-Opener-Policy") == ["same-origin"]
        and all_of("Cross-Origin-Resource-Policy") == ["same-origin"]
    )


def policy_of(response):
    """The directives of its Content-Security-Policy."""
    parts = response.headers["Content-Security-Policy"].split("; ")
    return {name: sources.split() for name, _, sources in (each.partition(" ") for each in parts)}


@pytest.mark.parametrize("path", PUBLIC)
def test_the_document_may_be_cached(visitor, path):
    response = visitor.get(path)

    assert response.headers.get("Cache-Control") in (None, "no-cache")


def test_every_response_has_the_security_headers(ada, visitor):
    event = ada.new_event()
    feed = ada.post("/v1/profile/calendar/").json()["url"]
    responses = [
        visitor.get("/"),
        visitor.get("/api/schema/"),
        visitor.get("/v1/events/"),
        visitor.get("/nowhere/"),
        visitor.get(feed),
        visitor.get("/healthz/"),
        visitor.get("/v1/events/", headers={"Host": "a b"}),
        visitor.log_in("nobody"),
        visitor.http.options("/v1/events/"),
        visitor.http.put("/v1/events/"),
        ada.http.head(event),
        ada.get("/v1/events/?limit=0"),
        ada.attend(event),
        ada.get(f"{event}attendees/", headers={"Accept": "text/csv"}),
        ada.create_event(),
    ]

    for response in responses:
        assert has_security_headers(response.headers), response.request.url


@pytest.mark.parametrize("path", ["", "swagger-ui-bundle.js", "static/page.js", "nothing.js"])
def test_swagger_ui_runs_only_scripts_of_its_origin(visitor, path):
    response = visitor.get(f"/api/schema/swagger-ui/{path}")
    policy = policy_of(response)

    assert has_security_headers(response.headers, response.headers["Content-Security-Policy"])
    assert policy["default-src"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == ["'self'"]


@pytest.mark.parametrize(("scheme", "policies"), [("https", ["max-age=31536000"]), ("http", [])])
def test_https_responses_have_strict_transport_security(app, scheme, policies):
    response = app.test_client().get("/healthz/", base_url=f"{scheme}://turnout.example")

    assert response.headers.getlist("Strict-Transport-Security") == policies


def test_an_internal_error_has_the_security_headers_and_no_store(database, empty_database):
    class Broken:
        def rows(self, *_):
            raise ZeroDivisionError

    with a_container(database) as container, container.reader.override(providers.Object(Broken())):
        client = container.app().test_client()
        body = {"username": "ada", "password": "correct horse battery"}
        response = client.post("/v1/profile/token/", json=body)

    assert response.status_code == 500
    assert has_security_headers(response.headers)
    assert response.headers["Cache-Control"] == "no-store"


def test_event_responses_are_private_and_revalidated(ada):
    created = ada.create_event()
    event = created.headers["Location"]

    for response in (
        created,
        ada.get("/v1/events/"),
        ada.get(event),
        ada.get(f"{event}attendees/"),
        ada.get(f"{event}waitlist/"),
        ada.http.head(event),
        ada.patch(event, title="Coffee"),
        ada.put(event, **an_event_body()),
    ):
        assert response.status_code in (200, 201)
        assert response.headers.get_list("Cache-Control") == [PRIVATE]


def test_tokens_and_profiles_are_not_stored(visitor, ada):
    for response in (
        visitor.log_in(ada.username),
        visitor.refresh(ada.tokens["refresh_token"]),
        visitor.verify(ada.tokens["access_token"]),
        visitor.sign_up("lovelace"),
        ada.get("/v1/profile/"),
        ada.get("/v1/profile/sessions/"),
        ada.post("/v1/profile/token/revoke-all/"),
    ):
        assert response.headers.get_list("Cache-Control") == ["no-store"]


def test_problems_are_not_stored(visitor, ada):
    event = ada.new_event()
    ada.delete(event)

    for response in (
        ada.get(event),
        ada.get("/nowhere/"),
        ada.http.put("/v1/events/"),
        ada.get("/v1/events/?limit=0"),
        visitor.get("/v1/events/"),
        visitor.log_in("nobody"),
    ):
        assert response.status_code in (401, 404, 405, 422)
        assert response.headers.get_list("Cache-Control") == ["no-store"]
