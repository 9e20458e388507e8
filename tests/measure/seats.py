"""What seats cost a database, without HTTP: .venv/bin/python -m tests.measure.seats

Bytes of a row with its indexes, on the data of the benchmark; WAL of a seat; and how many seats a
second connections take and give back at one event, and each at one of its own.
"""

import time
from threading import Thread

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from adapters.clock import SystemClock
from adapters.persistence.engine import make_engine
from adapters.persistence.unit_of_work import PostgresUnitOfWorkFactory
from application.errors import Contended
from application.events.attend_event import AttendEvent
from application.events.cancel_attendance import CancelAttendance
from tests.bench.dataset import Dataset, event_id, person_id
from tests.bench.loaded import a_console, a_loaded_dataset

TABLES = ("users", "sessions", "events", "attendances")
SIZES = "SELECT count(*), pg_table_size('{0}'), pg_indexes_size('{0}') FROM {0}"
WAL = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"
SEATS = 5_000
SECONDS = 4


class Seats:
    """Attending and cancelling through the use cases, over so many connections."""

    def __init__(self, data: Dataset, connections: int) -> None:
        self._engine = make_engine(data.engine.url, connections, is_autocommit=True)
        new_work = PostgresUnitOfWorkFactory(self._engine)
        self.attend = AttendEvent(new_work, SystemClock())
        self.cancel = CancelAttendance(new_work, SystemClock())

    def close(self) -> None:
        self._engine.dispose()


def scalar(data: Dataset, statement: str) -> int:
    with data.engine.connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())


def sizes(data: Dataset) -> Table:
    data.vacuum()
    table = Table("table", "rows", "table, bytes a row", "indexes", "together")
    for name in TABLES:
        with data.engine.connect() as connection:
            rows, heap, indexes = connection.execute(text(SIZES.format(name))).one()
        each = [f"{size / rows:.0f}" for size in (heap, indexes, heap + indexes)]
        table.add_row(name, str(rows), *each)
    return table


def wal(data: Dataset) -> Table:
    """Seats at one event after another, each person in turn; none has them."""
    pairs = [(event, person) for person in range(20) for event in data.upcoming()]
    free = [pair for pair in pairs if not data.attends(pair[1], pair[0])][:SEATS]
    seats = Seats(data, 1)

    def bytes_of(act) -> float:
        before = scalar(data, WAL)
        for event, person in free:
            act(event_id(event), person_id(person))
        return (scalar(data, WAL) - before) / len(free)

    data.vacuum()  # and a checkpoint: after it, the first change of each page is a whole page
    acts = (seats.attend, seats.cancel, seats.attend, seats.cancel)
    after, _, attend, cancel = map(bytes_of, acts)
    seats.close()
    table = Table("WAL of a seat", "bytes")
    for name, size in {
        "taken, the pages just written": attend,
        "given back, the pages just written": cancel,
        "taken, right after a checkpoint": after,
    }.items():
        table.add_row(name, f"{size:.0f}")
    return table


def rate(data: Dataset, connections: int, *, is_hot: bool) -> float:
    """Seats taken or given back a second."""
    seats, upcoming = Seats(data, connections), data.upcoming()
    done, end = [0] * connections, time.monotonic() + SECONDS

    def insist(number: int) -> None:
        event = event_id(upcoming[0] if is_hot else upcoming[number])
        people = (person_id(each) for each in range(number, data.people, connections))
        person = next(people)
        while time.monotonic() < end:
            try:
                seats.attend(event, person)
                seats.cancel(event, person)
            except Contended:
                continue  # told 503: not counted
            done[number] += 2

    threads = [Thread(target=insist, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seats.close()
    return sum(done) / SECONDS


def rates(data: Dataset) -> Table:
    table = Table("connections", "one event, a second", "an event each, a second")
    for connections in (1, 2, 4, 8, 16):
        figures = [rate(data, connections, is_hot=is_hot) for is_hot in (True, False)]
        table.add_row(str(connections), *(f"{each:.0f}" for each in figures))
    return table


def main(console: Console) -> None:
    with a_loaded_dataset(1, console) as data:
        for measured in (sizes, wal, rates):
            console.print(measured(data))


if __name__ == "__main__":
    main(a_console())
