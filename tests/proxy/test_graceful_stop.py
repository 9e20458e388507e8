"""The service is stopped while clients send requests through the proxy."""

import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx

from tests.concurrency import wait_until
from tests.e2e.http.slow_clients import BUNDLE
from tests.processes import running_cli
from tests.proxy.nginx import a_proxy

CLIENTS = 8
STOPS_WITHIN_S = 30
# No database: a login returns 503.
SETTINGS = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "JWT_SECRET_KEY": "k" * 32,
    "TRUSTED_PROXIES": "127.0.0.1",
    "RATELIMIT_ENABLED": "false",
    "LOG_LEVEL": "ERROR",
}
ACCOUNT = {"username": "ada", "password": "correct horse battery"}


def send_requests(base_url: str, statuses: list[int], end: Event) -> None:
    """Without pause. Raises httpx.TransportError for an incomplete response."""
    with httpx.Client(base_url=base_url, timeout=60) as client:
        while not end.is_set():
            for response in (
                client.get("/healthz/"),
                client.get(BUNDLE),
                client.post("/v1/profile/token/", json=ACCOUNT),
            ):
                statuses.append(response.status_code)
                if response.status_code == 502:
                    assert response.json()["code"] == "bad_gateway"


def test_every_client_gets_complete_responses(pytestconfig, tmp_path):
    statuses, end = [], Event()
    with (
        running_cli(pytestconfig.rootpath, "serve", **SETTINGS) as (process, service),
        a_proxy(tmp_path / "nginx", service) as proxy,
        ThreadPoolExecutor(CLIENTS) as threads,
    ):
        futures = [
            threads.submit(send_requests, proxy.base_url, statuses, end) for _ in range(CLIENTS)
        ]
        try:
            wait_until(lambda: len(statuses) > 10 * CLIENTS, "requests are served")
            assert set(statuses) == {200, 503}
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=STOPS_WITHIN_S) == 0
            wait_until(lambda: 502 in statuses, "the proxy returns 502")
        finally:
            end.set()
        for each in futures:
            each.result()

    assert set(statuses) == {200, 503, 502}
