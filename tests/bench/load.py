"""Sends the requests: with wrk if it is installed, otherwise with threads."""

import http.client
import json
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, cycle
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

CONNECTIONS = 16
SCRIPT = Path(__file__).parent / "requests.lua"


@dataclass(frozen=True)
class Prepared:
    """A request to send."""

    method: str
    path: str
    token: str = ""
    body: str = ""


@dataclass(frozen=True)
class Turn:
    """The result of some seconds of load, with the processor time per request."""

    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float
    service_us: float = 0
    database_us: float = 0

    @property
    def processor_us(self) -> float:
        return self.service_us + self.database_us

    @property
    def per_processor_second(self) -> float:
        return 1e6 / self.processor_us


class LoadError(Exception):
    """Some requests failed, so the measurement is invalid."""


def send(
    base_url: str, prepared: Sequence[Prepared], seconds: int, *, is_single_use: bool = False
) -> Turn:
    """Keep 16 connections busy with the requests, in order, repeatedly.

    Raises LoadError, also if requests that work only once ran out.
    """
    turn = (_by_wrk if has_wrk() else _by_threads)(base_url, prepared, seconds)
    if is_single_use and turn.requests > len(prepared):
        raise LoadError(f"Only {len(prepared)} were prepared: take shorter turns.")
    return turn


def has_wrk() -> bool:
    return shutil.which("wrk") is not None


def _by_wrk(base_url: str, prepared: Sequence[Prepared], seconds: int) -> Turn:
    with NamedTemporaryFile("w", suffix=".tsv") as file:
        file.writelines(f"{p.method}\t{p.path}\t{p.token}\t{p.body}\n" for p in prepared)
        file.flush()
        options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", f"-s{SCRIPT}", base_url]
        wrk = subprocess.run(
            ["wrk", *options, "--", file.name], capture_output=True, text=True, check=True
        )
    result = json.loads(wrk.stderr.splitlines()[-1])
    if result["failed"] or result["broken"]:
        raise LoadError(f"{result['failed']} failed, {result['broken']} broken")
    rate = result["requests"] / result["duration_us"] * 1e6
    return Turn(result["requests"], rate, result["p50_us"] / 1e3, result["p99_us"] / 1e3)


def _by_threads(base_url: str, prepared: Sequence[Prepared], seconds: int) -> Turn:
    address = urlsplit(base_url).netloc
    next_request = cycle(prepared)  # in C: safe to share between threads
    load_start = time.perf_counter()

    def run(_: int) -> list[float]:
        connection = http.client.HTTPConnection(address)
        durations = []
        while (started := time.perf_counter()) < load_start + seconds:
            each = next(next_request)
            headers = {"Authorization": f"Bearer {each.token}"} if each.token else {}
            if each.body:
                headers["Content-Type"] = "application/json"
            connection.request(each.method, each.path, each.body or None, headers)
            response = connection.getresponse()
            text = response.read().decode()
            if response.status >= http.HTTPStatus.BAD_REQUEST:
                raise LoadError(f"{each.method} {each.path}: {response.status} {text}")
            durations.append(time.perf_counter() - started)
        connection.close()
        return durations

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        durations = sorted(chain.from_iterable(threads.map(run, range(CONNECTIONS))))
    taken_s = time.perf_counter() - load_start
    cuts = statistics.quantiles(durations, n=100)
    return Turn(len(durations), len(durations) / taken_s, cuts[49] * 1e3, cuts[98] * 1e3)
