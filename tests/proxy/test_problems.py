"""What the proxy answers itself reads like what the service answers."""

import json
import re

import httpx
import pytest

from adapters.http.problems.model import PROBLEM_HEADERS, PROBLEM_TYPE, http_problem
from tests.e2e.processes import a_free_port
from tests.e2e.refused_requests import REFUSED
from tests.e2e.slow_clients import connected, rest_of
from tests.proxy.nginx import DEPLOYED, a_proxy

# What nginx refuses with another status than the service.
OF_NGINX = {"an unknown coding": 501}
BODY = re.compile(r"return (\d+) '(.*)';")


def test_its_problems_have_the_members_of_the_services():
    written = (DEPLOYED / "problems.conf").read_text()
    bodies = {
        int(status): json.loads(text.replace(r"\'", "'")) for status, text in BODY.findall(written)
    }

    assert {400, 413, 414, 431, 502, 504} <= bodies.keys()
    for status, body in bodies.items():
        expected = http_problem(status, body["detail"]) | {"request_id": "$valid_request_id"}
        assert body == expected
        assert list(body) == list(expected)


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_barely_http_is_refused(proxy, kind):
    refused = REFUSED[kind]
    status = OF_NGINX.get(kind, refused.status)
    with connected(proxy.base_url) as connection:
        connection.sendall(refused.request)
        head, _, body = rest_of(connection).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert is_problem(httpx.Response(status, headers=headers_of(head), content=body), status)


def headers_of(head):
    lines = head.decode().split("\r\n")[1:]
    return [tuple(line.split(": ", 1)) for line in lines]


def is_problem(response, status):
    problem = response.json()
    assert (response.status_code, problem["status"]) == (status, status)
    assert response.headers.get_list("Content-Type") == [PROBLEM_TYPE]
    assert response.headers.get_list("Cache-Control") == [PROBLEM_HEADERS["Cache-Control"]]
    assert response.headers.get_list("X-Content-Type-Options") == ["nosniff"]
    assert response.headers.get_list("X-Request-ID") == [problem["request_id"]]
    assert response.headers["Server"] == "nginx"
    assert problem.keys() == {"type", "title", "status", "detail", "code", "request_id"}
    return True


def test_headers_that_are_too_long_are_refused(proxy):
    response = httpx.get(proxy.base_url, headers={"X-Story": "x" * 9000})

    assert is_problem(response, 431)


def test_a_service_that_is_away_is_a_502(tmp_path):
    with a_proxy(tmp_path / "nginx", f"http://127.0.0.1:{a_free_port()}") as proxy:
        response = httpx.get(f"{proxy.base_url}/healthz/", headers={"X-Request-ID": "tea-1"})
        head = httpx.head(f"{proxy.base_url}/healthz/")

    assert is_problem(response, 502)
    assert response.json()["code"] == "bad_gateway"
    assert response.json()["request_id"] == "tea-1"
    assert (head.status_code, head.content) == (502, b"")


def test_a_service_that_is_silent_is_a_504(tmp_path, a_silent_service):
    with a_proxy(tmp_path / "nginx", a_silent_service, proxy_read_timeout="1s") as proxy:
        response = httpx.get(f"{proxy.base_url}/healthz/", timeout=30)

    assert is_problem(response, 504)
    assert response.json()["code"] == "gateway_timeout"


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/metrics/x", "//metrics", "/%6detrics"])
def test_metrics_are_not_for_everybody(proxy, path):
    response = httpx.get(proxy.base_url + path)

    assert is_problem(response, 404)
    assert response.json()["code"] == "not_found"


def test_what_the_service_refuses_comes_as_it_is(proxy):
    response = httpx.get(f"{proxy.base_url}/v1/events/")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    assert response.headers.get_list("X-Request-ID") == [response.json()["request_id"]]
