from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.conditions import Condition, unconditional
from application.ports.clock import Clock
from application.ports.event_queries import EventView
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retried import retried
from domain.accounts.errors import InvalidToken
from domain.events.event import EventChanges


@dataclass(frozen=True)
class EditEvent:
    """Change an event that has not started.

    Raises EventNotFound, NotEventCreator, ReadOnlyEvent, Invalid, CapacityBelowAttendance,
    PreconditionFailed, SessionEnded, or InvalidToken when the caller's account is gone.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    @retried
    def __call__(
        self,
        event_id: UUID,
        caller: Caller,
        changes: EventChanges,
        condition: Condition[EventView] = unconditional,
    ) -> EventView:
        with self.new_work(caller) as work:
            editor = work.users.find(caller.user_id)
            if editor is None:
                raise InvalidToken
            event = work.events.get_for_update(event_id, attendee=caller.user_id)
            now = self.clock.now()
            before = EventView.of(event, editor.username, now)
            event.edit(changes, caller.user_id, now)
            condition(before)
            work.events.save(event)
            work.commit()
        # Only its creator gets this far.
        return EventView.of(event, editor.username, now)
