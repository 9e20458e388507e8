from dataclasses import dataclass
from uuid import UUID

from application.ports.clock import Clock
from application.ports.event_queries import EventView
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.accounts.errors import InvalidToken
from domain.events.event import EventChanges


@dataclass(frozen=True)
class EditEvent:
    """Change an event that has not started.

    Raises EventNotFound, NotEventCreator, ReadOnlyEvent, Invalid or CapacityBelowAttendance.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    def __call__(self, event_id: UUID, editor_id: UUID, changes: EventChanges) -> EventView:
        with self.new_work() as work:
            event = work.events.get_for_update(event_id, attendee=editor_id)
            now = self.clock.now()
            event.edit(changes, editor_id, now)
            creator = work.users.find(event.creator_id)
            if creator is None:
                raise InvalidToken
            work.events.save(event)
            work.commit()
        return EventView.of(event, creator, now)
