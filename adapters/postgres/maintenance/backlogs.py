from datetime import UTC, datetime
from uuid import UUID

from adapters.postgres.reader import Reader
from application.ports.backlogs import Backlog, Backlogs
from application.ports.clock import Clock

SQL = """
    SELECT (SELECT count(*) FROM outbox) AS messages,
        (SELECT id FROM outbox ORDER BY id LIMIT 1) AS first_message_id,
        deliveries, first_delivery, mails, first_mail
    FROM (
            SELECT count(*) AS deliveries, min(next_attempt_at) AS first_delivery
            FROM webhook_deliveries
            WHERE state = 'pending' AND next_attempt_at <= %(now)s
        ) AS due_deliveries,
        (
            SELECT count(*) AS mails, min(next_attempt_at) AS first_mail
            FROM mails
            WHERE next_attempt_at <= %(now)s
        ) AS due_mails
"""


def read_backlogs(reader: Reader, clock: Clock) -> Backlogs:
    """Raises Unavailable."""
    now = clock.now()
    [row] = reader.rows(SQL, {"now": now})

    def backlog(count: int, first: datetime | None) -> Backlog:
        return Backlog(count, max((now - first).total_seconds(), 0) if first else 0)

    return Backlogs(
        backlog(row.messages, row.first_message_id and _time_of(row.first_message_id)),
        backlog(row.deliveries, row.first_delivery),
        backlog(row.mails, row.first_mail),
    )


def _time_of(message_id: UUID) -> datetime:
    """When a UUIDv7 was made (RFC 9562 section 5.7)."""
    return datetime.fromtimestamp((message_id.int >> 80) / 1000, UTC)
