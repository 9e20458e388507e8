from dataclasses import dataclass
from datetime import datetime

from application.caller import Caller
from application.idempotency import IdempotencyRecord, IdempotentRequest
from application.payloads import from_payload, to_payload
from application.ports.clock import Clock
from application.ports.event_queries import EventView
from application.ports.identifiers import NewId
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.events.description import NOWHERE, Capacity, Description, EventType, Location, Title
from domain.events.event import Event
from domain.events.schedule import Schedule


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
        self,
        caller: Caller,
        *,
        title: Title,
        description: Description,
        start_time: datetime,
        end_time: datetime,
        capacity: Capacity,
        type: EventType = EventType.OTHER,  # noqa: A002  # the name of the field
        location: Location = NOWHERE,
        request: IdempotentRequest | None = None,
    ) -> EventView:
        with self.new_work(caller) as work:
            creator_id, now = caller.user_id, self.clock.now()
            if request is not None:
                record = work.idempotency.find_for_update(creator_id, request.key)
                if record is not None and not record.is_expired(now):
                    return from_payload(EventView, record.replay(request))
            event = Event.publish(
                event_id=self.new_id(),
                creator_id=creator_id,
                title=title,
                description=description,
                schedule=Schedule.planned(start_time, end_time, now),
                capacity=capacity,
                type=type,
                location=location,
                now=now,
            )
            creator = work.users.get(creator_id)
            view = EventView.of(event, creator.username, now)
            work.events.add(event)
            if request is not None:
                work.idempotency.remove_expired(creator_id, now)
                work.idempotency.add(creator_id, IdempotencyRecord(request, to_payload(view), now))
            work.commit()
        return view
