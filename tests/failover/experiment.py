"""Load on two instances during a failure, and checks of the responses and the nodes."""

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise, takewhile
from threading import Event, Thread

from sqlalchemy import create_engine, func, inspect, select, table

from tests.concurrency import wait_until
from tests.failover.cluster import Cluster
from tests.failover.lost_changes import lost_changes
from tests.failover.node import Node
from tests.sample_data import SampleData, SampleUser
from tests.service import Service
from tests.torture.clients import Client, Load
from tests.torture.ledger import Ledger, Outcome, Response
from tests.torture.report import Report
from tests.torture.waitlist_log import WaitlistLog

WAYS = ("pooler", "direct")
CLIENTS = 8  # per instance
EVENTS = 3  # per instance
PAUSE_S = 0.05
PROGRESS = 30
ALLOWED = {(204, None), (503, "try_again"), (503, "outcome_unknown")}
ALLOWED_READS = {(200, None), (503, "try_again")}
REPLAYED_S = 30
PROGRESS_S = 120
OUTAGE_S = 5


@dataclass(frozen=True)
class Setup:
    """`services`: an instance for each of WAYS to reach the primary.

    pooler: PgBouncer and HAProxy. direct: a URL with all nodes.
    """

    cluster: Cluster
    sample_data: SampleData
    log: WaitlistLog
    services: dict[str, Service]


class Reader:
    """Reads an event again and again while the block runs."""

    def __init__(self, base_url: str, user: SampleUser, event) -> None:
        self.responses: list[Response] = []
        self._stop = Event()
        path = f"/v1/events/{event}/"
        self._thread = Thread(target=self._run, args=(Client(base_url), user, path))

    def _run(self, client: Client, user: SampleUser, path: str) -> None:
        while not self._stop.wait(PAUSE_S):
            self.responses.append(client.request(user, "GET", path))
        client.close()

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._thread.join()


class Traffic:
    """The users, events and responses of one instance."""

    def __init__(self, service: Service, sample_data: SampleData) -> None:
        self.ledger = Ledger()
        users = sample_data.create_users(CLIENTS)
        events = [sample_data.create_event(users[0]) for _ in range(EVENTS)]
        self.load = Load(service.base_url, self.ledger, users, events, pause_s=PAUSE_S)
        self.reader = Reader(service.base_url, users[0], events[0])

    def acknowledged_since(self, start: float) -> int:
        recent = takewhile(lambda each: each.ended >= start, reversed(self.ledger.responses))
        return sum(
            each.started >= start and each.outcome is Outcome.ACKNOWLEDGED for each in recent
        )

    def gap_s(self) -> float:
        """The longest time without an acknowledged change."""
        return longest_gap_s(
            each for each in self.ledger.responses if each.outcome is Outcome.ACKNOWLEDGED
        )

    def read_gap_s(self) -> float:
        return longest_gap_s(each for each in self.reader.responses if each.status == 200)

    def violations(self, setup: Setup) -> list[str]:
        found = self.ledger.violations(setup.sample_data)
        found += lost_changes(setup.log, self.ledger)
        found += [
            f"unexpected response to a change: {response}"
            for response in codes(self.ledger.responses) - ALLOWED
        ]
        found += [
            f"unexpected response to a read: {response}"
            for response in codes(self.reader.responses) - ALLOWED_READS
        ]
        return found


