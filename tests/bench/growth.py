"""What a request costs on a hundred times the data: .venv/bin/python -m tests.bench.growth

Two services on two databases of one server are asked in turns, one request at a time.
"""

import http.client
import math
import statistics
import time
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from rich.progress import Progress
from rich.table import Table
from sqlalchemy import text

from adapters.http.cursors import cursor_of
from application.pages import Position
from tests.bench.dataset import Dataset, event_id
from tests.bench.listings import filtered, read_whole, sorted_otherwise, sought
from tests.bench.loaded import a_console
from tests.postgres import a_database, a_server
from tests.resilience.service import a_service

ROUNDS, ROUNDS_OF_THE_SLOW = 300, 30
SCALE = 100
CROWD = 999_900  # an event has a million seats at most, and some must be left
DEEP_PAGE = 10_000
CROWD_OF_AN_EVENT = f"""
    SET LOCAL session_replication_role = replica;
    INSERT INTO users (id, username, password_hash, created_at)
    SELECT gen_random_uuid(), 'c-' || n, 'none', now() FROM generate_series(1, {CROWD}) n;
    INSERT INTO attendances
    SELECT :crowded, id, now() FROM users WHERE username LIKE 'c-%' ON CONFLICT DO NOTHING;
    UPDATE events SET capacity = 1000000, attendees_count = (
        SELECT count(*) FROM attendances WHERE event_id = :crowded
    ) WHERE id = :crowded
"""


class Caller:
    """Someone who is logged in, on a connection that is kept."""

    def __init__(self, service, token):
        self._connection = http.client.HTTPConnection(urlsplit(service.base_url).netloc)
        self._headers = {"Authorization": f"Bearer {token}"}

    def ms(self, method, path):
        """How long an answer of success takes; without end if the service gives up."""
        start = time.perf_counter()
        self._connection.request(method, path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        taken = time.perf_counter() - start
        if answer.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            return math.inf
        assert answer.status < http.HTTPStatus.BAD_REQUEST, body
        return taken * 1e3


@contextmanager
def a_loaded_service(server, scale, progress):
    with a_database(server, migrated=False) as url, ExitStack() as stack:
        data = Dataset(
            url.set(drivername="postgresql").render_as_string(hide_password=False),
            scale,
            refreshable=0,
        )
        stack.callback(data.close)
        data.load(progress)
        yield data, stack.enter_context(a_service(data, WEB_WORKERS="1"))


def in_turns(first, second, rounds):
    """Medians of two acts, and the ratio of the second to the first."""
    taken = [(first(), second()) for _ in range(rounds)]
    medians = [statistics.median(each) for each in zip(*taken, strict=True)]
    return *medians, medians[1] / medians[0]


def compare(table, name, first, second, rounds=ROUNDS):
    before, after, ratio = in_turns(first, second, rounds)
    table.add_row(name, f"{before:.2f}", f"{after:.2f}", f"{ratio:.2f}")


def seat(caller, path):
    """Takes a seat and gives it back."""
    return caller.ms("POST", f"{path}attend/") + caller.ms("POST", f"{path}cancel/")


def main():
    console = a_console()
    with ExitStack() as stack:
        server = stack.enter_context(a_server())
        progress = stack.enter_context(Progress(console=console))
        small, small_service = stack.enter_context(a_loaded_service(server, 1, progress))
        large, large_service = stack.enter_context(a_loaded_service(server, SCALE, progress))
        crowded, empty = event_id(large.upcoming()[-1]), event_id(large.upcoming()[-2])
        with large.engine.begin() as connection:
            connection.execute(text(CROWD_OF_AN_EVENT), {"crowded": crowded})
            connection.execute(text("DELETE FROM attendances WHERE event_id = :id"), {"id": empty})
            connection.execute(
                text("UPDATE events SET attendees_count = 0 WHERE id = :id"), {"id": empty}
            )
        large.vacuum()
        progress.stop()

        few = Caller(small_service, small.access_tokens[5])
        many = Caller(large_service, large.access_tokens[5])
        table = Table("request", "1 x, ms", f"{SCALE} x, ms", "ratio")
        for paths, rounds in (
            (filtered(small) | sorted_otherwise() | sought(), ROUNDS),
            (read_whole(), ROUNDS_OF_THE_SLOW),
        ):
            for name, path in paths.items():
                compare(
                    table,
                    name,
                    lambda p=path: few.ms("GET", p),
                    lambda p=path: many.ms("GET", p),
                    rounds,
                )
        paths = [f"/v1/events/{event_id(data.upcoming()[-3])}/" for data in (small, large)]
        compare(table, "detail", lambda: few.ms("GET", paths[0]), lambda: many.ms("GET", paths[1]))
        compare(table, "attend, cancel", lambda: seat(few, paths[0]), lambda: seat(many, paths[1]))
        console.print(table)

        table = Table(f"request, {SCALE} x", "first, ms", "second, ms", "ratio")
        number = DEEP_PAGE * 20
        deep = cursor_of(Position(large.start_of(number), event_id(number)), "start_time")
        first, last = "/v1/events/?count=false", f"/v1/events/?cursor={deep}"
        compare(
            table,
            "list, all: page 1, page 10,000",
            lambda: many.ms("GET", first),
            lambda: many.ms("GET", last),
        )
        paths = [f"/v1/events/{each}/" for each in (empty, crowded)]
        compare(
            table,
            "attend, cancel: an empty event, one with a million attendees",
            lambda: seat(many, paths[0]),
            lambda: seat(many, paths[1]),
        )
        counted = "/v1/events/?status=upcoming"
        compare(
            table,
            "list, upcoming: not counted, counted",
            lambda: many.ms("GET", f"{counted}&count=false"),
            lambda: many.ms("GET", counted),
        )
        console.print(table)


if __name__ == "__main__":
    main()
