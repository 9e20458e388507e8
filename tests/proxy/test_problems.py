"""Errors that the proxy returns itself look like those of the service."""

import json
import re

import httpx
import pytest

from adapters.http.problems.model import PROBLEM_HEADERS, PROBLEM_TYPE, http_problem
from adapters.http.responses.security_headers import SECURITY_HEADERS
from tests.e2e.http.malformed_requests import MALFORMED
from tests.e2e.http.slow_clients import connect, read_all
from tests.processes import free_port
from tests.proxy.nginx import DEPLOYED, a_proxy

# Where nginx returns another status than the service.
NGINX_STATUSES = {"an unknown coding": 501}
BODY = re.compile(r"return (\d+) '(.*)';")


def test_its_problem_documents_have_the_same_members():
    config = (DEPLOYED / "problems.conf").read_text()
    bodies = {
        int(status): json.loads(text.replace(r"\'", "'")) for status, text in BODY.findall(config)
    }

    assert {400, 413, 414, 431, 502, 504} <= bodies.keys()
    for status, body in bodies.items():
        expected = http_problem(status, body["detail"]) | {"request_id": "$valid_request_id"}
        assert body == expected
        assert list(body) == list(expected)


@pytest.mark.parametrize("kind", MALFORMED)
def test_malformed_requests_are_rejected(proxy, kind):
    malformed = MALFORMED[kind]
    status = NGINX_STATUSES.get(kind, malformed.status)
    with connect(proxy.base_url) as connection:
        connection.sendall(malformed.request)
        head, _, body = read_all(connection).partition(b"\r\n\r\n")

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
    for name, value in SECURITY_HEADERS.items():
        assert response.headers.get_list(name) == [value]
    assert response.headers.get_list("X-Request-ID") == [problem["request_id"]]
    assert response.headers["Server"] == "nginx"
    assert problem.keys() == {"type", "title", "status", "detail", "code", "request_id"}
    return True


def test_too_long_headers_return_431(proxy):
    response = httpx.get(proxy.base_url, headers={"X-Story": "x" * 9000})

    assert is_problem(response, 431)


def test_a_stopped_service_returns_502(tmp_path):
    with a_proxy(tmp_path / "nginx", f"http://127.0.0.1:{free_port()}") as proxy:
        response = httpx.get(f"{proxy.base_url}/healthz/", headers={"X-Request-ID": "tea-1"})
        head = httpx.head(f"{proxy.base_url}/healthz/")

    assert is_problem(response, 502)
    assert response.json()["code"] == "bad_gateway"
    assert response.json()["request_id"] == "tea-1"
    assert (head.status_code, head.content) == (502, b"")


def test_an_unresponsive_service_returns_504(tmp_path, unresponsive_service):
    with a_proxy(tmp_path / "nginx", unresponsive_service, proxy_read_timeout="1s") as proxy:
        response = httpx.get(f"{proxy.base_url}/healthz/", timeout=30)

    assert is_problem(response, 504)
    assert response.json()["code"] == "gateway_timeout"


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/metrics/x", "//metrics", "/%6detrics"])
def test_metrics_are_not_public(proxy, path):
    response = httpx.get(proxy.base_url + path)

    assert is_problem(response, 404)
    assert response.json()["code"] == "not_found"


def test_errors_of_the_service_are_forwarded_unchanged(proxy):
    response = httpx.get(f"{proxy.base_url}/v1/events/")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    assert response.headers.get_list("X-Request-ID") == [response.json()["request_id"]]
