from dataclasses import dataclass
from uuid import UUID

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
    PreconditionFailed, or InvalidToken when the editor's account is gone.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    @retried
    def __call__(
        self,
        event_id: UUID,
        editor_id: UUID,
        changes: EventChanges,
        condition: Condition[EventView] = unconditional,
    ) -> EventView:
        with self.new_work() as work:
            editor = work.users.find(editor_id)
            if editor is None:
                raise InvalidToken
            event = work.events.get_for_update(event_id, attendee=editor_id)
            now = self.clock.now()
            before = EventView.of(event, editor.username, now)
            event.edit(changes, editor_id, now)
            condition(before)
            work.events.save(event)
            work.commit()
        # Only its creator gets this far.
        return EventView.of(event, editor.username, now)