class Experiment:
    def __init__(self, setup: Setup, title: str, ways: Iterable[str] = WAYS) -> None:
        self.report = Report(title)
        self._setup = setup
        self._traffic = {way: Traffic(setup.services[way], setup.sample_data) for way in ways}

    @contextmanager
    def load(self, *, max_gap_s: float | None = None) -> Iterator[None]:
        """Run the block under load, wait until the cluster is healthy, then check all nodes.

        `max_gap_s`: the longest time allowed without an acknowledged change.
        """
        with ExitStack() as stack:
            for traffic in self._traffic.values():
                stack.enter_context(traffic.load)
                stack.enter_context(traffic.reader)
            self.wait_for_progress()
            yield
            self.wait_for_progress()
            recovery_s = self._setup.cluster.wait_until_healthy()
            self.wait_for_progress()
        self._compare()
        for way, traffic in self._traffic.items():
            gap_s = traffic.gap_s()
            self.report.figures[f"{way}: write gap s"] = round(gap_s, 1)
            self.report.figures[f"{way}: read gap s"] = round(traffic.read_gap_s(), 1)
            if max_gap_s is not None:
                self.report.check(gap_s < max_gap_s, f"{way}: no write for {gap_s:.1f} s")
        self.report.figures |= {
            "healthy after s": round(recovery_s),
            "acknowledged": sum(each.ledger.acknowledged() for each in self._traffic.values()),
            "try_again": self._count_code("try_again"),
            "outcome_unknown": self._count_code("outcome_unknown"),
        }

    def _count_code(self, code: str) -> int:
        counts = [each.ledger.response_counts() for each in self._traffic.values()]
        return sum(count[503, code] for count in counts)

    def wait_for_code(self, code: str, *, times: int) -> None:
        """Wait for more responses with this problem code."""
        goal = self._count_code(code) + times
        wait_until(lambda: self._count_code(code) >= goal, f"clients get {code}")

    def wait_for_outage(self) -> None:
        """Wait until no change has been acknowledged for some seconds."""
        wait_until(lambda: not self._acknowledged_since(time.monotonic() - OUTAGE_S), "writes fail")

    def wait_for_progress(self, after_s: float = 0) -> None:
        """Wait for acknowledged changes that are requested after `after_s` seconds."""
        start = time.monotonic() + after_s
        for way, traffic in self._traffic.items():
            wait_until(
                lambda traffic=traffic: traffic.acknowledged_since(start) >= PROGRESS,
                f"changes are acknowledged ({way})",
                PROGRESS_S,
            )

    def expect_no_progress(self, seconds: float) -> None:
        """Check that no change is acknowledged for so long."""
        start = time.monotonic()
        wait_until(lambda: time.monotonic() > start + seconds, "the time is over")
        acknowledged = self._acknowledged_since(start)
        self.report.check(not acknowledged, f"{acknowledged} changes without a primary")

    def _acknowledged_since(self, start: float) -> int:
        return sum(each.acknowledged_since(start) for each in self._traffic.values())

    def _compare(self) -> None:
        """No acknowledged change may be missing on any node."""
        sample_data, cluster = self._setup.sample_data, self._setup.cluster
        sample_data.close()  # its connections may be broken
        for traffic in self._traffic.values():
            self.report.violations += traffic.violations(self._setup)
        database = sample_data.database_url.rpartition("/")[2]
        expected = count_rows(cluster.primary(), database)
        for node in cluster.standbys():
            try:
                wait_until(
                    lambda node=node: count_rows(node, database) == expected,
                    f"{node.name} has {expected}",
                    REPLAYED_S,
                )
            except TimeoutError as error:
                self.report.violations.append(str(error))


def count_rows(node: Node, database: str) -> dict[str, int]:
    """The number of rows of each table."""
    engine = create_engine(f"postgresql+psycopg2://postgres@{node.host}/{database}")
    with engine.connect() as connection:
        counts = {
            name: connection.execute(select(func.count()).select_from(table(name))).scalar_one()
            for name in inspect(connection).get_table_names()
        }
    engine.dispose()
    return counts


def codes(responses: list[Response]) -> set[tuple[int | None, str | None]]:
    return {(each.status, each.code) for each in responses}


def longest_gap_s(responses: Iterable[Response]) -> float:
    """The longest time between the ends of consecutive responses."""
    ends = sorted(each.ended for each in responses)
    return max(later - earlier for earlier, later in pairwise(ends))
