"""What sends the requests: wrk, or where it is missing threads of this process."""

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
    """A request, ready to be sent."""

    method: str
    path: str
    token: str = ""
    body: str = ""


@dataclass(frozen=True)
class Turn:
    """What one load of some seconds met, and what a request of it cost the processors."""

    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float
    service_us: float = 0
    database_us: float = 0

    @property
    def processor_us(self) -> float:
        return self.service_us + self.database_us


class LoadError(Exception):
    """Some responses were no success: what was measured is not what was meant."""


def send(
    base_url: str, prepared: Sequence[Prepared], seconds: int, *, is_spent: bool = False
) -> Turn:
    """Keep 16 connections busy, with the requests in their order, over and over.

    Raises LoadError, also where those that work but once did not suffice.
    """
    turn = (_by_wrk if has_wrk() else _by_threads)(base_url, prepared, seconds)
    if is_spent and turn.requests > len(prepared):
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
    seen = json.loads(wrk.stderr.splitlines()[-1])
    if seen["refused"] or seen["broken"]:
        raise LoadError(f"{seen['refused']} refused, {seen['broken']} broken")
    rate = seen["requests"] / seen["duration_us"] * 1e6
    return Turn(seen["requests"], rate, seen["p50_us"] / 1e3, seen["p99_us"] / 1e3)


def _by_threads(base_url: str, prepared: Sequence[Prepared], seconds: int) -> Turn:
    address = urlsplit(base_url).netloc
    following = cycle(prepared)  # in C: safe to share between threads
    start = time.perf_counter()

    def keep_busy(_: int) -> list[float]:
        connection = http.client.HTTPConnection(address)
        taken = []
        while (begun := time.perf_counter()) < start + seconds:
            each = next(following)
            headers = {"Authorization": f"Bearer {each.token}"} if each.token else {}
            if each.body:
                headers["Content-Type"] = "application/json"
            connection.request(each.method, each.path, each.body or None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            if answer.status >= http.HTTPStatus.BAD_REQUEST:
                raise LoadError(f"{each.method} {each.path}: {answer.status} {text}")
            taken.append(time.perf_counter() - begun)
        connection.close()
        return taken

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        taken = sorted(chain.from_iterable(threads.map(keep_busy, range(CONNECTIONS))))
    passed = time.perf_counter() - start
    cuts = statistics.quantiles(taken, n=100)
    return Turn(len(taken), len(taken) / passed, cuts[49] * 1e3, cuts[98] * 1e3)
