"""Users, events and seats to measure with, loaded with COPY."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import islice
from uuid import UUID

from psycopg2.extensions import get_wait_callback, set_wait_callback
from rich.progress import Progress
from sqlalchemy import Table, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateIndex, DropIndex
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from adapters.postgres.engine import make_engine
from adapters.postgres.schema.migrate import migrate
from adapters.postgres.schema.tables import attendances, event_terms, events, sessions, users
from adapters.postgres.timeouts import MAINTENANCE
from application.accounts.token_pair import IssueTokenPair
from domain.accounts.session import token_hash
from domain.events.terms import TERMS_VERSION, terms_of
from entrypoints.container import Container
from entrypoints.settings import Settings
from entrypoints.settings.environment import parse_database_url
from tests.bench.texts import description, title, type_of
from tests.sample_data import KEY

PASSWORD = "correct horse battery"
USERS, EVENTS, SEATS_OF_AN_EVENT = 1_000, 10_000, 20
LOGGED_IN = 1_000
YEAR = timedelta(days=365)
CHUNK = 50_000
CAPACITY = 1_000_000
COLUMNS = {
    users: "id, username, password_hash, created_at",
    sessions: "id, user_id, refresh_token_hash, created_at, last_used_at, expires_at, ends_at",
    events: "id, creator_id, title, description, start_time, end_time, capacity, attendees_count, "
    "created_at, updated_at, type",
    event_terms: "event_id, terms, version",
    attendances: "event_id, user_id, registered_at",
}
STILL_BUSY = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
RESET = (
    "DELETE FROM events WHERE created_at > :loaded_at",
    "DELETE FROM attendances WHERE registered_at > :loaded_at",
    f"UPDATE events SET attendees_count = {SEATS_OF_AN_EVENT} "
    f"WHERE attendees_count <> {SEATS_OF_AN_EVENT}",
    "TRUNCATE sessions",
    "INSERT INTO sessions TABLE loaded_sessions",
)


def user_id(number: int) -> UUID:
    return _id(0, number)


def event_id(number: int) -> UUID:
    return _id(1, number)


def session_id(number: int) -> UUID:
    return _id(2, number)


def _id(kind: int, number: int) -> UUID:
    """A UUIDv7; those of one kind are in the order of their numbers."""
    return UUID(int=((0x01997A605A807000 + kind) << 64) + (1 << 63) + number)


@dataclass
class Dataset:
    """`scale` times 1,000 users, 10,000 events and 200,000 seats.

    1,000 users are logged in; `refreshable` more sessions can be refreshed once each.
    """

    database_url: str
    scale: int = 1
    refreshable: int = 20_000

    def __post_init__(self) -> None:
        self.user_count, self.events = USERS * self.scale, EVENTS * self.scale
        self.loaded_at = datetime.now(UTC).replace(microsecond=0)
        self.long_ago = self.loaded_at - timedelta(days=500)
        url = parse_database_url(self.database_url, "the URL of the measurement")
        self.engine = make_engine(url, pool_size=2, timeouts=MAINTENANCE)
        self._container = Container(settings=Settings(database_url=url, jwt_secret_key=KEY))
        self.access_tokens: list[str] = []
        self.refresh_tokens: list[str] = []

    @property
    def usernames(self) -> list[str]:
        """The access tokens of the users who are logged in."""
        return [f"p-{n}" for n in range(LOGGED_IN)]

    def event_path(self, number: int) -> str:
        return f"/v1/events/{event_id(number)}/"

    def start_of(self, number: int) -> datetime:
        """Start times are evenly spread over two years, with the present in the middle."""
        return self.loaded_at + 2 * YEAR * (number / self.events) - YEAR

    def upcoming(self) -> range:
        """The numbers of events that start in more than a day."""
        a_day = self.events // 730 + 1
        return range(self.events // 2 + a_day, self.events)

    def attends(self, user: int, event: int) -> bool:
        return (user - 7 * event) % (self.user_count // SEATS_OF_AN_EVENT) == 0

    def load(self, progress: Progress) -> None:
        """Into an empty database."""
        migrate(self.engine)
        with self._copy_enabled():
            self._copy(progress, users, self.user_count, self._users())
            self._copy(progress, sessions, LOGGED_IN + self.refreshable, self._sessions())
            self._copy(progress, events, self.events, self._events())
            self._copy(progress, event_terms, self.events, self._terms())
            self._copy(progress, attendances, self.events * SEATS_OF_AN_EVENT, self._seats())
        with self.engine.begin() as connection:
            connection.execute(text("CREATE TABLE loaded_sessions AS TABLE sessions"))
        self.vacuum()

    def reset(self) -> None:
        """Undo the changes of a turn, once its last requests have ended."""
        while self._is_busy():
            time.sleep(0.1)
        # A login that still hashes its password is not visible yet, and may write later.
        Retrying(retry=retry_if_exception_type(OperationalError), stop=stop_after_attempt(5))(
            self._undo
        )
        self.vacuum()

    def _undo(self) -> None:
        with self.engine.begin() as connection:
            for statement in RESET:
                values = {"loaded_at": self.loaded_at} if ":loaded_at" in statement else {}
                connection.execute(text(statement), values)

    def close(self) -> None:
        self.engine.dispose()

    def _is_busy(self) -> bool:
        with self.engine.connect() as connection:  # pg_stat_activity is cached per transaction
            return bool(connection.execute(text(STILL_BUSY)).scalar_one())

    def vacuum(self) -> None:
        with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))

    @contextmanager
    def _copy_enabled(self) -> Iterator[None]:
        """psycopg2 cannot COPY while a wait callback is set, or if one was when it connected."""
        self._container.app()  # its engine sets the callback again
        callback = get_wait_callback()
        self.engine.dispose()
        set_wait_callback(None)
        try:
            yield
        finally:
            set_wait_callback(callback)
            self.engine.dispose()

    def _copy(self, progress: Progress, table: Table, total: int, rows: Iterable[str]) -> None:
        """Drops the secondary indexes first and recreates them at the end."""
        task, rows = progress.add_task(f"COPY {table}", total=total), iter(rows)
        with self.engine.begin() as connection:
            connection.execute(
                text("SET LOCAL session_replication_role = replica")
            )  # no foreign key checks
            for index in table.indexes:
                connection.execute(DropIndex(index))
            cursor = connection.connection.cursor()
            copy = f"COPY {table} ({COLUMNS[table]}) FROM STDIN"
            while chunk := list(islice(rows, CHUNK)):
                cursor.copy_expert(copy, StringIO("".join(chunk)))
                progress.advance(task, len(chunk))
            for index in table.indexes:
                connection.execute(CreateIndex(index))

    def _users(self) -> Iterator[str]:
        password_hash = self._container.hasher().hash(PASSWORD)
        for n in range(self.user_count):
            yield f"{user_id(n)}\tp-{n}\t{password_hash}\t{self.long_ago}\n"

    def _sessions(self) -> Iterator[str]:
        issue_pair = IssueTokenPair(self._container.tokens(), self._container.ids())
        ends_at = self.loaded_at + timedelta(days=30)
        for n in range(LOGGED_IN + self.refreshable):
            user = user_id(n % LOGGED_IN)
            pair = issue_pair(session_id(n), user, self.loaded_at, ends_at)
            if n < LOGGED_IN:
                self.access_tokens.append(pair.access_token)
            else:
                self.refresh_tokens.append(pair.refresh_token)
            refresh_token_hash = token_hash(pair.refresh_token).hex()
            expires_at = self.loaded_at + timedelta(days=1)
            yield (
                f"{session_id(n)}\t{user}\t\\\\x{refresh_token_hash}\t{self.loaded_at}\t{self.loaded_at}"
                f"\t{expires_at}\t{ends_at}\n"
            )

    def _events(self) -> Iterator[str]:
        for n in range(self.events):
            start = self.start_of(n)
            created_at = self.long_ago + timedelta(days=100) * (n / self.events)
            yield (
                f"{event_id(n)}\t{user_id(n % self.user_count)}\t{title(n)}\t{description(n)}"
                f"\t{start}\t{start + timedelta(hours=2)}\t{CAPACITY}\t{SEATS_OF_AN_EVENT}"
                f"\t{created_at}\t{created_at}\t{type_of(n)}\n"
            )

    def _terms(self) -> Iterator[str]:
        for n in range(self.events):
            terms = " ".join(terms_of(title(n), description(n)))
            yield f"{event_id(n)}\t{terms}\t{TERMS_VERSION}\n"

    def _seats(self) -> Iterator[str]:
        stride = self.user_count // SEATS_OF_AN_EVENT
        for event in range(self.events):
            for seat in range(SEATS_OF_AN_EVENT):
                user = user_id((7 * event + seat * stride) % self.user_count)
                yield f"{event_id(event)}\t{user}\t{self.long_ago + timedelta(seconds=seat)}\n"
