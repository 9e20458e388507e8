"""Single requests on small and large data, in turns."""

import http.client
import json
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
from application.ports.event_queries import TooManyMatches
from tests.bench.dataset import Dataset, event_id
from tests.bench.listings import bounded_reads, counts, filtered, other_sorts, searches
from tests.bench.services import THIS_TREE, Service, turnout
from tests.generated import table

ONE_WORKER = {"WEB_WORKERS": "1"}
ROUNDS, SLOW_ROUNDS = 100, 20
ATTENDEES = 100_000
FILL_EVENT = f"""
    SET LOCAL session_replication_role = replica;
    INSERT INTO users (id, username, password_hash, created_at)
    SELECT gen_random_uuid(), 'c-' || n, 'none', now() FROM generate_series(1, {ATTENDEES}) n;
    INSERT INTO attendances
    SELECT :crowded, id, now() FROM users WHERE username LIKE 'c-%' ON CONFLICT DO NOTHING;
    UPDATE events SET attendees_count = (
        SELECT count(*) FROM attendances WHERE event_id = :crowded
    ) WHERE id = :crowded
"""
EMPTY_EVENT = """
    DELETE FROM attendances WHERE event_id = :empty;
    UPDATE events SET attendees_count = 0 WHERE id = :empty
"""
SIZES = "SELECT count(*), pg_table_size('{0}'), pg_indexes_size('{0}') FROM {0}"

Measurement = Callable[[], float]
Row = tuple[str, ...]


class Client:
    """A logged-in user with a persistent connection."""

    def __init__(self, service: Service, data: Dataset) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(service.base_url).netloc)
        self._headers = {"Authorization": f"Bearer {data.access_tokens[5]}"}

    def ms(self, method: str, path: str) -> float:
        """Milliseconds until a successful response; infinite for a 503, NaN for a 422."""
        start = time.perf_counter()
        self._connection.request(method, path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        taken_s = time.perf_counter() - start
        if response.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            return math.inf
        if response.status == http.HTTPStatus.UNPROCESSABLE_ENTITY:
            assert json.loads(body)["code"] == TooManyMatches.code, body
            return math.nan
        assert response.status < http.HTTPStatus.BAD_REQUEST, body
        return taken_s * 1e3

    def get(self, path: str) -> Measurement:
        return lambda: self.ms("GET", path)

    def seat(self, event: UUID) -> Measurement:
        """Attend and cancel."""
        path = event_path(event)
        return lambda: self.ms("POST", f"{path}attend/") + self.ms("POST", f"{path}cancel/")


def growth(small: Dataset, large: Dataset) -> Iterator[str | Table]:
    """Changes the large dataset."""
    full_event, empty_event = (event_id(number) for number in large.upcoming()[-2:])
    with large.engine.begin() as connection:
        connection.execute(text(FILL_EVENT), {"crowded": full_event})
        connection.execute(text(EMPTY_EVENT), {"empty": empty_event})
    large.vacuum()
    with ExitStack() as stack:
        small_client, large_client = (
            Client(
                stack.enter_context(turnout(THIS_TREE, data.database_url, {"WEB_WORKERS": "1"})),
                data,
            )
            for data in (small, large)
        )

        def lists(paths: Mapping[str, str], rounds: int = ROUNDS) -> Iterator[Row]:
            for name, path in paths.items():
                yield name, *medians(small_client.get(path), large_client.get(path), rounds)

        def one_event() -> Iterator[Row]:
            small_event, large_event = (event_id(data.upcoming()[-3]) for data in (small, large))
            yield (
                "detail",
                *medians(
                    small_client.get(event_path(small_event)),
                    large_client.get(event_path(large_event)),
                ),
            )
            yield (
                "attend, cancel",
                *medians(small_client.seat(small_event), large_client.seat(large_event)),
            )

        columns = (f"{small.events:,} events", f"{large.events:,} events")
        yield f"## On {large.scale // small.scale} times the data"
        yield (
            f"Milliseconds per request, HTTP included, one at a time: medians of {ROUNDS}, or of "
            f"{SLOW_ROUNDS} where\nmany events are read. 422: too many would have to be read. A "
            "list is counted (`count=true`) only where noted."
        )
        yield rows_of(columns, *lists(filtered(small) | other_sorts()), *one_event())
        yield "### Searches"
        yield rows_of(columns, *lists(searches()))
        yield "### Lists that no index has in order"
        yield rows_of(columns, *lists(bounded_reads(small), SLOW_ROUNDS))
        yield "### Counts read every match"
        yield rows_of(columns, *lists(counts(), SLOW_ROUNDS))
        yield f"### Among {large.events:,} events"
        yield rows_of(
            ("first", "second"),
            *pages(large, large_client),
            (
                f"attend, cancel: an empty event, one with more than {ATTENDEES:,} attendees",
                *medians(large_client.seat(empty_event), large_client.seat(full_event)),
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
    """Medians of both, and the ratio of the second to the first unless the second was rejected."""
    taken_s = [(first(), second()) for _ in range(rounds)]
    before, after = (statistics.median(each) for each in zip(*taken_s, strict=True))
    return shown(before), shown(after), "" if math.isnan(after) else f"{after / before:.2f}"


def shown(taken_ms: float) -> str:
    return "422" if math.isnan(taken_ms) else f"{taken_ms:.2f}"


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
