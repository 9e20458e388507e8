"""Answers come in the media type that Accept admits, or not at all."""

import pytest

from tests.e2e.client import PASSWORD, an_event_body
from tests.e2e.problems import is_problem

NO_JSON = {"Accept": "text/html, image/*"}


@pytest.mark.parametrize(
    "accept", ["application/json", "application/*", "*/*", "text/html, */*;q=0.1", ""]
)
def test_json_is_answered_where_it_is_admitted(ada, accept):
    response = ada.get("/v1/events/", headers={"Accept": accept})

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"


def test_json_is_answered_where_nothing_is_said(ada):
    del ada.http.headers["Accept"]

    assert ada.get("/v1/events/").status_code == 200


@pytest.mark.parametrize(
    "accept", ["text/html", "application/json;q=0", "*/*, application/json;q=0.0", "application"]
)
def test_what_is_not_admitted_is_not_answered(ada, accept):
    event = ada.published()

    for path in ("/v1/events/", event, "/v1/profile/"):
        assert is_problem(ada.get(path, headers={"Accept": accept}), 406, "not_acceptable")


@pytest.mark.parametrize(
    "accept", ["a/b;" * 500, '"', "/", ";;q", "*/*;q=٣", "a/b;q*=utf-8''%ff", "é", ",\t/,"]
)
def test_a_malformed_accept_is_no_failure(ada, accept):
    response = ada.get("/v1/events/", headers={"Accept": accept.encode()})

    assert response.status_code in (200, 406)


def test_who_is_not_known_is_told_so_first(visitor):
    assert is_problem(visitor.get("/v1/events/", headers=NO_JSON), 401, "not_authenticated")


def test_who_could_not_read_the_answer_changes_nothing(ada, visitor):
    event = ada.published()
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
    assert ada.listed() == ["Tea"]
    assert ada.get("/v1/profile/").json()["email"] is None
    assert visitor.log_in("lovelace").status_code == 401


def test_a_request_that_is_wrong_too_is_not_even_read(ada):
    wrong = [
        ada.get("/v1/events/?limit=0", headers=NO_JSON),
        ada.get("/v1/profile/?x=1", headers=NO_JSON),
        ada.post("/v1/events/", {"title": 1}, headers=NO_JSON),
        ada.http.post("/v1/events/", content=b"<event/>", headers=NO_JSON),
    ]

    assert {response.status_code for response in wrong} == {406}


def test_answers_without_a_body_suit_everyone(ada):
    event = ada.published()

    assert ada.post(f"{event}attend/", headers=NO_JSON).status_code == 204
    assert ada.post(f"{event}cancel/", headers=NO_JSON).status_code == 204
    assert ada.http.delete(event, headers=NO_JSON).status_code == 204


def test_errors_are_problems_whatever_is_admitted(ada, visitor):
    event = ada.published()
    ada.delete(event)

    assert is_problem(ada.post(f"{event}attend/", headers=NO_JSON), 404, "event_not_found")
    assert is_problem(ada.get("/nowhere/", headers=NO_JSON), 404, "not_found")
    assert is_problem(ada.http.put("/v1/events/", headers=NO_JSON), 405, "method_not_allowed")
    assert is_problem(
        visitor.post("/v1/profile/token/revoke-all/", headers=NO_JSON), 401, ("not_authenticated")
    )
