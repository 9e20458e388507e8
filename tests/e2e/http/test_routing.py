"""Unknown paths, methods and hosts, and trailing slashes."""

from uuid import uuid4

import pytest

from tests.e2e.client import an_event_body
from tests.e2e.problems import is_problem


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/v1/",
        "/v1//events/",
        "/v1/events/7/",
        "/v1/events/01997a60-5a80-7000-8000-00000000000٢/",
        "/v1/events/%00/",
        "/v1/events/" + "x" * 3000,
        "/api/schema/swagger-ui/../../../etc/passwd",
        "/api/schema/swagger-ui/nothing.js",
    ],
)
def test_an_unknown_path_returns_404(ada, path):
    assert is_problem(ada.get(path), 404, "not_found")


def test_an_unknown_event_has_its_own_problem_code(ada):
    assert is_problem(ada.get(f"/v1/events/{uuid4()}/"), 404, "event_not_found")


def test_an_unsupported_method_returns_405_with_allow(ada):
    response = ada.http.put("/v1/events/", json={})

    assert is_problem(response, 405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/v1/events"), ("GET", "/v1/profile/token"), ("POST", "/api/schema")],
)
def test_an_unsupported_method_without_trailing_slash_returns_405(ada, method, path):
    response = ada.http.request(method, path)

    assert is_problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"]


def test_the_trailing_slash_is_optional_without_a_redirect(visitor, ada):
    event = ada.new_event().rstrip("/")

    assert ada.get("/v1/profile").status_code == 200
    assert ada.get("/v1/events?limit=1").status_code == 200
    assert ada.post("/v1/events", an_event_body()).status_code == 201
    assert ada.get(event).status_code == 200
    assert ada.post(f"{event}/attend").status_code == 204
    assert ada.get(f"{event}/attendees").status_code == 200
    assert ada.delete(f"{event}/attendees/{ada.id}").status_code == 204
    assert ada.get(f"{event}/waitlist").status_code == 200
    assert ada.post(f"{event}/cancel").status_code == 204
    assert ada.delete(event).status_code == 204
    assert visitor.log_in(ada.username).status_code == 200
    assert visitor.post("/v1/profile/token", {}).status_code == 422


@pytest.mark.parametrize("host", ["", "a b", "x/y", "example.org:port", "[::1", "user@host", ".."])
def test_a_malformed_host_returns_400(ada, host):
    for path in ("/v1/events/", "/v1/profile/"):
        response = ada.get(path, headers={"Host": host})

        assert is_problem(response, 400, "bad_request")
