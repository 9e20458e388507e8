"""The services to measure: a checkout of Turnout, and the floor."""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click
import httpx

from tests.bench.dataset import Dataset
from tests.processes import command, environment, free_port
from tests.sample_data import KEY
from tests.service import a_service

THIS_TREE = Path(__file__).parents[2]
FLOOR = "tests.bench.floor:create_app()"
START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 60
NO_SETTINGS: Mapping[str, str] = {}


class NotReady(click.ClickException):
    """The service ended, or /readyz did not become 200 in time."""


@dataclass(frozen=True)
class Service:
    base_url: str
    pid: int
    is_floor: bool = False


@contextmanager
def turnout(
    tree: Path, data: Dataset, settings: Mapping[str, str] = NO_SETTINGS
) -> Iterator[Service]:
    """The service of a checkout, run with this Python. Raises NotReady."""
    port = str(free_port())
    base_url = f"http://127.0.0.1:{port}"
    variables = {
        "DATABASE_URL": data.database_url,
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
def floor(data: Dataset) -> Iterator[Service]:
    """Runs under the same server as the service of this checkout."""
    with a_service(data.database_url, FLOOR) as service:
        yield Service(service.base_url, service.process.pid, is_floor=True)
