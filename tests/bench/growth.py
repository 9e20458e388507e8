"""One request at a time, on little data and on much, in turns."""

import http.client
import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from urllib.parse import urlsplit
from uuid import UUID

from rich.table import Table
from sqlalchemy import text

from adapters.http.pagination.cursors import cursor_of
from application.pages import Cursor
from tests.bench.dataset import Dataset, event_id
from tests.bench.listings import filtered, read_whole, sorted_otherwise, sought
from tests.bench.services import THIS_TREE, Service, turnout
from tests.generated import table

ROUNDS, ROUNDS_OF_THE_SLOW = 100, 20
CROWD = 100_000
CROWD_AN_EVENT = f"""
    SET LOCAL session_replication_role = replica;
    INSERT INTO users (id, username, password_hash, created_at)
    SELECT gen_random_uuid(), 'c-' || n, 'none', now() FROM generate_series(1, {CROWD}) n;
    INSERT INTO attendances
    SELECT :crowded, id, now() FROM users WHERE username LIKE 'c-%' ON CONFLICT DO NOTHING;
    UPDATE events SET attendees_count = (
        SELECT count(*) FROM attendances WHERE event_id = :crowded
    ) WHERE id = :crowded
"""
EMPTY_AN_EVENT = """
    DELETE FROM attendances WHERE event_id = :empty;
    UPDATE events SET attendees_count = 0 WHERE id = :empty
"""
SIZES = "SELECT count(*), pg_table_size('{0}'), pg_indexes_size('{0}') FROM {0}"

Measurement = Callable[[], float]
Row = tuple[str, ...]


class Client:
    """Someone who is logged in, on a connection that is kept."""

    def __init__(self, service: Service, data: Dataset) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(service.base_url).netloc)
        self._headers = {"Authorization": f"Bearer {data.access_tokens[5]}"}

    def ms(self, method: str, path: str) -> float:
        """How long a successful response takes; infinite if the service gives up."""
        start = time.perf_counter()
        self._connection.request(method, path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        taken = time.perf_counter() - start
        if response.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            return math.inf
        assert response.status < http.HTTPStatus.BAD_REQUEST, body
        return taken * 1e3

    def get(self, path: str) -> Measurement:
        return lambda: self.ms("GET", path)

    def seat(self, event: UUID) -> Measurement:
        """Take a seat and give it back."""
        path = event_path(event)
        return lambda: self.ms("POST", f"{path}attend/") + self.ms("POST", f"{path}cancel/")


def growth(small: Dataset, large: Dataset) -> Iterator[str | Table]:
    """Changes the large one."""
    crowded, empty = (event_id(number) for number in large.upcoming()[-2:])
    with large.engine.begin() as connection:
        connection.execute(text(CROWD_AN_EVENT), {"crowded": crowded})
        connection.execute(text(EMPTY_AN_EVENT), {"empty": empty})
    large.vacuum()
    with ExitStack() as stack:
        few, many = (
            Client(stack.enter_context(turnout(THIS_TREE, data, {"WEB_WORKERS": "1"})), data)
            for data in (small, large)
        )

        def lists(paths: Mapping[str, str], rounds: int = ROUNDS) -> Iterator[Row]:
            for name, path in paths.items():
                yield name, *medians(few.get(path), many.get(path), rounds)

        def one_event() -> Iterator[Row]:
            one, other = (event_id(data.upcoming()[-3]) for data in (small, large))
            yield "detail", *medians(few.get(event_path(one)), many.get(event_path(other)))
            yield "attend, cancel", *medians(few.seat(one), many.seat(other))

        columns = (f"{small.events:,} events", f"{large.events:,} events")
        yield f"## On {large.scale // small.scale} times the data"
        yield (
            f"Milliseconds of one request at a time, HTTP included: medians of {ROUNDS}, or of "
            f"{ROUNDS_OF_THE_SLOW} where all that\nmatches is read. A list is counted "
            "(`count=true`) only where it says so."
        )
        yield rows_of(columns, *lists(filtered(small) | sorted_otherwise()), *one_event())
        yield "### Searches"
        yield rows_of(columns, *lists(sought()))
        yield "### What reads all that matches"
        yield rows_of(columns, *lists(read_whole(), ROUNDS_OF_THE_SLOW))
        yield f"### Among {large.events:,} events"
        yield rows_of(
            ("first", "second"),
            *pages(large, many),
            (
                f"attend, cancel: an empty event, one with more than {CROWD:,} attendees",
                *medians(many.seat(empty), many.seat(crowded)),
            ),
        )


def event_path(event: UUID) -> str:
    return f"/v1/events/{event}/"


def pages(data: Dataset, client: Client) -> Iterator[Row]:
    deep = data.events - 2 * 20
    cursor = cursor_of(Cursor(data.start_of(deep), event_id(deep)), "start_time")
    yield (
        f"list, all: page 1, page {data.events // 20 - 1:,}",
        *medians(client.get("/v1/events/?count=false"), client.get(f"/v1/events/?cursor={cursor}")),
    )
    counted = "/v1/events/?status=upcoming"
    yield (
        "list, upcoming: not counted, counted",
        *medians(client.get(f"{counted}&count=false"), client.get(counted)),
    )


def medians(first: Measurement, second: Measurement, rounds: int = ROUNDS) -> Row:
    """Medians of both, and the ratio of the second to the first."""
    taken = [(first(), second()) for _ in range(rounds)]
    before, after = (statistics.median(each) for each in zip(*taken, strict=True))
    return f"{before:.2f}", f"{after:.2f}", f"{after / before:.2f}"


def rows_of(columns: tuple[str, str], *rows: Row) -> Table:
    result = table("request", *columns, "ratio")
    for row in rows:
        result.add_row(*row)
    return result


def sizes(data: Dataset) -> Table:
    result = table("table", "rows", "table, bytes a row", "indexes, bytes a row")
    for name in ("users", "sessions", "events", "attendances"):
        with data.engine.connect() as connection:
            rows, heap, indexes = connection.execute(text(SIZES.format(name))).one()
        result.add_row(name, f"{rows:,}", f"{heap / rows:.0f}", f"{indexes / rows:.0f}")
    return result
