from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.pages import Page, Position, Window
from application.ports.clock import Clock
from application.ports.event_queries import AttendeeView, EventQueries
from domain.events.errors import NotEventCreator

PAGE = 1_000


@dataclass(frozen=True)
class ExportAttendees:
    """All who attend by now, in order of registration, page by page: for the event's creator.

    Raises EventNotFound or NotEventCreator, or Unavailable where not even a first page is had.
    Every page after that is looked for when it is asked for, and may raise, too: what was given
    until then is not all.
    """

    events: EventQueries
    clock: Clock

    def __call__(self, event_id: UUID, user_id: UUID) -> Iterator[Sequence[AttendeeView]]:
        now = self.clock.now()
        if self.events.get(event_id, user_id, now).creator.id != user_id:
            raise NotEventCreator
        return self._following(event_id, self._page(event_id), now)

    def _following(
        self, event_id: UUID, page: Page[AttendeeView], now: datetime
    ) -> Iterator[Sequence[AttendeeView]]:
        while True:
            # Whoever leaves and comes back meanwhile would be met again, in the new place.
            known = [each for each in page.results if each.registered_at <= now]
            yield known
            # Clocks of instances differ by less than it takes to fill a page with newcomers.
            if page.next_after is None or not known:
                return
            page = self._page(event_id, page.next_after)

    def _page(self, event_id: UUID, after: Position | None = None) -> Page[AttendeeView]:
        return self.events.attendees(event_id, Window(PAGE, after=after, is_counted=False))
