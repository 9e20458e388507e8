"""The proxy forwards requests unchanged, once, and with the client's real address."""

import json
import re

import httpx
import pytest

from tests.concurrency import wait_until
from tests.e2e.client import PASSWORD, an_event_body
from tests.processes import run_cli
from tests.proxy.nginx import a_proxy

ACCOUNT = {"username": "ada", "password": PASSWORD}
STYLES = "/api/schema/swagger-ui/swagger-ui.css"
# Headers that the proxy sets itself.
PROXY_HEADERS = {"date", "server", "connection", "x-request-id"}
FORGED_HEADERS = {
    "X-Forwarded-For": "192.0.2.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "for=192.0.2.1;proto=https",
}


def test_the_demo_passes_through_the_proxy(proxy, pytestconfig):
    demo = run_cli(pytestconfig.rootpath, "demo", "--base-url", proxy.base_url)

    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert demo.stdout.endswith("The journey is complete.\n")


def test_forged_client_headers_are_replaced(tmp_path, stub_service):
    with a_proxy(tmp_path / "nginx", stub_service.base_url) as proxy:
        httpx.get(f"{proxy.base_url}/x?a=b", headers=FORGED_HEADERS)
        response = httpx.get(f"{proxy.base_url}/", headers={"X-Request-ID": "tea-1"})
        httpx.get(f"{proxy.base_url}/", headers={"X-Request-ID": "two words"})

    [first, second, third] = stub_service.requests
    address = proxy.base_url.removeprefix("http://")
    assert response.status_code == 200
    assert first.path == "/x?a=b"
    assert first.headers.get_all("X-Forwarded-For") == ["127.0.0.1"]
    assert first.headers.get_all("X-Forwarded-Proto") == ["http"]
    assert first.headers.get_all("X-Forwarded-Host") == [address]
    assert first.headers.get_all("Forwarded") is None
    assert first.headers.get_all("Host") == [address]
    assert re.fullmatch("[0-9a-f]{32}", first.headers["X-Request-ID"])
    assert second.headers.get_all("X-Request-ID") == ["tea-1"]
    assert re.fullmatch("[0-9a-f]{32}", third.headers["X-Request-ID"])


def test_large_headers_are_forwarded(proxy):
    # Almost 64 KiB, and only one header fits into each of nginx's buffers of 8 KiB.
    headers = {f"X-Story-{number}": "x" * 4200 for number in range(15)}

    assert httpx.get(f"{proxy.base_url}/healthz/", headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("is_known", [True, False], ids=["known", "new"])
@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_responses_are_forwarded_unchanged(proxy, service, method, is_known, coding):
    def fetch(base_url, **request_headers):
        response = httpx.request(method, f"{base_url}{STYLES}", headers=request_headers)
        headers = {
            name: text for name, text in response.headers.items() if name not in PROXY_HEADERS
        }
        return response.status_code, headers, response.content

    headers = {"Host": "turnout.example", "Accept-Encoding": coding}
    if is_known:
        headers["If-None-Match"] = fetch(service, **headers)[1]["etag"]

    assert fetch(proxy.base_url, **headers) == fetch(service, **headers)
    assert fetch(service, **headers)[0] == (304 if is_known else 200)


def test_connections_to_the_service_are_reused(tmp_path, stub_service):
    with a_proxy(tmp_path / "nginx", stub_service.base_url, worker_processes="1") as proxy:
        for _ in range(5):
            httpx.get(f"{proxy.base_url}/")

    assert len({request.client for request in stub_service.requests}) == 1


def test_only_idempotent_requests_are_retried_on_another_instance(
    tmp_path, two_services_that_close_connections
):
    one, other = two_services_that_close_connections
    with a_proxy(tmp_path / "nginx", one.base_url, other.base_url) as proxy:
        for method in ("POST", "PATCH"):
            assert httpx.request(method, proxy.base_url, content=b"{}").status_code == 502
        assert len(one.requests + other.requests) == 2
        assert httpx.get(proxy.base_url).status_code == 502

    assert len(one.requests + other.requests) == 4


def test_logs_contain_no_queries_and_no_secrets(proxy, service_log):
    with httpx.Client(base_url=proxy.base_url) as client:
        client.post("/v1/profile/signup/", json=ACCOUNT)
        tokens = client.post("/v1/profile/token/", json=ACCOUNT).json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        event = client.post("/v1/events/", json=an_event_body()).headers["Location"]
        client.get(event)
        feed = client.post("/v1/profile/calendar/").json()["url"]
        assert feed.startswith(proxy.base_url)
        secret = feed.rpartition("/")[2].removesuffix(".ics")
        assert client.get(feed).status_code == 200
        for path in (f"//v1/calendars/{secret}.ics", f"/v1/%63alendars/{secret}.ics", f"/{secret}"):
            client.get(path)
        client.get("/v1/events/", params={"search": "whispered"})
        last = client.get("/healthz", headers={"X-Request-ID": "the-last"})

    for log in (proxy.log, service_log):
        wait_until(lambda log=log: '"the-last"' in log.read_text(), "the last request is logged")
    lines = [json.loads(line) for line in proxy.log.read_text().splitlines()]
    paths = [line["path"] for line in lines]
    assert last.status_code == 200
    assert {event, "/v1/calendars/{secret}.ics", "/v1/events/", "/healthz", "another"} <= set(paths)
    logs = proxy.log.read_text() + proxy.errors.read_text() + service_log.read_text()
    for value in (secret, "whispered", PASSWORD, tokens["access_token"]):
        assert value not in logs
    [line] = [line for line in lines if line["request_id"] == "the-last"]
    assert (line["status"], line["upstream_status"], line["client"]) == (200, "200", "127.0.0.1")


def test_logs_contain_no_secrets_when_the_service_is_down(tmp_path):
    with a_proxy(tmp_path / "nginx", "http://127.0.0.1:1") as proxy:
        httpx.get(f"{proxy.base_url}/v1/calendars/{'s' * 43}.ics?whispered=1")
        wait_until(
            lambda: '"upstream_status":"502"' in proxy.log.read_text(), "the request is logged"
        )

    logs = proxy.log.read_text() + proxy.errors.read_text()
    assert "sss" not in logs
    assert "whispered" not in logs
