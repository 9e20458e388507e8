from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.conditions import Condition, unconditional
from application.ports.clock import Clock
from application.ports.event_queries import EventView
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retried import retried
from domain.accounts.errors import InvalidToken


@dataclass(frozen=True)
class DeleteEvent:
    """Take an event that has not started off the list, seats and all.

    Raises EventNotFound, NotEventCreator, ReadOnlyEvent, PreconditionFailed, SessionEnded, or
    InvalidToken when the account of the caller is gone.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    @retried
    def __call__(
        self, event_id: UUID, caller: Caller, condition: Condition[EventView] = unconditional
    ) -> None:
        with self.new_work(caller) as work:
            user = work.users.find(caller.user_id)
            if user is None:
                raise InvalidToken
            event = work.events.get_for_update(event_id, attendee=caller.user_id)
            now = self.clock.now()
            event.require_deletable(by=caller.user_id, now=now)
            condition(EventView.of(event, user.username, now))
            work.events.remove(event)
            work.commit()
