"""Responses have a media type that Accept allows; otherwise the request returns 406."""

import pytest

from tests.e2e.client import PASSWORD, an_event_body
from tests.e2e.problems import is_problem

NO_JSON = {"Accept": "text/html, image/*"}


@pytest.mark.parametrize(
    "accept", ["application/json", "application/*", "*/*", "text/html, */*;q=0.1", ""]
)
def test_json_is_returned_if_accept_allows_it(ada, accept):
    response = ada.get("/v1/events/", headers={"Accept": accept})

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"


def test_json_is_returned_without_an_accept_header(ada):
    del ada.http.headers["Accept"]

    assert ada.get("/v1/events/").status_code == 200


@pytest.mark.parametrize(
    "accept", ["text/html", "application/json;q=0", "*/*, application/json;q=0.0", "application"]
)
def test_a_media_type_that_is_not_available_returns_406(ada, accept):
    event = ada.new_event()

    for path in ("/v1/events/", event, "/v1/profile/"):
        assert is_problem(ada.get(path, headers={"Accept": accept}), 406, "not_acceptable")


@pytest.mark.parametrize(
    "accept", ["a/b;" * 500, '"', "/", ";;q", "*/*;q=٣", "a/b;q*=utf-8''%ff", "é", ",\t/,"]
)
def test_a_malformed_accept_header_causes_no_error(ada, accept):
    response = ada.get("/v1/events/", headers={"Accept": accept.encode()})

    assert response.status_code in (200, 406)


def test_authentication_is_checked_before_accept(visitor):
    assert is_problem(visitor.get("/v1/events/", headers=NO_JSON), 401, "not_authenticated")


def test_a_request_that_is_not_acceptable_changes_nothing(ada, visitor):
    event = ada.new_event()
    changes = an_event_body(title="Coffee")

    for response in (
        ada.post("/v1/events/", changes, headers=NO_JSON),
        ada.http.put(event, json=changes, headers=NO_JSON),
        ada.http.patch(event, json=changes, headers=NO_JSON),
        ada.http.patch("/v1/profile/", json={"email": "ada@example.org"}, headers=NO_JSON),
        visitor.post(
            "/v1/profile/signup/", {"username": "lovelace", "password": PASSWORD}, headers=NO_JSON
        ),
    ):
        assert is_problem(response, 406, "not_acceptable")
    assert ada.event_titles() == ["Tea"]
    assert ada.get("/v1/profile/").json()["email"] is None
    assert visitor.log_in("lovelace").status_code == 401


def test_accept_is_checked_before_the_request_is_validated(ada):
    wrong = [
        ada.get("/v1/events/?limit=0", headers=NO_JSON),
        ada.get("/v1/profile/?x=1", headers=NO_JSON),
        ada.post("/v1/events/", {"title": 1}, headers=NO_JSON),
        ada.http.post("/v1/events/", content=b"<event/>", headers=NO_JSON),
    ]

    assert {response.status_code for response in wrong} == {406}


def test_responses_without_a_body_ignore_accept(ada):
    event = ada.new_event()

    assert ada.post(f"{event}attend/", headers=NO_JSON).status_code == 204
    assert ada.post(f"{event}cancel/", headers=NO_JSON).status_code == 204
    assert ada.http.delete(event, headers=NO_JSON).status_code == 204


def test_errors_are_problem_documents_regardless_of_accept(ada, visitor):
    event = ada.new_event()
    ada.delete(event)

    assert is_problem(ada.post(f"{event}attend/", headers=NO_JSON), 404, "event_not_found")
    assert is_problem(ada.get("/nowhere/", headers=NO_JSON), 404, "not_found")
    assert is_problem(ada.http.put("/v1/events/", headers=NO_JSON), 405, "method_not_allowed")
    assert is_problem(
        visitor.post("/v1/profile/token/revoke-all/", headers=NO_JSON), 401, ("not_authenticated")
    )
