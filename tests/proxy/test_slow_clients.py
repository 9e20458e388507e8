"""The service behind the proxy, among clients that never end what they begin."""

import json

import pytest

from tests.e2e.http.slow_clients import (
    KINDS,
    MANY,
    PROMISED_S,
    seconds_beside_slow_clients,
    seconds_of_a_healthy_request,
    slow_clients,
)
from tests.proxy.nginx import a_proxy
from tests.scale.pooled import Door
from tests.service import a_service
from tests.torture.clients import wait_until

NOWHERE = Door("postgresql://nobody@127.0.0.1:1/nothing")
MEGABYTES = b"GET /megabytes/ HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("kind", KINDS)
def test_slow_clients_hold_up_nobody(proxy, kind):
    assert seconds_beside_slow_clients(proxy.base_url, *KINDS[kind]) < PROMISED_S


def test_clients_that_do_not_read_megabytes_hold_up_nobody(tmp_path):
    log, app = tmp_path / "log", "tests.proxy.large_response_app:create_app()"

    def sent():
        lines = [json.loads(line) for line in log.read_text().rpartition("\n")[0].splitlines()]
        return [line.get("is_complete", True) for line in lines if line["route"] == "/megabytes/"]

    with (
        log.open("w") as stderr,
        a_service(NOWHERE, app, stderr) as service,
        a_proxy(tmp_path / "nginx", service.base_url) as proxy,
        slow_clients(proxy.base_url, MEGABYTES),
    ):
        wait_until(lambda: len(sent()) == MANY, "the service has sent all of them")
        assert all(sent())
        assert max(seconds_of_a_healthy_request(proxy.base_url) for _ in range(5)) < PROMISED_S
