"""The services to measure: a checkout of Turnout, and the floor."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click
import httpx

from entrypoints.settings import read_server_settings
from tests.concurrency import wait_until
from tests.processes import command, environment, free_port
from tests.sample_data import KEY

THIS_TREE = Path(__file__).parents[2]
FLOOR = "tests.bench.floor:create_app()"
START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 60
NO_SETTINGS: Mapping[str, str] = {}


class NotReady(click.ClickException):
    """The service ended, or /readyz did not become 200 in time."""


@dataclass(frozen=True)
class Service:
    """`pid` is None for a service that was started elsewhere."""

    base_url: str
    pid: int | None = None
    is_floor: bool = False


@contextmanager
def turnout(
    tree: Path, database_url: str, settings: Mapping[str, str] = NO_SETTINGS
) -> Iterator[Service]:
    """The service of a checkout, run with this Python. Raises NotReady."""
    port = str(free_port())
    base_url = f"http://127.0.0.1:{port}"
    variables = {
        "DATABASE_URL": database_url,
        "JWT_SECRET_KEY": KEY,
        "RATELIMIT_ENABLED": "false",
        "HOST": "127.0.0.1",
        "PORT": port,
    }
    # It logs as usual; the output is discarded.
    with subprocess.Popen(
        command("serve"),
        cwd=tree,
        env=environment(**variables | dict(settings)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_until_ready(process, base_url, tree)
            yield Service(base_url, process.pid)
        finally:
            process.terminate()
            process.wait(STOP_TIMEOUT_S)


def wait_until_ready(process: subprocess.Popen, base_url: str, tree: Path) -> None:
    """Readiness includes the migrations of this checkout."""
    end, message = time.monotonic() + START_TIMEOUT_S, "no response"
    while process.poll() is None and time.monotonic() < end:
        with suppress(httpx.TransportError):
            response = httpx.get(f"{base_url}/readyz/")
            if response.is_success:
                return
            message = response.text
        time.sleep(0.05)
    raise NotReady(f"The service in {tree} is not ready (exit code {process.poll()}): {message}")


@contextmanager
def floor(database_url: str) -> Iterator[Service]:
    """Runs on gunicorn's unmodified threaded worker, with as many workers and threads."""
    port, server = free_port(), read_server_settings()
    options = {
        "worker-class": "gthread",
        "workers": server.web_workers,
        "threads": server.web_threads,
        "bind": f"127.0.0.1:{port}",
        "log-level": "warning",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *(f"--{n}={v}" for n, v in options.items()), FLOOR],
        cwd=THIS_TREE,
        env=environment(DATABASE_URL=database_url, JWT_SECRET_KEY=KEY),
    ) as process:
        try:
            wait_until(lambda: is_listening(port), "the floor listens", START_TIMEOUT_S)
            yield Service(f"http://127.0.0.1:{port}", process.pid, is_floor=True)
        finally:
            process.terminate()
            process.wait(STOP_TIMEOUT_S)


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
