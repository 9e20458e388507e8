"""A database with users and events, filled without the service."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from uuid import UUID, uuid4

from sqlalchemy import create_engine, text

from adapters.postgres.citus.unit_of_work import CitusUnitOfWorkFactory
from adapters.postgres.citus.verify import verify as verify_on_citus
from adapters.postgres.engine import make_engine
from adapters.postgres.maintenance.verify import Verification, verify
from adapters.postgres.schema.migrate import migrate
from adapters.postgres.timeouts import MAINTENANCE
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.accounts.token_pair import IssueTokenPair
from domain.accounts.session import Session
from entrypoints.container import Container
from entrypoints.settings import CITUS, Settings, read_database_type
from entrypoints.settings.environment import parse_database_url
from tests.builders import CLIENT_INFO, DAY, a_user, an_event

KEY = "the key of those who break things"


@dataclass(frozen=True)
class SampleUser:
    id: UUID
    access_token: str
    refresh_token: str


class SampleData:
    def __init__(self, database_url: str, database_type: str | None = None) -> None:
        self.database_url = database_url
        url = parse_database_url(database_url, "the URL of the sample data")
        self.engine = make_engine(url, pool_size=4, timeouts=MAINTENANCE)
        self._autocommit_engine = make_engine(
            url, pool_size=1, timeouts=MAINTENANCE, is_autocommit=True
        )
        self._is_citus = (database_type or read_database_type()) == CITUS
        factory = CitusUnitOfWorkFactory if self._is_citus else PostgresUnitOfWorkFactory
        self._new_work = factory(self._autocommit_engine)
        self._container = Container(settings=Settings(database_url=url, jwt_secret_key=KEY))

    def create_users(self, number: int, **fields) -> list[SampleUser]:
        """New users, each logged in."""
        now = datetime.now(UTC)
        issue_pair = IssueTokenPair(self._container.tokens(), self._container.ids())
        users = []
        with self._new_work() as work:
            for _ in range(number):
                user = a_user(f"p-{token_hex(8)}", **fields)
                session_id, ends_at = uuid4(), now + DAY
                pair = issue_pair(session_id, user.id, now, ends_at)
                session = Session.open(
                    session_id=session_id,
                    user_id=user.id,
                    refresh_token=pair.refresh_token,
                    now=now,
                    ends_at=ends_at,
                    client_info=CLIENT_INFO,
                )
                work.users.add(user)
                work.sessions.add(session)
                users.append(SampleUser(user.id, pair.access_token, pair.refresh_token))
            work.commit()
        return users

    def create_event(
        self, creator: SampleUser, capacity: int = 1000, starts_in: timedelta = 7 * DAY, **fields
    ) -> UUID:
        start = datetime.now(UTC) + starts_in
        event = an_event(creator_id=creator.id, capacity=capacity, start_time=start, **fields)
        with self._new_work() as work:
            work.events.add(event)
            work.commit()
        return event.id

    def seats(self, event_id: UUID) -> tuple[int, int, set[UUID]] | None:
        """Capacity, count and the attendees' ids, in one snapshot; None without the event."""
        statement = text("""
            SELECT capacity, attendees_count,
                   ARRAY(SELECT user_id FROM attendances WHERE event_id = events.id)
            FROM events WHERE id = :id
        """)
        with self.engine.connect() as connection:
            row = connection.execute(statement, {"id": event_id}).one_or_none()
        return (row[0], row[1], set(row[2])) if row else None

    def waitlist(self, event_id: UUID) -> tuple[int, set[UUID]]:
        """The count and the ids of those who wait, in one snapshot."""
        statement = text("""
            SELECT waitlist_count,
                   ARRAY(SELECT user_id FROM waitlist_entries WHERE event_id = events.id)
            FROM events WHERE id = :id
        """)
        with self.engine.connect() as connection:
            count, waiting = connection.execute(statement, {"id": event_id}).one()
        return count, set(waiting)

    def event(self, event_id: UUID):
        """The row of the event, with the times of the latest registration and waitlist entry."""
        statement = text("""
            SELECT *, (SELECT max(registered_at) FROM attendances WHERE event_id = events.id)
                AS latest_registration,
                (SELECT max(joined_at) FROM waitlist_entries WHERE event_id = events.id)
                AS latest_join
            FROM events WHERE id = :id
        """)
        with self.engine.connect() as connection:
            return connection.execute(statement, {"id": event_id}).one()

    @contextmanager
    def lock_event(self, event_id: UUID):
        """Another transaction locks the event's row."""
        with self.engine.connect() as connection:
            lock = text("SELECT 1 FROM events WHERE id = :id FOR UPDATE")
            connection.execute(lock, {"id": event_id})
            yield

    def count_lock_waits(self) -> int:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        if self._is_citus:
            waits = "SELECT count(DISTINCT waiting_gpid) FROM citus_lock_waits"
        with self.engine.connect() as connection:
            return int(connection.execute(text(waits)).scalar_one())

    def verify(self) -> Verification:
        return (verify_on_citus if self._is_citus else verify)(self.engine)

    def close(self) -> None:
        self.engine.dispose()
        self._autocommit_engine.dispose()


@contextmanager
def sample_database(host: str):
    """A new database on the server."""
    server = f"postgresql+psycopg2://postgres@{host}/postgres"
    name = f"sample_{token_hex(6)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    sample_data = SampleData(f"postgresql://postgres@{host}/{name}")
    migrate(sample_data.engine)
    try:
        yield sample_data
    finally:
        sample_data.close()
