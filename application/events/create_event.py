from dataclasses import dataclass

from application.caller import Caller
from application.idempotency import IdempotencyRecord, IdempotentRequest
from application.payloads import from_payload, to_payload
from application.ports.clock import Clock
from application.ports.event_queries import EventView
from application.ports.identifiers import NewId
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.events.event import Event, NewEvent


@dataclass(frozen=True)
class CreateEvent:
    """Create an event. A repeated request with an idempotency key returns the first result.

    Raises Invalid, IdempotencyKeyInUse, IdempotencyKeyReused, SessionEnded or AccountDeleted.
    """

    new_work: UnitOfWorkFactory
    clock: Clock
    new_id: NewId

    @retry_on_contention
    def __call__(
        self, caller: Caller, new: NewEvent, request: IdempotentRequest | None = None
    ) -> EventView:
        with self.new_work(caller) as work:
            creator_id, now = caller.user_id, self.clock.now()
            if request is not None:
                record = work.idempotency.find_for_update(creator_id, request.key)
                if record is not None and not record.is_expired(now):
                    return from_payload(EventView, record.replay(request))
            event = Event.create(new, self.new_id(), creator_id, now)
            creator = work.users.get(creator_id)
            view = EventView.of(event, creator.username, now)
            work.events.add(event)
            if request is not None:
                work.idempotency.remove_expired(creator_id, now)
                work.idempotency.add(creator_id, IdempotencyRecord(request, to_payload(view), now))
            work.commit()
        return view
