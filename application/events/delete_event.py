from dataclasses import dataclass
from uuid import UUID

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retried import retried


@dataclass(frozen=True)
class DeleteEvent:
    """Take an event that has not started off the list, seats and all.

    Raises EventNotFound, NotEventCreator or ReadOnlyEvent.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    @retried
    def __call__(self, event_id: UUID, user_id: UUID) -> None:
        with self.new_work() as work:
            event = work.events.get_for_update(event_id, attendee=user_id)
            event.require_deletable(by=user_id, now=self.clock.now())
            work.events.remove(event)
            work.commit()
