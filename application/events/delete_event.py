from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.events.change_event import view_of
from application.ports.clock import Clock
from application.ports.event_queries import EventView
from application.ports.unit_of_work import UnitOfWorkFactory
from application.preconditions import Precondition, no_precondition
from application.retries import retry_on_contention


@dataclass(frozen=True)
class DeleteEvent:
    """Delete an event that has not started, with its seats.

    Raises EventNotFound, NotEventCreator, ReadOnlyEvent, PreconditionFailed, SessionEnded or
    AccountDeleted.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    @retry_on_contention
    def __call__(
        self,
        event_id: UUID,
        caller: Caller,
        precondition: Precondition[EventView] = no_precondition,
    ) -> None:
        with self.new_work(caller) as work:
            user = work.users.get(caller.user_id)
            event = work.events.get_for_update(event_id, attendee=caller.user_id)
            now = self.clock.now()
            event.delete(by=caller.user_id, now=now)
            precondition(view_of(event, user.username, now, work.events))
            work.events.remove(event)
            work.commit()
