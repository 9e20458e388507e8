"""A candidate as real processes: started, timed, weighed and ended."""

import http.client
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import psutil

from tests.bench.servers.candidates import Candidate
from tests.e2e.processes import environment
from tests.resilience.town import KEY

ROOT = Path(__file__).parents[3]
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 40
PAUSE_S = 0.001  # between attempts to connect: the server needs the processor more


class NotStarted(Exception):
    """The server ended, or did not answer in time."""


@dataclass(frozen=True)
class Memory:
    """Bytes, each page shared between n processes counted as an n-th of itself (PSS)."""

    workers: list[int]
    tree: int


class Running:
    def __init__(self, process: psutil.Popen, port: str) -> None:
        self._process = process
        self._address = f"127.0.0.1:{port}"
        self.base_url = f"http://{self._address}"

    def wait_until_it_answers(self) -> None:
        """Raises NotStarted."""
        end = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < end and self._process.poll() is None:
            with (
                suppress(OSError, http.client.HTTPException),
                closing(http.client.HTTPConnection(self._address, timeout=1)) as connection,
            ):
                connection.request("GET", "/api/schema/")
                if connection.getresponse().status == HTTPStatus.OK:
                    return
            time.sleep(PAUSE_S)
        raise NotStarted(f"{' '.join(self._process.args)}: exit code {self._process.poll()}")

    def memory(self) -> Memory:
        # Of all that the main process started: nothing but workers, save that granian keeps a
        # small helper beside them from Python 3.14 on.
        workers = [each.memory_full_info().pss for each in self._process.children()]
        return Memory(workers, self._process.memory_full_info().pss + sum(workers))

    def end(self) -> None:
        """Nothing of it is left, however it takes being told to stop."""
        if self._process.poll() is not None:
            return
        family = [self._process, *self._process.children(recursive=True)]
        self._process.terminate()
        _, left = psutil.wait_procs(family, timeout=STOP_TIMEOUT_S)
        for each in left:
            with suppress(psutil.NoSuchProcess):
                each.kill()


@contextmanager
def started(candidate: Candidate, database_url: str) -> Iterator[tuple[Running, float]]:
    """And how many seconds passed from the launch to the first answer. Raises NotStarted."""
    settings = environment(
        DATABASE_URL=database_url,
        JWT_SECRET_KEY=KEY,
        RATELIMIT_ENABLED="false",
        **candidate.settings,
    )
    settings["GRANIAN_PORT"] = settings["PORT"]
    begun = time.perf_counter()
    # Its lines are made, as they always are; in a terminal they would bury the tables.
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = psutil.Popen(candidate.command, cwd=ROOT, env=settings, **silent)
    running = Running(process, settings["PORT"])
    try:
        running.wait_until_it_answers()
        yield running, time.perf_counter() - begun
    finally:
        running.end()
