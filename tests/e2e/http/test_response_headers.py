"""X-Content-Type-Options and Cache-Control."""

import pytest
from dependency_injector import providers

from tests.applications import a_container
from tests.e2e.client import an_event_body

PUBLIC = ["/", "/api/schema/", "/api/schema/swagger-ui/", "/api/schema/swagger-ui/swagger-ui.css"]
PRIVATE = "private, no-cache"


def has_nosniff(response):
    return response.headers.get_list("X-Content-Type-Options") == ["nosniff"]


@pytest.mark.parametrize("path", PUBLIC)
def test_the_document_has_nosniff_and_may_be_cached(visitor, path):
    response = visitor.get(path)

    assert has_nosniff(response)
    assert response.headers.get("Cache-Control") in (None, "no-cache")


def test_every_response_has_nosniff(ada, visitor):
    event = ada.new_event()
    responses = [
        visitor.get("/v1/events/"),
        visitor.get("/nowhere/"),
        visitor.get("/api/schema/swagger-ui/nothing.js"),
        visitor.get("/v1/events/", headers={"Host": "a b"}),
        visitor.log_in("nobody"),
        visitor.http.options("/v1/events/"),
        visitor.http.put("/v1/events/"),
        ada.http.head(event),
        ada.get("/v1/events/?limit=0"),
        ada.attend(event),
        ada.create_event(),
    ]

    for response in responses:
        assert has_nosniff(response), response.request.url


def test_an_internal_error_has_nosniff_and_no_store(database, empty_database):
    class Broken:
        def rows(self, *_):
            raise ZeroDivisionError

    with a_container(database) as container, container.reader.override(providers.Object(Broken())):
        client = container.app().test_client()
        body = {"username": "ada", "password": "correct horse battery"}
        response = client.post("/v1/profile/token/", json=body)

    assert response.status_code == 500
    assert response.headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert response.headers["Cache-Control"] == "no-store"


def test_event_responses_are_private_and_revalidated(ada):
    created = ada.create_event()
    event = created.headers["Location"]

    for response in (
        created,
        ada.get("/v1/events/"),
        ada.get(event),
        ada.get(f"{event}attendees/"),
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
