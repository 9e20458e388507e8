"""What every answer says about how it may be read and kept."""

import pytest
from dependency_injector import providers

from tests.applications import a_container
from tests.e2e.client import an_event_body

OPEN = ["/", "/api/schema/", "/api/schema/swagger-ui/", "/api/schema/swagger-ui/swagger-ui.css"]
PRIVATE = "private, no-cache"


def is_not_sniffed(response):
    return response.headers.get_list("X-Content-Type-Options") == ["nosniff"]


@pytest.mark.parametrize("path", OPEN)
def test_the_document_is_not_sniffed_and_may_be_kept(visitor, path):
    response = visitor.get(path)

    assert is_not_sniffed(response)
    assert response.headers.get("Cache-Control") in (None, "no-cache")


def test_no_answer_is_sniffed(ada, visitor):
    event = ada.published()
    answers = [
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
        ada.publish(),
    ]

    for response in answers:
        assert is_not_sniffed(response), response.request.url


def test_a_defect_is_not_sniffed_nor_kept(database, empty_database):
    class Broken:
        def __call__(self, *_):
            raise ZeroDivisionError

    with a_container(database) as container, container.work.override(providers.Object(Broken())):
        client = container.app().test_client()
        body = {"username": "ada", "password": "correct horse battery"}
        response = client.post("/v1/profile/token/", json=body)

    assert response.status_code == 500
    assert response.headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert response.headers["Cache-Control"] == "no-store"


def test_events_are_for_who_asks_and_must_be_asked_for_again(ada):
    created = ada.publish()
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


def test_tokens_and_profiles_are_not_kept(visitor, ada):
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


def test_problems_are_not_kept(visitor, ada):
    event = ada.published()
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
