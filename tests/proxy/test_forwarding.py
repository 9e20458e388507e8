"""What goes through the proxy: whole, once, and with the truth about its client."""

import json
import re

import httpx
import pytest

from tests.e2e.client import PASSWORD, an_event_body
from tests.processes import finished
from tests.proxy.nginx import a_proxy
from tests.torture.clients import wait_until

ACCOUNT = {"username": "ada", "password": PASSWORD}
STYLES = "/api/schema/swagger-ui/swagger-ui.css"
# What a proxy has to say for itself.
OF_THE_WAY = {"date", "server", "connection", "x-request-id"}
LIES = {
    "X-Forwarded-For": "192.0.2.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "for=192.0.2.1;proto=https",
}


def test_the_journey_leads_through_it(proxy, pytestconfig):
    journey = finished(pytestconfig.rootpath, "demo", "--base-url", proxy.base_url)

    assert journey.returncode == 0, journey.stdout + journey.stderr
    assert journey.stdout.endswith("The journey is complete.\n")


def test_the_service_hears_the_truth_about_the_client(tmp_path, a_listening_service):
    with a_proxy(tmp_path / "nginx", a_listening_service.base_url) as proxy:
        httpx.get(f"{proxy.base_url}/x?a=b", headers=LIES)
        named = httpx.get(f"{proxy.base_url}/", headers={"X-Request-ID": "tea-1"})
        httpx.get(f"{proxy.base_url}/", headers={"X-Request-ID": "two words"})

    [first, second, third] = a_listening_service.heard
    address = proxy.base_url.removeprefix("http://")
    assert named.status_code == 200
    assert first.path == "/x?a=b"
    assert first.headers.get_all("X-Forwarded-For") == ["127.0.0.1"]
    assert first.headers.get_all("X-Forwarded-Proto") == ["http"]
    assert first.headers.get_all("X-Forwarded-Host") == [address]
    assert first.headers.get_all("Forwarded") is None
    assert first.headers.get_all("Host") == [address]
    assert re.fullmatch("[0-9a-f]{32}", first.headers["X-Request-ID"])
    assert second.headers.get_all("X-Request-ID") == ["tea-1"]
    assert re.fullmatch("[0-9a-f]{32}", third.headers["X-Request-ID"])


def test_headers_that_the_service_takes_are_passed_on(proxy):
    # Of nearly 64 KiB, and in nginx's buffers of 8 KiB there is room for only one of them each.
    stories = {f"X-Story-{number}": "x" * 4200 for number in range(15)}

    assert httpx.get(f"{proxy.base_url}/healthz/", headers=stories).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("is_known", [True, False], ids=["known", "new"])
@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_answers_pass_as_they_are(proxy, service, method, is_known, coding):
    def answer(base_url, **headers):
        response = httpx.request(method, f"{base_url}{STYLES}", headers=headers)
        told = {name: text for name, text in response.headers.items() if name not in OF_THE_WAY}
        return response.status_code, told, response.content

    headers = {"Host": "turnout.example", "Accept-Encoding": coding}
    if is_known:
        headers["If-None-Match"] = answer(service, **headers)[1]["etag"]

    assert answer(proxy.base_url, **headers) == answer(service, **headers)
    assert answer(service, **headers)[0] == (304 if is_known else 200)


def test_connections_to_the_service_are_kept(tmp_path, a_listening_service):
    with a_proxy(tmp_path / "nginx", a_listening_service.base_url, worker_processes="1") as proxy:
        for _ in range(5):
            httpx.get(f"{proxy.base_url}/")

    assert len({heard.client for heard in a_listening_service.heard}) == 1


def test_what_was_begun_is_not_begun_again_elsewhere(tmp_path, two_services_that_break_off):
    one, other = two_services_that_break_off
    with a_proxy(tmp_path / "nginx", one.base_url, other.base_url) as proxy:
        for method in ("POST", "PATCH"):
            assert httpx.request(method, proxy.base_url, content=b"{}").status_code == 502
        assert len(one.heard + other.heard) == 2
        assert httpx.get(proxy.base_url).status_code == 502

    assert len(one.heard + other.heard) == 4


def test_the_log_tells_neither_queries_nor_secrets(proxy, service_log):
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

    wait_until(lambda: "the-last" in proxy.log.read_text(), "the last is logged")
    lines = [json.loads(line) for line in proxy.log.read_text().splitlines()]
    paths = [line["path"] for line in lines]
    assert last.status_code == 200
    assert {event, "/v1/calendars/{secret}.ics", "/v1/events/", "/healthz", "another"} <= set(paths)
    told = proxy.log.read_text() + proxy.errors.read_text() + service_log.read_text()
    for hidden in (secret, "whispered", PASSWORD, tokens["access_token"]):
        assert hidden not in told
    [line] = [line for line in lines if line["request_id"] == "the-last"]
    assert (line["status"], line["upstream_status"], line["client"]) == (200, "200", "127.0.0.1")
    assert '"request_id":"the-last"' in service_log.read_text()


def test_a_secret_is_not_told_where_the_service_is_away(tmp_path):
    with a_proxy(tmp_path / "nginx", "http://127.0.0.1:1") as proxy:
        httpx.get(f"{proxy.base_url}/v1/calendars/{'s' * 43}.ics?whispered=1")
        wait_until(lambda: '"upstream_status":"502"' in proxy.log.read_text(), "it is logged")

    told = proxy.log.read_text() + proxy.errors.read_text()
    assert "sss" not in told
    assert "whispered" not in told
