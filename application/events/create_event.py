from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from application.caller import Caller
from application.idempotency import IdempotencyRecord, IdempotentRequest
from application.ports.clock import Clock
from application.ports.event_queries import EventView
from application.ports.identifiers import NewId
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.events.event import Event, NewEvent

Response = TypeVar("Response")


@dataclass(frozen=True)
class CreateEvent:
    """Create an event and return the response that `respond` makes of it.

    With an idempotency key, the response is stored and must be JSON; repeating the request returns
    it unchanged. Raises Invalid, TooManyEvents, IdempotencyKeyInUse, IdempotencyKeyReused,
    SessionEnded or AccountDeleted.
    """

    new_work: UnitOfWorkFactory
    clock: Clock
    new_id: NewId
    max_upcoming: int

    @retry_on_contention
    def __call__(
        self,
        caller: Caller,
        new: NewEvent,
        respond: Callable[[EventView], Response],
        request: IdempotentRequest | None = None,
    ) -> Response:
        with self.new_work(caller) as work:
            creator_id, now = caller.user_id, self.clock.now()
            if request is None:
                event = Event.create(new, self.new_id(), creator_id, now)
                creator_name = work.events.add_and_commit(event, self.max_upcoming)
                return respond(EventView.of(event, creator_name, now))
            record = work.idempotency.find_for_update(creator_id, request.key)
            if record is not None and not record.is_expired(now):
                stored: Response = record.replay(request)
                return stored
            event = Event.create(new, self.new_id(), creator_id, now)
            creator_name = work.events.add(event, self.max_upcoming)
            response = respond(EventView.of(event, creator_name, now))
            work.idempotency.remove_expired(creator_id, now)
            work.idempotency.add(creator_id, IdempotencyRecord(request, response, now))
            work.commit()
        return response
