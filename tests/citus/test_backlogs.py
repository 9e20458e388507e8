"""What is due, counted on all workers."""

from uuid import UUID, uuid4

from sqlalchemy import text

from adapters.postgres.maintenance.backlogs import read_backlogs
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import mails
from application.ports.backlogs import Backlog, Backlogs
from tests.builders import HOUR, NOON, SECOND, a_delivery
from tests.citus.rows import add, add_row
from tests.fakes.clock import FakeClock

ADD_MESSAGE = text("INSERT INTO outbox (id, shard_key, body) VALUES (:id, :shard_key, '')")
# On several workers.
NUMBER = 20


def test_they_have_the_number_and_the_age_of_the_oldest(citus_engine):
    with citus_engine.begin() as connection:
        for number in range(1, NUMBER + 1):
            # A UUIDv7 (RFC 9562 section 5.7).
            instant = NOON - number * SECOND
            message_id = UUID(int=(int(instant.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62))
            connection.execute(ADD_MESSAGE, {"id": message_id, "shard_key": uuid4()})
    add(citus_engine, a_delivery(now=NOON - HOUR), a_delivery(now=NOON + SECOND))
    mail = {"id": uuid4(), "message_id": uuid4(), "user_id": uuid4(), "kind": "moved", "data": ""}
    instants = {"created_at": NOON, "next_attempt_at": NOON - SECOND}
    add_row(citus_engine, mails, **mail, **instants, attempts=0)

    backlogs = read_backlogs(Reader(citus_engine), FakeClock())
    assert backlogs == Backlogs(Backlog(NUMBER, NUMBER), Backlog(1, 3_600), Backlog(1, 1))
