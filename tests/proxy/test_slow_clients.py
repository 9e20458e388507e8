"""Slow clients behind the proxy do not delay others."""

import json

import pytest

from tests.concurrency import wait_until
from tests.e2e.http.slow_clients import (
    CLIENTS,
    KINDS,
    RESPONSE_TIME_S,
    seconds_of_a_request,
    seconds_with_slow_clients,
    slow_clients,
)
from tests.proxy.nginx import a_proxy
from tests.service import a_service

UNREACHABLE = "postgresql://nobody@127.0.0.1:1/nothing"
MEGABYTES = b"GET /megabytes/ HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("kind", KINDS)
def test_slow_clients_do_not_delay_others(proxy, kind):
    assert seconds_with_slow_clients(proxy.base_url, *KINDS[kind]) < RESPONSE_TIME_S


def test_clients_that_do_not_read_large_responses_do_not_delay_others(tmp_path):
    log, app = tmp_path / "log", "tests.proxy.large_response_app:create_app()"

    def completed():
        lines = [json.loads(line) for line in log.read_text().rpartition("\n")[0].splitlines()]
        requests = [line for line in lines if line.get("route") == "/megabytes/"]
        return [request.get("is_complete", True) for request in requests]

    with (
        log.open("w") as stderr,
        a_service(UNREACHABLE, app, stderr) as service,
        a_proxy(tmp_path / "nginx", service.base_url) as proxy,
        slow_clients(proxy.base_url, MEGABYTES),
    ):
        wait_until(lambda: len(completed()) == CLIENTS, "the service has sent every response")
        assert all(completed())
        assert max(seconds_of_a_request(proxy.base_url) for _ in range(5)) < RESPONSE_TIME_S
