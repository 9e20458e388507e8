from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.caller import Caller
from application.pages import Cursor, Page, PageRequest
from application.ports.clock import Clock
from application.ports.event_queries import AttendeeView, EventQueries
from domain.events.errors import NotEventCreator

PAGE = 1_000


@dataclass(frozen=True)
class ExportAttendees:
    """All current attendees in pages, in order of registration. Creator only.

    Raises EventNotFound, NotEventCreator, SessionEnded or Unavailable. Later pages are read
    lazily: iterating may raise SessionEnded or Unavailable, and the export is then incomplete.
    """

    events: EventQueries
    clock: Clock

    def __call__(self, event_id: UUID, caller: Caller) -> Iterator[Sequence[AttendeeView]]:
        now = self.clock.now()
        if self.events.get(event_id, caller, now).creator.id != caller.user_id:
            raise NotEventCreator
        return self._pages(event_id, caller, self._page(event_id, caller), now)

    def _pages(
        self, event_id: UUID, caller: Caller, page: Page[AttendeeView], now: datetime
    ) -> Iterator[Sequence[AttendeeView]]:
        while True:
            # Skip newer registrations: an attendee who cancels and attends again would be repeated.
            attendees = [each for each in page.results if each.registered_at <= now]
            yield attendees
            # A page with only newer ones is the end: clock skew is too small to hide others.
            if page.next_cursor is None or not attendees:
                return
            page = self._page(event_id, caller, page.next_cursor)

    def _page(
        self, event_id: UUID, caller: Caller, after: Cursor | None = None
    ) -> Page[AttendeeView]:
        page_request = PageRequest(PAGE, after=after, is_counted=False)
        return self.events.attendees(event_id, page_request, caller)
