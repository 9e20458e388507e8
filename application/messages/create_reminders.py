from dataclasses import dataclass
from datetime import timedelta

from application.messages.bodies import reminder_body
from application.ports.clock import Clock
from application.ports.identifiers import NewId
from application.ports.outbox import OutboxMessage
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention

LEAD = timedelta(days=1)
BATCH = 100


@dataclass(frozen=True)
class CreateReminders:
    """Remind the attendees of events that start within LEAD, once for each start time."""

    new_work: UnitOfWorkFactory
    clock: Clock
    new_id: NewId

    @retry_on_contention
    def __call__(self) -> int:
        """Returns the number of events, up to BATCH."""
        with self.new_work() as work:
            now = self.clock.now()
            events = work.reminders.take_due(now, now + LEAD, BATCH)
            for event in events:
                body = reminder_body(event, now)
                work.outbox.add(OutboxMessage(self.new_id(), event.creator_id, body))
            work.commit()
        return len(events)
