"""Compare requests on Citus with plain PostgreSQL: make bench-citus TEST_CITUS_URL=...

The nodes of the cluster must run on this machine. The plain database is on the coordinator's
server. Sends requests one after the other, to one service after the other.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from uuid import UUID

import click
import psutil
from rich.table import Table
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL

from adapters.postgres.citus.distribute import distribute
from adapters.postgres.engine import make_engine
from adapters.postgres.schema.migrate import migrate
from adapters.postgres.timeouts import MAINTENANCE
from entrypoints.settings import CITUS, POSTGRESQL
from tests.citus_database import citus_url, drop_everything, migrated_database
from tests.generated import markdown, table
from tests.postgres import a_database
from tests.sample_data import SampleData, SampleUser
from tests.service import a_service
from tests.torture.clients import Client

PEOPLE, EVENTS, SHARDS, TURNS, REQUESTS = 100, 1_000, 32, 9, 100
PID = "SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)"
# The process ids of the servers.
SERVERS = {
    "coordinator": text(PID),
    "workers": text("SELECT result FROM run_command_on_workers(:pid)").bindparams(pid=PID),
}
PATHS: dict[str, Callable[[UUID], tuple[str, str]]] = {
    "list": lambda _: ("GET", "/v1/events/?limit=20"),
    "list, count=false": lambda _: ("GET", "/v1/events/?limit=20&count=false"),
    "detail": lambda event: ("GET", f"/v1/events/{event}/"),
    "attend": lambda event: ("POST", f"/v1/events/{event}/attend/"),
    "cancel": lambda event: ("POST", f"/v1/events/{event}/cancel/"),
    "profile": lambda _: ("GET", "/v1/profile/"),
}


@dataclass
class Measured:
    """Of a turn: the median in ms, and µs of processor time per request, by node."""

    medians: list[float] = field(default_factory=list)
    usages: list[dict[str, float]] = field(default_factory=list)

    def median_usage(self, node: str) -> float:
        return statistics.median(usage[node] for usage in self.usages)


class Subject:
    """A database with data, and its service."""

    def __init__(self, url: URL, database_type: str, stack: ExitStack) -> None:
        database_url = url.render_as_string(hide_password=False)
        data = SampleData(database_url, database_type)
        stack.callback(data.close)
        self.users = data.create_users(PEOPLE)
        self.events = [data.create_event(self.users[n % PEOPLE]) for n in range(EVENTS)]
        service = a_service(database_url, DATABASE_TYPE=database_type)
        self._client = Client(stack.enter_context(service).base_url)
        self.results = {name: Measured() for name in PATHS}

    def turn(self, name: str, turn: int, nodes: Engine) -> None:
        durations = []
        before = processor_s(nodes)
        for request in self._requests(name, turn):
            started = time.perf_counter()
            response = self._client.request(*request)
            durations.append(1000 * (time.perf_counter() - started))
            if response.status not in (200, 204):
                raise RuntimeError(f"{request}: {response}")
        after = processor_s(nodes)
        self.results[name].medians.append(statistics.median(durations))
        usage = {node: 1e6 * (after[node] - before[node]) / REQUESTS for node in after}
        self.results[name].usages.append(usage)

    def _requests(self, name: str, turn: int) -> Iterator[tuple[SampleUser, str, str]]:
        for n in range(turn * REQUESTS, (turn + 1) * REQUESTS):
            yield self.users[n % PEOPLE], *PATHS[name](self.events[n % EVENTS])


def processor_s(nodes: Engine) -> dict[str, float]:
    """Of all processes of the coordinator's server, and of the workers'."""
    with nodes.connect() as connection:
        pids = {node: connection.execute(sql).scalars().all() for node, sql in SERVERS.items()}
    return {node: sum(_processor_s(int(each)) for each in pids[node]) for node in pids}


def _processor_s(server: int) -> float:
    total = 0.0
    main = psutil.Process(server)
    for process in (main, *main.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:4])  # also of children that have ended
    return total


def results(plain: Subject, citus: Subject) -> Table:
    rows = table(
        "request",
        *(
            "PostgreSQL, ms",
            "Citus, ms",
            "ratio",
            "PostgreSQL, µs",
            "coordinator, µs",
            "workers, µs",
        ),
    )
    for name, measured in citus.results.items():
        other = plain.results[name]
        ratios = [a / b for a, b in zip(measured.medians, other.medians, strict=True)]
        rows.add_row(
            name,
            f"{statistics.median(other.medians):.1f}",
            f"{statistics.median(measured.medians):.1f}",
            f"{statistics.median(ratios):.2f}",
            f"{other.median_usage('coordinator'):.0f}",
            f"{measured.median_usage('coordinator'):.0f}",
            f"{measured.median_usage('workers'):.0f}",
        )
    return rows


def main() -> None:
    with ExitStack() as stack:
        url = stack.enter_context(migrated_database(citus_url(), SHARDS))
        engine = make_engine(url, pool_size=1, timeouts=MAINTENANCE)
        stack.callback(drop_everything, engine)
        distribute(engine, on_progress=lambda *_: None)
        citus = Subject(url, CITUS, stack)
        plain_url = stack.enter_context(a_database(url, migrated=False))
        migrate(make_engine(plain_url, pool_size=1, timeouts=MAINTENANCE))
        plain = Subject(plain_url, POSTGRESQL, stack)
        for turn in range(TURNS):
            for name in PATHS:
                for subject in (plain, citus):
                    subject.turn(name, turn, engine)
    introduction = (
        f"{TURNS} turns of {REQUESTS} requests, one after the other; {EVENTS} events on {SHARDS} "
        "shards. Medians: of a request in ms, of its processor time in µs."
    )
    click.echo(markdown([introduction, results(plain, citus)]), nl=False)


if __name__ == "__main__":
    main()
