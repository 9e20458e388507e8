from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.ports.clock import Clock
from application.ports.event_queries import EventView
from application.ports.identifiers import NewId
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retried import retried
from domain.accounts.errors import InvalidToken
from domain.events.description import NOWHERE, Capacity, Description, EventType, Location, Title
from domain.events.event import Event
from domain.events.schedule import Schedule


@dataclass(frozen=True)
class PublishEvent:
    """Put a new event on the list. Raises Invalid."""

    new_work: UnitOfWorkFactory
    clock: Clock
    new_id: NewId

    @retried
    def __call__(
        self,
        *,
        creator_id: UUID,
        title: Title,
        description: Description,
        start_time: datetime,
        end_time: datetime,
        capacity: Capacity,
        type: EventType = EventType.OTHER,  # noqa: A002  # as everywhere
        location: Location = NOWHERE,
    ) -> EventView:
        now = self.clock.now()
        schedule = Schedule.planned(start_time, end_time, now)
        event = Event.publish(
            event_id=self.new_id(),
            creator_id=creator_id,
            title=title,
            description=description,
            schedule=schedule,
            capacity=capacity,
            type=type,
            location=location,
            now=now,
        )
        with self.new_work() as work:
            creator = work.users.find(creator_id)
            if creator is None:
                raise InvalidToken
            work.events.add(event)
            work.commit()
        return EventView.of(event, creator.username, now)
