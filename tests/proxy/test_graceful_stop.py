"""The service is told to stop while clients ask it through the proxy."""

import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx

from tests.e2e.http.slow_clients import BUNDLE
from tests.processes import started
from tests.proxy.nginx import a_proxy
from tests.torture.clients import wait_until

CLIENTS = 8
STOPS_WITHIN_S = 30
# No request here needs the database; a login is told 503.
SETTINGS = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "JWT_SECRET_KEY": "k" * 32,
    "TRUSTED_PROXIES": "127.0.0.1",
    "RATELIMIT_ENABLED": "false",
    "LOG_LEVEL": "ERROR",
}
ACCOUNT = {"username": "ada", "password": "correct horse battery"}


def ask(base_url: str, statuses: list[int], end: Event) -> None:
    """Without pause. Raises httpx.TransportError where a response is not whole."""
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


def test_every_client_gets_whole_responses(pytestconfig, tmp_path):
    statuses, end = [], Event()
    with (
        started(pytestconfig.rootpath, "serve", **SETTINGS) as (process, service),
        a_proxy(tmp_path / "nginx", service) as proxy,
        ThreadPoolExecutor(CLIENTS) as threads,
    ):
        asking = [threads.submit(ask, proxy.base_url, statuses, end) for _ in range(CLIENTS)]
        try:
            wait_until(lambda: len(statuses) > 10 * CLIENTS, "they are served")
            assert set(statuses) == {200, 503}
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=STOPS_WITHIN_S) == 0
            wait_until(lambda: 502 in statuses, "the proxy says that it is away")
        finally:
            end.set()
        for each in asking:
            each.result()

    assert set(statuses) == {200, 503, 502}
